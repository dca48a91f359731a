"""The real clinic for measurements: `clinic run` and mosquitto as shipped, each its own process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from ingest.enrolment.enrolment import enrol_home, init_clinic, join_home, write_join_file
from ingest.faults.kills import ClinicProgram
from ripresa.platform.broker import find_mosquitto
from ripresa.platform.child import free_port, wait_for_port
from ripresa.platform.configuration import LOOPBACK, Folder
from ripresa.platform.status_socket import ask_status
from telemetry.errors import ConfigurationError, TransportError, TransportTimeout
from telemetry.transport.mqtt import MqttSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.enrolment.enrolment import JoinFile

__all__ = ["NO_ROOM_BYTES", "ClinicUnderTest", "clinic_password", "clinic_program"]

SHIPPED: Final = Path(__file__).parents[2] / "deploy" / "mosquitto" / "mosquitto.conf"
SITE: Final = "siege"
READY_S: Final = 60.0
NO_ROOM_BYTES: Final = 4096


def clinic_program(folder: Path) -> ClinicProgram:
    """`clinic run` on a folder of its own, for a broker without users."""
    state = Folder(folder).create()
    command = [sys.executable, "-m", "ripresa", "clinic", "run", "--site", "+", "--web-port", "0"]
    return ClinicProgram(
        command=command,
        environment={"RIPRESA_HOME": str(state.root)},
        journal=state.clinic_journal,
    )


class ClinicUnderTest:
    """A clinic in a folder; use as a context manager.

    Raises:
        ConfigurationError: mosquitto, openssl or the shipped configuration is missing.
    """

    def __init__(self, folder: Path) -> None:
        program = find_mosquitto()
        if program is None or not SHIPPED.is_file():
            raise ConfigurationError("this measurement needs mosquitto, and runs in a checkout")
        self.compose, self.state = folder / "compose", Folder(folder / "state")
        self.compose.mkdir(parents=True)
        init_clinic(self.compose, site=SITE, hosts=["localhost", LOOPBACK])
        self.state.create()
        self.plain, self.tls = free_port(), free_port()
        self._program, self._logs = program, folder
        self._broker: subprocess.Popen[bytes] | None = None
        self._clinic: subprocess.Popen[bytes] | None = None
        self.deaths: list[int] = []
        """Exit codes of a clinic that ended without being asked to."""
        self.restarts = 0
        """Program restarts within clinics that are over."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_clinic()
        self.kill_broker()

    def enrol(self, patient: str) -> tuple[JoinFile, MqttSettings]:
        """A home's join file, and its way to the broker; before the broker starts."""
        join = enrol_home(self.compose, patient)
        place = self._logs / "joined" / patient
        place.mkdir(parents=True)
        at_broker = join.model_copy(update={"host": "localhost", "port": self.tls})
        write_join_file(at_broker, place / "join-file.json")
        return join, join_home(place / "join-file.json", place).broker

    @property
    def clinic_settings(self) -> MqttSettings:
        """The clinic's own way to the broker."""
        return MqttSettings(
            port=self.plain, username="clinic", password=clinic_password(self.compose)
        )

    async def start_broker(self) -> None:
        """Start mosquitto with the shipped configuration, its places and ports alone changed."""
        data = self.compose / "state" / "mosquitto"
        text = SHIPPED.read_text(encoding="utf-8")
        text = text.replace("/run/ripresa", str(self.compose / "secrets" / "broker"))
        text = text.replace("/mosquitto/data/", f"{data}/")
        text = text.replace("listener 1883", f"listener {self.plain} {LOOPBACK}")
        text = text.replace("listener 8883", f"listener {self.tls} {LOOPBACK}")
        if os.geteuid() == 0:
            text = "user root\n" + text
        configuration = self._logs / "mosquitto.conf"
        configuration.write_text(text, encoding="utf-8")
        with (self._logs / "mosquitto.log").open("ab") as log:
            self._broker = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once
                [self._program, "-c", str(configuration)], stderr=log
            )
        await wait_for_port(self.tls, "mosquitto")

    def kill_broker(self) -> None:
        """`kill -9`."""
        _kill(self._broker)
        self._broker = None

    async def start_clinic(
        self, *, clock: str | None = None, more: Mapping[str, str] | None = None
    ) -> float:
        """Start `clinic run` and wait until it hears; returns when, by `time.monotonic`.

        Args:
            clock: see `clock_from`; None: the machine's.
            more: of its environment.

        Raises:
            TransportTimeout: it did not, in a minute.
        """
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RIPRESA_")} | {
            "RIPRESA_HOME": str(self.state.root),
            "RIPRESA_MQTT_HOST": LOOPBACK,
            "RIPRESA_MQTT_PORT": str(self.plain),
            "RIPRESA_MQTT_USERNAME": "clinic",
            "RIPRESA_MQTT_PASSWORD": clinic_password(self.compose),
            **({"RIPRESA_CLOCK": clock} if clock else {}),
            **(more or {}),
        }
        command = [sys.executable, "-m", "ripresa", "clinic", "run", "--site", SITE]
        with (self._logs / "clinic.log").open("ab") as log:
            self._clinic = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once
                [*command, "--web-port", "0"], stdout=log, stderr=log, env=environment
            )
        pid, deadline = self._clinic.pid, time.monotonic() + READY_S
        while time.monotonic() < deadline:
            found = await self.status()
            if found is not None and found["pid"] == pid and found["broker"]["connected"]:
                return time.monotonic()
            if self._clinic.poll() is not None:
                break
            await asyncio.sleep(0.1)
        raise TransportTimeout(f"the clinic did not come up: see {self._logs / 'clinic.log'}")

    async def status(self) -> dict[str, Any] | None:
        """What the running clinic says of itself; None where it says nothing."""
        with contextlib.suppress(TransportError):
            return await asyncio.to_thread(ask_status, self.state.clinic, timeout_s=5)
        return None

    async def note_restarts(self) -> None:
        """Count the program restarts of the clinic that runs, before it is ended."""
        found = await self.status()
        if found is not None:
            self.restarts += sum(program["restarts"] for program in found["programs"])

    def look_for_death(self) -> bool:
        """Whether the clinic has ended by itself; noted once."""
        if self._clinic is None or self._clinic.poll() is None:
            return False
        self.deaths.append(int(self._clinic.returncode))
        self._clinic = None
        return True

    def kill_clinic(self) -> None:
        """`kill -9`."""
        if not self.look_for_death():
            _kill(self._clinic)
            self._clinic = None

    def fill_disk(self, *, full: bool) -> None:
        """No file of the clinic's takes anything in, as on a full disk; or it does again."""
        if self._clinic is not None:
            # The log of what is to be written is used again from its start: no bound that a file
            # has reached would hold.
            limit = NO_ROOM_BYTES if full else resource.RLIM_INFINITY
            most = (limit, resource.RLIM_INFINITY)
            resource.prlimit(self._clinic.pid, resource.RLIMIT_FSIZE, most)

    def size_bytes(self) -> int:
        """What clinic and broker keep on the disk, logs among it."""
        places = (self.state.root, self.compose / "state", self._logs / "clinic.log")
        files = [f for p in places for f in ([p] if p.is_file() else p.rglob("*"))]
        return sum(f.stat().st_size for f in files if f.is_file())


def clinic_password(compose: Path) -> str:
    """The clinic's own at its broker, as `clinic init` wrote it."""
    lines = (compose / ".env").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return values["RIPRESA_MQTT_PASSWORD"]


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.kill()
        process.wait()
