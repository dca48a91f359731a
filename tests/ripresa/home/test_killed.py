"""`kill -9` in mid-set: no process is left behind, and the next start offers to go on."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.journal.reading import JournalReader
from needs import need_program
from ripresa.home.history import broke_off
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import SystemClock
from telemetry.identity import new_ulid
from telemetry.messages.requests import StartExercise, encode_request
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(180)]

PLAN = """
patient = "demo-patient"
version = 1
valid_from = 2020-01-01
check_in = { unwell = false, fallen = false, medicine = false, pain = false, effort = false }
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

    async def start_exercise(self, session):
        text = (self.folder.logs / "mosquitto.conf").read_text()
        port = int(re.search(r"listener (\d+)", text)[1])
        async with MqttBus(MqttSettings(port=port), "test") as bus:
            await bus.wait_connected()
            wish = StartExercise().stamped(new_ulid(SystemClock()), session)
            topics = HomeTopics(*self.identity())
            bus.publish(topics.request, encode_request(wish), qos=1)
            until(lambda: "exercise.started" in self.events()[session], "no exercise began")

    def identity(self):
        with JournalReader(self.folder.home_journal) as reader:
            opened = reader.events(next(iter(reader.sessions())).session)[0]
        return opened.site, opened.patient


async def test_a_set_killed_in_the_middle_leaves_no_process_and_is_offered_again(tmp_path):
    need_program("setpriv")
    need_program("mosquitto")
    program = Program(tmp_path / "home")
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    assert program.run("plan", "import", str(plan)).wait(PATIENCE_S) == 0
    first = program.run("home", "session", "--keys")
    try:
        (session,) = until(lambda: list(program.events()), "no session opened")
        await program.start_exercise(session)
        brokers = program.mosquitto()
        assert brokers
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    until(lambda: not program.mosquitto() or None, "a broker outlived the program")
    again = program.run("home", "session", "--keys")
    try:
        until(lambda: len(program.events()) == 2, "no second session opened")
        assert program.events()[session][-1] == "session.closed"
        (known,) = PlanFolder(program.folder.plans).versions("demo-patient")
        with JournalReader(program.folder.home_journal) as reader:
            assert broke_off(reader, known, known.day_of(SystemClock().now_ns()))
    finally:
        again.terminate()
        again.wait(PATIENCE_S)
