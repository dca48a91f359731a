"""Figures of a whole item beside its range: cadence, rise time, decrement, deficit, lean."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.liveness import feels_alive
from analytics.signals.orientation import up_in_sensor
from telemetry.messages.results import Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analytics.signals.oriented_stream import Frames
    from telemetry.messages.results import Repetition

__all__ = ["MEASURES", "STROKE_TIMES", "lean", "measures_of"]

FEW = 3
LEAN_BEFORE_S = 1.0


def cadence(repetitions: Sequence[Repetition], rate_hz: float) -> Measure | None:
    """Repetitions a minute, by the median time from peak to peak: pauses do not count."""
    peaks = [r.peak_index for r in repetitions]
    if len(peaks) < FEW:
        return None
    between_s = float(np.median(np.diff(peaks))) / rate_hz
    return Measure(name="cadence", value=round(60 / between_s, 2), unit="1/min")


def median_phase(
    name: str,
    phase: Callable[[Repetition], float],
    *,
    below: tuple[float, float],
    above: tuple[float, float],
) -> Callable[[Sequence[Repetition], float], Measure | None]:
    """The median duration of one phase; see `repetition.with_phases`.

    Args:
        name: of the measure.
        phase: seconds of one repetition.
        below: how far its band reaches down, seconds and a share of the duration.
        above: how far up; both fitted to simulated people (`docs/challenges.md`).
    """

    def measure(repetitions: Sequence[Repetition], rate_hz: float) -> Measure | None:
        del rate_hz
        if not repetitions:
            return None
        median_s = statistics.median(phase(r) for r in repetitions)
        return Measure(
            name=name,
            value=round(median_s, 3),
            unit="s",
            low=round(max(0.0, median_s - below[0] - below[1] * median_s), 3),
            high=round(median_s + above[0] + above[1] * median_s, 3),
        )

    return measure


def decrement(repetitions: Sequence[Repetition], rate_hz: float) -> Measure | None:
    """How much smaller the last third of the repetitions is than the first, in percent."""
    del rate_hz
    ranges = [r.range_deg for r in repetitions if r.range_deg is not None]
    third = len(ranges) // 3
    if third < 1:
        return None
    before, after = statistics.median(ranges[:third]), statistics.median(ranges[-third:])
    return Measure(name="decrement", value=round(100 * (1 - after / before), 2), unit="%")


def least_flexion(name: str) -> Callable[[Sequence[Repetition], float], Measure | None]:
    """The median of the most extended angles, where the zero of flexion is known."""

    def measure(repetitions: Sequence[Repetition], rate_hz: float) -> Measure | None:
        del rate_hz
        lows = [
            r.peak_deg - r.range_deg
            for r in repetitions
            if r.peak_deg is not None and r.range_deg is not None
        ]
        if not lows:
            return None
        return Measure(name=name, value=round(statistics.median(lows), 2), unit="°")

    return measure


MEASURES: dict[str, Callable[[Sequence[Repetition], float], Measure | None]] = {
    "active extension deficit": least_flexion("active extension deficit"),
    "cadence": cadence,
    "decrement": decrement,
    "extension deficit": least_flexion("extension deficit"),
    "hold": median_phase("hold", lambda r: r.hold_s, below=(0.35, 0.0), above=(0.35, 0.0)),
    "rise time": median_phase(
        "rise time", lambda r: r.up_s, below=(0.15, 0.05), above=(0.15, 0.05)
    ),
    # A foot on its toes is never quite still: the way up is drawn out rather than cut.
    "time up": median_phase("time up", lambda r: r.up_s, below=(0.3, 0.25), above=(0.15, 0.12)),
}

STROKE_TIMES: Final = frozenset({"hold", "rise time", "time up"})
"""Those that rest on when a stroke begins and ends."""


def measures_of(
    names: Sequence[str], repetitions: Sequence[Repetition], rate_hz: float
) -> list[Measure]:
    """The measures of these names that the repetitions give; `lean` is not among them."""
    found = (MEASURES[name](repetitions, rate_hz) for name in names if name in MEASURES)
    return [measure for measure in found if measure is not None]


def lean(trunk: Frames, spans_us: Sequence[tuple[float, float]]) -> Measure | None:
    """Median over the repetitions of how far the trunk tilted from where the item began.

    The trunk often leans before the limb moves, so a repetition is looked at from LEAN_BEFORE_S
    before its start.
    """
    if not len(trunk) or not feels_alive(trunk.gyr):
        return None
    up = up_in_sensor(trunk.q)
    along = up[:, 0] * up[0, 0] + up[:, 1] * up[0, 1] + up[:, 2] * up[0, 2]
    tilts = []
    for start_us, end_us in spans_us:
        a, b = np.searchsorted(trunk.t_us, (start_us - LEAN_BEFORE_S * 1e6, end_us))
        if b > a:
            least = float(along[a:b].min())
            tilts.append(math.degrees(math.acos(min(1.0, max(-1.0, least)))))
    if not tilts:
        return None
    return Measure(name="lean", value=round(statistics.median(tilts), 2), unit="°")
