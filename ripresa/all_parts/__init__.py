"""What is told of all parts of a clinic together, the absent ones by name."""
