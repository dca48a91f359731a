"""What games draw with, and what lies over every game."""
