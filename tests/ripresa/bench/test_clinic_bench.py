"""The rules on a clinic whose truth is known: few alerts, few of them false, little missed."""

from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import Rates
from ripresa.bench.clinic_bench import LAST, _countable, _is_true, _told, watched

EVENTS = Rates(fall=0.05, unwell=0.05, medicine=0.05, offline=0.06, never_start=0.3, changing=0)
QUIET = Rates(
    active_share=0.6, fall=0, unwell=0, medicine=0, offline=0, never_start=0, changing=0, broken=0
)


def test_every_fall_unwell_silent_home_and_never_starter_stands_in_the_worklist_that_day():
    clinic = simulate(patients=12, weeks=5, seed=4, last=LAST, rates=EVENTS, motion_every=0)
    seen = watched(clinic)
    due = [t for t in clinic.truths if _countable(t, clinic, seen)]
    assert {t.kind for t in due} == {"fall", "unwell", "medicine", "data", "start"}
    assert [t for t in due if not _told(t, seen)] == []


def test_a_quiet_month_raises_nothing_that_is_not_true():
    clinic = simulate(patients=10, weeks=5, seed=5, last=LAST, rates=QUIET, motion_every=0)
    people = {p.name: p for p in clinic.patients}
    seen = watched(clinic)
    assert [key for key in seen.shown if not _is_true(key, clinic.truths, people)] == []
