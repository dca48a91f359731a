"""An exercise item: how it is seen, what it shows while it goes on, and what it came to."""
