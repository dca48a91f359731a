"""What an item of standing still came to: how often somebody stood long enough, and the sway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.observability.doubt import DoubtKind, doubt
from analytics.observability.reception import notes_of, reception_of
from analytics.signals.liveness import feels_alive
from telemetry.messages.results import (
    Attempt,
    ItemResult,
    Repetition,
)
from therapy.wording import Wording

from .stance import Stance, stances_in
from .steady import steady_stretch
from .stepping import LOOKED_BACK_S, Carrier, carrier_of
from .sway import Sway, sway_of
from .sway_measures import sway_measures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.exercise.observation import Observation
    from analytics.signals.oriented_stream import StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted

__all__ = ["ASKED_S", "UNPLACED", "analyse_stance"]

ASKED_S: Final = 20.0
"""Where no tempo tells how long to stand."""
UNPLACED: Final = {
    Carrier.LEG: Wording(
        "l'oscillazione del busto non si vede: a ogni passo il sensore si inclina come una gamba",
        "sway of the trunk is not seen: with each step the sensor tilts as a leg does",
    ),
    Carrier.UNKNOWN: Wording(
        "l'oscillazione non si indica: nessun passo, prima o durante, mostra che il sensore è "
        "sul busto",
        "sway is not told: no steps, before or during it, show that the sensor is on the trunk",
    ),
}
"""Why sway is not told, by what carries the sensor."""


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

    Sway is told as the median over whole stances, of each in the longest stretch without a jolt,
    its path for the time asked for; nothing of it where the samples cannot be what a trunk feels,
    nor where no steps, from two minutes before the item to its end, show a trunk (`stepping`), and
    where it is not told the notes say why.

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
        doubts = [doubt(DoubtKind.UNWORN, (seen.stream,), from_index, to_index)]
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
    whole = [s for s in stances.found if s.whole]
    low, high = reception.between(stances.low, max(stances.high, len(stances.found)))
    told_by = whole if reception.judged and not doubts else []
    sways = [_sway(s, index, acc, gyr, rate_hz) for s in told_by]
    told, untold = sway_measures(sways, asked_s)
    if told:
        before = from_index - round(LOOKED_BACK_S * rate_hz)
        carrier = carrier_of(*track.measured(before, to_index), rate_hz)
        if carrier is not Carrier.TRUNK:
            told, untold = (), UNPLACED[carrier]
    if untold is not None:
        doubts = [doubt(DoubtKind.UNSEEN, (seen.stream,), from_index, to_index, untold)]
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
            for s in stances.found
            if not s.whole
        ),
        count_low=low,
        count_high=high,
        judged=reception.judged,
        moving_s=reception.seconds_told(sum(s.stop - s.start for s in whole) / rate_hz),
        measures=told,
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


def _sway(
    stance: Stance, index: np.ndarray, acc: np.ndarray, gyr: np.ndarray, rate_hz: float
) -> Sway | None:
    a, b = np.searchsorted(index, (stance.start, stance.stop))
    start, stop = steady_stretch(acc[a:b], gyr[a:b], rate_hz)
    return sway_of(acc[a + start : a + stop], rate_hz)
