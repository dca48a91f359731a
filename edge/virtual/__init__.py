"""A radio without a radio: real GATT between virtual wearables and a virtual adapter.

Bumble gives the host and the controller of both ends; this package adds the air between
them (range, loss of a link, connection events), the repairs its controller needs, a bleak
backend, and one virtual peripheral for each wearable. It does not model radio frequency.
"""
