"""The keys of a game, and what each asks for."""

from __future__ import annotations

import pygame

__all__ = ["CLOSE_KEYS", "MOVES", "PRESSES"]

CLOSE_KEYS = (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE)
PRESSES = {
    pygame.K_p: "pain",
    pygame.K_u: "unwell",
    pygame.K_r: "retest",
    pygame.K_m: "mute",
}
MOVES = {
    **dict.fromkeys((pygame.K_UP, pygame.K_w), 1),
    **dict.fromkeys((pygame.K_DOWN, pygame.K_s, pygame.K_BACKSPACE), -1),
    **dict.fromkeys((pygame.K_RETURN, pygame.K_KP_ENTER), 0),
}
"""Keys that move up, down, or, one alone, by turns."""
