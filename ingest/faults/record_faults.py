"""The faults of the record path, rehearsed: whatever happens, nothing undeclared is lost.

Each fault is a short scene on real journals in a folder, with a line between home and clinic
that misbehaves and a clock that runs fast. The clinic is a receiver in this process, for quick
tests, or any other `FaultClinic`, such as the real program behind a real broker. At its end the
clinic must hold, or must have been told to be lost, every sample that the home's recorder was
promised, each once.
What kills processes stands in `kills`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeAlias

import numpy as np

from ingest.journal.journal import Journal
from ingest.journal.ledger import ARCHIVED, AT_CLINIC, stream_account
from ingest.journal.retention import make_room
from ingest.transfer.quota import Quota
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

    from ingest.journal.ledger import StreamAccount

__all__ = ["FAULTS", "FaultClinic", "FaultReport", "bench_record_faults", "rehearse"]

SPEED: Final = 40
BATCH: Final = 20
SITE: Final = "rehearsal"
WINDOW: Final = WindowLimits(records=60, size_bytes=60_000, patience_s=4, max_pause_s=8)
PATIENCE_S: Final = 60


class FaultClinic(Protocol):
    """A clinic that faults are done to."""

    @property
    def path(self) -> Path:
        """Its journal."""
        ...

    def line(self, dice: random.Random, weather: Weather) -> RoughLine:
        """The line that its homes use; misbehaves."""
        ...

    async def start(self) -> None:
        """Start what takes records in, with nothing but what its journal remembers."""
        ...

    async def stop(self) -> None:
        """Stop it in the middle of whatever it does."""
        ...

    async def fill(self, *, full: bool) -> None:
        """Let it have no more room, or room again."""
        ...

    def committed(self, home: str) -> int:
        """Up to where it has everything of a home."""
        ...

    def account(self, stream: str) -> StreamAccount:
        """What it holds of a stream."""
        ...

    async def close(self) -> None:
        """End it for good."""
        ...


MakeClinic: TypeAlias = "Callable[[Path, ScaledClock, random.Random], FaultClinic]"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReport:
    """What one scene came to, in samples; `surplus` is known to the clinic, but unpromised."""

    fault: str
    seed: int
    promised: int
    stored: int
    declared_lost: int
    undeclared_lost: int
    duplicates: int
    surplus: int


def bench_record_faults(
    folder: Path,
    *,
    seeds: Sequence[int] = tuple(range(20)),
    names: Sequence[str] = (),
    clinic: MakeClinic | None = None,
    told: Callable[[FaultReport], None] = lambda _: None,
) -> dict[str, object]:
    """Rehearse every fault (or those named) once for each seed; `told` of each as it ends.

    Returns:
        `runs`, `faults` (names), `undeclared_lost`, `duplicates` (surplus ones included),
        `declared_lost`.

    Raises:
        StoreError: the clinic did not get everything in time.
    """
    reports: list[FaultReport] = []
    for name in names or FAULTS:
        for seed in seeds:
            scene = folder / f"{name.replace(' ', '-')}-{seed}"
            reports.append(rehearse(name, seed, scene, clinic))
            told(reports[-1])
    return {
        "runs": len(reports),
        "faults": list(names or FAULTS),
        "undeclared_lost": sum(r.undeclared_lost for r in reports),
        "duplicates": sum(r.duplicates + r.surplus for r in reports),
        "declared_lost": sum(r.declared_lost for r in reports),
    }


def rehearse(fault: str, seed: int, folder: Path, clinic: MakeClinic | None = None) -> FaultReport:
    """Play one scene.

    Args:
        fault: its name.
        seed: of everything random.
        folder: of the journals.
        clinic: makes the clinic; None: a receiver in this process.

    Raises:
        StoreError: the clinic did not get everything in time.
        KeyError: no such fault.
    """
    scene, weather = FAULTS[fault]
    folder.mkdir(parents=True, exist_ok=True)

    async def play() -> FaultReport:
        dice, clock = random.Random(seed), ScaledClock.start(SPEED)
        made = (clinic or ReceiverHere)(folder, clock, dice)
        async with FaultStage(folder, dice, clock, made, weather) as stage:
            await scene(stage)
            await stage.settled()
            return stage.report(fault, seed)

    return asyncio.run(play())


class FaultStage:
    """A home, a clinic and the line between them."""

    def __init__(
        self,
        folder: Path,
        dice: random.Random,
        clock: ScaledClock,
        clinic: FaultClinic,
        weather: Weather,
    ) -> None:
        self.dice = dice
        self.clock = clock
        self.clinic = clinic
        self.line = clinic.line(dice, weather)
        self.home = Journal.open(folder / "home.db", self.clock, busy_timeout_s=0.02)
        # A patient for each: nobody has so many homes as there are scenes.
        self._topics = HomeTopics(SITE, f"p-{folder.name}"[:40].replace("'", ""))
        self._stream = new_ulid(self.clock)
        self._promised = 0
        self._sending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.clinic.start()
        await self.start_home()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop_home()
        await self.clinic.close()
        self.home.close()

    async def start_home(self) -> None:
        """Start the uplink with nothing but what its journal remembers."""
        uplink = Uplink(self.line, self.home, self._topics, self.clock, limits=WINDOW)
        self._sending = asyncio.create_task(uplink.run())
        await asyncio.sleep(0)

    async def stop_home(self) -> None:
        """Stop the uplink in the middle of whatever it does."""
        await _stopped(self._sending)

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
        account = self.clinic.account(self._stream)
        known = account.stored + account.lost
        return FaultReport(
            fault=fault,
            seed=seed,
            promised=self._promised,
            stored=account.stored,
            declared_lost=account.lost,
            undeclared_lost=max(0, self._promised - known),
            duplicates=account.duplicates,
            surplus=max(0, known - self._promised),
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
        await stage.clinic.stop()
        await stage.produce(5)
        await stage.clinic.start()


async def _home_restarts(stage: FaultStage) -> None:
    for _ in range(4):
        await stage.produce(15)
        await stage.stop_home()
        await stage.produce(5)
        await stage.start_home()


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
    async def home(*, full: bool) -> None:
        _fill(stage.home, stage.dice.randint(0, 3), full=full)

    for fill in (stage.clinic.fill, home):
        await stage.produce(10)
        await fill(full=True)
        producing = asyncio.create_task(stage.produce(60))
        await stage.clock.sleep(5 + 10 * stage.dice.random())
        await fill(full=False)
        await producing


def _fill(journal: Journal, spare_pages: int, *, full: bool) -> None:
    with journal.writing() as db:
        pages = int(db.execute("PRAGMA page_count").fetchone()[0])
        most = pages + spare_pages if full else 1_000_000_000
        db.execute(f"PRAGMA max_page_count = {most}")


async def _stopped(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, StoreError):
            await task


class ReceiverHere:
    """A `FaultClinic` that is a receiver in this process."""

    def __init__(self, folder: Path, clock: ScaledClock, dice: random.Random) -> None:
        self._clock = clock
        self._dice = dice
        self._journal = Journal.open(folder / "clinic.db", clock, busy_timeout_s=0.02)
        self._line: RoughLine | None = None
        self._receiving: asyncio.Task[None] | None = None

    @property
    def path(self) -> Path:
        """Its journal."""
        return self._journal.path

    def line(self, dice: random.Random, weather: Weather) -> RoughLine:
        """A line within this process."""
        self._line = RoughLine(dice, weather)
        return self._line

    async def start(self) -> None:
        """Start a receiver anew."""
        limits = ReceiverLimits(queue_bytes=200_000)
        assert self._line is not None, "asked for before"  # noqa: S101 - the stage's order
        receiver = Receiver(self._line, self._journal, self._clock, limits=limits, quota=Quota())
        self._receiving = asyncio.create_task(receiver.run())
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Stop it."""
        await _stopped(self._receiving)

    async def fill(self, *, full: bool) -> None:
        """Bound the journal's pages, or not."""
        _fill(self._journal, self._dice.randint(0, 3), full=full)

    def committed(self, home: str) -> int:
        """Up to where it has everything of a home."""
        return self._journal.committed(home)

    def account(self, stream: str) -> StreamAccount:
        """What it holds of a stream."""
        items = self._journal.stream_items(stream)
        return stream_account(stream, items, moved=(ARCHIVED, AT_CLINIC))

    async def close(self) -> None:
        """Stop, and close the journal."""
        await self.stop()
        self._journal.close()


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
