"""How the person wants to see and hear the games, kept at a home."""
