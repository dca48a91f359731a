"""What a chair stand test came to: its count or its time, with the stands that make it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.exercise.count_interval import hidden_by_losses
from analytics.movement.gravity_sweep import swept_deg
from analytics.movement.repetition import FEW, found_live
from analytics.observability.doubt import DoubtKind, doubt
from analytics.observability.grounds import nothing_doubts
from analytics.observability.reception import notes_of, reception_of
from analytics.signals.orientation import up_in_sensor
from analytics.signals.smoothing import smoothed
from telemetry.errors import NotObservable
from telemetry.messages.results import ItemResult, Measure, Repetition
from therapy.wording import Wording

from .borne_up import borne_up
from .chair_rises import ChairRises, chair_rises

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.exercise.observation import Observation
    from analytics.signals.arrays import Array
    from analytics.signals.oriented_stream import Frames, StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted

__all__ = ["FIVE_SITS", "FIVE_STANDS", "THIRTY_S", "analyse_chair_test"]

THIRTY_S: Final = "stands in 30 s"
FIVE_STANDS: Final = "time to the fifth stand"
FIVE_SITS: Final = "time to the fifth sit"
FIVE: Final = 5
LEAST_S: Final = 29.9
"""Of the 30 s; a stream begins and ends within a sample or two of them."""
STIRRING_DEG: Final = 5.0
"""Smaller movements are those of who sits."""
_LOST: Final = Wording(
    "il risultato non si dice: si è perso troppo", "the result is not told: too much was lost"
)
_EARLY: Final = Wording(
    "il risultato non si dice: la prova è durata {n} s, meno di 30",
    "the result is not told: the test lasted {n} s, less than 30",
)
_FEWER: Final = Wording(
    "il tempo non si dice: portate a termine {n}, meno di cinque",
    "the time is not told: {n} completed, fewer than five",
)
_NOT_FULL: Final = Wording(
    "il risultato non si dice: movimenti ripetuti, ma nessuna alzata completa",
    "the result is not told: repeated movements, but no full stand",
)
_UNLIKE: Final = Wording(
    "il risultato non si dice: un'alzata è molto più ampia delle altre, e non si sa quali siano "
    "complete",
    "the result is not told: one rise went much further than the others, and which are full is "
    "not known",
)
_PUT_DOWN: Final = Wording(
    "il risultato non si dice: la coscia non sale come da una sedia; la prova può essere iniziata "
    "in piedi, o la gamba è stata sollevata",
    "the result is not told: the thigh does not go up as from a chair; the test may have begun "
    "standing, or the leg was lifted",
)


def analyse_chair_test(
    started: ExerciseStarted | AssessmentStarted,
    seen: Observation,
    track: StreamTrack,
    from_index: int,
    to_index: int,
) -> ItemResult:
    """The result of a test that began, at the helper's word, with the item.

    A repetition is a full stand. The test's figure is among the measures, named with its version;
    there is none where samples were lost or cannot be what a thigh feels, where five were not
    reached, where the thigh was not borne up (`borne_up`), where one rise alone went much further
    than the others, or where the 30 s were not over; then the notes say why. None in 30 s are told
    of who sat: repeated movements that are no stands may be those of another segment, or of a leg
    that is lifted or walks.

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
    rate_hz = track.frame_rate_hz
    rises, angle = ChairRises((), (), (), np.zeros(0)), np.zeros(0)
    if not doubts and len(frames):
        try:
            angle = _turned(frames, rate_hz)
            rises = chair_rises(angle, rate_hz)
        except NotObservable as e:
            reason = Wording(e.italian or str(e), str(e))
            doubts.append(doubt(DoubtKind.UNSEEN, *span, reason))
    if not doubts and not rises.stands_s:
        nothing = nothing_doubts(track, from_index, to_index)
        doubts += [d for d in nothing if d.kind is DoubtKind.UNWORN]
    late_s = 0.0 if not len(frames) else float(frames.index[0] - from_index)
    told = () if doubts else _figures(seen.also, rises, rate_hz, late_s / track.opened.rate_hz)
    if not doubts:
        why = _untold(seen.also, rises, angle, rate_hz, judged=reception.judged)
        if why is None and frames.gyroscope and not _borne_up(frames, rises, angle, rate_hz):
            why = _PUT_DOWN
        if why is not None:
            told, doubts = (), [doubt(DoubtKind.UNSEEN, *span, why)]
    more = 0
    stands = _stands(rises, from_index, track.opened.rate_hz)
    if not reception.judged:
        spans, item = [(s.start_index, s.end_index) for s in stands], (from_index, to_index)
        received = track.measured(from_index, to_index)[0]
        more = hidden_by_losses(spans, received, item, track.opened.rate_hz)
    low, high = reception.between(len(rises.stands_s), len(rises.halfway_s) + more)
    return ItemResult(
        item=started.item,
        exercise=started.exercise,
        side=started.side,
        stream=seen.stream,
        rate_hz=track.opened.rate_hz,
        assessment=started.type == "assessment.started",
        repetitions=stands,
        range_of_motion=None,
        not_observable=doubts[0].reason.en if doubts else seen.not_observable,
        doubts=notes_of(doubts),
        count_low=low,
        count_high=high,
        judged=reception.judged,
        measures=told,
        conditioning=reception.conditioning,
    )


def _turned(frames: Frames, rate_hz: float) -> Array:
    """[n] the thigh's turn, smoothed; all zero where gravity turned too little for a stand.

    Raises:
        NotObservable: it turned about an axis that is nearly upright.
    """
    ups = up_in_sensor(frames.q)
    middle = ups.mean(axis=0)
    least = np.cos(np.deg2rad(STIRRING_DEG))
    if np.all(ups @ middle > least * float(np.sqrt(middle @ middle))):
        return np.zeros(len(frames))
    breaks = (np.flatnonzero(frames.restarted[1:]) + 1).tolist()
    turned = swept_deg(frames.q, frames.restarted, rate_hz)
    return np.asarray(smoothed(turned, rate_hz, breaks))


def _borne_up(frames: Frames, rises: ChairRises, angle: Array, rate_hz: float) -> bool:
    upward = np.einsum("ij,ij->i", up_in_sensor(frames.q), frames.acc)
    strokes = []
    for stood_s in rises.stands_s:
        half_s = max((h for h in rises.halfway_s if h <= stood_s), default=0.0)
        half, stood = round(half_s * rate_hz), round(stood_s * rate_hz)
        # The way up begins about as long before its half as it ends after it.
        strokes.append((max(0, 2 * half - stood), min(stood, len(angle))))
    return borne_up(angle, upward, strokes, rate_hz)


def _untold(
    names: Sequence[str], rises: ChairRises, angle: Array, rate_hz: float, *, judged: bool
) -> Wording | None:
    """Why the test's figure is not told; None where it is."""
    stands, lasted_s = len(rises.stands_s), len(rises.share) / rate_hz
    if not judged:
        return _LOST
    if THIRTY_S in names and lasted_s < LEAST_S:
        return _EARLY.filled(n=int(lasted_s))
    if rises.unlike:
        return _UNLIKE
    ends = {FIVE_STANDS: stands, FIVE_SITS: len(rises.sits_s)}
    reached = [ends[name] for name in names if name in ends]
    if reached and min(reached) < FIVE:
        return _FEWER.filled(n=min(reached))
    if not stands and len(found_live(angle.tolist(), STIRRING_DEG)) >= FEW:
        return _NOT_FULL
    return None


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
    if THIRTY_S in names and len(rises.share) / rate_hz >= LEAST_S:
        told.append(Measure(name=THIRTY_S, value=rises.counted(30.0, rate_hz), unit=""))
    for name, ends in ((FIVE_STANDS, rises.stands_s), (FIVE_SITS, rises.sits_s)):
        if name in names and len(ends) >= FIVE:
            told.append(Measure(name=name, value=round(ends[FIVE - 1] + late_s, 2), unit="s"))
    return tuple(told)
