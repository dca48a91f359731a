"""The orientation challenge."""
