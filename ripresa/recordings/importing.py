"""Imported sessions in a journal of their own, analysed as if they had been recorded here."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING

from ingest.journal.journal import Journal
from ripresa.platform.configuration import ripresa_home
from ripresa.session.closing import result_record
from ripresa.session.plan_folder import PlanFolder
from ripresa.session.recorded_results import analyse_recorded
from telemetry.errors import ConfigurationError
from telemetry.identity import new_ulid
from telemetry.messages.codec import encode_item
from telemetry.messages.events import SessionOpened, encode_event
from telemetry.messages.motion import MotionBatch
from telemetry.messages.record import NewRecord, RecordKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from research.imports.imported_session import ImportedSession, ImportFacts
    from research.imports.imported_stream import ImportedStream
    from telemetry.clock import Clock
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import SessionResult

__all__ = ["import_session", "imports_journal"]

APPENDED = 500
"""Records that are written at once."""
SITE = "imported"


def imports_journal() -> Path:
    """Where imported sessions are kept unless a journal is named: apart from home and clinic."""
    return ripresa_home() / "research" / "imported" / "journal.sqlite"


def import_session(
    streams: Sequence[ImportedStream], facts: ImportFacts, journal: Path, clock: Clock
) -> tuple[str, SessionResult | None]:
    """Keep a session, and analyse it where it has an exercise.

    Its plan goes where those of the journal are looked for, into `plans` beside its folder.

    Args:
        streams: of one recording.
        facts: what the files do not tell.
        journal: of imported sessions; made where it is not there.
        clock: stamps the records.

    Returns:
        The session's ULID, and its result; None without an exercise.

    Raises:
        ConfigurationError: the journal is a home's or a clinic's, or the files are in it already.
        StoreError: it cannot be written.
    """
    from research.imports.imported_session import imported_session  # noqa: PLC0415 - heavy

    journal.parent.mkdir(parents=True, exist_ok=True)
    plans = PlanFolder(journal.parent.parent / "plans")
    with Journal.open(journal, clock) as target:
        _refuse(target, streams)
        versions = [plan.version for plan in plans.versions(facts.patient)]
        made = imported_session(
            streams, facts, lambda: new_ulid(clock), version=max(versions, default=0) + 1
        )
        plans.add(made.plan)
        records = _records(made, clock.now_ns())
        while batch := list(islice(records, APPENDED)):
            asyncio.run(target.append(batch))
        if facts.exercise is None:
            return made.session, None
        result = analyse_recorded(target, made.session, made.plan)
        asyncio.run(target.append([result_record(result, clock.now_ns())]))
    return made.session, result


def _records(made: ImportedSession, now_ns: int) -> Iterator[NewRecord]:
    yield _event(made.events[0], made.session)
    for items in made.streams:
        for item in items:
            motion = isinstance(item, MotionBatch)
            yield NewRecord(
                t_ns=item.t0_ns if isinstance(item, MotionBatch) else now_ns,
                kind=RecordKind.MOTION if motion else RecordKind.STREAM,
                body=encode_item(item),
                session=made.session,
                stream=item.stream,
            )
    for event in made.events[1:]:
        yield _event(event, made.session)


def _event(event: SessionEvent, session: str) -> NewRecord:
    return NewRecord(
        t_ns=event.t_ns, kind=RecordKind.EVENT, body=encode_event(event), session=session
    )


def _refuse(target: Journal, streams: Sequence[ImportedStream]) -> None:
    """Refuse a journal that records therapy, and files that are in it already."""
    for summary in target.sessions():
        events = target.events(summary.session, home=summary.home)
        opened = next((e for e in events if isinstance(e, SessionOpened)), None)
        if opened is None or opened.site != SITE:
            raise ConfigurationError(
                f"{target.path} holds sessions that were recorded here; imported ones would count "
                "as therapy: name another journal"
            )
        told = opened.replay_of or ""
        if all(s.sha256 in told for s in streams):
            raise ConfigurationError(
                f"these files are session {summary.session} of {target.path} already"
            )
