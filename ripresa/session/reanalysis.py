"""A recorded session through the core once more, over all cores, and what that changes."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.core import CORE_VERSION
from ingest.journal.archive import whole_store
from ingest.journal.ledger import ARCHIVED, AT_CLINIC, stream_account
from telemetry.errors import AmbiguousName, ConfigurationError, StoreError
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    ExerciseEnded,
    ExerciseStarted,
    SessionOpened,
)
from telemetry.messages.motion import MotionBatch, StreamGap
from telemetry.messages.results import SessionResult

from .parts import parts_of
from .plan_folder import PlanFolder
from .recorded_results import analyse_recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from ingest.journal.reading import JournalReader
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import ItemResult
    from therapy.plan.plan import Plan

__all__ = [
    "Reanalysis",
    "ResultChange",
    "absent_samples",
    "changes",
    "covered",
    "plan_of_session",
    "reanalyse",
    "spanned",
    "the_one_home",
]

STORED = "stored"


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
        home: whose session it is.
    """

    before: SessionResult | None
    now: SessionResult
    home: str

    @property
    def changes(self) -> list[ResultChange]:
        """What differs, item by item."""
        return changes(self.before, self.now)


def reanalyse(
    journal: Path,
    plans: Path,
    session: str,
    *,
    home: str | None = None,
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
        home: whose session it is; needed where more than one has a session of that name.
        progress: told how many of the items are done.
        processes: how many at once; None: as many as there are cores.

    Raises:
        ConfigurationError: no such session, several of that name, or its plan is not at hand.
        StoreError: the journal cannot be read, or motion that an item spans is missing.
    """
    with whole_store(journal) as reader:
        home = home or the_one_home(reader, session)
        events = reader.events(session, home=home)
        plan = plan_of_session(session, events, plans)
        if missing := _missing(reader, events, home):
            raise StoreError(
                f"{sum(missing.values())} samples that session {session} recorded are not in "
                f"{journal} nor in its archive: a result without them would be wrong, nothing was "
                "done; bring the archive back, or analyse where they are"
            )
        counted = [
            r
            for r in reader.results(session, home=home)
            if isinstance(r, SessionResult) and not r.provisional
        ]
    parts = parts_of(events)
    done: dict[int, SessionResult] = {}
    with ProcessPoolExecutor(processes or os.cpu_count()) as pool:
        jobs = {
            pool.submit(_analyse, journal, session, home, part, plan): place
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
    return Reanalysis(counted[-1] if counted else None, now, home)


def the_one_home(reader: JournalReader, session: str) -> str:
    """Whose a session is, where nobody says it.

    Raises:
        ConfigurationError: no such session, or more than one home has one of that name.
    """
    homes = reader.homes_of(session)
    if not homes:
        raise ConfigurationError(f"no session {session} in this journal: check the ULID")
    if len(homes) > 1:
        raise AmbiguousName("session", session, tuple(homes))
    return homes[0]


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


def spanned(events: Iterable[SessionEvent]) -> dict[str, tuple[int, int]]:
    """Of each stream that items span the first sample, and the one after the last."""
    spans: dict[str, list[int]] = {}
    for event in events:
        if isinstance(event, ExerciseStarted | AssessmentStarted | ExerciseEnded | AssessmentEnded):
            for stream, index in event.spans.items():
                spans.setdefault(stream, []).append(index)
    return {stream: (min(indices), max(indices)) for stream, indices in spans.items()}


def absent_samples(stream: str, items: Iterable[StreamItem], first: int, stop: int) -> int:
    """How many samples from `first` to `stop` are neither stored nor declared lost."""
    within = covered(items, first, stop)
    account = stream_account(stream, within, moved=(ARCHIVED, AT_CLINIC))
    return stop - first - account.lost


def _missing(
    reader: JournalReader, events: Sequence[SessionEvent], home: str | None
) -> dict[str, int]:
    """Of each stream: samples that items span, that were recorded, and that are not here."""
    absent = {
        stream: absent_samples(stream, reader.stream_items(stream, home=home), first, stop)
        for stream, (first, stop) in spanned(events).items()
    }
    return {stream: count for stream, count in absent.items() if count}


def covered(items: Iterable[StreamItem], first: int, stop: int) -> Iterator[StreamGap]:
    """Batches and gaps, cut to the indices from `first` to `stop`."""
    for item in items:
        if isinstance(item, MotionBatch):
            start, end = max(item.first_index, first), min(item.next_index, stop)
        elif isinstance(item, StreamGap) and item.count is not None:
            start, end = max(item.first_index, first), min(item.first_index + item.count, stop)
        else:
            continue
        if end <= start:
            continue
        reason = item.reason if isinstance(item, StreamGap) else STORED
        yield StreamGap(
            stream=item.stream, first_index=start, count=end - start, reason=reason, t_ns=0
        )


def _analyse(
    journal: Path, session: str, home: str, events: Sequence[SessionEvent], plan: Plan
) -> SessionResult:
    with whole_store(journal) as reader:
        return analyse_recorded(reader, session, plan, events=events, home=home)
