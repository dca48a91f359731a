"""The strokes of a repetition: how long each phase took, and between which angles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.signals.smoothing import parabola_smoothed, smoothed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array

    from .repetition import Excursion

__all__ = ["TREMBLING_DEG", "UNSEEN_SHARE", "Strokes", "ends_of", "strokes_of", "tremor_deg"]

UNSEEN_SHARE = 0.1
"""Of a minimum-jerk stroke's seen part, what lies unseen before it and after it, where it is slower
than `repetition.SLOW` of its own peak velocity: strokes of 1 to 4 s come out 4 % short at most."""
PART_SHARE = 0.2
"""Of a stroke's peak velocity, below which it halts: who moves in parts has as many strokes, and
what lies unseen is a share of the first one and of the last."""
SMOOTHED_SHARE = 0.1
"""Half of what an end is smoothed over, as a share of the shorter stroke beside it."""
TREMBLING_DEG = 0.4
"""Shaking that is smaller widens no angle worth smoothing it more."""
TREMBLING_SHARE = 0.25
"""As `SMOOTHED_SHARE`, of a trembling movement: its peaks are the tremor's otherwise."""
NEAR_S = 0.3


@dataclass(frozen=True, slots=True)
class Strokes:
    """Durations of a repetition's phases, in frames."""

    up: float
    hold: float
    down: float


def strokes_of(e: Excursion, speed: Array | None = None) -> Strokes:
    """How long a repetition's phases took, each drawn out to where its stroke began and ended.

    Args:
        e: the repetition.
        speed: [n] of the frames, smoothed, in any unit; without it no stroke is known to halt.
    """
    up, hold, down = e.hold_from - e.start, e.hold_to - e.hold_from, e.end - e.hold_to
    (up_first, up_last), (down_first, down_last) = (up, up), (down, down)
    if speed is not None:
        up_first, up_last = _parts(speed[e.start : e.hold_from + 1])
        down_first, down_last = _parts(speed[e.hold_to : e.end + 1])
    before, after = UNSEEN_SHARE * up_first, UNSEEN_SHARE * down_last
    at_top = UNSEEN_SHARE * up_last, UNSEEN_SHARE * down_first
    within = min(1.0, hold / max(sum(at_top), 1e-9))
    return Strokes(
        up + before + within * at_top[0],
        hold - within * sum(at_top),
        down + after + within * at_top[1],
    )


def _parts(speed: Array) -> tuple[int, int]:
    """How many frames a stroke goes on without a halt from its beginning, and up to its end."""
    n = len(speed) - 1
    moving = speed > PART_SHARE * speed.max(initial=0.0)
    if not moving.any():
        return n, n
    # Its slow ends are no halts.
    first, last = np.flatnonzero(moving)[[0, -1]].tolist()
    stops = np.flatnonzero(~moving[first:last]) + first
    return (int(stops[0]), n - int(stops[-1])) if len(stops) else (n, n)


def tremor_deg(values: Array, excursions: Sequence[Excursion], rate_hz: float) -> float:
    """Standard deviation of what shakes in an angle [n] while it moves.

    What a parabola over 0.4 s leaves: of smooth strokes only their turning points, which a median
    passes by, of a tremor most of it.
    """
    left = np.abs(values - smoothed(values, rate_hz))
    parts = [left[e.start : e.end + 1] for e in excursions]
    return 1.48 * float(np.median(np.concatenate(parts))) if parts else 0.0


def ends_of(
    values: Array, e: Excursion, rate_hz: float, *, trembling: bool = False
) -> tuple[float, float]:
    """The lowest and the highest angle of a repetition, smoothed no more than its pace allows.

    A fast movement turns within a tenth of a second; a slow one may be averaged over longer, so
    that a tremor does not widen it.

    Args:
        values: [n] the angle before smoothing.
        e: the repetition, in frames of it.
        rate_hz: of the frames.
        trembling: see `tremor_deg`; then it is smoothed over longer.
    """
    shorter_s = max(1, min(e.peak - e.valley, e.end - e.peak)) / rate_hz
    half_s = (TREMBLING_SHARE if trembling else SMOOTHED_SHARE) * shorter_s
    near = max(1, round(NEAR_S * rate_hz))
    low = parabola_smoothed(_around(values, e.valley, near), rate_hz, half_s)
    high = parabola_smoothed(_around(values, e.peak, near), rate_hz, half_s)
    return float(np.min(low)), float(np.max(high))


def _around(values: Array, at: int, near: int) -> Array:
    return values[max(0, at - near) : at + near + 1]
