"""A recorded session as the live path would have shown it."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from analytics.core import Core
from telemetry.errors import ConfigurationError
from telemetry.events import SessionOpened
from telemetry.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened

from .closing import streams_of
from .observing import observe_by
from .plans import PlanFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from telemetry.events import SessionEvent
    from telemetry.live import LiveMessage
    from telemetry.motion import StreamItem
    from telemetry.seams import SessionReader

__all__ = ["recorded_control"]


def recorded_control(reader: SessionReader, session: str, plans: Path) -> list[LiveMessage]:
    """The live messages of a session: control and repetitions, in the order of time.

    Args:
        reader: the journal that holds it.
        session: ULID.
        plans: folder of plans, see `PlanFolder`.

    Raises:
        ConfigurationError: the session or its plan is not at hand.
        StoreError: the journal cannot be read.
    """
    events = reader.events(session)
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
    timelines = [_timed_events(events), *(_timed(reader, s) for s in streams_of(events))]
    for _, what in heapq.merge(*timelines, key=lambda pair: pair[0]):
        if isinstance(what, MotionBatch | StreamOpened | StreamGap | StreamEnded):
            messages += core.take(what)
        else:
            messages += core.take_event(what)
    return messages


def _timed_events(events: list[SessionEvent]) -> Iterator[tuple[int, SessionEvent | StreamItem]]:
    return ((event.t_ns, event) for event in events)


def _timed(reader: SessionReader, stream: str) -> Iterator[tuple[int, SessionEvent | StreamItem]]:
    at_ns = 0
    for item in reader.stream_items(stream):
        match item:
            case StreamOpened():
                at_ns = item.opened_ns
            case MotionBatch():
                at_ns = item.t0_ns
            case _:
                pass
        yield at_ns, item
