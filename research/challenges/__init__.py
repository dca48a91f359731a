"""What a challenge is, and how it is told."""
