"""Imported streams as one session: its plan and its events, as a home would have told them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from analytics.calibration.segments import KnownSegments
from analytics.exercise.observation import Method
from analytics.exercise.observing import observe_by
from telemetry.errors import ConfigurationError
from telemetry.messages.events import (
    CloseReason,
    ExerciseEnded,
    ExerciseStarted,
    SegmentCalibrated,
    SessionClosed,
    SessionOpened,
    StopReason,
    Worn,
)
from telemetry.messages.motion import StreamOpened
from telemetry.messages.newer import first_problem
from therapy.plan.plan import Plan
from therapy.plan.plan_item import PlanItem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem

    from .imported_stream import ImportedStream

__all__ = ["ImportFacts", "ImportedSession", "imported_session"]

SITE = "imported"
NOT_KNOWN = "how the sensor lay on its segment is not known"
ANY_EXERCISE = "arm-abduction"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFacts:
    """What the files do not tell.

    Attributes:
        patient: pseudonym.
        exercise: of the library; None: the session holds motion only, and nothing to analyse.
        side: of the exercise.
        posture: None: the exercise's usual one.
        start_ns: of the first sample, where the files do not tell it.
        source: where the recording comes from.
        layout: name of the map.
        shared_clock: stamps of several files count on one clock.
    """

    patient: str
    exercise: str | None = None
    side: Literal["left", "right"] = "right"
    posture: str | None = None
    start_ns: int | None = None
    source: str = ""
    layout: str = ""
    shared_clock: bool = False


@dataclass(frozen=True, slots=True)
class ImportedSession:
    """A session that was not recorded here.

    Attributes:
        session: ULID.
        plan: made for it; one item, or one that is never begun.
        events: in order.
        streams: items of each stream, in order.
    """

    session: str
    plan: Plan
    events: tuple[SessionEvent, ...]
    streams: tuple[tuple[StreamItem, ...], ...]


def imported_session(
    streams: Sequence[ImportedStream], facts: ImportFacts, ulid: Callable[[], str], *, version: int
) -> ImportedSession:
    """Make a session of streams.

    Args:
        streams: of one recording, each of another sensor.
        facts: what the files do not tell.
        ulid: gives one that was not there before.
        version: of the plan that is made for it.

    Raises:
        ConfigurationError: two sensors at one place, an exercise that is not known, or no time.
    """
    placements = [s.placement for s in streams]
    if len(set(placements)) != len(placements):
        raise ConfigurationError(f"two files are worn at one place: {', '.join(placements)}")
    begins = _begins(streams, facts)
    session, ids = ulid(), [ulid() for _ in streams]
    plan = _plan(facts, placements, version, min(begins))
    items = [
        tuple(s.items(i, f"imported-{n}", b))
        for n, (s, i, b) in enumerate(zip(streams, ids, begins, strict=True), 1)
    ]
    ends_ns = max(
        b + round(float(s.grid.t_s[-1]) * 1e9) for s, b in zip(streams, begins, strict=True)
    )
    told: list[SessionEvent] = []

    def tell(kind: Any, t_ns: int, **fields: Any) -> None:
        told.append(kind(session=session, number=len(told), t_ns=t_ns, **fields))

    tell(
        SessionOpened,
        min(begins),
        patient=facts.patient,
        site=SITE,
        plan_version=version,
        day=datetime.fromtimestamp(min(begins) / 1e9, UTC).date().isoformat(),
        posture=plan.items[0].in_posture,
        wearables=tuple(
            Worn(wearable=f"imported-{n}", model=s.model, placement=s.placement)
            for n, s in enumerate(streams, 1)
        ),
        replay_of=_provenance(streams, facts),
    )
    if facts.exercise is not None:
        started = ExerciseStarted(
            session=session,
            number=0,
            t_ns=min(begins),
            item=plan.items[0].id,
            exercise=plan.items[0].exercise,
            side=facts.side,
            spans=dict.fromkeys(ids, 0),
        )
        for placement, axis in _axes(streams, plan, started, items):
            fields: dict[str, Any] = {"placement": placement}
            fields |= (
                {"level": "none", "passed": False, "note": NOT_KNOWN}
                if axis is None
                else {"level": "stored", "axis": axis}
            )
            tell(SegmentCalibrated, min(begins), **fields)
        told.append(started.model_copy(update={"number": len(told)}))
        tell(
            ExerciseEnded,
            ends_ns,
            item=started.item,
            spans={i: s.end_index for i, s in zip(ids, streams, strict=True)},
            reason=StopReason.DONE,
        )
    tell(SessionClosed, ends_ns, reason=CloseReason.DONE)
    return ImportedSession(session, plan, tuple(told), tuple(items))


def _begins(streams: Sequence[ImportedStream], facts: ImportFacts) -> list[int]:
    """Host time of each stream's first sample, nanoseconds."""
    known = [s.begins_ns for s in streams]
    if all(b is not None for b in known):
        return [b for b in known if b is not None]
    if facts.start_ns is None:
        raise ConfigurationError(
            "the files do not tell when they were recorded: give --start, such as "
            "2026-03-01T10:00:00+01:00"
        )
    start_ns = facts.start_ns // 1000 * 1000
    if len(streams) == 1:
        return [start_ns]
    if not facts.shared_clock or any(s.device_us is None for s in streams):
        raise ConfigurationError(
            "which samples of the files belong together is not known: where their stamps count on "
            "one clock set shared = true in the map's [time], else import each as a session"
        )
    firsts = [int(s.device_us[0]) for s in streams if s.device_us is not None]
    return [start_ns + (first - min(firsts)) * 1000 for first in firsts]


def _plan(facts: ImportFacts, placements: Sequence[str], version: int, begins_ns: int) -> Plan:
    exercise = ANY_EXERCISE if facts.exercise is None else facts.exercise
    try:
        item = PlanItem(
            id=exercise,
            exercise=exercise,
            side=facts.side,
            posture=facts.posture,
            placements=tuple(placements) if facts.exercise else (),
            assessment="never",
        )
        return Plan(
            patient=facts.patient,
            version=version,
            valid_from=datetime.fromtimestamp(begins_ns / 1e9, UTC).date(),
            time_zone="UTC",
            items=(item,),
        )
    except ValidationError as e:
        raise ConfigurationError(f"imported session: {first_problem(e)}") from e


def _axes(
    streams: Sequence[ImportedStream],
    plan: Plan,
    started: ExerciseStarted,
    items: Sequence[Sequence[StreamItem]],
) -> list[tuple[str, tuple[float, float, float] | None]]:
    """Sensors whose lie was told, and the one whose angle would need it and does not have it."""
    opened = {o.stream: o for part in items for o in part if isinstance(o, StreamOpened)}
    seen = observe_by(plan)(started, opened, KnownSegments())
    told: list[tuple[str, tuple[float, float, float] | None]] = []
    for stream in streams:
        needed = (
            seen is not None
            and seen.method is Method.ELEVATION
            and opened[seen.stream].placement == stream.placement
        )
        if stream.long_axis is not None or needed:
            told.append((stream.placement, stream.long_axis))
    return told


def _provenance(streams: Sequence[ImportedStream], facts: ImportFacts) -> str:
    hashes = " ".join(s.sha256 for s in streams)
    return f"import {facts.layout}: {facts.source or 'source not stated'}; sha256 {hashes}"
