"""Carries a home's journal to the clinic.

Wiring, on the home box (`bus` is the connection to the clinic's broker, not the live one)::

    async with MqttBus(settings, f"uplink-{journal.home}") as bus:
        uplink = Uplink(bus, journal, HomeTopics(site, patient), clock)
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(uplink.run())
            ...
            await uplink.caught_up()      # all that was appended is committed at the clinic
            sending.cancel()

`uplink.status()` says how far it is. The uplink reads the journal, whoever appends to it, and
publishes blocks at QoS 1 on `.../record`; the clinic's receiver answers on `.../ack` with the
highest position it has committed. What is not acknowledged is sent again (see `window`): the
broker between the two may lose, repeat or reorder anything.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ingest.journal.reading import UPLINK
from ingest.journal.record_bodies import examine
from ingest.journal.withheld import without_motion
from telemetry.errors import DecodeError, StoreError
from telemetry.messages.record import Ack, Record, RecordKind, encode_block

from .clock_wait import wait_for_event
from .send_window import NS_PER_S, SendWindow, WindowLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.journal.journal import Journal
    from telemetry.clock import Clock
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.topics import HomeTopics

__all__ = ["Uplink", "UplinkStatus"]

log = logging.getLogger(__name__)

BLOCK_RECORDS: Final = 400
BLOCK_BYTES: Final = 192 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkStatus:
    """How far the uplink is."""

    acked: int
    """All records up to this position are committed at the clinic."""
    last: int
    """Position of the newest record of the journal."""
    sent_records: int
    resent_records: int
    resent_samples: int
    bad_acks: int
    trouble: str | None
    """One line when somebody must act; nothing new is sent then."""

    @property
    def backlog(self) -> int:
        """Records that the clinic has not confirmed."""
        return self.last - self.acked


class Uplink:
    """Follows one journal; run it as a task until cancelled.

    Args:
        bus: connection to the clinic's broker.
        journal: the home's.
        topics: the home's site and patient.
        clock: paces polling and repeats.
        limits: how much may be under way.
        poll_s: how often to look for what other processes appended.
        withheld: whether a record's motion stays at home; asked before each time it is sent.
    """

    def __init__(
        self,
        bus: Bus,
        journal: Journal,
        topics: HomeTopics,
        clock: Clock,
        *,
        limits: WindowLimits | None = None,
        poll_s: float = 0.2,
        withheld: Callable[[Record], bool] = lambda _record: False,
    ) -> None:
        self._bus = bus
        self._journal = journal
        self._topics = topics
        self._clock = clock
        self._poll_s = poll_s
        self._withheld = withheld
        self._wake = asyncio.Event()
        self._settled = asyncio.Condition()
        self._window = SendWindow(journal.cursor(UPLINK), clock.now_ns(), limits)
        self._last = journal.committed()
        self._kept, self._kept_ns = self._window.acked, clock.now_ns()
        self._sent_records = self._resent_records = self._resent_samples = self._bad_acks = 0
        self._trouble: str | None = None

    async def run(self) -> None:
        """Send until cancelled."""
        loop = asyncio.get_running_loop()
        self._bus.subscribe(self._topics.ack, self._on_ack, qos=1)
        self._bus.on_connect(self._on_connect)
        self._journal.on_append(lambda: _call_soon(loop, self._wake.set))
        try:
            while True:
                try:
                    busy = await self._turn()
                except StoreError as e:
                    log.warning("uplink waits: %s", e)
                    busy = False
                if not busy:
                    wait_s = min(self._window.wait_s(self._clock.now_ns()), self._poll_s)
                    await wait_for_event(self._wake, self._clock, max(wait_s, 0.01))
        finally:
            self._journal.move_cursor(UPLINK, self._window.acked)

    def status(self) -> UplinkStatus:
        """How far it is, by what it knows without looking."""
        return UplinkStatus(
            acked=self._window.acked,
            last=max(self._last, self._window.acked),
            sent_records=self._sent_records,
            resent_records=self._resent_records,
            resent_samples=self._resent_samples,
            bad_acks=self._bad_acks,
            trouble=self._trouble,
        )

    async def caught_up(self) -> None:
        """Wait until everything that the journal holds now is committed at the clinic."""
        goal = await asyncio.to_thread(self._journal.committed)
        async with self._settled:
            await self._settled.wait_for(lambda: self._window.acked >= goal)

    async def _turn(self) -> bool:
        """Send one block if one may go; True where another may follow at once."""
        self._last = await asyncio.to_thread(self._journal.committed)
        self._judge()
        await self._keep_cursor()
        async with self._settled:
            self._settled.notify_all()
        now_ns = self._clock.now_ns()
        self._window.tick(now_ns)
        if not self._bus.connected:
            return False
        after, limit, size = self._window.room(now_ns)
        if self._trouble is not None:
            after = self._last - 1  # ask again: the answer may have been spoiled on its way
        if limit <= 0 or not 0 <= after < self._last:
            return False
        acked = self._window.acked
        records = await asyncio.to_thread(
            self._journal.records,
            after,
            limit=min(limit, BLOCK_RECORDS),
            max_bytes=min(size, BLOCK_BYTES),
        )
        if not records or acked != self._window.acked:
            return bool(records)  # an acknowledgement came in between
        records = [without_motion(r) if self._withheld(r) else r for r in records]
        payload = encode_block(records)
        self._bus.publish(self._topics.record, payload, qos=1)
        self._count(records)
        self._window.note_sent(records[-1].position, len(payload), now_ns)
        return True

    def _judge(self) -> None:
        if self._window.acked > self._last:
            if self._trouble is None:
                self._trouble = (
                    f"the clinic has {self._window.acked} records of journal {self._journal.home}, "
                    f"this box has {self._last}: the file is an older copy; "
                    "move it away, so that a new journal starts"
                )
                log.error("uplink stopped: %s", self._trouble)
                self._window.reconnected(self._clock.now_ns())
        else:
            self._trouble = None

    def _count(self, records: list[Record]) -> None:
        repeats = [r for r in records if r.position <= self._window.highest]
        self._sent_records += len(records)
        self._resent_records += len(repeats)
        self._resent_samples += sum(
            examine(r).samples for r in repeats if r.kind is RecordKind.MOTION
        )

    async def _keep_cursor(self) -> None:
        # At most once a second: a lost cursor costs a repeat, a write costs a disk flush.
        now_ns, acked = self._clock.now_ns(), self._window.acked
        if acked != self._kept and now_ns - self._kept_ns >= NS_PER_S:
            await self._journal.on_writer(lambda: self._journal.move_cursor(UPLINK, acked))
            self._kept, self._kept_ns = acked, now_ns

    def _on_ack(self, message: Message) -> None:
        message.acknowledge()
        try:
            ack = Ack.decode(message.payload)
        except DecodeError as e:
            self._bad_acks += 1
            log.warning("uplink: %s", e)
            return
        if ack.home != self._journal.home:
            return  # of this patient's other box, or of a journal that was here before
        self._window.acknowledge(ack.position, self._clock.now_ns())
        self._wake.set()

    def _on_connect(self) -> None:
        self._window.reconnected(self._clock.now_ns())
        self._wake.set()


def _call_soon(loop: asyncio.AbstractEventLoop, callback: object) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(callback)  # type: ignore[arg-type]
