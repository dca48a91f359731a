"""The tempo that a recording was made at: the time of its ways up, holds and ways down. Pure.

1. A raise is where the control stays above half of the range.
2. Its way up is timed between 15 and 85 % of its own peak, before the peak's plateau, and its way
   down after it; a motion shaped like half a cosine spends 49 % of the way's time between them.
3. What the two ways leave of the time above 85 % is the hold.
4. Each of the three is the median over the raises.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from games.rules.control import ControlSample

__all__ = ["RecordedTempo", "tempo_of"]

RAISED = 0.5
LOW, HIGH = 0.15, 0.85
BETWEEN = (math.acos(1 - 2 * HIGH) - math.acos(1 - 2 * LOW)) / math.pi
"""Share of half a cosine's time that lies between the two."""
BEYOND = 1 - math.acos(1 - 2 * HIGH) / math.pi
"""And above the higher one."""


@dataclass(frozen=True, slots=True)
class RecordedTempo:
    """Durations in seconds."""

    up_s: float
    hold_s: float
    down_s: float


def tempo_of(samples: Sequence[ControlSample]) -> RecordedTempo | None:
    """The tempo of a recording's raises, its samples in order; None where none is whole."""
    raised = groupby(range(len(samples)), key=lambda n: samples[n].control > RAISED)
    spans = [list(span) for is_raised, span in raised if is_raised]
    timed = [_timed(samples, span[0], span[-1]) for span in spans]
    whole = [tempo for tempo in timed if tempo is not None]
    if not whole:
        return None
    return RecordedTempo(
        up_s=statistics.median(tempo.up_s for tempo in whole),
        hold_s=statistics.median(tempo.hold_s for tempo in whole),
        down_s=statistics.median(tempo.down_s for tempo in whole),
    )


def _timed(samples: Sequence[ControlSample], first: int, last: int) -> RecordedTempo | None:
    peak = max(sample.control for sample in samples[first : last + 1])
    high = [n for n in range(first, last + 1) if samples[n].control >= HIGH * peak]
    left = _first_low(samples, range(first, -1, -1), LOW * peak)
    back = _first_low(samples, range(last, len(samples)), LOW * peak)
    if left is None or back is None:
        return None

    def seconds(since: int, until: int) -> float:
        return (samples[until].t_ns - samples[since].t_ns) * 1e-9

    up_s = seconds(left, high[0]) / BETWEEN
    down_s = seconds(high[-1], back) / BETWEEN
    hold_s = max(0.0, seconds(high[0], high[-1]) - BEYOND * (up_s + down_s))
    return RecordedTempo(up_s, hold_s, down_s)


def _first_low(samples: Sequence[ControlSample], way: range, low: float) -> int | None:
    """The first sample along the way that lies as low; None where the recording ends before."""
    return next((n for n in way if samples[n].control <= low), None)
