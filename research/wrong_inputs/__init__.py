"""Inputs that stay plausible and are false, through the gateway and the core end to end."""
