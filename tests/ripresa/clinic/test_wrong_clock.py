"""A clock that is plainly wrong is told from one that is not."""

import pytest

from ingest.journal.journal import Journal
from journals import HOME, event_record, receive, session_opened
from ripresa.clinic.wrong_clock import plainly_wrong
from telemetry.clock import ManualClock

NOW_NS = 1_795_000_000_000_000_000
YEAR_NS = 365 * 86_400 * 1_000_000_000


@pytest.fixture
def clinic(tmp_path):
    with Journal.open(tmp_path / "clinic.db", ManualClock(NOW_NS)) as journal:
        receive(journal, [event_record(session_opened(t_ns=NOW_NS)) for _ in range(3)])
        yield journal


@pytest.mark.parametrize("years", [-3, -60, 9, 2])
def test_a_clock_years_from_what_came_last_is_wrong(clinic, years):
    assert plainly_wrong(NOW_NS + years * YEAR_NS, clinic, [])


@pytest.mark.parametrize("years", [0, 0.9, -0.01])
def test_a_clinic_that_was_off_for_months_is_not_taken_for_wrong(clinic, years):
    assert not plainly_wrong(NOW_NS + round(years * YEAR_NS), clinic, [])


def test_one_home_in_1970_moves_nothing_alone(clinic):
    receive(clinic, [event_record(session_opened("01J0000000000000000000197A", t_ns=0))], HOME)
    assert not plainly_wrong(NOW_NS, clinic, [])
    assert not plainly_wrong(NOW_NS, clinic, [0.1, -1_795_000_000.0, 0.3])


def test_what_most_homes_say_counts_more_than_what_came_last(clinic):
    assert plainly_wrong(NOW_NS, clinic, [-9e7, -9e7, 0.0])
    assert not plainly_wrong(NOW_NS + 2 * YEAR_NS, clinic, [1.0, -2.0])


def test_an_empty_clinic_believes_its_clock_from_this_programs_time_on(tmp_path):
    with Journal.open(tmp_path / "new.db", ManualClock()) as empty:
        assert not plainly_wrong(NOW_NS, empty, [])
        assert plainly_wrong(0, empty, [])
