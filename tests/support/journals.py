"""Records and events for tests of what is stored."""

from __future__ import annotations

import textwrap

from builders import SESSION, STREAM, T0_NS, batch, opened
from ingest.transfer.intake import open_parcel, store_parcels
from telemetry.messages.codec import encode_item
from telemetry.messages.events import (
    CloseReason,
    ExerciseStarted,
    PainReported,
    SessionClosed,
    SessionEvent,
    SessionOpened,
    encode_event,
)
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamItem
from telemetry.messages.record import NewRecord, Record, RecordKind, encode_block
from telemetry.messages.results import (
    Conditioning,
    ItemResult,
    RangeOfMotion,
    Repetition,
    Result,
    SessionResult,
    encode_result,
)
from telemetry.transport.topics import HomeTopics

HOME = "01J0000000000000000000H0ME"
S_NS = 1_000_000_000


def item_record(item: StreamItem, *, session: str | None = SESSION) -> NewRecord:
    """A stream's item as its recorder would append it."""
    kind = RecordKind.MOTION if isinstance(item, MotionBatch) else RecordKind.STREAM
    t_ns = item.t0_ns if isinstance(item, MotionBatch) else T0_NS
    return NewRecord(
        t_ns=t_ns, kind=kind, body=encode_item(item), session=session, stream=item.stream
    )


def event_record(event: SessionEvent) -> NewRecord:
    """A session's event as the session service would append it."""
    return NewRecord(
        t_ns=event.t_ns, kind=RecordKind.EVENT, body=encode_event(event), session=event.session
    )


def result_record(result: Result, t_ns: int = T0_NS) -> NewRecord:
    """A result as the core or the clinic would append it."""
    return NewRecord(
        t_ns=t_ns, kind=RecordKind.RESULT, body=encode_result(result), session=result.session
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
    from ingest.journal.journal import Journal
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


def newly_numbered(clinic, home, records):
    """A home's new records with their positions after what the clinic has."""
    first = clinic.committed(home) + 1
    return [
        Record(
            home=home,
            position=first + i,
            t_ns=r.t_ns,
            kind=r.kind,
            body=r.body,
            session=r.session,
            stream=r.stream,
        )
        for i, r in enumerate(records)
    ]


def receive(clinic, records, home=HOME, patient="p-01", site="clinic"):
    """Have a home's new records arrive at the clinic."""
    numbered = newly_numbered(clinic, home, records)
    topic = HomeTopics(site, patient).record
    parcels = [
        open_parcel(topic, encode_block(numbered[i : i + 100]))
        for i in range(0, len(numbered), 100)
    ]
    outcome = store_parcels(clinic, parcels, now_ns=0)
    assert outcome.counts["dead_letters"] == 0


def repetition(number, start_index):
    return Repetition(
        number=number,
        start_index=start_index,
        peak_index=start_index + 5,
        end_index=start_index + 9,
        start_s=start_index / 60,
        end_s=(start_index + 9) / 60,
        range_deg=90.5,
        peak_deg=100.0,
        up_s=1.0,
        hold_s=0.5,
        down_s=1.25,
        sparc=-1.5,
    )


def session_result(**more):
    item = ItemResult(
        item="01-abd",
        exercise="arm-abduction",
        side="right",
        stream=STREAM,
        rate_hz=60,
        repetitions=(repetition(1, 10), repetition(2, 20)),
        range_of_motion=RangeOfMotion(
            what="forearm elevation", median_deg=90.5, p10_deg=89, p90_deg=92
        ),
        conditioning=Conditioning(samples=100, missing=3),
    )
    fields = {"core_version": "1", "plan_version": 1, "provisional": False, "items": (item,)}
    return SessionResult(session=SESSION, **(fields | more))


def whole_session(patient="p-01"):
    """A session with an exercise, 100 samples, a gap, pain, a result and a provisional one."""
    start = ExerciseStarted(
        session=SESSION,
        number=1,
        t_ns=T0_NS,
        item="01-abd",
        exercise="arm-abduction",
        side="right",
        spans={STREAM: 5},
    )
    pain = PainReported(session=SESSION, number=2, t_ns=T0_NS + S_NS, pain=2)
    gap = StreamGap(stream=STREAM, first_index=100, count=7, reason="radio", t_ns=T0_NS + 2 * S_NS)
    return [
        event_record(session_opened(patient=patient)),
        item_record(opened()),
        event_record(start),
        *(item_record(batch(20, first_index=20 * i)) for i in range(5)),
        item_record(gap),
        event_record(pain),
        event_record(session_closed(number=3)),
        result_record(session_result()),
        result_record(session_result(provisional=True, core_version="live")),
    ]
