"""A wearable's own clock and sample grid, and how they map to the host's."""
