"""Recorded sessions as tables: columns that carry their units in their names."""
