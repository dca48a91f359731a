"""Therapy games: pure rules, screens drawn by code, and the frame that they share."""
