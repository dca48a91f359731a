"""The live path, handed on to a laboratory's own tools."""
