"""A part of a clinic becomes two, each with its own patients."""
