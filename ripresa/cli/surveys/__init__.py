"""Commands over surveys."""
