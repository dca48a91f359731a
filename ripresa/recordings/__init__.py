"""Recorded sessions, wherever they are kept: read, replayed, taken in and given out."""
