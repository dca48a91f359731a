"""Records and events for tests of what is stored."""

from __future__ import annotations

import textwrap

from builders import SESSION, STREAM, T0_NS
from telemetry.codec import encode_item
from telemetry.events import CloseReason, SessionClosed, SessionEvent, SessionOpened, encode_event
from telemetry.motion import MotionBatch, StreamEnded, StreamItem
from telemetry.record import Kind, NewRecord
from telemetry.results import Result, encode_result

S_NS = 1_000_000_000


def item_record(item: StreamItem, *, session: str | None = SESSION) -> NewRecord:
    """A stream's item as its recorder would append it."""
    kind = Kind.MOTION if isinstance(item, MotionBatch) else Kind.STREAM
    t_ns = item.t0_ns if isinstance(item, MotionBatch) else T0_NS
    return NewRecord(
        t_ns=t_ns, kind=kind, body=encode_item(item), session=session, stream=item.stream
    )


def event_record(event: SessionEvent) -> NewRecord:
    """A session's event as the session service would append it."""
    return NewRecord(
        t_ns=event.t_ns, kind=Kind.EVENT, body=encode_event(event), session=event.session
    )


def result_record(result: Result, t_ns: int = T0_NS) -> NewRecord:
    """A result as the core or the clinic would append it."""
    return NewRecord(
        t_ns=t_ns, kind=Kind.RESULT, body=encode_result(result), session=result.session
    )


def session_opened(session: str = SESSION, *, patient: str = "p-01", **more) -> SessionOpened:
    fields = {
        "number": 0,
        "t_ns": T0_NS,
        "site": "clinic",
        "plan_version": 1,
        "day": "2023-11-14",
        "posture": "standing",
    }
    return SessionOpened(session=session, patient=patient, **(fields | more))


def session_closed(session: str = SESSION, *, number: int = 1, **more) -> SessionClosed:
    fields = {"t_ns": T0_NS + 600 * S_NS, "reason": CloseReason.DONE}
    return SessionClosed(session=session, number=number, **(fields | more))


def ended(next_index: int, stream: str = STREAM) -> StreamEnded:
    return StreamEnded(stream=stream, next_index=next_index, reason="stopped")


WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from builders import batch
    from ingest.journal import Journal
    from journals import item_record
    from telemetry.clock import SystemClock

    journal = Journal.open(Path(sys.argv[1]), SystemClock())
    n = 0
    while True:
        first = item_record(batch(20, stream=sys.argv[3], first_index=n))
        second = item_record(batch(20, stream=sys.argv[3], first_index=n + 20))
        journal.append_now([first, second])
        n += 40
        print(n, flush=True)
""")
"""A process that appends to argv[1] until it is killed, and says what it was promised."""
