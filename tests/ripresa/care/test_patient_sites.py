"""Whose a patient is: the clinic's word first, then the topics."""

import pytest

from ingest.journal.journal import Journal
from journals import event_record, receive, session_opened, whole_session
from ripresa.care.care_journal import care_record
from ripresa.care.patient_sites import PatientSites
from telemetry.clock import ManualClock
from telemetry.messages.care import Enrolled


@pytest.fixture
def clinic(tmp_path):
    with Journal.open(tmp_path / "clinic.db", ManualClock()) as journal:
        yield journal


def enrol(clinic, site):
    clinic.append_now([care_record(Enrolled(patient="p-01", t_ns=1, site=site))])


def test_the_last_enrolment_says_where_somebody_is_treated(clinic):
    receive(clinic, whole_session())
    enrol(clinic, "milano")
    enrol(clinic, "roma")
    assert PatientSites(clinic)("p-01") == "roma"


def test_without_one_the_topics_of_the_homes_do(clinic):
    receive(clinic, [event_record(session_opened(site="bari"))], site="bari")
    assert PatientSites(clinic)("p-01") == "bari"


def test_a_pseudonym_that_two_sites_send_for_is_at_none_until_it_is_enrolled(clinic):
    homes = {"bari": "01J0000000000000000000HBAR", "roma": "01J0000000000000000000HR0M"}
    for site, home in homes.items():
        receive(clinic, [event_record(session_opened(site=site))], home=home, site=site)
    assert PatientSites(clinic)("p-01") is None
    enrol(clinic, "roma")
    assert PatientSites(clinic)("p-01") == "roma"


def test_nobody_is_nowhere(clinic):
    assert PatientSites(clinic)("p-9") is None


def test_a_new_enrolment_counts_within_seconds(clinic):
    now_s = [0.0]
    sites = PatientSites(clinic, lambda: now_s[0])
    enrol(clinic, "milano")
    assert sites("p-01") == "milano"
    enrol(clinic, "roma")
    now_s[0] = 5.0
    assert sites("p-01") == "roma"


def test_a_list_of_all_asks_the_journal_once_for_each(clinic, monkeypatch):
    sites = PatientSites(clinic, lambda: 0.0)
    asked = []
    rows = clinic.rows
    monkeypatch.setattr(clinic, "rows", lambda *a: asked.append(a) or rows(*a))
    for _ in range(100):
        sites("p-01")
    assert len(asked) == 2
