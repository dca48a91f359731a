"""All challenges, and those that need more rooms than research."""
