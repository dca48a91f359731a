"""Whole weeks of sessions in a home's journal, so that a walk begins where it is to begin."""

from __future__ import annotations

from datetime import timedelta

from ingest.journal.journal import Journal
from journals import event_record, session_closed, session_opened
from telemetry.clock import ManualClock, SystemClock
from telemetry.identity import new_ulid
from telemetry.messages.events import CheckAnswered, CloseReason

DAY_NS = 86_400 * 10**9
DAYS = (0, 2, 4)


def write_weeks(journal_file, plan, weeks):
    """Three sessions in each of the whole weeks before this one."""
    now_ns = SystemClock().now_ns()
    today = plan.day_of(now_ns)
    monday = today - timedelta(days=today.weekday(), weeks=weeks)
    with Journal.open(journal_file, SystemClock()) as journal:
        for week in range(weeks):
            for day in (monday + timedelta(weeks=week, days=d) for d in DAYS):
                t_ns = now_ns - (today - day).days * DAY_NS
                session = new_ulid(ManualClock(t_ns))
                answered = CheckAnswered(
                    session=session, number=1, t_ns=t_ns, at="in", question="unwell", answer=False
                )
                events = (
                    session_opened(
                        session,
                        patient=plan.patient,
                        day=day.isoformat(),
                        plan_version=1,
                        t_ns=t_ns,
                    ),
                    answered,
                    session_closed(session, number=2, t_ns=t_ns + 1, reason=CloseReason.DONE),
                )
                journal.append_now([event_record(e) for e in events])
