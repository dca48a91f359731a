"""The refusals challenge."""
