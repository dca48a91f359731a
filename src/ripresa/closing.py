"""What happens at a session's close: the results that count, from the recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics import recorded
from telemetry.record import Kind, NewRecord
from telemetry.results import encode_result

from .observing import observe_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.events import SessionEvent
    from telemetry.results import Result, SessionResult
    from telemetry.seams import SessionReader
    from therapy.plan import Plan

__all__ = ["analyse_recorded", "result_record"]


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
    return recorded.run(session, events, streams, observe_by(plan), plan_version=plan.version)


def streams_of(events: Sequence[SessionEvent]) -> list[str]:
    """The streams that a session's events bound, in the order in which they are first named."""
    found: dict[str, None] = {}
    for event in events:
        found |= dict.fromkeys(getattr(event, "spans", {}))
    return list(found)


def result_record(result: Result, t_ns: int) -> NewRecord:
    """A result as a record for the journal."""
    return NewRecord(
        t_ns=t_ns, kind=Kind.RESULT, body=encode_result(result), session=result.session
    )
