"""What a researcher waits for: replay, an hour's export, a long list of sessions.

The sessions are made of one simulated forearm that rises every six seconds, written into a journal
as a home would have, and then read, replayed and exported by the same code as any.
"""

from __future__ import annotations

import asyncio
import json
import time
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.journal.journal import Journal
from ripresa.recordings.exporting import write_sessions
from ripresa.recordings.recorded_session import sessions
from ripresa.recordings.replay import timeline_of
from ripresa.recordings.replaying import Replay
from ripresa.recordings.session_source import session_source
from ripresa.session.closing import analyse_recorded, result_record
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import SystemClock
from telemetry.messages.codec import encode_item
from telemetry.messages.events import (
    CloseReason,
    ExerciseEnded,
    ExerciseStarted,
    SessionClosed,
    SessionOpened,
    StopReason,
    encode_event,
)
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened
from telemetry.messages.record import NewRecord, RecordKind
from therapy.plan.plan import Plan
from therapy.plan.plan_item import PlanItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem

__all__ = ["bench_research"]

PLACES: Final = (
    *("wrist-right", "upper-arm-right", "sternum", "thigh-right", "shank-right", "lower-back"),
)
SESSION: Final = "01KDYX0000000000000000000B"
BEGINS_NS: Final = 1_767_312_000_000_000_000
EXERCISE: Final = "arm-abduction"
MANY: Final = 10_000
REPLAYED_MINUTES: Final = 10.0


def bench_research(
    folder: Path, *, minutes: float = 60.0, said: Callable[[str], None]
) -> dict[str, float]:
    """Measure it all.

    Args:
        folder: for journals and exports.
        minutes: of the session of six sensors that is exported.
        said: is told what is measured.

    Returns:
        `replay_one_60_hz_times_real_time`, `replay_six_60_hz_times_real_time`, both also `_by_cpu`,
        so that what else ran on the machine is seen; `bids_s` and
        `bids_seconds_an_hour` of six sensors at 100 Hz, `sessions_journal_s` and
        `sessions_archive_s` for ten thousand sessions.
    """
    figures = {}
    for name, sensors in (("one", 1), ("six", len(PLACES))):
        said(f"replay of {sensors} sensor(s) at 60 Hz")
        path = _made(folder / name, sensors, 60.0, REPLAYED_MINUTES)
        by_clock, by_cpu = _replayed(path)
        figures[f"replay_{name}_60_hz_times_real_time"] = by_clock
        figures[f"replay_{name}_60_hz_times_real_time_by_cpu"] = by_cpu
    said(f"{minutes:g} minutes of six sensors at 100 Hz to BIDS")
    path = _made(folder / "hour", len(PLACES), 100.0, minutes)
    source = session_source(path)
    begun = time.monotonic()
    written = write_sessions(source, sessions(path), "bids", folder / "bids", said=said)
    figures["bids_s"] = time.monotonic() - begun
    figures["bids_seconds_an_hour"] = figures["bids_s"] * 60.0 / minutes
    figures["bids_files"] = float(len(written))
    said(f"a list of {MANY} sessions")
    for name, place in (("journal", _many(folder / "many")), ("archive", _archived(folder / "a"))):
        begun = time.monotonic()
        found = sessions(place)
        figures[f"sessions_{name}_s"] = time.monotonic() - begun
        figures[f"sessions_{name}"] = float(len(found))
    return figures


def _replayed(path: Path) -> tuple[float, float]:
    """How many times real time a replay from a journal is: by the clock, and by CPU time."""
    begun, used = time.monotonic(), time.process_time()
    source = session_source(path)
    with source.reading() as reader:
        timeline = timeline_of(reader, SESSION, source.plans)
    done = asyncio.run(Replay(timeline=timeline, speed=None).run(SystemClock()))
    took_s, cpu_s = time.monotonic() - begun, time.process_time() - used
    return done.seconds / took_s, done.seconds / cpu_s


def _made(folder: Path, sensors: int, rate_hz: float, minutes: float) -> Path:
    """A journal with one session, closed and analysed."""
    path = folder / "home" / "journal.sqlite"
    path.parent.mkdir(parents=True)
    plan = Plan(
        patient="bench-1",
        version=1,
        valid_from=date(2026, 1, 1),
        items=(PlanItem(id="raise", exercise=EXERCISE, side="right", placements=PLACES[:sensors]),),
    )
    PlanFolder(folder / "plans").add(plan)
    streams = [f"01KDYX00000000000000000{n:03d}" for n in range(1, sensors + 1)]
    n = round(minutes * 60 * rate_hz)
    with Journal.open(path, SystemClock()) as journal:
        opened, *rest = _events(plan, streams, n, rate_hz)
        journal.append_now([_event(opened)])
        for stream, place in zip(streams, PLACES, strict=False):
            records = [_item(i) for i in _stream(stream, place, n, rate_hz)]
            for first in range(0, len(records), 500):
                journal.append_now(records[first : first + 500])
        journal.append_now([_event(e) for e in rest])
        result = analyse_recorded(journal, SESSION, plan)
        journal.append_now([result_record(result, BEGINS_NS)])
    return path


def _events(plan: Plan, streams: list[str], n: int, rate_hz: float) -> list[SessionEvent]:
    ends_ns = BEGINS_NS + round(n / rate_hz * 1e9)
    return [
        SessionOpened(
            session=SESSION,
            number=0,
            t_ns=BEGINS_NS,
            patient=plan.patient,
            site="bench",
            plan_version=1,
            day="2026-01-02",
            posture="standing",
        ),
        ExerciseStarted(
            session=SESSION,
            number=1,
            t_ns=BEGINS_NS,
            item="raise",
            exercise=EXERCISE,
            side="right",
            spans=dict.fromkeys(streams, 0),
        ),
        ExerciseEnded(
            session=SESSION,
            number=2,
            t_ns=ends_ns,
            item="raise",
            spans=dict.fromkeys(streams, n),
            reason=StopReason.DONE,
        ),
        SessionClosed(session=SESSION, number=3, t_ns=ends_ns, reason=CloseReason.DONE),
    ]


def _stream(stream: str, place: str, n: int, rate_hz: float) -> Iterator[StreamItem]:
    """A forearm that rises and sinks by 110° every 6 s, with a sensor's noise."""
    yield StreamOpened(
        stream=stream,
        wearable=place,
        model="bench",
        placement=place,
        rate_hz=rate_hz,
        opened_ns=BEGINS_NS,
    )
    rng = np.random.default_rng(len(place))
    t = np.arange(n) / rate_hz
    angle = np.radians(65 - 55 * np.cos(2 * np.pi * t / 6))
    zero = np.zeros(n)
    acc = 9.81 * np.stack((np.cos(angle), zero, np.sin(angle)), axis=1)
    gyr = np.stack((zero, np.gradient(angle) * rate_hz, zero), axis=1)
    felt = (acc + rng.normal(0, 0.05, acc.shape)).astype(np.float32)
    turned = (gyr + rng.normal(0, 0.005, gyr.shape)).astype(np.float32)
    t_us = np.round(t * 1e6).astype(np.int64)
    size = round(rate_hz)
    for first in range(0, n, size):
        part = slice(first, min(first + size, n))
        yield MotionBatch(
            stream=stream,
            first_index=first,
            t0_ns=BEGINS_NS + int(t_us[first]) * 1000,
            dt_us=(t_us[part] - t_us[first]).astype(np.int32),
            lag_us=np.full(part.stop - part.start, 9000, np.int32),
            device_us=t_us[part],
            acc=felt[part],
            gyr=turned[part],
        )
    yield StreamEnded(stream=stream, next_index=n, reason="stopped")


def _item(item: StreamItem) -> NewRecord:
    motion = isinstance(item, MotionBatch)
    return NewRecord(
        t_ns=item.t0_ns if isinstance(item, MotionBatch) else BEGINS_NS,
        kind=RecordKind.MOTION if motion else RecordKind.STREAM,
        body=encode_item(item),
        session=SESSION,
        stream=item.stream,
    )


def _event(event: SessionEvent) -> NewRecord:
    return NewRecord(
        t_ns=event.t_ns, kind=RecordKind.EVENT, body=encode_event(event), session=event.session
    )


def _ends(number: int) -> tuple[SessionOpened, SessionClosed]:
    """First and last event of the many's sessions."""
    session = f"01KDYX0000000000000{number:07d}"
    t_ns = BEGINS_NS + number * 3_600_000_000_000
    opened = SessionOpened(
        session=session,
        number=0,
        t_ns=t_ns,
        patient=f"bench-{number % 40}",
        site="bench",
        plan_version=1,
        day="2026-01-02",
        posture="standing",
    )
    closed = SessionClosed(session=session, number=1, t_ns=t_ns + 10**12, reason=CloseReason.DONE)
    return opened, closed


def _many(folder: Path) -> Path:
    path = folder / "journal.sqlite"
    folder.mkdir(parents=True)
    with Journal.open(path, SystemClock()) as journal:
        records = [_event(e) for number in range(MANY) for e in _ends(number)]
        for first in range(0, len(records), 1000):
            journal.append_now(records[first : first + 1000])
    return path


def _archived(folder: Path) -> Path:
    """Files as large as those of a usual session: some forty events and a result."""
    padding = {"type": "rest.started", "session": SESSION, "item": "raise", "spans": {SESSION: 1}}
    for number in range(MANY):
        opened, closed = (json.loads(encode_event(e)) for e in _ends(number))
        place = folder / opened["patient"] / "sessions"
        place.mkdir(parents=True, exist_ok=True)
        body = {
            "version": 1,
            "session": opened["session"],
            "home": SESSION,
            "streams": [],
            "events": [opened, *[padding] * 40, closed],
            "results": [{"items": [{"repetitions": [padding] * 40}]}],
        }
        (place / f"{opened['session']}.json").write_text(json.dumps(body, indent=1), "utf-8")
    return folder
