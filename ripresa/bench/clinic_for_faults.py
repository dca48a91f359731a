"""The real `clinic run` behind a real broker, for the faults of the record path."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final, Self

from ingest.faults.record_faults import SPEED
from ingest.faults.rough_line import RoughLine
from ingest.journal.ledger import ARCHIVED, AT_CLINIC, stream_account
from ingest.journal.reading import JournalReader
from ripresa.platform.child import free_port, wait_for_port
from ripresa.platform.configuration import LOOPBACK, Folder
from ripresa.platform.status_socket import ask_status
from telemetry.clock import ScaledClock
from telemetry.errors import StoreBusy, TransportError, TransportTimeout
from telemetry.transport.mqtt import MqttBus, MqttSettings

from .clinic_under_test import NO_ROOM_BYTES

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from ingest.faults.rough_line import Weather
    from ingest.journal.ledger import StreamAccount
    from telemetry.transport.bus import Handler, Message

__all__ = ["ClinicForFaults"]

READY_S: Final = 60.0
BROKER: Final = "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"


class ClinicForFaults:
    """A broker and a clinic, each its own process, that many scenes are played with in turn.

    Args:
        folder: of the clinic's state and its broker's configuration.
        mosquitto: the broker's program.
    """

    def __init__(self, folder: Path, mosquitto: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.state = Folder(folder / "state").create()
        self.port = free_port()
        self._logs = folder
        self._clock = ScaledClock.start(SPEED)
        configuration = folder / "mosquitto.conf"
        configuration.write_text(BROKER.format(port=self.port), encoding="utf-8")
        self._broker = subprocess.Popen(  # noqa: S603 - its own program
            [mosquitto, "-c", str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._clinic: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._broker.kill()
        self._broker.wait()

    def scene(self, _folder: Path, _clock: ScaledClock, _dice: random.Random) -> SceneClinic:
        """The clinic as a scene's."""
        return SceneClinic(self)

    async def start(self) -> None:
        """Start the clinic where it does not run, and wait until it hears.

        Raises:
            TransportTimeout: it did not come up.
        """
        if self._clinic is not None:
            return
        await wait_for_port(self.port, "mosquitto")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RIPRESA_")} | {
            "RIPRESA_HOME": str(self.state.root),
            "RIPRESA_MQTT_HOST": LOOPBACK,
            "RIPRESA_MQTT_PORT": str(self.port),
            "RIPRESA_CLOCK": self._clock.spec,
        }
        command = [sys.executable, "-m", "ripresa", "clinic", "run", "--web-port", "0"]
        with (self._logs / "clinic.log").open("ab") as log:
            clinic = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once
                command, stdout=log, stderr=log, env=environment
            )
        self._clinic, deadline = clinic, time.monotonic() + READY_S
        while time.monotonic() < deadline and clinic.poll() is None:
            try:
                found = await asyncio.to_thread(ask_status, self.state.clinic, timeout_s=5)
            except TransportError:
                found = {}
            if found.get("pid") == clinic.pid and found["broker"]["connected"]:
                return
            await asyncio.sleep(0.05)
        raise TransportTimeout(f"the clinic did not come up: see {self._logs / 'clinic.log'}")

    def kill(self) -> None:
        """`kill -9`."""
        if self._clinic is not None:
            self._clinic.kill()
            self._clinic.wait()
            self._clinic = None

    def fill(self, *, full: bool) -> None:
        """No file of the clinic's takes anything in, as on a full disk; or it does again."""
        if self._clinic is not None:
            # The log of what is to be written is used again from its start: no bound that a file
            # has reached would hold.
            limit = NO_ROOM_BYTES if full else resource.RLIM_INFINITY
            most = (limit, resource.RLIM_INFINITY)
            resource.prlimit(self._clinic.pid, resource.RLIMIT_FSIZE, most)


class SceneClinic:
    """A `FaultClinic` that is the real one."""

    def __init__(self, clinic: ClinicForFaults) -> None:
        self._clinic = clinic
        self._bus: CutMqtt | None = None

    @property
    def path(self) -> Path:
        """Its journal."""
        return self._clinic.state.clinic_journal

    def line(self, dice: random.Random, weather: Weather) -> RoughLine:
        """A line to the real broker; acknowledgements are lost as often as records are."""
        self._bus = CutMqtt(MqttSettings(port=self._clinic.port), dice, weather.drop)
        return RoughLine(dice, weather, self._bus)

    async def start(self) -> None:
        """Start the process, and the home's connection with the first."""
        await self._clinic.start()
        if self._bus is not None:
            await self._bus.open()

    async def stop(self) -> None:
        """`kill -9`."""
        await asyncio.to_thread(self._clinic.kill)

    async def fill(self, *, full: bool) -> None:
        """Let no file of it grow, or let it again."""
        self._clinic.fill(full=full)

    def committed(self, home: str) -> int:
        """Up to where it has everything of a home; 0 while its journal is locked."""
        try:
            with JournalReader(self.path) as journal:
                return journal.committed(home)
        except StoreBusy:
            return 0

    def account(self, stream: str) -> StreamAccount:
        """What it holds of a stream."""
        with JournalReader(self.path) as journal:
            items = journal.stream_items(stream)
            return stream_account(stream, items, moved=(ARCHIVED, AT_CLINIC))

    async def close(self) -> None:
        """End the home's connection; the clinic stays for the next scene."""
        if self._bus is not None:
            await self._bus.close()


class CutMqtt:
    """A connection to a real broker that can be cut and mended, for `RoughLine`."""

    def __init__(self, settings: MqttSettings, dice: random.Random, drop: float) -> None:
        self._bus = MqttBus(settings, f"home-{dice.getrandbits(60):x}")
        self._dice = dice
        self._drop = drop
        self._cut = False
        self._open = False
        self._callbacks: list[Callable[[], None]] = []

    async def open(self) -> None:
        """Connect, once."""
        if not self._open:
            self._open = True
            await self._bus.__aenter__()
            await self._bus.wait_connected()

    async def close(self) -> None:
        """Disconnect."""
        if self._open:
            await self._bus.__aexit__()

    @property
    def connected(self) -> bool:
        """Whether messages pass at the moment."""
        return self._bus.connected and not self._cut

    def disconnect(self) -> None:
        """Let nothing pass."""
        self._cut = True

    def reconnect(self) -> None:
        """Let messages pass again."""
        self._cut = False
        for callback in self._callbacks:
            callback()

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send, where the line is not cut."""
        if not self._cut:
            self._bus.publish(topic, payload, qos=qos, retain=retain)

    async def deliver(
        self, topic: str, payload: bytes, *, retain: bool = False, timeout_s: float = 10
    ) -> None:
        """Send, and wait until the broker has it."""
        await self._bus.deliver(topic, payload, retain=retain, timeout_s=timeout_s)

    async def drain(self, timeout_s: float = 10) -> None:
        """Wait until the broker has all."""
        await self._bus.drain(timeout_s)

    def subscribe(self, topic_filter: str, handler: Handler, *, qos: int = 0) -> None:
        """Hand what arrives to `handler`, as far as the line lets it."""

        def through(message: Message) -> None:
            if not self._cut and self._dice.random() >= self._drop:
                handler(message)

        self._bus.subscribe(topic_filter, through, qos=qos)

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back when the line is mended, and when the broker is back."""
        self._callbacks.append(callback)
        self._bus.on_connect(callback)
