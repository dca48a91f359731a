"""The results that count, from the recording; a fault in one item costs no other its result."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from analytics import offline
from analytics.core import CORE_VERSION
from analytics.exercise.observing import observe_by
from analytics.observability.doubt import REASONS, DoubtKind
from telemetry.errors import RipresaError
from telemetry.messages.events import AssessmentStarted, ExerciseStarted
from telemetry.messages.motion import StreamOpened
from telemetry.messages.results import DoubtNote, ItemResult, SessionResult

from .overrun import in_thread
from .parts import parts_of, streams_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.messages.events import SessionEvent
    from telemetry.seams import SessionReader
    from therapy.plan.plan import Plan

__all__ = ["analyse_recorded", "results_that_count"]

log = logging.getLogger(__name__)

MOST_CPU_S = 600.0
"""Of a whole session, and again of each item: an hour takes seconds, on a slow box a minute."""


def analyse_recorded(
    reader: SessionReader,
    session: str,
    plan: Plan,
    *,
    events: Sequence[SessionEvent] | None = None,
    home: str | None = None,
) -> SessionResult:
    """Run the core over a session as a journal holds it.

    Args:
        reader: the journal.
        session: ULID.
        plan: the version in force when the session was opened.
        events: of the session, those of a part of its items; None: all.
        home: whose session it is, where several homes may have one of that name.

    Raises:
        StoreError: the journal cannot be read.
    """
    if events is None:
        events = reader.events(session, home=home)
    streams = (reader.stream_items(stream, home=home) for stream in streams_of(events))
    return offline.run(session, events, streams, observe_by(plan), plan_version=plan.version)


async def results_that_count(reader: SessionReader, session: str, plan: Plan) -> SessionResult:
    """As `analyse_recorded`, off the event loop; where that fails, item by item.

    An item that cannot be computed even alone, or whose computation does not end, says so in the
    place of figures.

    Raises:
        StoreError: the journal cannot be read.
    """
    try:
        return await in_thread(MOST_CPU_S, analyse_recorded, reader, session, plan)
    except RipresaError:
        raise
    except Exception:  # what was recorded is not lost for a slip in what computes
        log.exception("session %s cannot be computed as a whole; item by item", session)
    items: list[ItemResult] = []
    for part in parts_of(reader.events(session)):
        items += await _part(reader, session, plan, part)
    return SessionResult(
        session=session,
        core_version=CORE_VERSION,
        plan_version=plan.version,
        provisional=False,
        items=tuple(items),
    )


async def _part(
    reader: SessionReader, session: str, plan: Plan, events: Sequence[SessionEvent]
) -> tuple[ItemResult, ...]:
    try:
        found = await in_thread(MOST_CPU_S, analyse_recorded, reader, session, plan, events=events)
    except RipresaError:
        raise
    except Exception:
        started = next(e for e in events if isinstance(e, ExerciseStarted | AssessmentStarted))
        log.exception("item %s of session %s cannot be computed", started.item, session)
        return _uncomputed(reader, plan, started)
    return found.items


def _uncomputed(
    reader: SessionReader, plan: Plan, started: ExerciseStarted | AssessmentStarted
) -> tuple[ItemResult, ...]:
    """An item without a figure; none where no stream says that anything was recorded."""
    firsts = [next(iter(reader.stream_items(stream)), None) for stream in started.spans]
    opened = [first for first in firsts if isinstance(first, StreamOpened)]
    if not opened:
        return ()
    worn = plan.item(started.item).placements
    own = next((o for o in opened if o.placement in worn), opened[0])
    why = REASONS[DoubtKind.FAULT]
    item = ItemResult(
        item=started.item,
        exercise=started.exercise,
        side=started.side,
        stream=own.stream,
        rate_hz=own.rate_hz,
        assessment=isinstance(started, AssessmentStarted),
        repetitions=(),
        range_of_motion=None,
        not_observable=why.en,
        doubts=(DoubtNote(kind=DoubtKind.FAULT, it=why.it, en=why.en),),
        judged=False,
    )
    return (item,)
