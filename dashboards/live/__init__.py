"""A session while it is played: heard from the bus, shown to whoever watches."""
