"""Surveys on the screens of a session."""
