"""The hinge between two worn sensors: its axis, and its angle."""
