"""Digits as answers: those of the number pad too, and a 10 of a 1 and a 0. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import pygame

__all__ = ["DIGITS", "Digits"]

DIGITS = {getattr(pygame, f"K_{pad}{n}"): n for n in range(10) for pad in ("", "KP")}
ENTER = (pygame.K_RETURN, pygame.K_KP_ENTER)
SECOND_DIGIT_NS = 1_200_000_000
"""So long a 1 waits for the 0 of a 10."""


@dataclass(frozen=True, slots=True)
class Digits:
    """What was typed so far.

    Attributes:
        most: the highest number there is.
        one_ns: when a 1 was typed that may become a 10; None: none waits.
    """

    most: int
    one_ns: int | None = None

    def typed(self, key: int, now_ns: int) -> tuple[Digits, int | None]:
        """The digits after a key, and the number that it completes."""
        digit = DIGITS.get(key)
        if key in ENTER and self.one_ns is not None:
            return Digits(self.most), 1
        if digit is None:
            ten = key == pygame.K_x and self.most >= 10
            return (Digits(self.most), 10) if ten else (self, None)
        if digit == 0 and self.one_ns is not None:
            return Digits(self.most), 10
        if digit == 1 and self.most >= 10:
            return Digits(self.most, now_ns), None
        return Digits(self.most), digit if digit <= self.most else None

    def waited(self, now_ns: int) -> tuple[Digits, int | None]:
        """The 1 that no 0 has followed in time, if there is one."""
        if self.one_ns is None or now_ns - self.one_ns <= SECOND_DIGIT_NS:
            return self, None
        return Digits(self.most), 1
