"""Takes in what the homes send, and acknowledges what is committed.

Wiring, at the clinic::

    bus = MqttBus(settings, "receiver", manual_ack=True, persistent=True)
    receiver = Receiver(bus, journal, clock)    # subscribes, before the connection opens
    async with bus:
        await receiver.run()                    # until cancelled

The broker may forget a message (`acknowledge`) only after the transaction that stored it; the
home may forget a record only after the acknowledgement on `.../ack`, which is published after
the same commit. Messages that come close together share one commit, for what a commit costs is the
wait for the disk, not the rows. Memory is bounded: what comes faster than it can be stored is
turned away and sent again by its home.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import ConfigurationError, StoreBusy, StoreError
from telemetry.identity import new_ulid
from telemetry.messages.notices import Command
from telemetry.messages.record import Ack
from telemetry.printable import printable
from telemetry.transport.topics import HomeTopics
from telemetry.trouble import TroubleBoard, TroubleKind

from .intake import Barred, IntakeOutcome, Parcel, open_parcel, store_parcels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.journal.journal import Journal
    from telemetry.clock import Clock
    from telemetry.transport.bus import Bus, Message

    from .quota import Quota

__all__ = ["Receiver", "ReceiverLimits"]

log = logging.getLogger(__name__)

WHERE: Final = "journal"
ERASE_AGAIN_NS: Final = 60 * 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverLimits:
    """Bounds of the receiver's memory, and its patience with a busy journal.

    Attributes:
        group_s: a commit comes at the earliest so long after the one before it, in seconds of the
            machine's own time: it is the disk that is spared, however fast the clock goes.
        group_messages: so many do not wait for it. Fewer than the 20 that a broker by default has
            under way to one client, which would otherwise wait for each other.
    """

    queue_bytes: int = 32 << 20
    batch_bytes: int = 4 << 20
    batch_messages: int = 256
    group_s: float = 0.1
    group_messages: int = 16
    pause_s: float = 0.5
    max_pause_s: float = 30.0


class Receiver:
    """Stores the records of many homes; run it as a task until cancelled.

    Args:
        bus: connection to the clinic's broker; with `manual_ack` and `persistent` the broker
            keeps what is not stored yet.
        journal: the clinic's.
        clock: stamps dead letters and paces repeats.
        site: one site, or `+` for all that this broker serves.
        barred: why nothing of a (home, patient) may be stored, see `Consent.barred`.
        limits: bounds.
        quota: how much each home may send; None: as much as it likes.
        board: told what is wrong.
    """

    def __init__(
        self,
        bus: Bus,
        journal: Journal,
        clock: Clock,
        *,
        site: str = "+",
        barred: Barred | None = None,
        limits: ReceiverLimits | None = None,
        quota: Quota | None = None,
        board: TroubleBoard | None = None,
    ) -> None:
        self._bus = bus
        self._journal = journal
        self._clock = clock
        self._barred = barred
        self._limits = limits or ReceiverLimits()
        self._quota = quota
        self._board = board or TroubleBoard()
        self.heard_ns: dict[tuple[str, str, str], int] = {}
        """(site, patient, home) -> when a record of it last came."""
        self._told_ns: dict[tuple[str, str], int] = {}
        self._queue: deque[Message] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()
        self._enough = asyncio.Event()
        """So much waits that no more is waited for."""
        self.counts: Counter[str] = Counter()
        """messages, turned_away, busy, unstorable, and those of `IntakeOutcome`."""
        bus.subscribe(HomeTopics(site, "+").record, self._on_record, qos=1)
        bus.on_connect(self._wake.set)

    async def run(self) -> None:
        """Receive until cancelled."""
        await self._greet()
        loop = asyncio.get_running_loop()
        next_commit_s = loop.time()
        while True:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
            await self._gather(next_commit_s)
            if batch := self._take():
                next_commit_s = loop.time() + self._limits.group_s
                try:
                    outcome = await self._store(batch)
                except Exception:
                    # Not foreseen: the homes send again, the broker's window stays open.
                    self._acknowledge(batch)
                    raise
                self._acknowledge(batch)
                self._answer(outcome)

    async def _gather(self, until_s: float) -> None:
        """Let more come, up to a time of the loop's, or until it is enough for a commit."""
        if self._is_enough():
            return
        self._enough.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until_s):
                await self._enough.wait()

    def _is_enough(self) -> bool:
        limits = self._limits
        return len(self._queue) >= limits.group_messages or self._queued_bytes >= limits.batch_bytes

    @property
    def waiting(self) -> tuple[int, int]:
        """How many messages wait to be stored, and their bytes."""
        return len(self._queue), self._queued_bytes

    @staticmethod
    def _acknowledge(batch: Sequence[Message]) -> None:
        for message in batch:
            message.acknowledge()

    def _on_record(self, message: Message) -> None:
        self.counts["messages"] += 1
        size = len(message.payload)
        if message.retained or not size:
            # A record is said once; kept by the broker it would come back with each start. An
            # empty one is how such a one is cleared.
            self.counts["retained"] += 1
            message.acknowledge()
            if size:
                self._bus.publish(message.topic, b"", qos=1, retain=True)
            return
        now_ns = self._clock.now_ns()
        if self._quota is not None and not self._quota.takes(message.topic, size, now_ns):
            self.counts["over_quota"] += 1
            message.acknowledge()
            return
        if self._queue and self._queued_bytes + size > self._limits.queue_bytes:
            self.counts["turned_away"] += 1
            message.acknowledge()
            return
        self._queue.append(message)
        self._queued_bytes += size
        self._wake.set()
        if self._is_enough():
            self._enough.set()

    def _take(self) -> list[Message]:
        batch: list[Message] = []
        size = 0
        now_ns = self._clock.now_ns()
        while self._queue and len(batch) < self._limits.batch_messages:
            size += len(self._queue[0].payload)
            if batch and size > self._limits.batch_bytes:
                break
            message = self._queue.popleft()
            self._queued_bytes -= len(message.payload)
            # What came in a flood waited here while the first of it turned out to be spoilt.
            if self._quota is not None and self._quota.spoilt(message.topic, now_ns):
                self.counts["over_quota"] += 1
                message.acknowledge()
            else:
                batch.append(message)
        return batch

    async def _store(self, batch: Sequence[Message]) -> IntakeOutcome:
        """Store `batch`, waiting as long as it takes for a journal that is busy or full."""
        pause_s = self._limits.pause_s
        while True:
            try:
                return await self._journal.on_writer(lambda: self._store_now(batch))
            except StoreError as e:
                self.counts["busy"] += 1
                self._board.show(TroubleKind.STORE_WAITS, WHERE, self._clock.now_ns())
                log.warning("receiver waits %g s: %s", pause_s, e)
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, self._limits.max_pause_s)

    def _store_now(self, batch: Sequence[Message]) -> IntakeOutcome:
        parcels = [open_parcel(message.topic, message.payload) for message in batch]
        now_ns = self._clock.now_ns()
        try:
            return store_parcels(self._journal, parcels, now_ns=now_ns, barred=self._barred)
        except StoreBusy:
            raise
        except Exception as e:  # noqa: BLE001 - told, and each is tried alone
            # One of them may be what nobody has thought of: alone it harms no other.
            log.warning("a batch is stored one by one: %s", type(e).__name__)
        outcome = IntakeOutcome()
        for parcel in parcels:
            self._store_alone(parcel, now_ns, outcome)
        return outcome

    def _store_alone(self, parcel: Parcel, now_ns: int, outcome: IntakeOutcome) -> None:
        try:
            alone = store_parcels(self._journal, [parcel], now_ns=now_ns, barred=self._barred)
        except StoreBusy:
            raise
        except Exception as e:  # noqa: BLE001 - it becomes a dead letter
            # As a dead letter its bytes are kept as they came. If even that fails, the journal
            # itself is at fault, which is waited for.
            reason = printable(f"cannot be stored ({type(e).__name__}: {e})")
            letter = parcel.refused(reason)
            alone = store_parcels(self._journal, [letter], now_ns=now_ns, barred=self._barred)
            self.counts["unstorable"] += 1
        outcome.committed |= alone.committed
        outcome.counts.update(alone.counts)
        outcome.bad.update(alone.bad)
        outcome.homes |= alone.homes

    def _answer(self, outcome: IntakeOutcome) -> None:
        self.counts.update(outcome.counts)
        self._board.clear(TroubleKind.STORE_WAITS, WHERE)
        now_ns = self._clock.now_ns()
        self._tell(outcome, now_ns)
        for (site, patient, home), position in outcome.committed.items():
            self.heard_ns[site, patient, home] = now_ns
            ack = Ack(home=home, position=position)
            self._bus.publish(HomeTopics(site, patient).ack, ack.encode(), qos=1)

    def _tell(self, outcome: IntakeOutcome, now_ns: int) -> None:
        for topic, count in outcome.bad.items():
            if self._quota is not None:
                self._quota.note_bad(topic, now_ns, count)
        for (site, patient), homes in outcome.homes.items():
            # Without a name: the log is not erased.
            log.info("a new home is heard, number %d of its patient", homes)
            if homes > 1:
                who = f"{site}/{patient}"
                self._board.show(TroubleKind.HOME_NEW, who, now_ns, homes=homes)

        for site, patient in outcome.erased:
            if now_ns - self._told_ns.get((site, patient), -ERASE_AGAIN_NS) < ERASE_AGAIN_NS:
                continue
            self._told_ns[site, patient] = now_ns
            command = Command(command=new_ulid(self._clock), what="erase", patient=patient)
            self._bus.publish(HomeTopics(site, patient).command, command.encode(), qos=1)

    async def _greet(self) -> None:
        """Tell every home where we stand, so that none waits for its next attempt."""
        try:
            homes = await asyncio.to_thread(self._journal.homes)
        except StoreError as e:
            log.warning("homes are not greeted, they will ask: %s", e)
            return
        for known in homes:
            if known.site is None or known.patient is None:
                continue
            try:
                topic = HomeTopics(known.site, known.patient).ack
            except ConfigurationError:
                continue
            ack = Ack(home=known.sent_as, position=known.committed)
            self._bus.publish(topic, ack.encode(), qos=1)
