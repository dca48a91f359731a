"""Postcards at a home."""
