"""`kill -9` at any page leaves no process behind, and the next start goes on with what is left."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.ble.binding import Bindings, bindings_file
from edge.virtual.process import RadioProcess
from ingest.journal.reading import JournalReader
from needs import need_program
from ripresa.home.history import broke_off, past_of
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ScaledClock, SystemClock
from telemetry.identity import new_ulid
from telemetry.messages.live import RepetitionCounted, encode_live
from telemetry.messages.requests import (
    AnswerCheck,
    CalibrateSegment,
    EndExercise,
    ReportRest,
    StartExercise,
    encode_request,
)
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics
from therapy.session.agenda import agenda_of

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(180)]

PLAN = """
patient = "demo-patient"
version = 1
valid_from = 2020-01-01
check_in = { fallen = false, medicine = false, pain = false }
[[items]]
id = "raise"
exercise = "forward-arm-raise"
side = "right"
posture = "seated"
placements = ["wrist-right"]
dose = { sets = 1, repetitions = 5 }
assessment = "never"
"""
PATIENCE_S = 60


def until(what, told):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(Exception):
            if found := what():
                return found
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


class Program:
    """The real program, as a person starts it, with its picture and sound nowhere."""

    def __init__(self, root):
        self.root = root
        self.folder = Folder(root)
        nowhere = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
        self.env = {**os.environ, **nowhere, "RIPRESA_HOME": str(root)}
        self.env.pop("RIPRESA_MQTT_PORT", None)

    def wear(self, radio):
        """Bind the radio's one wearable, and use that radio from now on."""
        path = bindings_file(self.root)
        Bindings.load(path).bind(radio.identities[0], "wrist-right").save(path)
        self.env["RIPRESA_RADIO"] = radio.transport

    def run(self, *arguments):
        return subprocess.Popen([sys.executable, "-m", "ripresa", *arguments], env=self.env)

    def events(self):
        with JournalReader(self.folder.home_journal) as reader:
            return {
                s.session: [e.type for e in reader.events(s.session)] for s in reader.sessions()
            }

    def mosquitto(self):
        """Process ids of brokers that this home has started."""
        named = str(self.root).encode()
        found = []
        for proc in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (proc / "cmdline").read_bytes()
                if named in command and b"mosquitto" in command.split(b"\0")[0]:
                    found.append(int(proc.name))
        return found

    @contextlib.asynccontextmanager
    async def bus(self):
        text = (self.folder.logs / "mosquitto.conf").read_text()
        port = int(re.search(r"listener (\d+)", text)[1])
        async with MqttBus(MqttSettings(port=port), "test") as bus:
            await bus.wait_connected()
            yield bus

    async def ask(self, bus, session, wish, kind):
        """Make a request, and wait for the event that it leads to."""
        known = self.events()[session].count(kind)
        stamped = wish.stamped(new_ulid(SystemClock()), session)
        bus.publish(HomeTopics(*self.identity()).request, encode_request(stamped), qos=1)
        until(lambda: self.events()[session].count(kind) > known, f"no {kind}")

    def repeat(self, bus, session, number):
        """One repetition by keys, as they are counted, and wait until it is recorded."""
        now_ns = SystemClock().now_ns()
        counted = RepetitionCounted(
            session=session,
            item="raise",
            number=number,
            t_ns=now_ns,
            begun_ns=now_ns - 3_000_000,
            turned_ns=now_ns - 1_000_000,
            range_deg=None,
            peak_deg=None,
            reached=1.0,
        )
        bus.publish(HomeTopics(*self.identity()).control, encode_live(counted))
        told = "exercise.reported"
        until(lambda: self.events()[session].count(told) == number, "a repetition was not kept")

    def identity(self):
        with JournalReader(self.folder.home_journal) as reader:
            opened = reader.events(next(iter(reader.sessions())).session)[0]
        return opened.site, opened.patient


async def go_to(program, bus, session, place):
    """Bring a session to where it is to be killed; gives the repetitions done until then."""
    if place == "first question":
        return 0
    await program.ask(bus, session, AnswerCheck(question="unwell", answer=False), "check.answered")
    await program.ask(bus, session, AnswerCheck(question="effort", answer=2), "effort.reported")
    if place == "ready":
        return 0
    await program.ask(bus, session, StartExercise(), "exercise.started")
    for number in (1, 2):
        program.repeat(bus, session, number)
    if place == "rest":
        await program.ask(bus, session, ReportRest(), "rest.started")
    elif place == "question in mid-set":
        program.repeat(bus, session, 3)
        return 3
    elif place == "check-out":
        await program.ask(bus, session, EndExercise(), "exercise.ended")
    return 2


async def go_to_by_wearable(program, bus, session, place):
    """As `go_to`, with a wearable whose calibration is left out."""
    await program.ask(bus, session, AnswerCheck(question="unwell", answer=False), "check.answered")
    await program.ask(bus, session, AnswerCheck(question="effort", answer=2), "effort.reported")
    if place == "calibration":
        return
    cannot, on = CalibrateSegment(ask="cannot"), CalibrateSegment(ask="begin")
    await program.ask(bus, session, cannot, "segment.calibrated")
    await program.ask(bus, session, on, "segment.calibrated")
    await program.ask(bus, session, StartExercise(), "exercise.started")
    if place == "check-out":
        await program.ask(bus, session, EndExercise(), "exercise.ended")


@contextlib.contextmanager
def killed_at_once(process):
    """A program that is killed as nobody expects, whatever was under way."""
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def told_to_go_on(program, session, done):
    """Whether the session that broke off was closed, and the rest of the day is offered."""
    until(lambda: len(program.events()) == 2, "no second session opened")
    assert program.events()[session][-1] == "session.closed"
    (known,) = PlanFolder(program.folder.plans).versions("demo-patient")
    day = known.day_of(SystemClock().now_ns())
    with JournalReader(program.folder.home_journal) as reader:
        assert broke_off(reader, known, day)
        past = past_of(reader, [known], day)
        left = {e.item.id: e.dose for e in agenda_of(known, day, past, assess=False).items}
    assert past.done_today.get("raise", 0) == done
    assert left == {"raise": 5 - done}


@pytest.fixture
def program(tmp_path):
    need_program("setpriv")
    need_program("mosquitto")
    program = Program(tmp_path / "home")
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    assert program.run("plan", "import", str(plan)).wait(PATIENCE_S) == 0
    return program


@pytest.mark.parametrize(
    "place",
    ["first question", "ready", "mid-set", "question in mid-set", "rest", "check-out"],
)
async def test_a_killed_session_leaves_no_process_and_goes_on_with_what_is_left(program, place):
    first = program.run("home", "session", "--keys")
    with killed_at_once(first):
        (session,) = until(lambda: list(program.events()), "no session opened")
        async with program.bus() as bus:
            done = await go_to(program, bus, session, place)
        assert program.mosquitto()
    until(lambda: not program.mosquitto() or None, "a broker outlived the program")
    again = program.run("home", "session", "--keys")
    try:
        told_to_go_on(program, session, done)
    finally:
        again.terminate()
        again.wait(PATIENCE_S)


@pytest.mark.parametrize("place", ["calibration", "mid-set", "check-out"])
async def test_by_wearable_a_killed_session_is_closed_and_the_wearable_is_found_again(
    program, place
):
    async with RadioProcess(["dot"], ScaledClock.start(1)) as radio:
        program.wear(radio)
        first = program.run("home", "session")
        with killed_at_once(first):
            (session,) = until(lambda: list(program.events()), "no session opened")
            async with program.bus() as bus:
                await go_to_by_wearable(program, bus, session, place)
            assert program.mosquitto()
        until(lambda: not program.mosquitto() or None, "a broker outlived the program")
        again = program.run("home", "session")
        try:
            told_to_go_on(program, session, 0)
        finally:
            again.terminate()
            again.wait(PATIENCE_S)
