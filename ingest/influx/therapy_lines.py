"""Points of the `therapy` bucket: what was found, reported and declared. See docs/influx.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from ingest.journal.ledger import ARCHIVED
from telemetry.messages.care import SessionDayCorrected, decode_care
from telemetry.messages.codec import decode_item
from telemetry.messages.events import (
    AssessmentStarted,
    BreathlessnessReported,
    CheckAnswered,
    EffortReported,
    ExerciseEnded,
    ExerciseReported,
    ExerciseStarted,
    HeartMeasured,
    PainReported,
    SessionClosed,
    SessionOpened,
    UnwellReported,
    decode_event,
)
from telemetry.messages.motion import StreamGap
from telemetry.messages.phases import phase_of
from telemetry.messages.record import Record, RecordKind
from telemetry.messages.results import AdherenceResult, ItemResult, SessionResult, decode_result

from .lines import FieldValue, line
from .record_context import home_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telemetry.messages.care import CareRecord
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import Repetition, Result
    from telemetry.seams import SessionSummary

    from .record_context import RecordContext, Whose

__all__ = ["PrescribedDose", "Superseded", "superseded_points", "therapy_lines"]

S_NS = 1_000_000_000
DAY_NS = 86_400 * S_NS


class PrescribedDose(Protocol):
    """Knows the plans."""

    def repetitions(self, patient: str, plan_version: int, exercise: str, side: str) -> int | None:
        """Repetitions that a version of the plan asks for in a session; None where unknown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseded:
    """Points of an older result, in its session's time."""

    measurement: str
    patient: str
    start_ns: int
    stop_ns: int


def superseded_points(record: Record, context: RecordContext) -> list[Superseded]:
    """What a result that supersedes another makes wrong; empty for anything else.

    Raises:
        DecodeError: the body is not what the record's kind says.
    """
    if record.kind is not RecordKind.RESULT:
        return []
    result = decode_result(record.body)
    if not isinstance(result, SessionResult) or result.provisional or result.supersedes is None:
        return []
    whose, session = context.whose(record), context.session(result.session, home_of(record))
    if whose is None or session is None:
        return []
    stop_ns = _stop_ns(session)
    return [
        Superseded(
            measurement=name, patient=whose.patient, start_ns=session.opened_ns, stop_ns=stop_ns
        )
        for name in ("item", "repetition", "movement")
    ]


def therapy_lines(  # noqa: PLR0911 - one case a kind, and one for nobody's
    record: Record, context: RecordContext, doses: PrescribedDose | None = None
) -> list[bytes]:
    """All points that one record makes; none for motion, provisional results and the like.

    Raises:
        DecodeError: the body is not what the record's kind says.
    """
    match record.kind:
        case RecordKind.EVENT:
            event = decode_event(record.body)
            whose = context.whose(record)
            if whose is None:
                return []
            return [
                *_event_lines(event, whose, context, home_of(record)),
                *_phase_lines(event, whose),
            ]
        case RecordKind.RESULT:
            result = decode_result(record.body)
            whose = context.whose(record, result)
            if whose is None:
                return []
            return list(_result_lines(result, whose, context, doses, home_of(record)))
        case RecordKind.STREAM | RecordKind.DROPPED:
            item = decode_item(record.body)
            whose = context.whose(record)
            moved = isinstance(item, StreamGap) and item.reason == ARCHIVED
            if whose is not None and isinstance(item, StreamGap) and not moved:
                placement = context.placement(item.stream, home_of(record))
                return [_gap_line(item, whose, placement, record.t_ns)]
        case RecordKind.CARE:
            return list(_moved_lines(decode_care(record.body), context, doses))
    return []


def _moved_lines(
    care: CareRecord, context: RecordContext, doses: PrescribedDose | None
) -> Iterator[bytes]:
    """Of a session whose day was put right: the points that name its day, written over."""
    if not isinstance(care, SessionDayCorrected):
        return
    whose = context.whose_home(care.home)
    if whose is None or whose.patient != care.patient:
        return
    for event in context.events(care.session, care.home):
        if isinstance(event, SessionOpened):
            yield from _event_lines(event, whose, context, care.home)
    results = context.results(care.session, care.home)
    for result in results:
        if isinstance(result, AdherenceResult):
            yield _adherence_line(result, whose, context, care.home)
    counted = [r for r in results if isinstance(r, SessionResult) and not r.provisional]
    if counted:
        yield from _session_lines(counted[-1], whose, context, doses, care.home)


def _event_lines(  # noqa: C901 - one case an event
    event: SessionEvent, whose: Whose, context: RecordContext, home: str
) -> list[bytes]:
    fields: dict[str, FieldValue] = {"session": event.session}
    match event:
        case SessionOpened():
            name = "session"
            known = context.session(event.session, home)
            fields |= {
                "opened": 1,
                "plan_version": event.plan_version,
                "day": event.day if known is None else known.day,
                "posture": event.posture,
            }
        case SessionClosed():
            name = "session_end"
            opened = context.session(event.session, home)
            seconds = None if opened is None else (event.t_ns - opened.opened_ns) / S_NS
            fields |= {"closed": 1, "reason": str(event.reason), "duration_s": seconds}
        case ExerciseEnded():
            name = "exercise_end"
            fields |= {"item": event.item, "reason": str(event.reason)}
        case ExerciseReported():
            name = "reported"
            fields |= {"item": event.item, "amount": event.amount, "unit": event.unit}
        case CheckAnswered(question="settled", answer=bool(settled)):
            name, fields = "report", {**fields, "settled": int(settled), "at": event.at}
        case CheckAnswered(answer=pain) if _of_exercised_part(event) and type(pain) is int:
            name, fields = "report", {**fields, "pain": pain, "at": event.at}
        case PainReported():
            name, fields = "report", {**fields, "pain": event.pain}
        case EffortReported():
            name = "report"
            fields |= {"effort": float(event.effort), "at": event.at}
        case BreathlessnessReported():
            name = "report"
            fields |= {"breathlessness": float(event.breathlessness), "at": event.at}
        case HeartMeasured():
            name, fields = "heart", fields | _heart(event)
        case UnwellReported():
            name, fields = "report", {**fields, "unwell": 1}
        case _:
            return []
    return [line(name, whose.tags, fields, event.t_ns)]


def _heart(event: HeartMeasured) -> dict[str, int]:
    """What is known of a heart rate; one that was taken without skin contact is none."""
    known = event.rate_bpm is not None and event.contact is not False
    told = {"rate_bpm": event.rate_bpm if known else None, "contact": event.contact}
    return {name: int(value) for name, value in told.items() if value is not None}


def _phase_lines(event: SessionEvent, whose: Whose) -> Iterator[bytes]:
    """Which phase the event begins."""
    phase = phase_of(event)
    if phase is not None:
        item = getattr(event, "item", None) if phase in ("exercise", "assessment") else None
        fields = {"session": event.session, "phase": phase, "item": item}
        yield line("phase", whose.tags, fields, event.t_ns)


def _of_exercised_part(event: CheckAnswered) -> bool:
    return event.question.startswith("pain") and event.question != "pain elsewhere"


def _adherence_line(
    result: AdherenceResult, whose: Whose, context: RecordContext, home: str
) -> bytes:
    """Of a session; what a day came to is a figure (`adherence_day`) and written from those."""
    session = context.session(result.session, home) if result.session else None
    fields: dict[str, FieldValue] = {
        "session": result.session,
        "day": result.day if session is None else session.day,
        "state": result.state,
        "plan_version": result.plan_version,
        "sessions": result.sessions,
        "dose": result.dose,
        "range": result.range,
        "quality": result.quality,
    }
    t_ns = _noon_ns(result.day) if session is None else session.opened_ns
    return line("adherence", whose.tags | {"span": "session"}, fields, t_ns)


def _result_lines(
    result: Result,
    whose: Whose,
    context: RecordContext,
    doses: PrescribedDose | None,
    home: str,
) -> Iterator[bytes]:
    if isinstance(result, AdherenceResult):
        if result.session is not None:
            yield _adherence_line(result, whose, context, home)
    elif isinstance(result, SessionResult) and not result.provisional:
        context.forget_times()
        yield from _session_lines(result, whose, context, doses, home)
        if result.supersedes is not None:
            yield from _lines_beside(result, whose, context, doses, home)


def _lines_beside(
    result: SessionResult,
    whose: Whose,
    context: RecordContext,
    doses: PrescribedDose | None,
    home: str,
) -> Iterator[bytes]:
    """Of the sessions whose points went with the superseded ones, because they were held then."""
    session = context.session(result.session, home)
    if session is not None:
        for counted, beside in context.counting_beside(session, _stop_ns(session)):
            yield from _session_lines(counted, whose, context, doses, beside)


def _stop_ns(session: SessionSummary) -> int:
    return session.closed_ns or session.opened_ns + DAY_NS


def _session_lines(
    result: SessionResult,
    whose: Whose,
    context: RecordContext,
    doses: PrescribedDose | None,
    home: str,
) -> Iterator[bytes]:
    events = context.events(result.session, home)
    starts = {
        (event.item, isinstance(event, AssessmentStarted), stream): (index, event.t_ns)
        for event in events
        if isinstance(event, ExerciseStarted | AssessmentStarted)
        for stream, index in event.spans.items()
    }
    summary = context.session(result.session, home)
    posture = next((e.posture for e in events if isinstance(e, SessionOpened)), None)
    for item in result.items:
        default_ns = 0 if summary is None else summary.opened_ns
        begun = item.item, item.assessment, item.stream
        index, event_ns = starts.get(begun, (0, default_ns))
        start_ns = context.sample_ns(item.stream, home, index) or event_ns
        prescribed = (
            None
            if doses is None
            else doses.repetitions(whose[1], result.plan_version, item.exercise, item.side)
        )
        told: dict[str, FieldValue] = {
            "session": result.session,
            "day": None if summary is None else summary.day,
        }
        about: dict[str, FieldValue] = {"posture": posture, "prescribed": prescribed}
        yield _item_line(result, item, whose, start_ns, told | about)
        yield from _movement_lines(result.session, item, whose, start_ns)
        for repetition in item.repetitions:
            t_ns = context.sample_ns(item.stream, home, repetition.start_index)
            t_ns = t_ns or start_ns + round(repetition.start_s * S_NS)
            yield _repetition_line(told, item, repetition, whose, t_ns)


def _item_tags(item: ItemResult, whose: Whose) -> dict[str, str]:
    return whose.tags | {
        "exercise": item.exercise,
        "side": item.side,
        "assessment": "true" if item.assessment else "false",
    }


def _item_line(
    result: SessionResult,
    item: ItemResult,
    whose: Whose,
    start_ns: int,
    told: dict[str, FieldValue],
) -> bytes:
    fields = told | {
        "item": item.item,
        "repetitions": len(item.repetitions) if item.received else None,
        "core_version": result.core_version,
        "plan_version": result.plan_version,
        "samples": item.conditioning.samples,
        "missing": item.conditioning.missing,
        "not_observable": item.not_observable,
        "count_low": item.count_low,
        "count_high": item.count_high,
        "attempts": len(item.attempts),
        "other_s": float(sum(o.end_s - o.start_s for o in item.other_movement)),
        "judged": int(item.judged),
        "alike": item.alike,
    }
    if (peak := item.active_peak) is not None:
        fields |= {
            "peak_deg": peak.peak_deg,
            "peak_from_deg": peak.start_deg,
            "peak_low_deg": peak.band_low_deg,
            "peak_high_deg": peak.band_high_deg,
        }
    if (found := item.range_of_motion) is not None:
        fields |= {
            "what": found.what,
            "rom_median_deg": found.median_deg,
            "rom_p10_deg": found.p10_deg,
            "rom_p90_deg": found.p90_deg,
            "band_low_deg": found.band_low_deg,
            "band_high_deg": found.band_high_deg,
        }
    return line("item", _item_tags(item, whose), fields, start_ns)


def _movement_lines(session: str, item: ItemResult, whose: Whose, start_ns: int) -> Iterator[bytes]:
    """What was no repetition of the set: attempts, and other movement."""
    tags = _item_tags(item, whose)
    for what, parts in (("attempt", item.attempts), ("other", item.other_movement)):
        for part in parts:
            fields: dict[str, FieldValue] = {
                "session": session,
                "seconds": float(part.end_s - part.start_s),
            }
            t_ns = start_ns + round(part.start_s * S_NS)
            yield line("movement", tags | {"what": what}, fields, t_ns)


def _repetition_line(
    told: dict[str, FieldValue], item: ItemResult, repetition: Repetition, whose: Whose, t_ns: int
) -> bytes:
    fields = told | {
        "number": repetition.number,
        "range_deg": repetition.range_deg,
        "peak_deg": repetition.peak_deg,
        "start_deg": repetition.start_deg,
        "range_low_deg": repetition.range_low_deg,
        "range_high_deg": repetition.range_high_deg,
        "peak_low_deg": repetition.peak_low_deg,
        "peak_high_deg": repetition.peak_high_deg,
        "flags": ",".join(repetition.flags),
        "technical": ",".join(repetition.technical),
        "too_fast": int(any("fast" in flag for flag in repetition.flags)),
    }
    if item.judged:
        fields |= {
            "up_s": float(repetition.up_s),
            "hold_s": float(repetition.hold_s),
            "down_s": float(repetition.down_s),
            "peak_velocity_deg_s": repetition.peak_velocity_deg_s,
            "sparc": repetition.sparc,
        }
    return line("repetition", _item_tags(item, whose), fields, t_ns)


def _gap_line(gap: StreamGap, whose: Whose, placement: str, t_ns: int) -> bytes:
    fields: dict[str, FieldValue] = {
        "count": gap.count or 0,
        "reason": gap.reason,
        "first_index": gap.first_index,
    }
    return line("gap", whose.tags | {"placement": placement}, fields, gap.t_ns or t_ns)


def _noon_ns(day: str) -> int:
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    return int(noon.timestamp()) * S_NS
