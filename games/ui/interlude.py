"""What lies over a game that stands still: the scale of pain, or the card to rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pygame

from games.rules.mode import Mode

from .pain_scale import PainScale
from .pause_card import CARD_KEYS, PauseCard

if TYPE_CHECKING:
    from games.look import Look

    from .canvas import Canvas

__all__ = ["Interlude"]

RESTED_NS = 8_000_000_000
"""With scanning, an arm that rests so long asks for a pause: the way to it by motion alone."""
REST_MOVES = 0.06

Answer: TypeAlias = int | str | None
"""Pain, the name of a button, or nothing yet."""


class Interlude:
    """Takes keys, clicks and, with scanning, motion for whatever of the two is open.

    Args:
        look: language, and whether the person chose scanning.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._scale, self._card = PainScale(0), PauseCard(0)
        self._resting: tuple[float, int] | None = None

    def open(self, now_ns: int, *, from_card: bool = False) -> None:
        """Begin afresh: nothing is answered yet; `from_card`: the card to rest on was open."""
        self._scale = PainScale(now_ns, heeds_at_once=not from_card)
        self._card = PauseCard(now_ns)
        self._resting = None

    def takes(self, mode: Mode, key: int) -> bool:
        """Whether a key is for it; "I feel unwell" never is."""
        if mode is Mode.PAIN:
            return key != pygame.K_u
        return mode is Mode.PAUSED and key in CARD_KEYS

    def key(self, mode: Mode, key: int, now_ns: int) -> Answer:
        """What a key answers."""
        over = self._scale if mode is Mode.PAIN else self._card
        return over.key(key, now_ns)

    def click(self, mode: Mode, at: tuple[float, float], now_ns: int) -> Answer:
        """What a click answers."""
        return self._scale.click(at, now_ns) if mode is Mode.PAIN else self._card.click(at)

    def waited(self, mode: Mode, now_ns: int, control: float | None) -> Answer:
        """What comes by waiting: the second digit, and with scanning what a movement takes."""
        told = self._scale.waited(now_ns) if mode is Mode.PAIN else None
        if told is not None or not self._look.scanning:
            return told
        over = self._scale if mode is Mode.PAIN else self._card
        return over.scanned(now_ns, control)

    def rested(self, control: float, now_ns: int, *, told_to_rest: bool) -> bool:
        """Whether an arm that nobody told to rest has kept still for so long that it is a wish."""
        still = self._resting is not None and abs(control - self._resting[0]) <= REST_MOVES
        if told_to_rest or not still:
            self._resting = (control, now_ns)
        return self._resting is not None and now_ns - self._resting[1] > RESTED_NS

    def draw(self, mode: Mode, canvas: Canvas) -> None:
        """Draw what is open."""
        over = self._scale if mode is Mode.PAIN else self._card
        over.draw(canvas, self._look)
