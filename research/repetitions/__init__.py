"""The repetition challenge."""
