"""How an exercise's drawing loops: up, hold and down at its tempo, then a short rest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from therapy.exercises.dose import Tempo

__all__ = ["loop_knots_s", "loop_s", "share_at"]

QUICKEST_S: Final = 0.8
REST_S: Final = 1.0
STEPS: Final = 8
"""Of a way up or down: limbs that turn stay as long as they are between two of them."""


def loop_s(tempo: Tempo) -> float:
    """How long one loop is, seconds."""
    return sum(_phases_s(tempo)) + REST_S


def share_at(tempo: Tempo, seconds: float) -> float:
    """How far the loop is, 0 at the start to 1 at the end, at the tempo and with a short rest."""
    up_s, hold_s, down_s = _phases_s(tempo)
    at_s = seconds % loop_s(tempo)
    if at_s < up_s:
        return 0.5 - 0.5 * math.cos(math.pi * at_s / up_s)
    at_s -= up_s + hold_s
    if at_s < 0:
        return 1.0
    return 0.5 + 0.5 * math.cos(math.pi * min(1.0, at_s / down_s))


def loop_knots_s(tempo: Tempo) -> tuple[float, ...]:
    """Times of one loop, seconds and rising, between which straight ways will do."""
    up_s, hold_s, down_s = _phases_s(tempo)
    up = (up_s * n / STEPS for n in range(STEPS + 1))
    down = (up_s + hold_s + down_s * n / STEPS for n in range(STEPS + 1))
    return (*up, *down, loop_s(tempo))


def _phases_s(tempo: Tempo) -> tuple[float, float, float]:
    return max(QUICKEST_S, tempo.up.s), tempo.hold.s, max(QUICKEST_S, tempo.down.s)
