"""The real `clinic run` in parts, each its own process, on a region's brokers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final, Self

from ingest.journal.reading import JournalReader
from ripresa.bench.footprint.processes import cpu_s
from ripresa.platform.child import bound_to_its_parent
from ripresa.platform.configuration import Folder
from ripresa.platform.status_socket import ask_status
from telemetry.errors import TransportError, TransportTimeout

from .sending_home import digest_of

if TYPE_CHECKING:
    from pathlib import Path

    from telemetry.messages.record import Record
    from telemetry.transport.mqtt import MqttSettings

__all__ = ["RegionClinics"]

READY_S: Final = 120.0
CLINIC_HOST: Final = "localhost"


class RegionClinics:
    """Parts of one clinic; use as a context manager.

    Args:
        folder: takes a folder of state for each, and their logs.
        settings: their way to a broker each.
        site: whose homes.
    """

    def __init__(self, folder: Path, settings: list[MqttSettings], *, site: str) -> None:
        self._folder = folder
        self._settings = settings
        self._site = site
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._used_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in list(self._running):
            self.kill(part)

    @property
    def count(self) -> int:
        """How many parts there are."""
        return len(self._settings)

    @property
    def cpu_s(self) -> float:
        """Seconds of a core that all of them have used, those that were killed among them."""
        return self._used_s + sum(cpu_s(process.pid) for process in self._running.values())

    async def start(self, part: int) -> None:
        """Start a part that does not run, and wait until it is at its broker.

        Raises:
            TransportTimeout: it is not, in two minutes.
        """
        state = self._state(part).create()
        if part not in self._running:
            self._running[part] = self._started(part)
        process = self._running[part]
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(TransportError):
                found = await asyncio.to_thread(ask_status, state.clinic, timeout_s=5)
                if found["pid"] == process.pid and found["broker"]["connected"]:
                    return
            await asyncio.sleep(0.1)
        raise TransportTimeout(f"part {part} did not come up: see {self._log(part)}")

    def kill(self, part: int) -> None:
        """`kill -9`."""
        process = self._running.pop(part)
        with contextlib.suppress(Exception):
            self._used_s += cpu_s(process.pid)
        process.kill()
        process.wait()

    def held(self) -> dict[str, list[tuple[str, int]]]:
        """What is stored, by home: in each part that has some, its digest and how many."""
        found: dict[str, list[tuple[str, int]]] = {}
        for part in range(self.count):
            with JournalReader(self._state(part).clinic_journal) as journal:
                for home in journal.homes():
                    if home.site is None:
                        continue  # the clinic's own
                    records = _all(journal, home.home)
                    found.setdefault(home.sent_as, []).append((digest_of(records), len(records)))
        return found

    def _started(self, part: int) -> subprocess.Popen[bytes]:
        settings, state = self._settings[part], self._state(part)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RIPRESA_")} | {
            "RIPRESA_HOME": str(state.root),
            "RIPRESA_MQTT_HOST": settings.host,
            "RIPRESA_MQTT_PORT": str(settings.port),
            "RIPRESA_MQTT_USERNAME": settings.username or "",
            "RIPRESA_MQTT_PASSWORD": settings.password or "",
            "RIPRESA_MQTT_CA_FILE": str(settings.ca_file),
        }
        command = [sys.executable, "-m", "ripresa", "clinic", "run", "--site", self._site]
        command += ["--web-port", "0", "--partition", f"{part}/{self.count}", "--sorted-by-broker"]
        with self._log(part).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own program
                bound_to_its_parent(command), stdout=log, stderr=log, env=environment
            )

    def _log(self, part: int) -> Path:
        return self._folder / f"part-{part}.log"

    def _state(self, part: int) -> Folder:
        return Folder(self._folder / f"part-{part}")


def _all(journal: JournalReader, home: str) -> list[Record]:
    records: list[Record] = []
    while page := journal.records(len(records), home=home, limit=1000):
        records += page
    return records
