"""The worklist's stamp is another whenever the list is, so that no page keeps an old one."""

import pytest

from ingest.journal.journal import Journal
from journals import event_record, session_opened
from ripresa.care.care_journal import JournalCareRecord
from telemetry.clock import ManualClock
from telemetry.messages.care import Discharged, Enrolled

NOW_NS = 1_790_000_000_000_000_000


@pytest.fixture
def clinic(tmp_path):
    barred, clock = set(), ManualClock(NOW_NS)
    with Journal.open(tmp_path / "c.sqlite", clock) as journal:
        care = JournalCareRecord(journal, lambda *_: None, clock, restricted=barred.__contains__)
        care.note([Enrolled(patient="p-01", t_ns=NOW_NS, site="clinic")])
        yield journal, care, barred


def patients(care):
    return [line.patient for line in care.worklist()]


def test_it_stays_while_nothing_changes(clinic):
    _, care, _ = clinic
    assert care.stamp() == care.stamp()


def test_it_changes_with_what_was_done(clinic):
    _, care, _ = clinic
    before = care.stamp()
    assert patients(care) == ["p-01"]
    care.note([Discharged(patient="p-01", t_ns=NOW_NS + 1, by="anna")])
    assert care.stamp() != before
    assert patients(care) == []


def test_it_changes_with_what_comes_from_homes(clinic):
    journal, care, _ = clinic
    before = care.stamp()
    journal.append_now([event_record(session_opened(patient="p-02"))])
    assert care.stamp() != before
    assert patients(care) == ["p-01", "p-02"]


def test_it_changes_at_once_where_somebody_may_not_be_shown_any_more(clinic):
    _, care, barred = clinic
    before = care.stamp()
    barred.add("p-01")
    assert care.stamp() != before
    assert patients(care) == []
