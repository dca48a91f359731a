"""The rules on a clinic whose truth is known: few alerts, few of them false, little missed."""

import statistics
from collections import Counter

import pytest

from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import QUIET, Rates
from ripresa.bench.clinic_bench import LAST, _countable, _told, watched

EVENTS = Rates(fall=0.05, unwell=0.05, medicine=0.05, offline=0.06, never_start=0.3, changing=0)


def test_every_fall_unwell_silent_home_and_never_starter_stands_in_the_worklist_that_day():
    clinic = simulate(patients=12, weeks=5, seed=4, last=LAST, rates=EVENTS, motion_every=0)
    seen = watched(clinic)
    due = [t for t in clinic.truths if _countable(t, clinic, seen)]
    assert {t.kind for t in due} == {"fall", "unwell", "medicine", "data", "start"}
    assert [t for t in due if not _told(t, seen)] == []


@pytest.mark.parametrize("seed", [5, 6])
def test_a_quiet_month_raises_nothing(seed):
    clinic = simulate(patients=15, weeks=5, seed=seed, last=LAST, rates=QUIET, motion_every=0)
    seen = watched(clinic)
    assert clinic.truths == ()
    assert seen.shown == {}
    weeks = Counter(
        (name, day.isocalendar()[:2]) for name, days in seen.sessions.items() for day in days
    )
    assert statistics.mode(weeks.values()) == QUIET.goal_days_a_week
