"""The faults of the record path, rehearsed: whatever happens, nothing undeclared is lost.

Each fault is a short scene on real journals in a folder, with a line between home and clinic
that misbehaves and a clock that runs fast. At its end the clinic must hold, or must have been
told to be lost, every sample that the home's recorder was promised, each once.
What kills processes stands in `kills`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self, TypeAlias

import numpy as np

from ingest.journal.journal import Journal
from ingest.journal.ledger import ARCHIVED, AT_CLINIC, stream_account
from ingest.journal.retention import make_room
from ingest.transfer.receiver import Receiver, ReceiverLimits
from ingest.transfer.send_window import WindowLimits
from ingest.transfer.uplink import Uplink
from telemetry.clock import ScaledClock
from telemetry.errors import StoreBusy, StoreError
from telemetry.identity import new_ulid
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import MotionBatch
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.transport.topics import HomeTopics

from .rough_line import RoughLine, Weather

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["FAULTS", "FaultReport", "bench_record_faults", "rehearse"]

SPEED: Final = 40
BATCH: Final = 20
TOPICS: Final = HomeTopics("rehearsal", "p-1")
WINDOW: Final = WindowLimits(records=60, size_bytes=60_000, patience_s=4, max_pause_s=8)
PATIENCE_S: Final = 60

Intake: TypeAlias = "Callable[..., Receiver]"
"""Puts a clinic's receiver together from bus, journal, clock and `limits`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReport:
    """What one scene came to, in samples."""

    fault: str
    seed: int
    promised: int
    stored: int
    declared_lost: int
    undeclared_lost: int
    duplicates: int


def bench_record_faults(
    folder: Path,
    *,
    seeds: Sequence[int] = tuple(range(20)),
    names: Sequence[str] = (),
    intake: Intake = Receiver,
) -> dict[str, object]:
    """Rehearse every fault (or those named) once for each seed.

    Returns:
        `runs`, `faults` (names), `undeclared_lost`, `duplicates`, `declared_lost`.

    Raises:
        StoreError: the clinic did not get everything in time.
    """
    reports = [
        rehearse(name, seed, folder / f"{name.replace(' ', '-')}-{seed}", intake)
        for name in names or FAULTS
        for seed in seeds
    ]
    return {
        "runs": len(reports),
        "faults": list(names or FAULTS),
        "undeclared_lost": sum(r.undeclared_lost for r in reports),
        "duplicates": sum(r.duplicates for r in reports),
        "declared_lost": sum(r.declared_lost for r in reports),
    }


def rehearse(fault: str, seed: int, folder: Path, intake: Intake = Receiver) -> FaultReport:
    """Play one scene.

    Raises:
        StoreError: the clinic did not get everything in time.
        KeyError: no such fault.
    """
    scene, weather = FAULTS[fault]
    folder.mkdir(parents=True, exist_ok=True)

    async def play() -> FaultReport:
        async with FaultStage(folder, random.Random(seed), weather, intake) as stage:
            await scene(stage)
            await stage.settled()
            return stage.report(fault, seed)

    return asyncio.run(play())


class FaultStage:
    """A home, a clinic and the line between them."""

    def __init__(self, folder: Path, dice: random.Random, weather: Weather, intake: Intake) -> None:
        self._intake = intake
        self.dice = dice
        self.clock = ScaledClock.start(SPEED)
        self.line = RoughLine(dice, weather)
        self.home = Journal.open(folder / "home.db", self.clock, busy_timeout_s=0.02)
        self.clinic = Journal.open(folder / "clinic.db", self.clock, busy_timeout_s=0.02)
        self._stream = new_ulid(self.clock)
        self._promised = 0
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        await self.start("receiver", "uplink")
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop(*list(self._tasks))
        self.home.close()
        self.clinic.close()

    async def start(self, *parts: str) -> None:
        """Start the named parts anew, with nothing but what their journals remember."""
        for part in parts:
            runner: Uplink | Receiver = (
                Uplink(self.line, self.home, TOPICS, self.clock, limits=WINDOW)
                if part == "uplink"
                else self._intake(
                    self.line, self.clinic, self.clock, limits=ReceiverLimits(queue_bytes=200_000)
                )
            )
            self._tasks[part] = asyncio.create_task(runner.run())
        await asyncio.sleep(0)

    async def stop(self, *parts: str) -> None:
        """Stop the named parts in the middle of whatever they do."""
        for part in parts:
            task = self._tasks.pop(part)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, StoreError):
                await task

    async def produce(self, batches: int) -> None:
        """Record `batches`; a busy journal is asked until it takes them, as a recorder does."""
        for _ in range(batches):
            record = self._record()
            while True:
                try:
                    await self.home.append([record])
                except StoreBusy:
                    await self.clock.sleep(0.5)
                else:
                    break
            self._promised += BATCH
            if self.dice.random() < 0.2:
                await self.clock.sleep(self.dice.random())

    async def settled(self) -> None:
        """Wait until the clinic has committed all that the home holds.

        Raises:
            StoreError: it did not, in a minute.
        """
        deadline = time.monotonic() + PATIENCE_S
        while self.clinic.committed(self.home.home) < self.home.committed():
            if time.monotonic() > deadline:
                raise StoreError(
                    f"the clinic stopped at {self.clinic.committed(self.home.home)} of "
                    f"{self.home.committed()} records"
                )
            await asyncio.sleep(0.02)

    def report(self, fault: str, seed: int) -> FaultReport:
        """Hold what the clinic has against what was promised."""
        items = self.clinic.stream_items(self._stream)
        account = stream_account(self._stream, items, moved=(ARCHIVED, AT_CLINIC))
        known = account.stored + account.lost
        return FaultReport(
            fault=fault,
            seed=seed,
            promised=self._promised,
            stored=account.stored,
            declared_lost=account.lost,
            undeclared_lost=self._promised - known,
            duplicates=account.duplicates,
        )

    def _record(self) -> NewRecord:
        index = np.arange(BATCH)
        batch = MotionBatch(
            stream=self._stream,
            first_index=self._promised,
            t0_ns=self.clock.now_ns() // 1000 * 1000,
            dt_us=(index * 10_000).astype(np.int32),
            lag_us=np.zeros(BATCH, np.int32),
            acc=np.full((BATCH, 3), self._promised, np.float32),
        )
        return NewRecord(
            t_ns=batch.t0_ns, kind=RecordKind.MOTION, body=encode_item(batch), stream=self._stream
        )


async def _nothing_else(stage: FaultStage) -> None:
    await stage.produce(80)


async def _broker_forgets(stage: FaultStage) -> None:
    for _ in range(4):
        await stage.produce(20)
        stage.line.cut()
        await stage.clock.sleep(stage.dice.random() * 2)
        stage.line.mend()


async def _network_cut(stage: FaultStage) -> None:
    await stage.produce(20)
    stage.line.cut()
    await asyncio.gather(stage.produce(60), stage.clock.sleep(180))
    stage.line.mend()
    await stage.produce(20)


async def _receiver_restarts(stage: FaultStage) -> None:
    for _ in range(4):
        await stage.produce(15)
        await stage.stop("receiver")
        await stage.produce(5)
        await stage.start("receiver")


async def _home_restarts(stage: FaultStage) -> None:
    for _ in range(4):
        await stage.produce(15)
        await stage.stop("uplink")
        await stage.produce(5)
        await stage.start("uplink")


async def _journal_locked(stage: FaultStage) -> None:
    for path in (stage.home.path, stage.clinic.path, stage.home.path):
        other = sqlite3.connect(path, isolation_level=None, timeout=10)
        other.execute("BEGIN IMMEDIATE")
        producing = asyncio.create_task(stage.produce(20))
        await stage.clock.sleep(2 + 8 * stage.dice.random())
        other.execute("ROLLBACK")
        other.close()
        await producing


async def _disk_full(stage: FaultStage) -> None:
    for journal in (stage.clinic, stage.home):
        await stage.produce(10)
        with journal.writing() as db:
            pages = int(db.execute("PRAGMA page_count").fetchone()[0])
            db.execute(f"PRAGMA max_page_count = {pages + stage.dice.randint(0, 3)}")
        producing = asyncio.create_task(stage.produce(60))
        await stage.clock.sleep(5 + 10 * stage.dice.random())
        with journal.writing() as db:
            db.execute("PRAGMA max_page_count = 1000000000")
        await producing


async def _home_full(stage: FaultStage) -> None:
    await stage.produce(10)
    stage.line.cut()
    await stage.produce(150)
    await stage.home.on_writer(lambda: make_room(stage.home, 190_000))
    stage.line.mend()
    await stage.produce(10)


_CALM: Final = Weather()

FAULTS: Final[Mapping[str, tuple[Callable[[FaultStage], Awaitable[None]], Weather]]] = {
    "broker forgets": (_broker_forgets, Weather(drop=0.15)),
    "broker repeats and reorders": (_nothing_else, Weather(repeat=0.25, hold=0.25)),
    "block corrupted": (_nothing_else, Weather(spoil=0.3)),
    "network cut for minutes": (_network_cut, _CALM),
    "receiver restarts": (_receiver_restarts, Weather(drop=0.05)),
    "home restarts": (_home_restarts, Weather(drop=0.05)),
    "journal locked": (_journal_locked, _CALM),
    "disk full": (_disk_full, _CALM),
    "home's journal full": (_home_full, _CALM),
}
