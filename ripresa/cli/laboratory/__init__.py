"""Commands for a laboratory's own tools."""
