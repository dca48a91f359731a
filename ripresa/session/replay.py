"""A recorded session as the live path would have shown it."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, TypeAlias

from analytics.core import Core
from analytics.exercise.observing import observe_by
from telemetry.errors import ConfigurationError
from telemetry.messages.events import AssessmentStarted, ExerciseStarted, SessionOpened
from telemetry.messages.motion import (
    MotionBatch,
    StreamEnded,
    StreamGap,
    StreamOpened,
    StreamQuality,
)

from .closing import streams_of
from .plan_folder import PlanFolder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import StreamItem
    from telemetry.seams import SessionReader

__all__ = ["recorded_control"]

_Timed: TypeAlias = "tuple[float, SessionEvent | StreamItem]"


def recorded_control(
    reader: SessionReader, session: str, plans: Path, *, home: str | None = None
) -> list[LiveMessage]:
    """The live messages of a session: control and repetitions, in the order of time.

    Args:
        reader: the journal that holds it.
        session: ULID.
        plans: folder of plans, see `PlanFolder`.
        home: whose session, where several have one of that name.

    Raises:
        AmbiguousName: several have, and nobody says whose.
        ConfigurationError: the session or its plan is not at hand.
        StoreError: the journal cannot be read.
    """
    events = reader.events(session, home=home)
    opened = next((e for e in events if isinstance(e, SessionOpened)), None)
    if opened is None:
        raise ConfigurationError(f"no session {session} in this journal: check the ULID")
    plan = PlanFolder(plans).version(opened.patient, opened.plan_version)
    if plan is None:
        raise ConfigurationError(
            f"plan version {opened.plan_version} of {opened.patient} is not at hand in {plans}"
        )
    core = Core(session, observe_by(plan))
    messages: list[LiveMessage] = []
    streams = {s: list(_timed(reader.stream_items(s, home=home))) for s in streams_of(events)}
    timelines = [_timed_events(events, streams), *streams.values()]
    for _, what in heapq.merge(*timelines, key=lambda pair: pair[0]):
        if isinstance(what, MotionBatch | StreamOpened | StreamGap | StreamQuality | StreamEnded):
            messages += core.take(what)
        else:
            messages += core.take_event(what)
    return messages


def _timed(items: Iterable[StreamItem]) -> Iterator[_Timed]:
    at_ns = 0
    for item in items:
        match item:
            case StreamOpened():
                at_ns = item.opened_ns
            case MotionBatch():
                at_ns = item.t0_ns
            case _:
                pass
        yield at_ns, item


def _timed_events(
    events: Sequence[SessionEvent], streams: Mapping[str, Sequence[_Timed]]
) -> list[_Timed]:
    """Events in order; one that begins an item comes before the batch with its first sample."""
    timed: list[_Timed] = []
    latest_ns: float = math.inf
    for event in reversed(events):
        at_ns: float = event.t_ns
        if isinstance(event, ExerciseStarted | AssessmentStarted):
            for stream, index in event.spans.items():
                at_ns = min(at_ns, _batch_ns(streams.get(stream, ()), index))
        latest_ns = min(latest_ns, at_ns)
        timed.append((latest_ns, event))
    return timed[::-1]


def _batch_ns(items: Sequence[_Timed], index: int) -> float:
    """When the batch that holds sample `index` comes."""
    for at_ns, item in items:
        if isinstance(item, MotionBatch) and item.next_index > index:
            return at_ns
    return math.inf
