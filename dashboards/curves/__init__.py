"""The angle of a recorded session as it is drawn: every peak kept, every gap shown."""
