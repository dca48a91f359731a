"""A home's survey after some sessions: asked by sessions done, written once, never lost."""

import pytest

from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from ingest.journal.journal import Journal
from ripresa.home.surveys.session_survey import session_survey, survey_due_now
from telemetry.clock import ManualClock
from telemetry.errors import StoreBusy
from telemetry.messages.results import SurveyTold


@pytest.fixture
def home(tmp_path):
    with Journal.open(tmp_path / "journal.sqlite", ManualClock(at(MONDAY))) as journal:
        yield journal


def held(journal, *amounts):
    story = PatientStory()
    for n, amount in enumerate(amounts):
        story.session(days_before(len(amounts) - n), amount)
    appended(journal, story.facts)
    return story


def told_in(journal):
    found = [r for s in journal.sessions() for r in journal.results(s.session)]
    return [(r.survey, r.state, r.done) for r in found if isinstance(r, SurveyTold)]


def test_a_survey_is_due_by_sessions_done_and_once(home):
    held(home, 20, 20, 20)
    due = session_survey(home, "p-1", ManualClock(at(MONDAY)))
    asked = due()
    assert asked.survey.name == "session-3"
    asked.tell("asked", {})
    assert due() is None, "it was asked, whether or not it is answered"
    asked.tell("answered", {"ease": 4, "barrier": "pain"})
    assert told_in(home) == [("session-3", "asked", 3), ("session-3", "answered", 3)]


def test_sessions_in_which_nothing_was_done_do_not_count(home):
    held(home, 20, 0, 20)
    assert survey_due_now(home, "p-1") is None


def test_a_disk_that_refuses_costs_the_survey_only(home, monkeypatch):
    held(home, 20, 20, 20)
    due = session_survey(home, "p-1", ManualClock(at(MONDAY)))

    def refuse(*_, **__):
        raise StoreBusy("the disk is full")

    asked = due()
    with monkeypatch.context() as m:
        m.setattr(home, "append_now", refuse)
        asked.tell("asked", {})
        m.setattr(home, "sessions", refuse)
        assert due() is None
    assert told_in(home) == []
