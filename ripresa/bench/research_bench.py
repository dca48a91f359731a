"""What a researcher waits for: replay, an hour's export, a long list of sessions.

The sessions are made of one simulated forearm that rises every six seconds, written into a journal
as a home would have, and then read, replayed and exported by the same code as any.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, Final

from ingest.journal.journal import Journal
from ingest.journal.session_head import session_head
from ripresa.recordings.exporting import write_sessions
from ripresa.recordings.recorded_session import sessions
from ripresa.recordings.replay import timeline_of
from ripresa.recordings.replaying import Replay
from ripresa.recordings.session_source import session_source
from ripresa.session.closing import result_record
from ripresa.session.recorded_results import analyse_recorded
from telemetry.clock import SystemClock
from telemetry.messages.events import CloseReason, SessionClosed, SessionOpened, encode_event
from telemetry.seams import SessionSummary

from .cohort_bench import bench_cohort
from .made_sessions import (
    BEGINS_NS,
    PLACES,
    MadeSession,
    event_record,
    keep_plan,
    keep_session,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["bench_research"]

SESSION: Final = MadeSession(0, 1, 60.0, 1.0).session
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
        `sessions_archive_s` for ten thousand sessions; and what `bench_cohort` gives, its sessions
        a twentieth of `minutes` long.
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
    _, written = write_sessions(source, sessions(path), "bids", folder / "bids", said=said)
    figures["bids_s"] = time.monotonic() - begun
    figures["bids_seconds_an_hour"] = figures["bids_s"] * 60.0 / minutes
    figures["bids_files"] = float(len(written))
    said(f"a list of {MANY} sessions")
    for name, place in (("journal", _many(folder / "many")), ("archive", _archived(folder / "a"))):
        begun = time.monotonic()
        found = sessions(place)
        figures[f"sessions_{name}_s"] = time.monotonic() - begun
        figures[f"sessions_{name}"] = float(len(found))
    return figures | bench_cohort(folder, minutes=minutes / 20, said=said)


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
    # A plan asks for the sensors that are worn, no more.
    plan = keep_plan(folder, sensors)
    made = MadeSession(0, sensors, rate_hz, minutes)
    with Journal.open(path, SystemClock()) as journal:
        keep_session(journal, made)
        result = analyse_recorded(journal, made.session, plan)
        journal.append_now([result_record(result, BEGINS_NS)])
    return path


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


def _listed(opened: dict[str, Any], closed: dict[str, Any]) -> SessionSummary:
    return SessionSummary(
        session=opened["session"],
        patient=opened["patient"],
        day=opened["day"],
        opened_ns=opened["t_ns"],
        closed_ns=closed["t_ns"],
        reason=closed["reason"],
        home=SESSION,
    )


def _many(folder: Path) -> Path:
    path = folder / "journal.sqlite"
    folder.mkdir(parents=True)
    with Journal.open(path, SystemClock()) as journal:
        records = [event_record(e) for number in range(MANY) for e in _ends(number)]
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
            **session_head(_listed(opened, closed)),
            "session": opened["session"],
            "home": SESSION,
            "streams": [],
            "events": [opened, *[padding] * 40, closed],
            "results": [{"items": [{"repetitions": [padding] * 40}]}],
        }
        (place / f"{opened['session']}.json").write_text(json.dumps(body, indent=1), "utf-8")
    return folder
