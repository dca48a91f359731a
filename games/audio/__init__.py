"""Sounds, speech, and guidance by ear."""
