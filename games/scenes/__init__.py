"""Scenes: a place of the journey in a light and a weather, and the colours that makes; pure."""
