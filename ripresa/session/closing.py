"""What happens at a session's close: the results that count, from the recording."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics import offline
from analytics.exercise.observing import observe_by
from analytics.monitoring.adherence import session_adherence
from analytics.monitoring.done import items_reported
from telemetry.messages.events import SessionOpened
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import encode_result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.journal.journal import Journal
    from telemetry.clock import Clock
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import AdherenceResult, Result, SessionResult
    from telemetry.seams import SessionReader
    from therapy.plan.plan import Plan

__all__ = ["ClosedSession", "analyse_recorded", "close_session", "result_record", "streams_of"]


@dataclass(frozen=True, slots=True)
class ClosedSession:
    """What a session came to: found live, found in the recording, done of the plan."""

    provisional: SessionResult | None
    final: SessionResult
    adherence: AdherenceResult


def analyse_recorded(reader: SessionReader, session: str, plan: Plan) -> SessionResult:
    """Run the core over a session as a journal holds it.

    Args:
        reader: the journal.
        session: ULID.
        plan: the version in force when the session was opened.

    Raises:
        StoreError: the journal cannot be read.
    """
    events = reader.events(session)
    streams = (reader.stream_items(stream) for stream in streams_of(events))
    return offline.run(session, events, streams, observe_by(plan), plan_version=plan.version)


async def close_session(
    journal: Journal,
    session: str,
    plan: Plan,
    items: Sequence[str],
    clock: Clock,
    *,
    provisional: SessionResult | None = None,
) -> ClosedSession:
    """Write what a closed session came to: the live results, those that count, adherence.

    Args:
        journal: the home's; all of the session's motion is in it.
        session: ULID.
        plan: the version that it was opened with.
        items: ids of its agenda.
        clock: stamps the records.
        provisional: what the live core found; None: it saw nothing.

    Raises:
        StoreError: the journal refuses.
    """
    final = await asyncio.to_thread(analyse_recorded, journal, session, plan)
    events = journal.events(session)
    opened = next(e for e in events if isinstance(e, SessionOpened))
    adherence = session_adherence(plan, final, items, opened.day, items_reported(events))
    written: list[Result] = [final, adherence]
    if provisional is not None:
        written.insert(0, provisional)
    now_ns = clock.now_ns()
    await journal.append([result_record(result, now_ns) for result in written])
    return ClosedSession(provisional, final, adherence)


def streams_of(events: Sequence[SessionEvent]) -> list[str]:
    """The streams that a session's events bound, in the order in which they are first named."""
    found: dict[str, None] = {}
    for event in events:
        found |= dict.fromkeys(getattr(event, "spans", {}))
    return list(found)


def result_record(result: Result, t_ns: int, *, subject: str | None = None) -> NewRecord:
    """A result as a record for the journal; of another home's session `subject` says whose."""
    return NewRecord(
        t_ns=t_ns,
        kind=RecordKind.RESULT,
        body=encode_result(result),
        session=result.session,
        subject=subject,
    )
