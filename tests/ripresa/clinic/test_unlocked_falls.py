"""Standing after a fall: an unlocking covers the falls that were known, and no other."""

import pytest

from clinic_facts import MONDAY, PATIENT, PatientStory, appended, at, days_before
from ingest.journal.journal import Journal
from ripresa.care.care_journal import JournalCareRecord
from ripresa.clinic.around.treatment import Treatment
from ripresa.clinic.outbox import Outbox
from ripresa.home.unlocking import Unlocking
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from therapy.session.locks import standing_locked_since


class Scene:
    """A clinic that hears of sessions, and what the home knows of all of them."""

    def __init__(self, folder, journal, clock):
        self.story = PatientStory().enrolled().published().answered()
        self.journal, self.outbox = journal, Outbox(folder.outbox)
        self.care = JournalCareRecord(journal, lambda _patient, _version: None, clock)
        self.treatment = Treatment(self.care, journal, folder, clock)
        appended(journal, self.story.facts)

    def fell(self, day, clock):
        """A session in which a fall was told; its records, which the clinic does not have yet."""
        name = self.story.session(day, 0, clock=clock, answers={"fallen": True})
        return [f for f in self.story.facts if f.session == name]

    def heard(self, told):
        appended(self.journal, told)

    def at_clinic(self):
        return self.care.figures(PATIENT).around

    def locked_at_home(self):
        (letter,) = (x for x in self.outbox.letters(PATIENT) if x.what == "command")
        falls = {}
        for fact in self.story.facts:
            if fact.session is not None and hasattr(fact.body, "number"):
                falls.setdefault(fact.session, []).append(fact.body)
        return standing_locked_since(falls.values(), Unlocking.of(letter.notice).covered_ns)


@pytest.fixture
def scene(tmp_path):
    clock, folder = ManualClock(at(MONDAY)), Folder(tmp_path).create()
    with Journal.open(folder.clinic_journal, clock) as journal:
        yield Scene(folder, journal, clock)


def test_a_fall_that_the_clinic_hears_of_after_the_unlocking_locks_whenever_it_was(scene):
    scene.heard(scene.fell(days_before(1), "09:00"))
    late = scene.fell(MONDAY, "08:00")  # before the unlocking at noon, and not sent yet
    scene.treatment.unlock_standing(PATIENT, "anna")
    assert scene.at_clinic().locked_since_ns is None
    assert scene.locked_at_home() == at(MONDAY, "08:00")
    scene.heard(late)
    assert scene.at_clinic().locked_since_ns == at(MONDAY, "08:00")
    scene.treatment.unlock_standing(PATIENT, "anna")
    assert scene.at_clinic().locked_since_ns is scene.locked_at_home() is None


def test_a_fall_by_a_home_clock_that_is_ahead_is_unlocked_once_it_is_known(scene):
    scene.heard(scene.fell(MONDAY, "12:07"))
    scene.treatment.unlock_standing(PATIENT, "anna")
    assert scene.at_clinic().locked_since_ns is scene.locked_at_home() is None


def test_whoever_had_not_the_last_fall_before_them_unlocks_nothing(scene):
    scene.heard(scene.fell(days_before(1), "09:00"))
    read = scene.at_clinic().last_lock_ns / 1e6
    scene.heard(scene.fell(MONDAY, "08:00"))
    with pytest.raises(ConfigurationError, match="another fall"):
        scene.treatment.unlock_standing(PATIENT, "anna", seen_ms=read)
    assert scene.at_clinic().locked_since_ns is not None
    assert scene.outbox.letters(PATIENT) == []
    scene.treatment.unlock_standing(PATIENT, "anna", seen_ms=scene.at_clinic().last_lock_ns / 1e6)
    assert scene.at_clinic().locked_since_ns is None


def test_where_nothing_is_known_all_that_was_before_is_unlocked(scene):
    scene.fell(MONDAY, "08:00")
    scene.treatment.unlock_standing(PATIENT, "anna")
    assert scene.locked_at_home() is None
    scene.fell(MONDAY, "13:00")
    assert scene.locked_at_home() == at(MONDAY, "13:00")
