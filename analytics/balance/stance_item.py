"""What an item of standing still came to: how often somebody stood long enough, and the sway."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.exercise.measures import feels_alive
from analytics.observability.doubt import DoubtKind, doubt
from analytics.observability.reception import notes_of, reception_of
from telemetry.messages.results import (
    Attempt,
    ItemResult,
    Measure,
    Repetition,
)
from therapy.wording import Wording

from .stance import Stance, stances_in
from .sway import Sway, sway_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.exercise.observation import Observation
    from analytics.signals.oriented_stream import StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted

__all__ = ["ASKED_S", "analyse_stance"]

ASKED_S: Final = 20.0
"""Where no tempo tells how long to stand."""
SETTLING_S: Final = 2.0
"""After stepping into the stance, and before leaving it, the trunk still moves."""
NOT_WORN: Final = Wording(
    "il sensore non ha sentito alcun corpo: forse non era indossato",
    "the sensor felt no body: it may not have been worn",
)


def analyse_stance(
    started: ExerciseStarted | AssessmentStarted,
    seen: Observation,
    track: StreamTrack,
    from_index: int,
    to_index: int,
    *,
    rests: Sequence[tuple[int, int | None]] = (),
) -> ItemResult:
    """The result of an item of standing still; a repetition is a stance of the time asked for.

    Sway is told for each whole stance and as the median of them, its path for the time asked for;
    nothing of it where the samples cannot be what a trunk feels.

    Args:
        started: the item's beginning.
        seen: how it is observed.
        track: of the trunk's stream.
        from_index: of the item's first sample.
        to_index: after its last.
        rests: as the events mark them, in the stream's samples.
    """
    reception = reception_of(track, from_index, to_index)
    doubts = list(reception.doubts)
    index, acc, gyr = track.measured(from_index, to_index)
    if len(index) and not feels_alive(gyr):
        doubts = [doubt(DoubtKind.UNSEEN, (seen.stream,), from_index, to_index, NOT_WORN)]
        index = index[:0]
    rate_hz = track.opened.rate_hz
    asked_s = ASKED_S if seen.tempo is None else seen.tempo.hold.s
    resting = [(a, to_index if b is None else b) for a, b in rests]
    stances = stances_in(
        index,
        acc[: len(index)],
        gyr[: len(index)],
        rate_hz,
        asked_s,
        gyroscope=track.opened.gyroscope,
        resting=resting,
    )
    whole = [s for s in stances if s.whole]
    low, high = reception.between(len(whole), len(stances))
    told = [] if doubts else _sways([s for s in whole if s.steady], index, acc, rate_hz)
    return ItemResult(
        item=started.item,
        exercise=started.exercise,
        side=started.side,
        stream=seen.stream,
        rate_hz=rate_hz,
        assessment=started.type == "assessment.started",
        repetitions=tuple(
            _repetition(number, s, from_index, rate_hz) for number, s in enumerate(whole, 1)
        ),
        range_of_motion=None,
        not_observable=doubts[0].reason.en if doubts else seen.not_observable,
        doubts=notes_of(doubts),
        attempts=tuple(
            Attempt(
                start_s=round((s.start - from_index) / rate_hz, 4),
                end_s=round((s.stop - from_index) / rate_hz, 4),
            )
            for s in stances
            if not s.whole
        ),
        count_low=low,
        count_high=high,
        judged=reception.judged,
        moving_s=round(sum(s.stop - s.start for s in whole) / rate_hz, 4) if whole else None,
        measures=_measures(told, asked_s),
        conditioning=reception.conditioning,
    )


def _repetition(number: int, s: Stance, from_index: int, rate_hz: float) -> Repetition:
    return Repetition(
        number=number,
        start_index=s.start,
        peak_index=(s.start + s.stop) // 2,
        end_index=s.stop - 1,
        start_s=round((s.start - from_index) / rate_hz, 4),
        end_s=round((s.stop - from_index) / rate_hz, 4),
        range_deg=None,
        peak_deg=None,
        up_s=0.0,
        hold_s=round((s.stop - s.start) / rate_hz, 4),
        down_s=0.0,
    )


def _sways(
    stances: Sequence[Stance], index: np.ndarray, acc: np.ndarray, rate_hz: float
) -> list[Sway]:
    edge = round(SETTLING_S * rate_hz)
    found = []
    for s in stances:
        a, b = np.searchsorted(index, (s.start + edge, s.stop - edge))
        sway = sway_of(acc[a:b], rate_hz)
        if sway is not None:
            found.append(sway)
    return found


def _measures(sways: Sequence[Sway], asked_s: float) -> tuple[Measure, ...]:
    if not sways:
        return ()
    rms = statistics.median(s.rms_m_s2 for s in sways)
    path = statistics.median(s.path_m_s2 * asked_s / s.seconds for s in sways)
    frequency = statistics.median(s.frequency_hz for s in sways)
    return (
        Measure(name="sway RMS", value=round(rms, 4), unit="m/s²"),
        Measure(name="sway path", value=round(path, 3), unit="m/s²"),
        Measure(name="sway frequency", value=round(frequency, 3), unit="Hz"),
    )
