"""What a crash left undone: streams and sessions that stand open, closed ones without results."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from edge.gateway.resuming import abandoned, resume_point
from telemetry.messages.codec import encode_item
from telemetry.messages.events import SessionOpened, encode_event
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import SessionResult
from therapy.session.session import interrupted
from therapy.session.session_state import Moment

from .closing import close_session
from .parts import streams_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.journal.journal import Journal
    from ripresa.session.plan_folder import PlanFolder
    from telemetry.clock import Clock
    from telemetry.messages.events import SessionEvent
    from telemetry.seams import SessionSummary
    from therapy.plan.plan import Plan

__all__ = ["finish_sessions"]

log = logging.getLogger(__name__)

LOOKED_BACK = 20
"""Newest sessions that are looked at for missing results; older ones' motion may have gone."""


async def finish_sessions(journal: Journal, plans: PlanFolder, plan: Plan, clock: Clock) -> None:
    """Close what stands open at its last sample, and write the results that are missing.

    Args:
        journal: the home's.
        plans: the versions at hand.
        plan: the one in force, for a session whose own version is not at hand.
        clock: stamps the records.

    Raises:
        StoreError: the journal cannot be used.
    """
    sessions = journal.sessions()
    for summary in sessions:
        if summary.closed_ns is None:
            await _close(journal, summary, clock)
    for summary in sessions[-LOOKED_BACK:]:
        results = journal.results(summary.session)
        if not any(isinstance(r, SessionResult) and not r.provisional for r in results):
            events = journal.events(summary.session)
            own = _plan_of(events, plans) or plan
            await close_session(journal, summary.session, own, [], clock)
            log.info("session %s had no results; they are written now", summary.session)


async def _close(journal: Journal, summary: SessionSummary, clock: Clock) -> None:
    now_ns = clock.now_ns()
    events = journal.events(summary.session)
    named = dict.fromkeys((*streams_of(events), *journal.streams(summary.session)))
    points = [p for s in named if (p := resume_point(journal.stream_items(s))) is not None]
    ending = [item for p in points for item in abandoned(p, now_ns)]
    moment = Moment(
        max((p.t_ns for p in points), default=summary.opened_ns),
        {p.stream: p.next_index for p in points},
    )
    records = [
        NewRecord(
            t_ns=now_ns,
            kind=RecordKind.STREAM,
            body=encode_item(item),
            session=summary.session,
            stream=item.stream,
        )
        for item in ending
    ]
    records += [
        NewRecord(t_ns=e.t_ns, kind=RecordKind.EVENT, body=encode_event(e), session=e.session)
        for e in interrupted(events, moment)
    ]
    if records:
        await journal.append(records)
        log.info("session %s was interrupted; it is closed now", summary.session)


def _plan_of(events: Sequence[SessionEvent], plans: PlanFolder) -> Plan | None:
    opened = next((e for e in events if isinstance(e, SessionOpened)), None)
    return None if opened is None else plans.version(opened.patient, opened.plan_version)
