"""What one patient is asked to do, how much, when, and within what limits."""
