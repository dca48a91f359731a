"""A recorded session as the live path would have shown it."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from analytics.core import Core
from analytics.exercise.observing import observe_by
from ripresa.session.parts import streams_of
from ripresa.session.reanalysis import plan_of_session
from telemetry.messages.events import AssessmentStarted, ExerciseStarted
from telemetry.messages.motion import (
    MotionBatch,
    StreamEnded,
    StreamGap,
    StreamOpened,
    StreamQuality,
)

from .frames import in_frames
from .gated_angles import item_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import SessionResult
    from telemetry.seams import SessionReader
    from therapy.plan.plan import Plan

    from .gated_angles import ItemSpan

__all__ = [
    "Happening",
    "Replayed",
    "Timeline",
    "given",
    "recorded_control",
    "replayed",
    "timeline_of",
]

Happening: TypeAlias = "SessionEvent | StreamItem"
_Timed: TypeAlias = tuple[float, Happening]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A session's events and stream items in the order of time.

    Attributes:
        session: ULID.
        plan: the version that it was opened with.
        happenings: each with its host time, nanoseconds.
    """

    session: str
    plan: Plan
    happenings: Sequence[_Timed]

    def core(self) -> Core:
        """A core that has heard nothing yet."""
        return Core(self.session, observe_by(self.plan))

    @property
    def begins_ns(self) -> int:
        """When its first event or sample is."""
        return round(self.happenings[0][0])

    @property
    def lasts_s(self) -> float:
        """Seconds from the first to the last."""
        last = next(at for at, _ in reversed(self.happenings) if at < math.inf)
        return (last - self.happenings[0][0]) / 1e9


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the core of today says to a session.

    Attributes:
        messages: live ones, in the order of time: provisional.
        result: as of the session's close; None where that was not asked for.
        spans: of the items, likewise.
    """

    messages: list[LiveMessage]
    result: SessionResult | None
    spans: list[ItemSpan]


def timeline_of(
    reader: SessionReader, session: str, plans: Path, *, home: str | None = None
) -> Timeline:
    """What happened in a session, its streams in frames of one length wherever they are kept.

    Args:
        reader: of the journal or folder that holds it.
        session: ULID.
        plans: folder of plans, see `PlanFolder`.
        home: whose session, where several have one of that name.

    Raises:
        AmbiguousName: several have, and nobody says whose.
        ConfigurationError: the session or its plan is not at hand.
        StoreError: it cannot be read.
    """
    events = reader.events(session, home=home)
    plan = plan_of_session(session, events, plans)
    # Those that items span come first: a result counts streams in that order.
    named = dict.fromkeys((*streams_of(events), *reader.streams(session, home=home)))
    streams = {s: list(_timed(in_frames(reader.stream_items(s, home=home)))) for s in named}
    lines = [_timed_events(events, streams), *streams.values()]
    return Timeline(session, plan, list(heapq.merge(*lines, key=lambda pair: pair[0])))


def recorded_control(
    reader: SessionReader, session: str, plans: Path, *, home: str | None = None
) -> list[LiveMessage]:
    """The live messages of a session: control and repetitions, in the order of time.

    Args, Raises: see `timeline_of`.
    """
    return replayed(reader, session, plans, home=home, closing=False).messages


def replayed(
    reader: SessionReader,
    session: str,
    plans: Path,
    *,
    home: str | None = None,
    closing: bool = True,
) -> Replayed:
    """A session once through the core of today.

    Args:
        reader: of the journal or folder that holds it.
        session: ULID.
        plans: folder of plans.
        home: whose session, where several have one of that name.
        closing: whether the session's end is judged, too.

    Raises:
        AmbiguousName, ConfigurationError, StoreError: see `timeline_of`.
    """
    timeline = timeline_of(reader, session, plans, home=home)
    core = timeline.core()
    messages = [m for _, what in timeline.happenings for m in given(core, what)]
    version = timeline.plan.version
    result = core.result(plan_version=version, provisional=False) if closing else None
    return Replayed(messages, result, item_spans(timeline.happenings) if closing else [])


def given(core: Core, what: Happening) -> list[LiveMessage]:
    """What a core says to one event or stream item."""
    if isinstance(what, MotionBatch | StreamOpened | StreamGap | StreamQuality | StreamEnded):
        return core.take(what)
    return core.take_event(what)


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
