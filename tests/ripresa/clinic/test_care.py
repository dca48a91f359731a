"""The clinic's figures stand on its journal, and what it writes there is held to what is."""

import dataclasses
from datetime import date, timedelta

import httpx
import pytest
from typer.testing import CliRunner

from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from dashboards.web.app import create_app
from ingest.journal.journal import Journal
from ingest.rights.audit import AuditKey
from ingest.rights.consent import Consent
from ingest.rights.erasure import erase_from_journal
from journals import event_record, receive, session_opened
from ripresa.care.care_journal import JournalCareRecord
from ripresa.cli.main import app
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.clinic_status import ClinicStatus
from ripresa.clinic.outbox import Outbox, OutboxPublisher
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.messages.care import AlertSeen, PlanAnswered, decode_care
from telemetry.messages.events import SessionOpened
from telemetry.messages.notices import Receipt
from telemetry.messages.record import RecordKind
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from telemetry.trouble import TroubleBoard, TroubleKind, words
from therapy_builders import item, plan

PATIENT = "p-1"


@pytest.fixture
def clinic(tmp_path):
    clock = ManualClock(at(MONDAY))
    with Journal.open(tmp_path / "clinic.sqlite", clock) as journal:
        yield journal, clock


def care_of(clinic):
    journal, clock = clinic
    return JournalCareRecord(journal, lambda _patient, _version: None, clock)


def own(journal):
    told = [a.record for a in journal.told(0) if a.record.kind is RecordKind.CARE]
    return [decode_care(record.body) for record in told]


def test_a_result_that_comes_after_its_day_was_judged_counts_at_the_next_look(clinic):
    story = PatientStory().enrolled().published().answered().heard(MONDAY)
    story.session(days_before(2), 20)
    care = care_of(clinic)
    appended(clinic[0], story.facts[:-1])
    assert care.figures(PATIENT).days[days_before(2)].state == "unknown"
    appended(clinic[0], story.facts[-1:])
    assert care.figures(PATIENT).days[days_before(2)].state == "done"


def test_figures_are_dropped_and_folded_again_the_same(clinic):
    story = PatientStory().enrolled().published().answered().heard(MONDAY)
    for ago in (30, 20, 9, 4):
        story.session(days_before(ago), 20, unwell=ago == 4)
    care = care_of(clinic)
    for fact in story.facts:
        appended(clinic[0], [fact])
        care.look()
    assert care_of(clinic).figures(PATIENT) == care.figures(PATIENT)


def test_which_alert_was_shown_and_who_saw_which_evidence_is_kept_for_good(clinic):
    journal, clock = clinic
    story = PatientStory().enrolled().published().answered().heard(MONDAY)
    story.session(days_before(1), 20, unwell=True)
    appended(journal, story.facts)
    care = care_of(clinic)
    (alert,) = [a for a in care.figures(PATIENT).waiting if a.kind == "unwell"]
    for _ in range(3):
        care.look()
    shown = [r for r in own(journal) if r.type == "care.alert-shown" and r.kind == "unwell"]
    assert [(r.opened, r.digest) for r in shown] == [(alert.opened, alert.digest)]
    seen = AlertSeen(
        patient=PATIENT,
        t_ns=clock.now_ns(),
        kind="unwell",
        opened=alert.opened,
        digest=alert.digest,
        by="pt-1",
        day=MONDAY,
        action="called",
    )
    care.acknowledge(seen)
    assert "unwell" not in {a.kind for a in care.figures(PATIENT).waiting}
    assert own(journal)[-1] == seen.model_copy(update={"events": alert.events})
    with pytest.raises(ConfigurationError, match="read the list again"):
        care.acknowledge(seen.model_copy(update={"opened": MONDAY}))


def test_whoever_says_to_have_seen_what_is_another_event_by_now_reads_the_list_again(clinic):
    journal, clock = clinic
    story = PatientStory().enrolled().published().answered().heard(MONDAY)
    story.session(days_before(1), 20, clock="09:00", unwell=True)
    appended(journal, story.facts)
    care = care_of(clinic)
    (read,) = [a for a in care.figures(PATIENT).waiting if a.kind == "unwell"]
    before = len(story.facts)
    story.session(days_before(1), 20, clock="18:00", unwell=True)
    appended(journal, story.facts[before:])
    told = {
        "kind": "unwell",
        "opened": read.opened,
        "by": "pt-1",
        "day": MONDAY,
        "action": "called",
    }
    seen = AlertSeen(patient=PATIENT, t_ns=clock.now_ns(), digest=read.digest, **told)
    with pytest.raises(ConfigurationError, match="read the list again"):
        care.acknowledge(seen)
    (now,) = [a for a in care.figures(PATIENT).waiting if a.kind == "unwell"]
    care.acknowledge(seen.model_copy(update={"digest": now.digest}))
    assert "unwell" not in {a.kind for a in care.figures(PATIENT).waiting}


async def test_a_silent_home_makes_days_unknown_until_it_is_heard_of(clinic):
    journal, clock = clinic
    story = PatientStory().enrolled().published().answered()
    story.session(days_before(9), 20)
    appended(journal, story.facts)
    heard = {}
    care = JournalCareRecord(journal, lambda _patient, _version: None, clock, heard=heard)
    assert care.figures(PATIENT).days[days_before(4)].state == "unknown"
    assert care.figures(PATIENT).state == "silent"
    heard[PATIENT] = clock.now_ns()
    assert care.figures(PATIENT).days[days_before(4)].state == "missed"
    again = len(own(journal))
    heard[PATIENT] = clock.now_ns() + 60 * 10**9
    care.look()
    assert len(own(journal)) == again


async def test_the_end_of_a_day_judges_it(clinic):
    journal, clock = clinic
    story = PatientStory().enrolled().published().answered()
    story.session(days_before(1), 20)
    appended(journal, story.heard(MONDAY + timedelta(days=1)).facts)
    care = care_of(clinic)
    assert MONDAY not in care.figures(PATIENT).days
    await clock.advance(86_400)
    assert care.figures(PATIENT).days[MONDAY].state == "missed"


def test_an_erased_patient_has_no_figures_any_more(clinic):
    journal, _ = clinic
    appended(journal, PatientStory().enrolled().published().facts)
    care = care_of(clinic)
    assert care.figures(PATIENT) is not None
    with journal.writing() as db:
        db.execute("DELETE FROM record")
        db.execute("INSERT INTO tombstone VALUES ('patient', x'00', 1)")
    assert care.figures(PATIENT) is None


@pytest.mark.parametrize("later_s", [5, 3600, 86_400])
async def test_of_an_erased_patient_whose_home_goes_on_sending_nothing_is_written_again(
    clinic, tmp_path, later_s
):
    journal, clock = clinic
    stays = PatientStory(patient="p-2").enrolled().published().answered()
    appended(journal, PatientStory().enrolled().published().answered().facts)
    appended(journal, stays.facts)
    key = AuditKey.at(tmp_path / "audit.key")
    consent, heard = Consent(journal, key), {}
    care = JournalCareRecord(
        journal,
        lambda _patient, _version: None,
        clock,
        restricted=consent.unused,
        heard=heard,
        erased=consent.erased,
    )
    heard.update({PATIENT: clock.now_ns(), "p-2": clock.now_ns()})
    care.look()
    told = {"actor": "pt", "ground": "asked", "now_ns": clock.now_ns()}
    erase_from_journal(journal, key, PATIENT, folders=(), **told)
    for _ in range(3):
        await clock.advance(later_s)
        heard.update({PATIENT: clock.now_ns(), "p-2": clock.now_ns()})
        care.look()
        # The home answers a plan that was on its way when the patient was erased.
        answer = {"version": 1, "state": "taken", "t_ns": clock.now_ns()}
        care.note([PlanAnswered(patient=PATIENT, home_ns=clock.now_ns(), **answer)])
    assert {record.patient for record in own(journal)} == {"p-2"}
    assert journal.cared_for() == ["p-2"]
    assert [f.patient for f in care.all_figures()] == ["p-2"]
    assert care.figures("p-2").heard_ns >= clock.now_ns() - 3600 * 10**9


@pytest.mark.parametrize("beside", [False, True])
def test_an_erased_pseudonym_is_enrolled_no_more_and_gets_no_user(tmp_path, monkeypatch, beside):
    folder, compose = Folder(tmp_path / "state").create(), tmp_path / "compose"
    path = compose / "secrets" / "audit.key" if beside else folder.audit_key
    with CareDesk.at(folder, ManualClock(at(MONDAY))) as care:
        care.enrol(PATIENT, "milano")
        care.enrol("p-2", "milano")
        care.may_enrol(PATIENT, compose)
        assert not folder.audit_key.exists(), "whoever looks makes no key beside the clinic's own"
        told = {"actor": "pt", "ground": "asked", "now_ns": at(MONDAY)}
        erase_from_journal(care._journal, AuditKey.at(path), PATIENT, folders=(), **told)
        with pytest.raises(ConfigurationError, match="under another one"):
            care.may_enrol(PATIENT, compose)
        care.may_enrol("p-2", compose)
    monkeypatch.setattr("ripresa.cli.clinic_cli._state", lambda _folder: folder)
    before = sorted(tmp_path.rglob("*"))
    asked = ["clinic", "enrol", PATIENT, str(tmp_path / "join.json"), "--folder", str(compose)]
    done = CliRunner().invoke(app, asked)
    assert isinstance(done.exception, ConfigurationError)
    assert "another one" in str(done.exception)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def desk(tmp_path):
    folder = Folder(tmp_path).create()
    with CareDesk.at(folder, ManualClock(at(MONDAY))) as found:
        yield found, folder


def test_a_plan_goes_only_to_who_is_enrolled_and_to_their_site(desk):
    care, folder = desk
    with pytest.raises(ConfigurationError, match="nobody is enrolled as 'p-1'"):
        care.publish(plan(), "milano")
    care.enrol("p-11", "milano")
    with pytest.raises(ConfigurationError, match="did you mean p-11"):
        care.publish(plan(), "milano")
    care.enrol("p-1", "milano")
    with pytest.raises(ConfigurationError, match="at site 'milano', not 'milan'"):
        care.publish(plan(), "milan")
    assert Outbox(folder.outbox).letters() == []
    care.publish(plan(), "milano")
    assert [letter.id for letter in Outbox(folder.outbox).letters()] == ["1"]
    care.discharge("p-1", "pt-1")
    with pytest.raises(ConfigurationError, match="nobody is enrolled"):
        care.publish(plan(version=2, valid_from=MONDAY), "milano")


def test_a_version_comes_into_force_after_the_one_before(desk):
    care, _ = desk
    care.enrol("p-1", "milano")
    care.publish(plan(version=2, valid_from=days_before(3)), "milano")
    with pytest.raises(ConfigurationError, match="later valid_from"):
        care.publish(plan(version=3, valid_from=days_before(3)), "milano")
    with pytest.raises(ConfigurationError, match="published already"):
        care.publish(plan(version=1, valid_from=MONDAY), "milano")
    other = plan(version=2, valid_from=days_before(3), items=[item(side="left")])
    with pytest.raises(ConfigurationError, match="other content"):
        care.publish(other, "milano")
    care.publish(plan(version=2, valid_from=days_before(3)), "milano")
    care.publish(plan(version=3, valid_from=MONDAY), "milano")


async def test_what_a_home_says_of_a_plan_becomes_a_fact_once(desk):
    care, folder = desk
    care.enrol("p-1", "milano")
    care.publish(plan(), "milano")
    bus, noted = LocalBus(), []
    publisher = OutboxPublisher(bus, Outbox(folder.outbox), ManualClock(at(MONDAY)), noted.extend)
    receipt = Receipt(patient="p-1", what="plan", id="1", state="taken", t_ns=at(MONDAY))
    for _ in range(2):
        publisher._take(_message(receipt))
    assert [(r.version, r.state) for r in noted] == [(1, "taken")]


def _message(receipt):
    from telemetry.transport.bus import Message

    return Message(HomeTopics("milano", "p-1").receipt, receipt.encode())


def test_a_version_goes_once_more_but_never_in_the_place_of_a_newer_one_on_its_way(tmp_path):
    folder = Folder(tmp_path).create()
    later = plan(version=2, valid_from=MONDAY.isoformat())
    with CareDesk.at(folder, ManualClock(at(MONDAY))) as care:
        care.enrol("p-1", "milano")
        care.publish(plan(), "milano")
        care.publish(plan(), "milano")
        care.publish(later, "milano")
        with pytest.raises(ConfigurationError, match="would come after a later one"):
            care.publish(plan(), "milano")
        care.publish(later, "milano")
    assert [letter.id for letter in Outbox(folder.outbox).letters("p-1")] == ["2"]


def test_the_command_line_refuses_an_item_no_plan_has_and_shows_the_worklist(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    folder = Folder(tmp_path).create()
    with CareDesk.at(folder, ManualClock(at(MONDAY))) as care:
        care.enrol("p-1", "milano")
        care.publish(plan(), "milano")
        with pytest.raises(ConfigurationError, match="it is abduction"):
            care.correct("p-1", MONDAY, "pendulum", 3, by="pt-1")
        care.correct("p-1", MONDAY, "abduction", 3, by="pt-1")
        care.excuse("p-1", MONDAY, MONDAY, by="pt-1", why="illness")
    told = CliRunner().invoke(app, ["clinic", "worklist", "--json", str(tmp_path / "w.json")])
    assert told.exit_code == 0, told.output
    assert '"kind": "start"' in (tmp_path / "w.json").read_text()


def test_a_session_of_1970_is_shown_and_put_right_by_command(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    folder = Folder(tmp_path).create()
    with Journal.open(folder.clinic_journal, ManualClock()) as journal:
        opened = session_opened().model_copy(
            update={"day": "1970-01-01", "t_ns": 3_600_000_000_000}
        )
        receive(journal, [event_record(opened)])

    def days(*more):
        told = CliRunner().invoke(app, ["clinic", "days", *more])
        assert told.exit_code == 0, told.output
        return told.output

    patient, session = opened.patient, opened.session
    assert f"{patient}: seduta {session}, datata 1970-01-01" in days()
    assert "Nessuna seduta" in days(patient, session, "2023-11-14", "--by", "pt-1")
    with Journal.open(folder.clinic_journal, ManualClock()) as journal:
        (record,) = journal.records(0, home=journal.home)
        written = decode_care(record.body)
    assert (written.by, written.day.isoformat()) == ("pt-1", "2023-11-14")
    assert "1970" in days(patient, session, "--by", "pt-1", "--language", "en")


@pytest.mark.parametrize("told", ["1970-01-01", "2099-01-01"])
async def test_a_session_set_aside_is_on_no_page_until_its_day_is_put_right(tmp_path, told):
    folder, clock = Folder(tmp_path).create(), ManualClock(at(MONDAY))
    with Journal.open(folder.clinic_journal, clock) as journal:
        story = PatientStory().enrolled().published().answered().heard(MONDAY)
        session = story.session(MONDAY - timedelta(days=5), 20)
        wrong_ns = at(date.fromisoformat(told))
        moved = []
        for fact in story.facts:
            body = fact.body
            if fact.session is not None and hasattr(body, "t_ns"):
                body = body.model_copy(update={"t_ns": wrong_ns})
            if isinstance(body, SessionOpened):
                body = body.model_copy(update={"day": told})
            moved.append(dataclasses.replace(fact, body=body))
        appended(journal, moved)
        care = JournalCareRecord(journal, lambda _patient, _version: None, clock)
        app = create_app(journal, care=care, clock=clock)
        transport = httpx.ASGITransport(app)

        async def page():
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
                return (await web.get(f"/api/patients/{story.patient}")).json()

        before = await page()
        assert not any(day["sessions"] for day in before["days"])
        assert (before["pains"], before["exercises"][0]["done"]) == ([], 0)
        with CareDesk.at(folder, clock) as desk:
            desk.set_day(story.patient, session, MONDAY - timedelta(days=5), by="pt-1")
        after = await page()
        day = str(MONDAY - timedelta(days=5))
        assert {d["day"]: d["sessions"] for d in after["days"]}[day] == [session]
        assert [p["day"] for p in after["pains"]] == [day]
        assert (after["exercises"][0]["done"], after["exercises"][0]["done_days"]) == (20, 1)


@pytest.mark.parametrize("day", ["1970-01-01", "9999-01-01"])
def test_a_day_that_cannot_be_is_no_correction(tmp_path, day):
    folder = Folder(tmp_path).create()
    with Journal.open(folder.clinic_journal, ManualClock()) as journal:
        receive(journal, [event_record(session_opened())])
    opened = session_opened()
    with (
        CareDesk.at(folder, ManualClock(at(MONDAY))) as care,
        pytest.raises(ConfigurationError, match="cannot be its day"),
    ):
        care.set_day(opened.patient, opened.session, date.fromisoformat(day), by="pt-1")


async def test_a_home_whose_clock_is_wrong_is_told_and_no_longer_once_it_is_right():
    board, offsets, clock = TroubleBoard(), {"p-1": 0.0, "p-2": -3 * 86400.0}, ManualClock()
    status = ClinicStatus.__new__(ClinicStatus)
    status._clock, status._board, status._offsets = clock, board, offsets
    status._set_aside, status._left_out = (lambda: {"p-3": 2}), dict
    status._look_at_homes()
    told = {t.kind: words(t, "en") for t in board.all()}
    assert "p-2 is 72.0 hours off" in told[TroubleKind.HOME_CLOCK]
    assert "2 sessions of p-3" in told[TroubleKind.DAYS_ASIDE]
    offsets["p-2"] = 1.0
    status._set_aside = dict
    status._look_at_homes()
    assert board.all() == []


def test_a_desk_of_a_running_clinic_writes_by_the_facts_that_it_keeps(clinic, tmp_path):
    story = PatientStory().enrolled().published(plan(valid_from="2023-01-01"))
    appended(clinic[0], story.facts)
    care = care_of(clinic)
    desk = CareDesk(clinic[0], Folder(tmp_path), clinic[1], folded=care.folded)
    desk.publish(plan(version=2, valid_from="2023-11-14"), "clinic")
    with pytest.raises(ConfigurationError, match="published with other content"):
        desk.publish(plan(version=1, goal="other", valid_from="2023-11-15"), "clinic")
    assert [v.plan.version for v in care.figures(PATIENT).versions] == [1, 2]
