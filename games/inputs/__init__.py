"""Where the control comes from: a wearable over the bus, keys and mouse, a recording, a player."""
