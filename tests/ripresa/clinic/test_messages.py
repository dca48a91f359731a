"""A therapist's message: to the next session of a real home by a real broker, and back as read."""

import pytest
from typer.testing import CliRunner

from clinic_facts import MONDAY, PatientStory, appended, at
from ingest.journal.journal import Journal
from ripresa.care.care_journal import JournalCareRecord
from ripresa.cli.main import app
from ripresa.clinic.around.treatment import MOST_WAITING, Treatment
from ripresa.clinic.outbox import Outbox
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.messages.care import Discharged

PATIENT = "p-1"


@pytest.fixture
def clinic(tmp_path):
    """A clinic with one patient: the desk, its figures, and its outbox."""
    clock, folder = ManualClock(at(MONDAY)), Folder(tmp_path).create()
    with Journal.open(folder.clinic_journal, clock) as journal:
        appended(journal, PatientStory().enrolled().published().facts)
        care = JournalCareRecord(journal, lambda _patient, _version: None, clock)
        yield Treatment(care, journal, folder, clock), care, Outbox(folder.outbox)


def states(care):
    return [(x.written.text, x.state) for x in care.figures(PATIENT).around.letters]


def test_a_second_message_does_not_eat_the_first_that_was_not_read(clinic):
    treatment, care, outbox = clinic
    treatment.write_message(PATIENT, "Bravo.", "anna")
    treatment.write_message(PATIENT, "Piano con la spalla.", "anna")
    assert states(care) == [("Bravo.", "sent"), ("Piano con la spalla.", "sent")]
    (letter,) = outbox.letters(PATIENT)
    assert [x.text_it for x in letter.notice.letters] == ["Bravo.", "Piano con la spalla."]


def test_one_that_is_taken_back_leaves_the_other_and_nothing_leaves_nothing(clinic):
    treatment, care, outbox = clinic
    for text in ("uno", "due"):
        treatment.write_message(PATIENT, text, "anna")
    names = [x.written.message for x in care.figures(PATIENT).around.letters]
    treatment.withdraw_message(PATIENT, names[1], "anna")
    assert [x.text_it for x in outbox.letters()[0].notice.letters] == ["uno"]
    treatment.withdraw_message(PATIENT, names[0], "anna")
    assert outbox.letters()[0].notice.letters == ()
    assert [state for _, state in states(care)] == ["withdrawn", "withdrawn"]
    with pytest.raises(ConfigurationError, match="waits to be read"):
        treatment.withdraw_message(PATIENT, names[0], "anna")


@pytest.mark.parametrize("way", ["the page", "the command line"])
def test_what_was_not_read_ends_with_the_treatment_it_was_written_in(clinic, way):
    treatment, care, outbox = clinic
    treatment.write_message(PATIENT, "A lunedì.", "anna")
    if way == "the page":
        now_ns = care.figures(PATIENT).around.letters[0].written.t_ns
        treatment.note(Discharged(patient=PATIENT, t_ns=now_ns, by="anna"))
    else:
        treatment.discharge(PATIENT, "anna")
    assert outbox.letters()[0].notice.letters == ()
    treatment.reopen(PATIENT, "anna")
    assert states(care) == [("A lunedì.", "withdrawn")]
    treatment.write_message(PATIENT, "Bentornata.", "anna")
    (letter,) = [x for x in outbox.letters(PATIENT) if x.what == "message"]
    assert [x.text_it for x in letter.notice.letters] == ["Bentornata."]


@pytest.mark.parametrize("text", ["", "   ", "x" * 281])
def test_a_message_has_a_length(clinic, text):
    with pytest.raises(ConfigurationError, match="letters"):
        clinic[0].write_message(PATIENT, text, "anna")


def test_more_messages_than_a_session_begins_with_are_refused(clinic):
    for n in range(MOST_WAITING):
        clinic[0].write_message(PATIENT, f"{n}", "anna")
    with pytest.raises(ConfigurationError, match="wait to be read"):
        clinic[0].write_message(PATIENT, "one more", "anna")


@pytest.mark.parametrize("patient", ["p-2", "nobody"])
def test_nobody_writes_to_somebody_who_is_not_treated_here(clinic, patient):
    with pytest.raises(ConfigurationError, match="nobody"):
        clinic[0].write_message(patient, "hello", "anna")


def test_the_command_line_writes_and_unlocks_by_the_same_code(clinic, tmp_path, monkeypatch):
    _, care, outbox = clinic
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    for words in (("message", PATIENT, "Bravo."), ("unlock", PATIENT)):
        done = CliRunner().invoke(app, ["patient", *words, "--actor", "anna"])
        assert done.exit_code == 0, done.output
        assert "on its way" in done.output
    around = care.figures(PATIENT).around
    assert states(care) == [("Bravo.", "sent")]
    assert (around.unlocked.by, around.unlocked.lifted) == ("anna", False)
    assert {letter.what for letter in outbox.letters(PATIENT)} == {"message", "command"}
    told = CliRunner().invoke(app, ["patient", "audit", PATIENT])
    assert "anna: unlock standing" in told.output


def test_an_unlocking_of_somebody_without_a_home_is_noted_and_told_so(
    clinic, tmp_path, monkeypatch
):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["patient", "unlock", "p-9", "--actor", "anna"])
    assert done.exit_code == 0, done.output
    assert "no home" in done.output
    assert clinic[2].letters() == []
