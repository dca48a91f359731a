"""A recorded session through the core once more, over all cores, and what that changes."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics import offline
from analytics.core import CORE_VERSION
from analytics.exercise.observing import observe_by
from ingest.journal.reading import JournalReader
from telemetry.errors import ConfigurationError
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    ExerciseEnded,
    ExerciseStarted,
    RangeCalibrated,
    SessionOpened,
)
from telemetry.messages.results import SessionResult

from .closing import streams_of
from .plan_folder import PlanFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import ItemResult
    from therapy.plan.plan import Plan

__all__ = ["Reanalysis", "ResultChange", "changes", "plan_of_session", "reanalyse"]


@dataclass(frozen=True, slots=True)
class ResultChange:
    """One figure of one item that is not what it was; None where there was or is none."""

    item: str
    figure: str
    before: float | None
    now: float | None


@dataclass(frozen=True, slots=True)
class Reanalysis:
    """A session's result made anew.

    Attributes:
        before: the result that counted so far; None: there was none.
        now: the new one.
    """

    before: SessionResult | None
    now: SessionResult

    @property
    def changes(self) -> list[ResultChange]:
        """What differs, item by item."""
        return changes(self.before, self.now)


def reanalyse(
    journal: Path,
    plans: Path,
    session: str,
    *,
    progress: Callable[[int, int], None] | None = None,
    processes: int | None = None,
) -> Reanalysis:
    """Run the core over a recorded session, one item a process.

    Items do not depend on each other: each sees the session's streams that it spans, and its
    own events. The result is the same as that of one run over all of them.

    Args:
        journal: the file that holds the session.
        plans: folder of plans.
        session: ULID.
        progress: told how many of the items are done.
        processes: how many at once; None: as many as there are cores.

    Raises:
        ConfigurationError: no such session, or its plan is not at hand.
        StoreError: the journal cannot be read.
    """
    with JournalReader(journal) as reader:
        events = reader.events(session)
        plan = plan_of_session(session, events, plans)
        counted = [
            r for r in reader.results(session) if isinstance(r, SessionResult) and not r.provisional
        ]
    parts = _parts(events)
    done: dict[int, SessionResult] = {}
    with ProcessPoolExecutor(processes or os.cpu_count()) as pool:
        jobs = {
            pool.submit(_analyse, journal, session, part, plan): place
            for place, part in enumerate(parts)
        }
        for job in as_completed(jobs):
            done[jobs[job]] = job.result()
            if progress is not None:
                progress(len(done), len(parts))
    items = tuple(item for place in sorted(done) for item in done[place].items)
    now = SessionResult(
        session=session,
        core_version=CORE_VERSION,
        plan_version=plan.version,
        provisional=False,
        supersedes=len(counted) - 1 if counted else None,
        items=items,
    )
    return Reanalysis(counted[-1] if counted else None, now)


def plan_of_session(session: str, events: Sequence[SessionEvent], plans: Path) -> Plan:
    """The plan that a session was opened with.

    Raises:
        ConfigurationError: no such session, or the plan is not at hand.
    """
    opened = next((e for e in events if isinstance(e, SessionOpened)), None)
    if opened is None:
        raise ConfigurationError(f"no session {session} in this journal: check the ULID")
    plan = PlanFolder(plans).version(opened.patient, opened.plan_version)
    if plan is None:
        raise ConfigurationError(
            f"plan version {opened.plan_version} of {opened.patient} is not at hand in {plans}"
        )
    return plan


def changes(before: SessionResult | None, now: SessionResult) -> list[ResultChange]:
    """Every figure of every item that differs between two results."""
    old = {} if before is None else _figures(before)
    new = _figures(now)
    return [
        ResultChange(item, figure, old.get((item, figure)), new.get((item, figure)))
        for item, figure in dict.fromkeys((*old, *new))
        if old.get((item, figure)) != new.get((item, figure))
    ]


def _figures(result: SessionResult) -> dict[tuple[str, str], float | None]:
    found: dict[tuple[str, str], float | None] = {}
    for item in result.items:
        name = f"{item.item} (assessment)" if item.assessment else item.item
        rom = item.range_of_motion
        found[name, "repetitions"] = float(len(item.repetitions))
        found[name, "range, median °"] = None if rom is None else rom.median_deg
        found[name, "range, 10th percentile °"] = None if rom is None else rom.p10_deg
        found[name, "range, 90th percentile °"] = None if rom is None else rom.p90_deg
        found[name, "flagged repetitions"] = float(_flagged(item))
    return found


def _flagged(item: ItemResult) -> int:
    return sum(bool(repetition.flags) for repetition in item.repetitions)


def _parts(events: Sequence[SessionEvent]) -> list[list[SessionEvent]]:
    """The session's events, cut into one list for each item and each assessment."""
    parts: list[list[SessionEvent]] = []
    open_part: dict[tuple[str, str], list[SessionEvent]] = {}
    for event in events:
        match event:
            case ExerciseStarted() | AssessmentStarted():
                part = open_part[event.item, event.type.split(".")[0]] = [event]
                parts.append(part)
            case ExerciseEnded() | AssessmentEnded():
                open_part.get((event.item, event.type.split(".")[0]), []).append(event)
            case RangeCalibrated():
                open_part.get((event.item, "exercise"), []).append(event)
            case _:
                pass
    return parts


def _analyse(
    journal: Path, session: str, events: Sequence[SessionEvent], plan: Plan
) -> SessionResult:
    with JournalReader(journal) as reader:
        streams = [reader.stream_items(stream) for stream in streams_of(events)]
        return offline.run(session, events, streams, observe_by(plan), plan_version=plan.version)
