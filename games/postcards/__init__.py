"""Postcards from people one knows: words, a redrawn picture, and how they look."""
