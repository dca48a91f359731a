"""What a cohort costs: CPU over several processes beside one, and memory over many sessions."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.journal.journal import Journal
from ripresa.cohorts.cohort_places import CohortSession
from ripresa.cohorts.session_analysis import AnalysisJob, analysed_from
from ripresa.recordings.session_source import SessionSource
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError
from telemetry.seams import SessionSummary

from .made_sessions import BEGINS_NS, PLACES, MadeSession, keep_plan, keep_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import Result

__all__ = ["bench_cohort"]

SESSIONS: Final = 32
MEMORY_SESSIONS: Final = 20
WARM_UP: Final = 4
"""Sessions after which what is made once and kept is made."""
CPU_MINUTES: Final = 30.0
"""So long that what a process costs to start, some three seconds, is a small part of its work."""
MB: Final = 2**20


def bench_cohort(
    folder: Path, *, minutes: float = 3.0, said: Callable[[str], None]
) -> dict[str, float]:
    """Measure it.

    Args:
        folder: for journals and results.
        minutes: of each of twenty sessions of six sensors at 100 Hz, generated while they are
            read; 60 is the whole variant.
        said: is told what is measured.

    Returns:
        `cohort_cpu_ratio`: CPU of the processes of one run over all cores to that of a run in one
        process, all that start and import included; `cohort_workers`, both in `_cpu_s`;
        `memory_growth_mb_a_session` and `memory_most_mb`.
    """
    workers = max(2, os.cpu_count() or 1)
    said(f"a cohort of {SESSIONS} sessions in one process, and in {workers}")
    place = _place(folder / "cohort")
    one = _cpu_s(place, folder / "cohort-one", 1)
    many = _cpu_s(place, folder / "cohort-many", workers)
    said(f"{MEMORY_SESSIONS} sessions of {minutes:g} minutes, generated while they are read")
    keep_plan(folder / "memory")
    with get_context("spawn").Pool(1) as pool:
        held = pool.apply(_memory_mb, (folder / "memory", minutes))
    grown = np.polyfit(np.arange(len(held) - WARM_UP), held[WARM_UP:], 1)[0]
    return {
        "cohort_workers": float(workers),
        "cohort_one_cpu_s": one,
        "cohort_many_cpu_s": many,
        "cohort_cpu_ratio": many / one,
        "memory_minutes_a_session": minutes,
        "memory_growth_mb_a_session": float(grown),
        "memory_most_mb": max(held),
    }


def _place(folder: Path) -> Path:
    """A clinic's folder with sessions of six sensors at 60 Hz."""
    path = folder / "home" / "journal.sqlite"
    path.parent.mkdir(parents=True)
    keep_plan(folder)
    with Journal.open(path, SystemClock()) as journal:
        for number in range(SESSIONS):
            keep_session(journal, MadeSession(number, len(PLACES), 60.0, CPU_MINUTES))
    return path.parent


def _cpu_s(place: Path, out: Path, workers: int) -> float:
    """CPU time of a run and of the processes that it started and waited for."""
    before = _cpu_of_children_s()
    command = [sys.executable, "-m", "ripresa", "cohort", "analyse", str(place)]
    done = subprocess.run(  # noqa: S603 - ourselves
        [*command, "--out", str(out), "--workers", str(workers)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ConfigurationError(f"the cohort was not analysed: {done.stderr.strip()}")
    return _cpu_of_children_s() - before


def _cpu_of_children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory_mb(folder: Path, minutes: float) -> list[float]:
    """Resident memory after each session, in a process that does nothing else."""
    held = []
    for number in range(MEMORY_SESSIONS):
        made = MadeSession(number, len(PLACES), 100.0, minutes)
        summary = SessionSummary(
            session=made.session,
            patient="bench-1",
            day="2026-01-02",
            opened_ns=BEGINS_NS,
            closed_ns=None,
            reason=None,
        )
        source = SessionSource(folder, folder / "plans", None)
        row = analysed_from(_Generated(made), AnalysisJob(session=CohortSession(summary, source)))
        if row is None or row.fault is not None:
            raise RuntimeError(f"a made session was not analysed: {row}")
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        held.append(pages * os.sysconf("SC_PAGE_SIZE") / MB)
    return held


class _Generated:
    """A `SessionReader` of one session that is nowhere kept."""

    def __init__(self, made: MadeSession) -> None:
        self._made = made

    def sessions(self, *, patient: str | None = None) -> list[SessionSummary]:  # noqa: ARG002
        return []

    def events(self, session: str, *, home: str | None = None) -> list[SessionEvent]:  # noqa: ARG002
        return self._made.events()

    def results(self, session: str, *, home: str | None = None) -> list[Result]:  # noqa: ARG002
        return []

    def streams(self, session: str, *, home: str | None = None) -> list[str]:  # noqa: ARG002
        return self._made.streams

    def stream_items(self, stream: str, *, home: str | None = None) -> Iterator[StreamItem]:  # noqa: ARG002
        return self._made.items(stream)
