"""`kill -9` of home, broker and the real clinic at random moments, each its own process.

The home promises samples on its standard output only after its journal has confirmed them.
After every kill the part is started again, and the clinic must come to hold every promise,
each sample once; with a database, the database as well.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from ingest.influx.followers import MOTION
from ingest.journal.journal import Journal
from ingest.journal.ledger import stream_account
from telemetry.errors import StoreError
from telemetry.messages.motion import MotionBatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ingest.influx.server import InfluxSettings
    from telemetry.clock import Clock

__all__ = ["ClinicProgram", "bench_kills"]

PATIENCE_S: Final = 90


def bench_kills(
    folder: Path,
    clock: Clock,
    *,
    runs: int = 100,
    seed: int = 1,
    mosquitto: str,
    clinic: ClinicProgram,
    influx: InfluxSettings | None = None,
) -> dict[str, float]:
    """Kill one part after the other, `runs` times.

    Args:
        folder: for journals; must be empty.
        clock: stamps the journals made.
        runs: kills.
        seed: which part, and when.
        mosquitto: the broker's program.
        clinic: `clinic run`; its followers, where it has some, are killed with it.
        influx: a running database of its own for this bench, without users, that the clinic
            follows its journal into.

    Returns:
        `runs`, `promised` (samples), `lost`, `stored_twice`, `not_in_database`.

    Raises:
        StoreError: the clinic stopped getting on.
    """
    dice = random.Random(seed)
    parts = ["home", "broker", "clinic"]
    with Processes(folder, clock, mosquitto, clinic, influx) as processes:
        for part in parts:
            processes.start(part)
        for run in range(runs):
            part = parts[run % len(parts)]
            processes.wait_for_a_promise()
            time.sleep(0.3 + dice.random() * 0.7)
            processes.kill(part)
            time.sleep(dice.random() * 0.3)
            processes.start(part)
            processes.wait_for_promises()
        processes.kill("home")
        promises = dict(processes.promises)
        processes.start("home")  # to send what it had not sent
        processes.wait_for_promises()
        return {"runs": float(runs), **processes.account(promises)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicProgram:
    """How the real clinic is started; the broker's port is added to its environment.

    Attributes:
        command: program and arguments.
        environment: of its own folder, and of its database where it has one.
        journal: where it keeps what it takes in.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    journal: Path


class Processes:
    """The parts, each a process that can be killed and started again."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        mosquitto: str,
        clinic: ClinicProgram,
        influx: InfluxSettings | None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._mosquitto = mosquitto
        self._clinic = clinic
        self._influx = influx
        self._port = _free_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._readers: list[threading.Thread] = []
        self.promises: dict[str, int] = {}
        self.home = Journal.open(folder / "home.db", clock)
        self.clinic = Journal.open(clinic.journal, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for part in list(self._running):
            self.kill(part)
        self.home.close()
        self.clinic.close()

    def start(self, part: str) -> None:
        """Start a part."""
        process = subprocess.Popen(  # noqa: S603 - our own programs
            self._command(part),
            stdout=subprocess.PIPE if part == "home" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment() if part == "clinic" else None,
        )
        self._running[part] = process
        if part == "home":
            reader = threading.Thread(target=self._note_promises, args=(process,), daemon=True)
            reader.start()
            self._readers.append(reader)
        elif part == "broker":
            self._wait_for_port()

    def kill(self, part: str) -> None:
        """Kill a part as hard as can be."""
        process = self._running.pop(part)
        process.kill()
        process.wait()
        if part == "home":
            self._readers.pop().join()

    def wait_for_a_promise(self) -> None:
        """Wait until the home records.

        Raises:
            StoreError: it did not in a minute and a half.
        """
        before, deadline = sum(self.promises.values()), time.monotonic() + PATIENCE_S
        while sum(self.promises.values()) == before:
            if time.monotonic() > deadline:
                raise StoreError("the home does not record")
            time.sleep(0.02)

    def wait_for_promises(self) -> None:
        """Wait until the clinic has committed what the home's journal holds now.

        Raises:
            StoreError: it did not in a minute and a half.
        """
        goal = self.home.committed()
        deadline = time.monotonic() + PATIENCE_S
        while (done := self.clinic.committed(self.home.home)) < goal:
            if time.monotonic() > deadline:
                raise StoreError(f"the clinic stopped at {done} of {goal} records")
            time.sleep(0.02)

    def account(self, promises: dict[str, int]) -> dict[str, float]:
        """Hold what the clinic has against `promises`, samples by stream."""
        lost = twice = 0
        for stream, promised in promises.items():
            account = stream_account(stream, self.clinic.stream_items(stream))
            lost += max(0, promised - account.stored) + account.undeclared
            twice += account.duplicates
        return {
            "promised": float(sum(promises.values())),
            "lost": float(lost),
            "stored_twice": float(twice),
            "not_in_database": float(self._missing_in_database(promises)),
        }

    def _missing_in_database(self, promises: dict[str, int]) -> int:
        if self._influx is None:
            return 0
        from ingest.influx.server import InfluxWriter  # noqa: PLC0415 - takes a second to import

        deadline, goal = time.monotonic() + PATIENCE_S, self.clinic.last_seq()
        while self.clinic.cursor(MOTION) < goal:
            if time.monotonic() > deadline:
                raise StoreError("the follower stopped getting on")
            time.sleep(0.1)
        expected = {
            t_ns
            for stream in promises
            for item in self.clinic.stream_items(stream)
            if isinstance(item, MotionBatch)
            for t_ns in item.t_ns.tolist()
        }
        flux = (
            f'from(bucket: "{self._influx.motion_bucket}") |> range(start: 0, '
            f"stop: time(v: {max(expected) + 1})) "
            '|> filter(fn: (r) => r._measurement == "motion" and r._field == "acc_x") |> count()'
        )
        with InfluxWriter(self._influx) as writer:
            stored = sum(int(row.get_value()) for t in writer.query(flux) for row in t.records)
        return int(abs(len(expected) - stored))

    def _command(self, part: str) -> Sequence[str]:
        if part == "broker":
            config = self._folder / "mosquitto.conf"
            config.write_text(
                f"listener {self._port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
            )
            return [self._mosquitto, "-c", str(config)]
        if part == "clinic":
            return self._clinic.command
        home = [sys.executable, "-m", "ingest.faults.kill_roles"]
        return [*home, str(self.home.path), str(self._port)]

    def _environment(self) -> dict[str, str]:
        own = {k: v for k, v in os.environ.items() if not k.startswith("RIPRESA_")}
        return own | dict(self._clinic.environment) | {"RIPRESA_MQTT_PORT": str(self._port)}

    def _note_promises(self, process: subprocess.Popen[bytes]) -> None:
        for text in process.stdout or ():
            # A line that the kill cut short is no promise.
            stream, _, rest = text.decode().partition(" ")
            if rest.endswith("\n"):
                self.promises[stream] = int(rest)

    def _wait_for_port(self) -> None:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)):
                return
            time.sleep(0.02)
        raise StoreError("mosquitto did not start: is it installed?")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
