"""What a chair stand test came to: its count or its time, with the stands that make it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.movement.gravity_sweep import swept_deg
from analytics.observability.doubt import DoubtKind, doubt
from analytics.observability.reception import notes_of, reception_of
from analytics.signals.smoothing import smoothed
from telemetry.errors import NotObservable
from telemetry.messages.results import ItemResult, Measure, Repetition
from therapy.wording import Wording

from .chair_rises import ChairRises, chair_rises

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.exercise.observation import Observation
    from analytics.signals.oriented_stream import StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted

__all__ = ["FIVE_SITS", "FIVE_STANDS", "THIRTY_S", "analyse_chair_test"]

THIRTY_S: Final = "stands in 30 s"
FIVE_STANDS: Final = "time to the fifth stand"
FIVE_SITS: Final = "time to the fifth sit"
FIVE: Final = 5


def analyse_chair_test(
    started: ExerciseStarted | AssessmentStarted,
    seen: Observation,
    track: StreamTrack,
    from_index: int,
    to_index: int,
) -> ItemResult:
    """The result of a test that began, at the helper's word, with the item.

    A repetition is a full stand. The test's figure is among the measures, named with its version;
    there is none where samples were lost or cannot be what a thigh feels, or where five were not
    reached. The 30 s are told only of an item that lasted so long.

    Args:
        started: the item's beginning, which is the test's.
        seen: how it is observed; `also` names the figure.
        track: of the thigh's stream.
        from_index: of the item's first sample.
        to_index: after its last.
    """
    frames = track.frames(from_index, to_index)
    span = (seen.stream,), from_index, to_index
    reception = reception_of(track, from_index, to_index)
    doubts = list(reception.doubts)
    rises, rate_hz = ChairRises((), (), (), np.zeros(0)), track.frame_rate_hz
    if not doubts and len(frames):
        try:
            breaks = (np.flatnonzero(frames.restarted[1:]) + 1).tolist()
            turned = swept_deg(frames.q, frames.restarted, rate_hz)
            rises = chair_rises(np.asarray(smoothed(turned, rate_hz, breaks)), rate_hz)
        except NotObservable as e:
            reason = Wording(e.italian or str(e), str(e))
            doubts.append(doubt(DoubtKind.UNSEEN, *span, reason))
    missing_s = 0.0 if not len(frames) else (frames.index[0] - from_index) / track.opened.rate_hz
    trusted = not doubts and reception.judged
    low, high = reception.between(len(rises.stands_s), len(rises.halfway_s))
    return ItemResult(
        item=started.item,
        exercise=started.exercise,
        side=started.side,
        stream=seen.stream,
        rate_hz=track.opened.rate_hz,
        assessment=started.type == "assessment.started",
        repetitions=_stands(rises, from_index, track.opened.rate_hz),
        range_of_motion=None,
        not_observable=doubts[0].reason.en if doubts else seen.not_observable,
        doubts=notes_of(doubts),
        count_low=low,
        count_high=high,
        judged=reception.judged,
        measures=_figures(seen.also, rises, rate_hz, float(missing_s)) if trusted else (),
        conditioning=reception.conditioning,
    )


def _stands(rises: ChairRises, from_index: int, rate_hz: float) -> tuple[Repetition, ...]:
    found = []
    for number, stood_s in enumerate(rises.stands_s, 1):
        begun = max((h for h in rises.halfway_s if h <= stood_s), default=stood_s)
        sat = next((s for s in rises.sits_s if s > stood_s), stood_s)
        indices = [from_index + round(s * rate_hz) for s in (begun, stood_s, sat)]
        found.append(
            Repetition(
                number=number,
                start_index=indices[0],
                peak_index=indices[1],
                end_index=indices[2],
                start_s=round(begun, 4),
                end_s=round(sat, 4),
                range_deg=None,
                peak_deg=None,
                up_s=round(stood_s - begun, 4),
                hold_s=0.0,
                down_s=round(sat - stood_s, 4),
            )
        )
    return tuple(found)


def _figures(
    names: Sequence[str], rises: ChairRises, rate_hz: float, late_s: float
) -> tuple[Measure, ...]:
    told = []
    if THIRTY_S in names and len(rises.share) / rate_hz >= 30.0 - 0.1:
        told.append(Measure(name=THIRTY_S, value=rises.counted(30.0, rate_hz), unit=""))
    for name, ends in ((FIVE_STANDS, rises.stands_s), (FIVE_SITS, rises.sits_s)):
        if name in names and len(ends) >= FIVE:
            told.append(Measure(name=name, value=round(ends[FIVE - 1] + late_s, 2), unit="s"))
    return tuple(told)
