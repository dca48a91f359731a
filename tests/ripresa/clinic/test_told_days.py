"""What somebody tells of a day at the clinic is held against the days that there were."""

import itertools
from datetime import timedelta

import pytest

from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from dashboards.around.around_forms import (
    AdverseForm,
    CarerForm,
    ConsentForm,
    CorrectForm,
    EpisodeForm,
    ExcuseForm,
    QuestionnaireForm,
)
from ingest.journal.journal import Journal
from ingest.rights.audit import AuditKey
from ingest.rights.consent import Consent, ConsentState
from ripresa.care.care_journal import JournalCareRecord
from ripresa.clinic.around.treatment import Treatment
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.identity import new_ulid

PATIENT = "p-1"
TOMORROW = MONDAY + timedelta(days=1)


@pytest.fixture
def clinic(tmp_path):
    clock, folder = ManualClock(at(MONDAY)), Folder(tmp_path).create()
    with Journal.open(folder.clinic_journal, clock) as journal:
        appended(journal, PatientStory().enrolled().published().answered().facts)
        care = JournalCareRecord(journal, lambda _patient, _version: None, clock)
        key = AuditKey.at(folder.audit_key)
        yield Treatment(care, journal, folder, clock), care, clock, Consent(journal, key)


def note(clinic, form, later_s=0):
    treatment, _, clock, _ = clinic
    t_ns = clock.now_ns() + later_s * 10**9
    treatment.note(form.record(PATIENT, t_ns, "anna", new_ulid(clock)))


@pytest.mark.parametrize(
    "form",
    [
        CorrectForm(day=TOMORROW, item="abduction", amount=20, note="-"),
        AdverseForm(day=TOMORROW, what="-", severity="mild", relation="unrelated"),
        ConsentForm(what="research", given=True, day=TOMORROW),
        CarerForm(role="family", agreed=True, day=TOMORROW),
        QuestionnaireForm(instrument="own-goal", day=TOMORROW, answers=(1,)),
    ],
    ids=lambda form: type(form).__name__,
)
def test_nothing_is_told_of_a_day_to_come(clinic, form):
    with pytest.raises(ConfigurationError, match="still to come"):
        note(clinic, form)
    around = clinic[1].figures(PATIENT).around
    told = [*around.corrected, *around.harms, *around.consents, *around.carers, *around.filled]
    assert told == []
    with pytest.raises(ConfigurationError, match="still to come"):
        note(clinic, form.model_copy(update={"day": TOMORROW + timedelta(days=300)}))


@pytest.mark.parametrize("what", ["motion", "live view", "research"])
def test_a_paper_that_is_filed_late_gives_no_consent_back_that_was_withdrawn_since(clinic, what):
    _, care, _, consent = clinic
    turn = itertools.count()

    def told(given, ago):
        note(clinic, ConsentForm(what=what, given=given, day=days_before(ago)), next(turn))

    told(True, 30)
    told(False, 3)
    with pytest.raises(ConfigurationError, match="was withdrawn on"):
        told(True, 10)
    assert care.figures(PATIENT).around.agreed(what) is False
    assert (ConsentState.NO_MOTION in consent.states(PATIENT)) is (what == "motion")
    told(True, 3)  # they changed their mind on the same day
    told(False, 2)
    told(True, 0)
    assert care.figures(PATIENT).around.agreed(what) is True


def test_a_correction_of_a_day_on_which_no_plan_asked_for_the_item_is_refused_and_can_be_taken_back(
    clinic,
):
    before = days_before(41)
    with pytest.raises(ConfigurationError, match="nothing to correct"):
        note(clinic, CorrectForm(day=before, item="abduction", amount=20, note="-"))
    assert clinic[1].figures(PATIENT).around.corrected == ()
    note(clinic, CorrectForm(day=before, item="abduction", amount=None, note="-"))
    note(clinic, CorrectForm(day=days_before(1), item="abduction", amount=20, note="-"))
    assert clinic[1].figures(PATIENT).days[days_before(1)].state == "done"


def test_a_slip_in_the_year_silences_nobody_for_years(clinic):
    far = MONDAY.replace(year=MONDAY.year + 10)
    excuse = ExcuseForm(first=MONDAY, last=far, why="holiday")
    for form in (excuse, EpisodeForm(review=far)):
        with pytest.raises(ConfigurationError, match="too far away: give .* at the latest"):
            note(clinic, form)
    around = clinic[1].figures(PATIENT).around
    assert (around.excused, around.episode) == ((), None)
    note(clinic, excuse.model_copy(update={"last": MONDAY + timedelta(days=21)}))
    note(clinic, excuse.model_copy(update={"lifted": True}))  # of an older day's slip
    note(clinic, EpisodeForm(review=MONDAY + timedelta(days=300)))
