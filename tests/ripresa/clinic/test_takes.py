"""A physiotherapist's own take: from a recorded session with the plan to the home's ghost."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from clinic_facts import MONDAY, PatientStory, appended, at
from games.rules.take import Take
from homes import one_exercise_home
from ingest.journal.journal import Journal
from ripresa.care.care_journal import JournalCareRecord
from ripresa.cli.main import app
from ripresa.clinic.around.own_takes import OwnTakes
from ripresa.clinic.around.treatment import Treatment
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.outbox import Outbox
from ripresa.home.letters.sent_takes import keep_sent_takes, takes_at_hand
from ripresa.home.plan_reception import keep_plan
from ripresa.platform.configuration import Folder
from ripresa.recordings.take_of_session import curve_of
from telemetry.clock import ManualClock, SystemClock
from telemetry.errors import ConfigurationError
from telemetry.messages.notices import PlanNotice, Receipt
from telemetry.transport.bus import LocalBus, Message
from therapy.plan.plan_file import sample_plan
from therapy.wording import WordedError

PATIENT = "p-1"
TAKE = Take((0.0, 1.0, 3.0), (0.0, 1.0, 0.0))


@pytest.fixture
def clinic(tmp_path):
    clock, folder = ManualClock(at(MONDAY)), Folder(tmp_path).create()
    with Journal.open(folder.clinic_journal, clock) as journal:
        appended(journal, PatientStory().enrolled().published().answered().facts)
        care = JournalCareRecord(journal, lambda _patient, _version: None, clock)
        yield Treatment(care, journal, folder, clock), care, Outbox(folder.outbox)


def sent(outbox):
    (letter,) = outbox.letters(PATIENT)
    return [curve.exercise for curve in letter.notice.takes]


def test_a_take_goes_with_the_version_that_the_home_has_and_is_taken_back(clinic):
    treatment, care, outbox = clinic
    assert treatment.record_take(PATIENT, "abduction", TAKE, "anna") == "arm-abduction"
    assert sent(outbox) == ["arm-abduction"]
    told = care.figures(PATIENT).around.takes["arm-abduction"]
    assert (told.by, told.version) == ("anna", 1)
    treatment.record_take(PATIENT, "abduction", None, "anna")
    assert sent(outbox) == []
    assert care.figures(PATIENT).around.takes == {}


def test_the_page_says_when_the_home_has_a_take_and_not_before(clinic):
    treatment, _, outbox = clinic
    assert treatment.plan_at_home(PATIENT) == ""

    def answered(state):
        (letter,) = outbox.letters(PATIENT)
        outbox.answer(Receipt(patient=PATIENT, what="plan", id=letter.id, state=state, t_ns=5))
        return treatment.plan_at_home(PATIENT)

    treatment.record_take(PATIENT, "abduction", TAKE, "anna")
    assert treatment.plan_at_home(PATIENT) == "waiting"
    assert answered("refused") == "waiting"
    assert answered("taken") == "done"
    treatment.record_take(PATIENT, "abduction", None, "anna")
    assert treatment.plan_at_home(PATIENT) == "waiting"  # it has the one that was taken back


def test_a_take_of_what_the_plan_has_not_is_refused(clinic):
    with pytest.raises(ConfigurationError, match="abduction"):
        clinic[0].record_take(PATIENT, "sit-to-stand", TAKE, "anna")
    assert clinic[2].letters() == []


@given(
    st.lists(st.tuples(st.floats(0.001, 3), st.floats(-0.5, 1.7)), min_size=2, max_size=60),
)
def test_whatever_was_recorded_is_a_bounded_curve_of_the_same_shape(steps):
    times, now = [], 0.0
    for step, _ in steps:
        times.append(now)
        now = min(20.0, now + step)
    take = Take(tuple(times), tuple(level for _, level in steps))
    if round(times[-1] * 1000) < 1:
        return
    curve = curve_of(take, "arm-abduction")
    for t_ms, level in zip(curve.t_ms, curve.control, strict=True):
        assert level == pytest.approx(min(1.0, max(0.0, take.at(t_ms / 1000))), abs=1e-3)


def plan_message(plan, *curves):
    notice = PlanNotice(
        patient=plan.patient,
        version=plan.version,
        plan=plan.model_dump(mode="json"),
        takes=curves,
    )
    return Message("ripresa/x/y/plan", notice.encode(), retained=True)


def test_a_home_shows_what_the_newest_plan_brings_and_keeps_its_own(tmp_path):
    home = one_exercise_home(tmp_path, 1)
    for path in home.folder.plans.iterdir():
        path.unlink()
    home.folder.takes.mkdir()
    Take((0.0, 2.0), (0.2, 0.2)).save(home.folder.takes / "pendulum.json")
    keep_plan(home, LocalBus(), plan_message(sample_plan(), curve_of(TAKE, "arm-abduction")))
    found = takes_at_hand(home.folder.takes)
    assert set(found) == {"pendulum", "arm-abduction"}
    assert found["arm-abduction"].at(1.0) == pytest.approx(1.0, abs=0.01)
    keep_plan(home, LocalBus(), plan_message(sample_plan()))
    assert set(takes_at_hand(home.folder.takes)) == {"pendulum"}


def test_a_damaged_take_is_told_and_left_out(tmp_path, caplog):
    keep_sent_takes(tmp_path, [curve_of(TAKE, "arm-abduction")])
    (tmp_path / "from-clinic" / "arm-abduction.json").write_text("{")
    assert takes_at_hand(tmp_path) == {}
    assert "damaged" in caplog.text


@pytest.mark.slow
def test_a_recorded_session_becomes_the_take_that_is_sent(kept, tmp_path, monkeypatch):
    import shutil

    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    shutil.copytree(kept.folder / "plans", tmp_path / "plans")
    with CareDesk.at(Folder(tmp_path).create(), SystemClock()) as desk:
        desk.enrol("demo-patient", "demo-clinic")
        desk.publish(sample_plan(), "demo-clinic")
    told = ("--by", "anna", "--journal", str(kept.home))
    done = CliRunner().invoke(
        app, ["clinic", "take", "demo-patient", "abduction", kept.session, *told]
    )
    assert done.exit_code == 0, done.output
    (letter,) = Outbox(Folder(tmp_path).outbox).letters("demo-patient")
    (curve,) = letter.notice.takes
    assert curve.exercise == "arm-abduction"
    assert max(curve.control) > 0.8
    assert curve.t_ms[-1] <= 20_000


@pytest.mark.slow
def test_a_session_held_on_the_clinics_machine_is_offered_with_what_was_moved(kept, tmp_path):
    import shutil

    folder = Folder(tmp_path).create()
    shutil.copytree(kept.folder / "plans", folder.plans, dirs_exist_ok=True)
    folder.home_journal.parent.mkdir(exist_ok=True)
    with sqlite3.connect(kept.home) as source, sqlite3.connect(folder.home_journal) as target:
        source.backup(target)
    own = OwnTakes(folder, {"demo-patient"}.__contains__)
    (one,) = own.sessions()
    assert (one.session, one.known) == (kept.session, True)
    assert ("abduction", "arm-abduction") in one.items
    assert max(own.take(one.session, "abduction").levels) > 0.8
    with pytest.raises(WordedError, match="record more"):
        own.take(one.session, "no-such-item")
