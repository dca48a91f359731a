"""A consent that was withdrawn stops what it is for, until it is given again."""

from datetime import date

import pytest
from typer.testing import CliRunner

from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from ingest.journal.journal import Journal
from ingest.rights.agreements_held import not_for_research, withdrawn
from ripresa.cli.main import app
from ripresa.cohorts.cohort_places import cohort_places
from telemetry.clock import ManualClock
from telemetry.messages.around.agreements import ConsentTold

DAY = date(2023, 11, 10)


@pytest.fixture
def clinic(tmp_path):
    path = tmp_path / "journal.sqlite"
    with Journal.open(path, ManualClock(at(MONDAY))) as journal:
        for patient, home in (("p-1", "HH"), ("p-2", "JJ")):
            story = PatientStory(patient=patient, home=f"01J000000000000000000000{home}")
            story.enrolled().session(days_before(2), 20)
            appended(journal, story.facts)
        yield journal, path


def told(journal, patient, *, given, t_ns, what="research"):
    story = PatientStory(patient=patient)
    story.own(ConsentTold(patient=patient, t_ns=t_ns, what=what, given=given, day=DAY, by="anna"))
    appended(journal, story.facts)


def test_the_later_word_counts_in_whatever_order_they_were_written(clinic):
    journal, _ = clinic
    told(journal, "p-1", given=False, t_ns=20)
    told(journal, "p-1", given=True, t_ns=10)
    told(journal, "p-2", given=False, t_ns=10, what="motion")
    assert withdrawn(journal, "research") == {"p-1"}
    assert withdrawn(journal, "motion") == {"p-2"}
    told(journal, "p-1", given=True, t_ns=30)
    assert not_for_research(journal) == set()


def test_a_cohort_leaves_out_whoever_withdrew_their_consent_to_research(clinic):
    journal, path = clinic
    told(journal, "p-1", given=False, t_ns=20)
    (place,) = cohort_places([path])
    assert {s.summary.patient for s in place.sessions} == {"p-2"}
    assert place.unused == {"p-1"}


def test_nothing_of_theirs_is_exported_and_that_is_said(clinic, tmp_path):
    journal, path = clinic
    told(journal, "p-1", given=False, t_ns=20)
    out = ("--to", "csv", "--out", str(tmp_path / "out"), "--journal", str(path))
    done = CliRunner().invoke(app, ["export", "--patient", "p-1", *out])
    assert done.exit_code == 1
    assert "withdrew their consent" in str(done.output) + str(done.exception)
    assert not (tmp_path / "out").exists()
