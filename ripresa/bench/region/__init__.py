"""A region in small: brokers, clinics in parts, homes as coroutines."""
