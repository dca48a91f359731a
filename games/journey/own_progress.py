"""One's own progress: days, repetitions, attempts, peaks at assessments, pain, one's goal.

Each figure stands by itself, with its band where it has one: nothing is compared, nothing is called
better or worse, and a session whose result has not come is told as not counted yet, not as nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.messages.events import CheckAnswered, ExerciseReported, ExerciseStarted, PromptShown
from therapy.exercises.item_reading import refusal_of
from therapy.exercises.library import EXERCISES
from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import ItemResult, SessionResult

__all__ = ["GOAL", "AssessedRange", "OwnProgress", "OwnSession", "everyday_range", "progress_of"]

GOAL: Final = "goal_rating"
"""Mechanism under which the record tells how near one feels to one's goal."""
PAINS: Final = 6
RATINGS: Final = 4
ASSESSED: Final = 4
"""So many of the newest are told."""

_PEAK: Final = Wording("fino a {n}°", "up to {n}°")
_EXCURSION: Final = Wording("{n}° di movimento", "{n}° of movement")
_BAND: Final = Wording(
    "{told}, quasi certamente fra {low}° e {high}°", "{told}, almost certainly {low}° to {high}°"
)
_NONE: Final = Wording("nessun angolo: {why}", "no angle: {why}")
_SIDES: Final = {"left": Wording("a sinistra", "left"), "right": Wording("a destra", "right")}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    """A session of the person's: its day, its events, and the result that counts, if it came."""

    day: date
    events: Sequence[SessionEvent]
    result: SessionResult | None = None


@dataclass(frozen=True, slots=True)
class AssessedRange:
    """One exercise on one side: what its newest assessments found, each on its day, in order."""

    title: Wording
    found: tuple[tuple[date, Wording], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProgress:
    """All that is told.

    Attributes:
        days: with a session.
        repetitions, attempts: that sensors saw.
        reported: repetitions played by keys, told by oneself.
        uncounted: sessions with an exercise whose result has not come.
        ranges: at assessments.
        pains: at the beginning of the newest sessions, oldest first, 0 to 10.
        goal: in one's own words; empty: none.
        ratings: how near one felt to it, 0 to 10, the newest last.
    """

    days: int
    repetitions: int
    attempts: int
    reported: int
    uncounted: int
    ranges: tuple[AssessedRange, ...]
    pains: tuple[int, ...]
    goal: str
    ratings: tuple[tuple[date, int], ...]


def progress_of(sessions: Sequence[OwnSession], *, goal: str) -> OwnProgress:
    """What sessions come to, the oldest first."""
    items = [i for s in sessions if s.result is not None for i in s.result.items]
    events = [(s.day, e) for s in sessions for e in s.events]
    played = [i for i in items if not i.assessment]
    reported = [
        e.amount for _, e in events if isinstance(e, ExerciseReported) and e.unit == "repetitions"
    ]
    pains = [
        e.answer
        for _, e in events
        if isinstance(e, CheckAnswered) and e.at == "in" and e.question == "pain"
        if isinstance(e.answer, int) and not isinstance(e.answer, bool)
    ]
    return OwnProgress(
        days=len({s.day for s in sessions}),
        repetitions=sum(len(i.repetitions) for i in played),
        attempts=sum(len(i.attempts) for i in played),
        reported=round(sum(reported)),
        uncounted=sum(_uncounted(s) for s in sessions),
        ranges=_ranges(sessions),
        pains=tuple(pains[-PAINS:]),
        goal=goal,
        ratings=tuple(_ratings(events)[-RATINGS:]),
    )


def _uncounted(session: OwnSession) -> bool:
    kinds = {type(e) for e in session.events}
    return session.result is None and ExerciseStarted in kinds and ExerciseReported not in kinds


def _ratings(events: Sequence[tuple[date, SessionEvent]]) -> list[tuple[date, int]]:
    return [
        (day, int(e.variant))
        for day, e in events
        if isinstance(e, PromptShown) and e.mechanism == GOAL and e.variant.isdecimal()
    ]


def _ranges(sessions: Sequence[OwnSession]) -> tuple[AssessedRange, ...]:
    found: dict[tuple[str, str], list[tuple[date, Wording]]] = {}
    for session in sessions:
        for item in () if session.result is None else session.result.items:
            told = everyday_range(item) if item.assessment else None
            if told is not None:
                found.setdefault((item.exercise, item.side), []).append((session.day, told))
    return tuple(
        AssessedRange(_titled(exercise, side), tuple(told[-ASSESSED:]))
        for (exercise, side), told in found.items()
    )


def _titled(exercise: str, side: str) -> Wording:
    known = EXERCISES.get(exercise)
    name = Wording(exercise, exercise) if known is None else known.name
    where = _SIDES[side]
    return Wording(f"{name.it}, {where.it}", f"{name.en}, {where.en}")


def everyday_range(item: ItemResult) -> Wording | None:
    """An assessment's range in everyday words: the peak, or how far it went, between what bounds.

    None: no range was looked for.
    """
    peak, size = item.active_peak, item.range_of_motion
    if peak is not None:
        told = _PEAK.filled(n=round(peak.peak_deg))
        return _BAND.filled(told=told, low=round(peak.band_low_deg), high=round(peak.band_high_deg))
    if size is not None:
        told = _EXCURSION.filled(n=round(size.median_deg))
        low, high = size.band_low_deg, size.band_high_deg
        if low is None or high is None:
            return told
        return _BAND.filled(told=told, low=round(low), high=round(high))
    why = refusal_of(item)
    return None if why is None else _NONE.filled(why=why)
