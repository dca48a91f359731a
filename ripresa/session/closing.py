"""What happens at a session's close: the results that count, from the recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.monitoring.adherence import session_adherence
from analytics.monitoring.done import items_reported
from telemetry.messages.events import SessionOpened
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import encode_result

from .recorded_results import results_that_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.journal.journal import Journal
    from telemetry.clock import Clock
    from telemetry.messages.results import AdherenceResult, Result, SessionResult
    from therapy.plan.plan import Plan

__all__ = ["ClosedSession", "close_session", "result_record"]


@dataclass(frozen=True, slots=True)
class ClosedSession:
    """What a session came to: found live, found in the recording, done of the plan."""

    provisional: SessionResult | None
    final: SessionResult
    adherence: AdherenceResult


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
    final = await results_that_count(journal, session, plan)
    events = journal.events(session)
    opened = next(e for e in events if isinstance(e, SessionOpened))
    adherence = session_adherence(plan, final, items, opened.day, items_reported(events))
    written: list[Result] = [final, adherence]
    if provisional is not None:
        written.insert(0, provisional)
    now_ns = clock.now_ns()
    await journal.append([result_record(result, now_ns) for result in written])
    return ClosedSession(provisional, final, adherence)


def result_record(result: Result, t_ns: int, *, subject: str | None = None) -> NewRecord:
    """A result as a record for the journal; of another home's session `subject` says whose."""
    return NewRecord(
        t_ns=t_ns,
        kind=RecordKind.RESULT,
        body=encode_result(result),
        session=result.session,
        subject=subject,
    )
