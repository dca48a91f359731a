"""The web view: its server, its sockets, and its pages under `static`."""
