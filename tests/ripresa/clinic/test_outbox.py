"""What the clinic tells its homes is published until they answer, whatever the broker forgets."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from ripresa.cli.main import app
from ripresa.clinic.care_desk import CareDesk
from ripresa.clinic.outbox import Outbox, OutboxLetter, OutboxPublisher
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock, SystemClock
from telemetry.messages.notices import Command, PlanNotice, Receipt
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from therapy.plan.plan_file import sample_plan

PATIENT = "demo-patient"
TOPICS = HomeTopics("clinic", PATIENT)
ULID = "01J00000000000000000000001"


def plan_letter(version=1):
    plan = sample_plan().model_copy(update={"version": version})
    notice = PlanNotice(patient=PATIENT, version=version, plan=plan.model_dump(mode="json"))
    return OutboxLetter(site="clinic", patient=PATIENT, what="plan", id=str(version), notice=notice)


def command_letter(what="erase", name=ULID):
    notice = Command(command=name, what=what, patient=PATIENT)
    return OutboxLetter(site="clinic", patient=PATIENT, what="command", id=name, notice=notice)


def receipt(what, name, state="taken"):
    return Receipt(patient=PATIENT, what=what, id=name, state=state, t_ns=5)


@pytest.fixture
async def rig(tmp_path):
    bus, outbox = LocalBus(), Outbox(tmp_path / "outbox")
    publisher = OutboxPublisher(bus, outbox, ManualClock())
    await asyncio.sleep(0.01)
    return bus, outbox, publisher


def said(bus, topic):
    return [m.payload for m in bus.published if m.topic == topic]


async def test_a_letter_is_published_once_and_again_after_the_broker_was_away(rig):
    bus, outbox, publisher = rig
    outbox.post(plan_letter())
    for _ in range(3):
        publisher.publish(outbox.letters())
    assert len(said(bus, TOPICS.plan)) == 1
    bus.reconnect()
    publisher.publish(outbox.letters())
    assert len(said(bus, TOPICS.plan)) == 2


async def test_a_newer_plan_takes_the_place_of_the_one_before(rig):
    bus, outbox, publisher = rig
    outbox.post(plan_letter(1))
    outbox.post(plan_letter(2))
    publisher.publish(outbox.letters())
    (payload,) = said(bus, TOPICS.plan)
    assert json.loads(payload)["version"] == 2


async def test_a_receipt_is_kept_and_an_old_one_changes_nothing(rig):
    bus, outbox, _ = rig
    outbox.post(plan_letter(2))
    for name in ("1", "2"):
        bus.publish(TOPICS.receipt, receipt("plan", name).encode(), qos=1)
    bus.publish(TOPICS.receipt, b"rubbish", qos=1)
    await asyncio.sleep(0.01)
    (letter,) = outbox.letters(PATIENT)
    assert (letter.id, letter.answer, letter.answered_ns) == ("2", "taken", 5)


async def test_a_command_that_is_done_is_taken_back(rig):
    bus, outbox, publisher = rig
    outbox.post(command_letter("withdraw"))
    publisher.publish(outbox.letters())
    bus.publish(TOPICS.receipt, receipt("command", ULID, "done").encode(), qos=1)
    await asyncio.sleep(0.01)
    assert said(bus, TOPICS.command)[-1] == b""
    assert outbox.letters()[0].answer == "done"


async def test_when_a_home_has_erased_no_letter_to_it_stays(rig, tmp_path):
    bus, outbox, publisher = rig
    outbox.post(plan_letter())
    outbox.post(command_letter())
    publisher.publish(outbox.letters())
    bus.publish(TOPICS.receipt, receipt("command", ULID, "done").encode(), qos=1)
    await asyncio.sleep(0.01)
    assert outbox.letters() == []
    assert list((tmp_path / "outbox").iterdir()) == []
    assert said(bus, TOPICS.plan)[-1] == said(bus, TOPICS.command)[-1] == b""


async def test_a_command_waits_for_one_of_another_matter_and_replaces_one_of_its_own(rig):
    bus, outbox, publisher = rig
    sent = ("unlock", "withdraw", "keep motion", "lock", "send motion")
    for n, what in enumerate(sent):
        outbox.post(command_letter(what, f"{ULID[:-1]}{n}"))
    publisher.publish(outbox.letters())
    done = []
    while payload := said(bus, TOPICS.command)[-1]:
        done.append(json.loads(payload)["what"])
        name = json.loads(payload)["command"]
        bus.publish(TOPICS.receipt, receipt("command", name, "done").encode(), qos=1)
        await asyncio.sleep(0.01)
    assert done == ["withdraw", "lock", "send motion"]


async def test_an_erasure_goes_before_all_other_commands(rig):
    bus, outbox, publisher = rig
    outbox.post(command_letter("keep motion"))
    outbox.post(command_letter("erase", f"{ULID[:-1]}9"))
    publisher.publish(outbox.letters())
    assert json.loads(said(bus, TOPICS.command)[-1])["what"] == "erase"


async def test_what_was_sent_follows_a_patient_to_another_site(rig):
    bus, outbox, publisher = rig
    outbox.post(plan_letter(2))
    publisher.publish(outbox.letters())
    assert outbox.answer(receipt("plan", "2")) is not None
    outbox.follow(PATIENT, "north")
    (letter,) = outbox.letters()
    assert (letter.site, letter.answer) == ("north", None)  # no box there has it yet
    publisher.publish(outbox.letters())
    assert said(bus, HomeTopics("north", PATIENT).plan)[-1] == letter.notice.encode()
    assert said(bus, TOPICS.plan)[-1] == b""
    outbox.post(letter.model_copy(update={"id": "3"}))
    bus.reconnect()  # the broker may have kept what it was never told to drop
    publisher.publish(outbox.letters())
    assert said(bus, TOPICS.plan)[-2:] == [b"", b""]
    outbox.follow(PATIENT, "clinic")
    publisher.publish(outbox.letters())
    assert said(bus, TOPICS.plan)[-1] != b""
    assert said(bus, HomeTopics("north", PATIENT).plan)[-1] == b""


async def test_a_command_stays_with_the_box_that_it_was_given_to(rig):
    _, outbox, _ = rig
    outbox.post(command_letter("withdraw"))
    outbox.follow(PATIENT, "north")
    assert [x.site for x in outbox.letters()] == ["clinic"]


@pytest.mark.parametrize("newer", ["2", "1"])
def test_an_answer_puts_back_no_letter_that_was_replaced_while_it_came(tmp_path, newer):
    class Crossed(Outbox):
        """A newer letter is posted while an answer is held against the one before."""

        def letters(self, patient=None):
            found = super().letters(patient)
            self.post(plan_letter(2).model_copy(update={"id": newer}))
            return found

    Outbox(tmp_path).post(plan_letter(1))
    Crossed(tmp_path).answer(receipt("plan", "1"))
    (kept,) = Outbox(tmp_path).letters()
    assert kept.notice.version == 2
    assert kept.answer == (None if newer == "2" else "taken")


def test_a_letter_that_is_sent_anew_is_answered_anew(tmp_path):
    outbox = Outbox(tmp_path)
    outbox.post(plan_letter())
    outbox.answer(receipt("plan", "1"))
    assert outbox.letters()[0].answer == "taken"
    outbox.post(plan_letter())
    assert outbox.letters()[0].answer is None
    outbox.answer(receipt("plan", "1"))
    outbox.forget(PATIENT)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_answer_is_left_out_with_a_line(tmp_path, caplog):
    outbox = Outbox(tmp_path)
    outbox.post(plan_letter())
    (tmp_path / f"{PATIENT}.plan.answer").write_text("{")
    assert outbox.letters()[0].answer is None
    assert "left out" in caplog.text
    assert PATIENT not in caplog.text


def test_a_damaged_letter_is_left_out_with_a_line(tmp_path, caplog):
    outbox = Outbox(tmp_path)
    outbox.post(plan_letter())
    (tmp_path / f"{PATIENT}.message.json").write_text("{}")
    assert len(outbox.letters()) == 1
    assert "left out" in caplog.text
    assert PATIENT not in caplog.text


def test_a_plan_goes_from_a_file_to_the_outbox_by_command(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))

    def run(*arguments):
        told = CliRunner().invoke(app, ["plan", *arguments])
        assert told.exit_code == 0, told.output
        return told.output

    from importlib import resources

    text = (
        resources.files("therapy").joinpath("plan", "data", "sample_plan.toml").read_text("utf-8")
    )
    file = tmp_path / "plan.toml"
    file.write_text(text, encoding="utf-8")
    assert "version 1" in run("import", str(file))
    file.write_text(text.replace("version = 1", "version = 2").replace("150", "140"), "utf-8")
    run("import", str(file))
    told = run("diff", PATIENT, "1").splitlines()
    assert "items.abduction.target_deg: 150.0 -> 140.0" in told
    start = text.index("[[items]]", text.index("[[items]]") + 1)
    file.write_text(text[:start].replace("version = 1", "version = 3"), "utf-8")
    assert "1 exercise," in run("import", str(file))
    assert "items.pendulum: gone" in run("diff", PATIENT, "1", "3").splitlines()
    assert "not published" in run("show", PATIENT)
    with CareDesk.at(Folder(tmp_path), SystemClock()) as desk:
        desk.enrol(PATIENT, "clinic")
    run("publish", PATIENT, "--site", "clinic")
    assert "has not answered yet" in run("show", PATIENT)
    (letter,) = Outbox(tmp_path / "outbox").letters()
    assert letter.id == "3"
