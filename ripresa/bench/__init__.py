"""Measurements of what is started together, and the list of all measurements."""
