"""What an item of walking came to: strides, minutes and cadence; no distance."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.exercise.count_interval import hidden_by_losses
from analytics.observability.doubt import DoubtKind, doubt
from analytics.observability.reception import notes_of, reception_of
from telemetry.messages.results import ItemResult, Measure, Repetition
from therapy.wording import Wording

from .strides import Walks, walks_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.exercise.observation import Observation
    from analytics.signals.arrays import Indices
    from analytics.signals.oriented_stream import StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted

    from .strides import Bout

__all__ = ["analyse_walk"]

_ON_THE_SPOT: Final = Wording(
    "non si vede che la gamba sia andata avanti: può non essere cammino",
    "nothing shows that the leg went forward: it may be no walking",
)


def analyse_walk(
    started: ExerciseStarted | AssessmentStarted,
    seen: Observation,
    track: StreamTrack,
    from_index: int,
    to_index: int,
    *,
    rests: Sequence[tuple[int, int | None]] = (),
) -> ItemResult:
    """The result of an item of walking; a repetition is a stride of the leg that wears the sensor.

    Minutes (`moving_s`) go from half a stride before a walk's first swing to half a stride after
    its last; pauses count for nothing. Cadence is that of both legs, from the first swing of each
    walk to its last. The count's interval reaches down by a stride a walk, which its ends may hide,
    and up by that, by swings that make no walk, and by what lost samples may hide. Where more
    swings were as on the spot than in walks, the notes say so.

    Args:
        started: the item's beginning.
        seen: how it is observed.
        track: of the shank's stream.
        from_index: of the item's first sample.
        to_index: after its last.
        rests: as the events mark them, in the stream's samples.
    """
    reception = reception_of(track, from_index, to_index)
    index, acc, gyr = track.measured(from_index, to_index)
    rate_hz = track.opened.rate_hz
    walks = Walks()
    if not reception.doubts and track.opened.gyroscope:
        lost = np.diff(index, prepend=index[:1]) > rate_hz / 4
        walks = walks_in(gyr, acc, rate_hz, lost)
    bouts = [b for b in walks.bouts if not _rested(b, index, rests, to_index)]
    strides = [s for b in bouts for s in _spans(b)]
    seconds = [(b - a) / rate_hz for a, b in strides]
    number = len(strides)
    spread = round(reception.lost * number) + len(bouts)
    doubts = list(reception.doubts)
    if walks.on_the_spot > number:
        doubts.append(doubt(DoubtKind.UNSEEN, (seen.stream,), from_index, to_index, _ON_THE_SPOT))
    more = spread + walks.alone
    if not reception.judged:
        spans = [(int(index[a]), int(index[min(b, len(index) - 1)])) for a, b in strides]
        more += hidden_by_losses(spans, index, (from_index, to_index), rate_hz)
    low, high = reception.between(max(0, number - spread), number + more)
    return ItemResult(
        item=started.item,
        exercise=started.exercise,
        side=started.side,
        stream=seen.stream,
        rate_hz=rate_hz,
        assessment=started.type == "assessment.started",
        repetitions=tuple(
            _stride(n, int(index[a]), int(index[min(b, len(index) - 1)]), from_index, rate_hz)
            for n, (a, b) in enumerate(strides, 1)
        ),
        range_of_motion=None,
        not_observable=doubts[0].reason.en if doubts else seen.not_observable,
        doubts=notes_of(doubts),
        count_low=low,
        count_high=high,
        judged=reception.judged,
        moving_s=reception.seconds_told(sum(seconds)),
        measures=reception.timed(_measures(bouts, seconds, rate_hz)),
        conditioning=reception.conditioning,
    )


def _rested(
    bout: Bout, index: Indices, rests: Sequence[tuple[int, int | None]], to_index: int
) -> bool:
    """Whether most of a walk lies in marked rests."""
    at = index[list(bout.swings)]
    inside = np.zeros(len(at), bool)
    for begun, over in rests:
        inside |= (at >= begun) & (at < (to_index if over is None else over))
    return bool(inside.mean() > 0.5)


def _spans(bout: Bout) -> list[tuple[int, int]]:
    """From and to of each stride: half-way between its swing and its neighbours'."""
    swings = bout.swings
    usual = float(np.median(np.diff(swings)))
    middles = [(a + b) / 2 for a, b in pairwise(swings)]
    edges = [max(0.0, swings[0] - usual / 2), *middles, swings[-1] + usual / 2]
    return [(round(a), round(b)) for a, b in pairwise(edges)]


def _stride(number: int, start: int, stop: int, from_index: int, rate_hz: float) -> Repetition:
    return Repetition(
        number=number,
        start_index=start,
        peak_index=(start + stop) // 2,
        end_index=stop,
        start_s=round((start - from_index) / rate_hz, 4),
        end_s=round((stop - from_index) / rate_hz, 4),
        range_deg=None,
        peak_deg=None,
        up_s=round((stop - start) / 2 / rate_hz, 4),
        hold_s=0.0,
        down_s=round((stop - start) / 2 / rate_hz, 4),
    )


def _measures(
    bouts: Sequence[Bout], seconds: Sequence[float], rate_hz: float
) -> tuple[Measure, ...]:
    if not bouts:
        return ()
    # Over whole bouts: single strides are told to a sample only.
    between = sum(b.swings[-1] - b.swings[0] for b in bouts)
    steps_per_min = 2 * 60 * rate_hz * sum(b.strides - 1 for b in bouts) / between
    return (
        Measure(name="walking", value=round(sum(seconds) / 60, 2), unit="min"),
        Measure(name="steps", value=round(steps_per_min, 1), unit="1/min"),
    )
