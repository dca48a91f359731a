"""What a page shows of one session, worked out from its events and results.

The same view serves a session that is being played (its repetitions counted live, so
provisional) and one of last month (its repetitions from the results that count). Figures are
taken as they were found; what the sensors cannot see stays empty and says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from analytics.monitoring.evidence import is_pain
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    BreathlessnessReported,
    CheckAnswered,
    EffortReported,
    ExerciseEnded,
    ExerciseReported,
    ExerciseStarted,
    HeartMeasured,
    PainReported,
    RangeCalibrated,
    RestEnded,
    RestStarted,
    SegmentCalibrated,
    SessionClosed,
    SessionOpened,
    SuspectedFall,
    UnwellReported,
)
from telemetry.messages.phases import SessionPhase, phase_of
from telemetry.messages.results import AdherenceResult, Conditioning, SessionResult
from therapy.session.questions import question_words

from .figure_words import calibration_note, place_words
from .item_view import ItemView, item_views
from .prescription import prescribed_for
from .words import Words, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import Result
    from therapy.plan.plan import Plan

    from .item_view import ItemKey, RepetitionView

__all__ = [
    "AdherenceView",
    "EventView",
    "SessionView",
    "best_result",
    "pain_at",
    "session_view",
]

_USUAL: Final = frozenset(
    {"unwell", "fallen", "medicine", "pain", "settled", "effort", "arms", "seat", "why", "barrier"}
)
"""Questions for which the page has words of its own."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class AdherenceView(_Frozen):
    """How much of the plan was done, each part 0 to 1, None where unknown."""

    day: str
    state: str
    sessions: float | None
    dose: float | None
    range: float | None
    quality: float | None


class EventView(_Frozen):
    """One event as a line of the session's story; the page puts it into words.

    `by` says who answered a question: the patient, a helper, or the demonstration; `asked` is what
    it said, where it is not one that every plan asks.
    """

    t_ms: float
    type: str
    item: str | None = None
    value: bool | int | float | str | None = None
    detail: str | None = None
    place: Words | None = None
    note: Words | None = None
    by: str | None = None
    asked: Words | None = None


class SessionView(_Frozen):
    """One session, all that a page shows of it; its clock times are told in `time_zone`."""

    session: str
    patient: str
    site: str
    day: str
    plan_version: int
    posture: str
    replay_of: str | None
    clock_synchronised: bool | None
    opened_ms: float
    time_zone: str | None = None
    closed_ms: float | None
    reason: str | None
    phase: SessionPhase
    item: str | None
    provisional: bool
    unwell: bool
    pain_before: int | None
    pain_after: int | None
    effort: float | None
    heart_bpm: int | None
    items: tuple[ItemView, ...]
    dose_so_far: float | None
    adherence: AdherenceView | None
    conditioning: Conditioning | None
    core_version: str | None
    events: tuple[EventView, ...]


def session_view(
    events: Sequence[SessionEvent],
    results: Sequence[Result] = (),
    plan: Plan | None = None,
    counted: Mapping[ItemKey, Sequence[RepetitionView]] | None = None,
    *,
    day: str | None = None,
    zone: str | None = None,
) -> SessionView | None:
    """One session as a page shows it; None until it is known who opened it.

    Args:
        events: the session's events in order; some may be missing while it is live.
        results: its results; the last one that counts wins over any provisional one.
        plan: the version in force; None: unknown, so nothing is prescribed.
        counted: repetitions counted live, by item; used where no result tells better.
        day: that it belongs to, of `SessionSummary`; None while it is live: as its home told.
        zone: of the day's clock times; None: the plan's.
    """
    opened = next((e for e in events if isinstance(e, SessionOpened)), None)
    if opened is None:
        return None
    closed = next((e for e in reversed(events) if isinstance(e, SessionClosed)), None)
    found = best_result(results)
    on = day or opened.day
    phase, item = _phase(events)
    items = item_views(
        events,
        found,
        prescribed_for(plan, on, [w.placement for w in opened.wearables]),
        counted or {},
        over=closed is not None,
    )
    return SessionView(
        session=opened.session,
        patient=opened.patient,
        site=opened.site,
        day=on,
        plan_version=opened.plan_version,
        posture=opened.posture,
        replay_of=opened.replay_of,
        clock_synchronised=opened.clock_synchronised,
        opened_ms=opened.t_ns / 1e6,
        time_zone=zone or (None if plan is None else plan.time_zone),
        closed_ms=None if closed is None else closed.t_ns / 1e6,
        reason=None if closed is None else closed.reason.value,
        phase=phase,
        item=item,
        provisional=found is None or found.provisional,
        unwell=any(isinstance(e, UnwellReported) for e in events),
        pain_before=pain_at(events, "in"),
        pain_after=pain_at(events, "out"),
        effort=next((e.effort for e in reversed(events) if isinstance(e, EffortReported)), None),
        heart_bpm=_heart_bpm(events, closed=closed is not None),
        items=items,
        dose_so_far=_dose_so_far(items),
        adherence=_adherence(results, on),
        conditioning=_conditioning(found),
        core_version=None if found is None else found.core_version,
        # A heart rate comes every second: it is a figure, not a line of the story.
        events=_story(events, plan),
    )


def _heart_bpm(events: Sequence[SessionEvent], *, closed: bool) -> int | None:
    """The newest rate; in a session under way only while the sensor has not said that it is none.

    What a sensor tells without skin contact is none, whatever it is.
    """
    rates = [
        None if e.contact is False else e.rate_bpm for e in events if isinstance(e, HeartMeasured)
    ]
    if not closed:
        return rates[-1] if rates else None
    return next((rate for rate in reversed(rates) if rate is not None), None)


def best_result(results: Sequence[Result]) -> SessionResult | None:
    """The last result that counts, or the last provisional one, or None."""
    found = [r for r in results if isinstance(r, SessionResult)]
    final = [r for r in found if not r.provisional]
    best = final or found
    return best[-1] if best else None


def _phase(events: Sequence[SessionEvent]) -> tuple[SessionPhase, str | None]:
    phase: SessionPhase = "check-in"
    item: str | None = None
    for e in events:
        match e:
            case ExerciseStarted() | AssessmentStarted():
                item = e.item
            case ExerciseEnded() | SessionClosed():
                item = None
            case SegmentCalibrated() if item is not None:
                continue
            case RangeCalibrated() if item is None:
                phase = "calibration"
            case _:
                pass
        phase = phase_of(e) or phase
    return phase, item


def pain_at(events: Sequence[SessionEvent], at: Literal["in", "out"]) -> int | None:
    """Pain at check-in, the highest of the parts exercised, or at check-out, 0 to 10.

    A question answered again after going back counts with its last answer.
    """
    answers = {
        e.question: e.answer
        for e in events
        if isinstance(e, CheckAnswered) and e.at == at and is_pain(e.question)
    }
    told = [answer for answer in answers.values() if type(answer) is int]
    return max(told, default=None)


def _dose_so_far(items: Sequence[ItemView]) -> float | None:
    """The session's share of the day's dose, capped per item, then averaged over those known.

    None where an exercise was done and nothing tells how much: the others alone would be too few.
    """
    if not all(item.known for item in items):
        return None
    shares = [
        min(1.0, item.done / item.prescribed)
        for item in items
        if item.prescribed
        and item.unit == "repetitions"
        and (item.beside is None or item.beside.received)
    ]
    return sum(shares) / len(shares) if shares else None


def _adherence(results: Sequence[Result], day: str) -> AdherenceView | None:
    last = next((r for r in reversed(results) if isinstance(r, AdherenceResult)), None)
    if last is None:
        return None
    return AdherenceView(
        day=day,
        state=last.state,
        sessions=last.sessions,
        dose=last.dose,
        range=last.range,
        quality=last.quality,
    )


def _conditioning(found: SessionResult | None) -> Conditioning | None:
    """The items' conditioning summed; None before there is a result."""
    if found is None:
        return None
    parts = [item.conditioning.model_dump() for item in found.items]
    return Conditioning(**{name: sum(p[name] for p in parts) for name in Conditioning.model_fields})


def _story(events: Sequence[SessionEvent], plan: Plan | None) -> tuple[EventView, ...]:
    """The events as they are told: what keys did of an item is one line, with its sum."""
    told: list[EventView] = []
    reported: dict[str, float] = {}
    lines: dict[str, int] = {}
    for event in events:
        if isinstance(event, HeartMeasured):
            continue
        if isinstance(event, ExerciseReported):
            reported[event.item] = reported.get(event.item, 0.0) + event.amount
            summed = event.model_copy(update={"amount": reported[event.item]})
            if event.item in lines:
                told[lines[event.item]] = _event_view(summed, plan)
                continue
            lines[event.item] = len(told)
            event = summed  # noqa: PLW2901
        told.append(_event_view(event, plan))
    return tuple(told)


def _event_view(event: SessionEvent, plan: Plan | None) -> EventView:
    said = _said_of_item(event) or _said(event)
    if isinstance(event, CheckAnswered) and event.question not in _USUAL:
        asked = question_words(event.question, event.at, plan)
        said["asked"] = None if asked is None else words(asked)
    return EventView(t_ms=event.t_ns / 1e6, type=event.type, **said)


def _said_of_item(event: SessionEvent) -> dict[str, Any]:
    """What an event tells of an exercise item; nothing where it is about none."""
    match event:
        case RangeCalibrated():
            return {"item": event.item, "value": event.target_deg, "detail": event.source}
        case ExerciseStarted() | AssessmentStarted():
            return {"item": event.item, "detail": event.exercise}
        case ExerciseEnded() | AssessmentEnded():
            return {"item": event.item, "value": event.reason.value}
        case RestStarted() | RestEnded():
            return {"item": event.item}
        case ExerciseReported():
            return {"item": event.item, "value": event.amount, "detail": event.unit}
    return {}


def _said(event: SessionEvent) -> dict[str, Any]:
    said: dict[str, Any] = {}
    match event:
        case CheckAnswered():
            said = {
                "value": event.answer,
                "detail": event.question,
                "by": event.answered_by,
            }
        case SegmentCalibrated():
            said = {
                "value": event.passed,
                "detail": event.level,
                "place": place_words(event.placement),
                "note": calibration_note(event.note, event.placement, passed=event.passed),
            }
        case PainReported():
            said = {"value": event.pain}
        case EffortReported():
            said = {"value": event.effort, "detail": event.at}
        case BreathlessnessReported():
            said = {"value": event.breathlessness, "detail": event.at}
        case SuspectedFall():
            said = {"place": place_words(event.placement)}
        case SessionClosed():
            said = {"value": event.reason.value}
    return said
