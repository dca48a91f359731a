"""Commands over many sessions at once."""
