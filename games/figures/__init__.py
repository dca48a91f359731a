"""Looping drawings of the thirteen exercises: a simple figure, drawn by code."""
