"""Recordings of other systems, as sessions like any other."""
