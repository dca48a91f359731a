"""A box that is let in for somebody whose box before knew more than it can."""

import pytest

from clinic_facts import MONDAY, PATIENT, PatientStory, appended, at, days_before
from ingest.journal.journal import Journal
from ingest.rights.audit import AuditKey
from ingest.rights.consent import ConsentState, set_consent
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.outbox import Outbox
from ripresa.home.unlocking import Unlocking, standing_locked
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.messages.around.episode import StandingUnlocked
from therapy.plan.plan_file import sample_plan


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path).create()


def let_in_again(folder, story, *asked):
    """What the box is told by now."""
    clock = ManualClock(at(MONDAY))
    with Journal.open(folder.clinic_journal, clock) as journal:
        appended(journal, story.facts)
        key = AuditKey.at(folder.audit_key)
        more = {"on": True, "actor": "anna", "now_ns": clock.now_ns(), "ground": "-"}
        for state in asked:
            set_consent(journal, key, PATIENT, state, **more)
    with CareDesk.at(folder, clock) as desk:
        desk.enrol(PATIENT, "clinic")
    return {x.notice.what: x.notice for x in Outbox(folder.outbox).letters(PATIENT)}


def fallen():
    story = PatientStory().enrolled().published().answered()
    story.session(days_before(2), 0, answers={"fallen": True})
    return story


def test_a_new_box_keeps_standing_locked_by_a_fall_that_the_one_before_was_told(folder, tmp_path):
    command = let_in_again(folder, fallen())["lock"]
    note = tmp_path / "unlocking.json"
    with Journal.open(folder.home_journal, ManualClock(at(MONDAY))) as own:
        assert not standing_locked(own, PATIENT, Unlocking.load(note))
        Unlocking.of(command).take_back(note)
        assert standing_locked(own, PATIENT, Unlocking.load(note))
        unlocked = Unlocking(at(MONDAY) + 1, "anna", covers_ns=at(days_before(2)))
        unlocked.keep(note)
        assert not standing_locked(own, PATIENT, Unlocking.load(note))
        Unlocking.of(command).take_back(note)  # it comes again
        assert not standing_locked(own, PATIENT, Unlocking.load(note))


def test_a_new_box_is_told_what_the_person_has_withdrawn(folder):
    story = PatientStory().enrolled().published()
    told = let_in_again(folder, story, ConsentState.WITHDRAWN, ConsentState.NO_MOTION)
    assert set(told) == {"withdraw", "keep motion"}


def test_nothing_is_told_where_nothing_holds(folder):
    story = fallen()
    unlocked = {"patient": PATIENT, "by": "anna", "t_ns": at(days_before(1))}
    story.own(StandingUnlocked(**unlocked, covers_ns=at(days_before(2))))
    assert let_in_again(folder, story) == {}


def test_a_plan_goes_on_to_the_site_where_the_person_is_enrolled_anew(folder):
    clock = ManualClock(at(MONDAY))
    story = PatientStory().enrolled()
    with Journal.open(folder.clinic_journal, clock) as journal:
        appended(journal, story.facts)
    plan = sample_plan().model_copy(update={"patient": PATIENT})
    with CareDesk.at(folder, clock) as desk:
        desk.publish(plan, "clinic")
        desk.enrol(PATIENT, "north")
    (letter,) = Outbox(folder.outbox).letters(PATIENT)
    assert (letter.what, letter.site, letter.left) == ("plan", "north", ("clinic",))
