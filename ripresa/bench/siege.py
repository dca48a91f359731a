"""A clinic under siege: the real `clinic run`, the shipped broker, honest homes and a hostile one.

Throughout, the hostile home sends what no program should send, and the homes train. In between
clinic and broker are killed, the disk is full, the clock is years ahead, and messages pile up
while the clinic is away. At the end the clinic must hold every honest record, each as it was
written and as that home's, and nothing may have ended but what was killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ingest.faults.hostile_payloads import HostilePayloads
from ingest.journal.reading import JournalReader
from ingest.journal.upkeep import check
from telemetry.clock import ScaledClock, SystemClock
from telemetry.errors import TransportTimeout
from telemetry.transport.mqtt import MqttBus
from telemetry.transport.topics import HomeTopics

from .clinic_under_test import SITE, ClinicUnderTest
from .honest_home import HonestHome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

__all__ = ["bench_siege"]

HOMES: Final = 40
SHOTS_A_SECOND: Final = 200
EVERY_S: Final = 2.0
SETTLING_S: Final = 10.0
"""After it is ready again a clinic may take so long until acknowledgements are as fast as ever."""
CALM_S: Final = 5.0
STUCK_S: Final = 90.0
NINE_YEARS_NS: Final = 9 * 365 * 86_400 * 1_000_000_000
WAITING_AT_MOST: Final = 100_000
LONGEST_FLOOD_S: Final = 120.0
SMALL: Final = 150


def bench_siege(
    folder: Path,
    *,
    minutes: float = 10,
    seed: int = 1,
    homes: int = HOMES,
    said: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Besiege a clinic.

    Args:
        folder: scratch space.
        minutes: how long the hostile home sends; longer where that leaves no calm in between.
        seed: of everything random.
        homes: how many honest ones.
        said: told of progress.

    Returns:
        `process_deaths`, `program_restarts`, `stuck_after_restart`, `honest_lost`,
        `misattributed`, `honest_ack_p99_s` (outside outages that were made, from 10 s after the
        clinic is ready), `honest_acks`, `catch_up_s` for `waiting` messages, `disk_growth_mb`,
        `payloads`, `payloads_a_minute`, `journal_whole`.

    Raises:
        ConfigurationError: mosquitto or openssl is missing.
        TransportError: the clinic did not come up at all.
    """
    return asyncio.run(_besiege(folder, minutes, seed, homes, said or (lambda _: None)))


@dataclass(slots=True)
class Siege:
    """What goes on."""

    clinic: ClinicUnderTest
    homes: list[HonestHome]
    hostile: HostilePayloads
    hostile_bus: MqttBus
    minutes: float
    outages: list[list[float]] = field(default_factory=list)
    payloads: int = 0
    stuck: int = 0
    lasted_s: float = 0.0
    catch_up_s: float = 0.0
    waiting: int = 0

    async def shoot(self) -> None:
        """Send at the stated rate until cancelled; what a broker's outage held up is made up."""
        due = time.monotonic()
        while True:
            due += 1 / SHOTS_A_SECOND
            self._one()
            if (ahead_s := due - time.monotonic()) > 0:
                await asyncio.sleep(ahead_s)
            elif self.payloads % 50 == 0:
                await asyncio.sleep(0)

    def _one(self) -> None:
        shot = self.hostile.shot()
        self.hostile_bus.publish(shot.topic, shot.payload, qos=1, retain=shot.retain)
        self.payloads += 1

    @property
    def record_topic(self) -> str:
        """Where the hostile home's records go."""
        return HomeTopics(self.hostile.site, self.hostile.patient).record

    async def flood(self, count: int) -> int:
        """Let messages pile up in the broker as fast as it takes them; returns how many."""
        deadline, sent = time.monotonic() + LONGEST_FLOOD_S, 0
        while sent < count and time.monotonic() < deadline:
            for _ in range(100):
                shot = self.hostile.shot()
                # Small, so that all of them fit in what the broker keeps for a client.
                self.hostile_bus.publish(self.record_topic, shot.payload[:SMALL], qos=1)
                self.payloads += 1
            sent += 100
            await self.hostile_bus.drained(deadline - time.monotonic())
        return sent

    @contextlib.asynccontextmanager
    async def outage(self) -> Any:
        """What is made to go wrong within does not count as slow, nor the settling after it."""
        span = [time.monotonic(), float("inf")]
        self.outages.append(span)
        await self.clinic.note_restarts()
        try:
            yield
        finally:
            span[1] = time.monotonic() + SETTLING_S

    async def heard_again(self) -> None:
        """Wait until every honest home's newest record is acknowledged."""
        deadline = time.monotonic() + STUCK_S
        for home in self.homes:
            goal = home.journal.committed()
            while home.acked < goal:
                if time.monotonic() > deadline:
                    self.stuck += 1
                    return
                await asyncio.sleep(0.1)

    def ack_p99_s(self) -> tuple[float | None, int]:
        """99th percentile of the honest acknowledgements outside outages, and how many."""
        kept = [
            took
            for home in self.homes
            for began, took in home.acks
            if not any(a <= began + took and began <= b for a, b in self.outages)
        ]
        return (round(float(np.percentile(kept, 99)), 3) if kept else None), len(kept)


async def _besiege(
    folder: Path, minutes: float, seed: int, count: int, say: Callable[[str], None]
) -> dict[str, Any]:
    dice = random.Random(seed)
    with ClinicUnderTest(folder) as clinic:
        siege = _arranged(clinic, folder, minutes, dice, count)
        await clinic.start_broker()
        async with siege.outage():
            await clinic.start_clinic()
        before = clinic.size_bytes()
        async with contextlib.AsyncExitStack() as stack:
            for bus in (siege.hostile_bus, *(home.bus for home in siege.homes)):
                await stack.enter_async_context(bus)
            tasks = [asyncio.create_task(home.run(EVERY_S, dice)) for home in siege.homes]
            shooting = asyncio.create_task(siege.shoot())
            watching = asyncio.create_task(_watch(siege))
            await _play(siege, say)
            for task in (shooting, watching, *tasks):
                task.cancel()
            await asyncio.gather(shooting, watching, *tasks, return_exceptions=True)
            say("the siege is over; what is left is sent")
            settled = await asyncio.gather(*(home.settle(STUCK_S) for home in siege.homes))
            siege.stuck += settled.count(False)
        await clinic.note_restarts()
        clinic.look_for_death()
        return _account(siege, before)


def _arranged(
    clinic: ClinicUnderTest, folder: Path, minutes: float, dice: random.Random, count: int
) -> Siege:
    clock = SystemClock()
    today = datetime.now(UTC).date().isoformat()
    place = folder / "homes"
    place.mkdir()
    homes = []
    for i in range(count):
        patient = f"p-{i:03}"
        no_battery = i == count - 1
        _, settings = clinic.enrol(patient)
        homes.append(
            HonestHome(
                place,
                patient=patient,
                site=SITE,
                settings=settings,
                clock=_in_1970() if no_battery else clock,
                day="1970-01-01" if no_battery else today,
            )
        )
    join, settings = clinic.enrol("p-hostile")
    hostile = HostilePayloads(
        dice,
        SITE,
        "p-hostile",
        join.gateway,
        victims={
            "patient": [h.patient for h in homes],
            "home": [h.journal.home for h in homes],
            "session": [h.session for h in homes],
            "stream": [h.stream for h in homes],
        },
    )
    return Siege(clinic, homes, hostile, MqttBus(settings, "hostile"), minutes)


def _in_1970() -> ScaledClock:
    return ScaledClock(1.0, time.monotonic_ns(), 3_600_000_000_000)


async def _play(siege: Siege, say: Callable[[str], None]) -> None:
    """Injected faults, one after the other, spread over the minutes."""
    scenes: list[tuple[str, Callable[[Siege], Awaitable[None]]]] = [
        ("the clinic is killed", _clinic_killed),
        ("the broker is killed", _broker_killed),
        ("the disk is full", _disk_full),
        ("the clock is nine years ahead", _clock_ahead),
        ("messages pile up", _messages_pile_up),
        ("both are killed", _both_killed),
    ]
    began, span_s = time.monotonic(), 60 * siege.minutes
    for i, (what, scene) in enumerate(scenes):
        due = began + span_s * (i + 0.7) / (len(scenes) + 1)
        # However short the siege: some seconds between two faults that count as calm.
        calm = max((b for _, b in siege.outages), default=0.0) + CALM_S
        await asyncio.sleep(max(0.0, due - time.monotonic(), calm - time.monotonic()))
        say(what)
        await scene(siege)
    await asyncio.sleep(max(0.0, began + span_s - time.monotonic(), SETTLING_S + CALM_S))
    siege.lasted_s = time.monotonic() - began


async def _watch(siege: Siege) -> None:
    """A clinic that ended by itself is counted, and started again."""
    while True:
        if siege.clinic.look_for_death():
            async with siege.outage():
                with contextlib.suppress(TransportTimeout):
                    await siege.clinic.start_clinic()
        await asyncio.sleep(0.5)


async def _restarted(siege: Siege, **more: Any) -> None:
    try:
        await siege.clinic.start_clinic(**more)
    except TransportTimeout:
        siege.stuck += 1


async def _clinic_killed(siege: Siege) -> None:
    async with siege.outage():
        siege.clinic.kill_clinic()
        await asyncio.sleep(5)
        await _restarted(siege)
    await siege.heard_again()


async def _broker_killed(siege: Siege) -> None:
    async with siege.outage():
        siege.clinic.kill_broker()
        await asyncio.sleep(3)
        await siege.clinic.start_broker()
        await siege.heard_again()


async def _disk_full(siege: Siege) -> None:
    async with siege.outage():
        siege.clinic.fill_disk(full=True)
        await asyncio.sleep(8)
        siege.clinic.fill_disk(full=False)
        await siege.heard_again()


async def _clock_ahead(siege: Siege) -> None:
    async with siege.outage():
        siege.clinic.kill_clinic()
        spec = ScaledClock(1.0, time.monotonic_ns(), time.time_ns() + NINE_YEARS_NS).spec
        await _restarted(siege, clock=spec)
        await asyncio.sleep(6)
        await siege.clinic.note_restarts()
        siege.clinic.kill_clinic()
        await _restarted(siege)
    await siege.heard_again()


async def _messages_pile_up(siege: Siege) -> None:
    async with siege.outage():
        siege.clinic.kill_clinic()
        goal = WAITING_AT_MOST if siege.minutes >= 5 else round(10_000 * max(1, siege.minutes))
        siege.waiting = await siege.flood(goal)
        began = time.monotonic()
        await _restarted(siege)
        # What the homes have recorded since lies behind all that waited.
        await siege.heard_again()
        siege.catch_up_s = time.monotonic() - began


async def _both_killed(siege: Siege) -> None:
    async with siege.outage():
        siege.clinic.kill_clinic()
        siege.clinic.kill_broker()
        await asyncio.sleep(2)
        await siege.clinic.start_broker()
        await _restarted(siege)
    await siege.heard_again()


def _account(siege: Siege, before: int) -> dict[str, Any]:
    clinic = siege.clinic
    growth = clinic.size_bytes() - before
    p99_s, acks = siege.ack_p99_s()
    path = clinic.state.clinic_journal
    with JournalReader(path) as reader:
        lost = sum(home.lost(reader) for home in siege.homes)
        misattributed = sum(home.misattributed(reader) for home in siege.homes)
    for home in siege.homes:
        home.journal.close()
    return {
        "process_deaths": len(clinic.deaths),
        "program_restarts": clinic.restarts,
        "stuck_after_restart": siege.stuck,
        "honest_lost": lost,
        "misattributed": misattributed,
        "honest_ack_p99_s": p99_s,
        "honest_acks": acks,
        "catch_up_s": round(siege.catch_up_s, 1),
        "waiting": siege.waiting,
        "disk_growth_mb": round(growth / 1e6, 1),
        "payloads": siege.payloads,
        "payloads_a_minute": round(60 * siege.payloads / siege.lasted_s),
        "journal_whole": check(path) == [],
    }
