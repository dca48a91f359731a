"""How a clinic comes to be, and how a home joins it."""
