"""Whose session is under way, whatever a clock has said before."""

import pytest

from dashboards.live.running_sessions import RunningSessions
from telemetry.clock import ManualClock
from telemetry.seams import SessionSummary

NOW_NS = 1_790_000_000_000_000_000
HOUR_NS = 3600 * 10**9


def session(name, *, opened_ns=NOW_NS, closed_ns=None):
    return SessionSummary(
        session=f"01{name:0>24}",
        patient="p-1",
        day="2026-09-21",
        opened_ns=opened_ns,
        closed_ns=closed_ns,
        reason=None,
        home="01J000000000000000000000HM",
    )


class Reader:
    def __init__(self, *sessions):
        self.kept = sorted(sessions, key=lambda s: s.session, reverse=True)

    def newest_sessions(self, *, limit, patient=None):
        return [s for s in self.kept if patient in (None, s.patient)][:limit]


AHEAD = session("ZZZ", opened_ns=NOW_NS + 9000 * HOUR_NS, closed_ns=NOW_NS + 9001 * HOUR_NS)
OLD = session("AAA", opened_ns=NOW_NS - 30 * HOUR_NS)
UNDER_WAY = session("KKK", opened_ns=NOW_NS - HOUR_NS)


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ([UNDER_WAY], UNDER_WAY.session),
        ([AHEAD, UNDER_WAY], UNDER_WAY.session),
        ([AHEAD, UNDER_WAY, OLD], UNDER_WAY.session),
        ([AHEAD, OLD], None),
        ([], None),
    ],
)
def test_who_trains_is_found_behind_a_session_that_a_wrong_clock_named(kept, found):
    running = RunningSessions(Reader(*kept), None, ManualClock(NOW_NS))
    assert running.of("p-1") == found
