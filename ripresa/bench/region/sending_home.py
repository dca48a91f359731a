"""A home as a coroutine: its records in memory, the uplink's window, a connection of its own."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import time
from typing import TYPE_CHECKING, Final

from ingest.faults.ingest_bench import RATE_HZ, sensor_batch
from ingest.transfer.send_window import SendWindow, WindowLimits
from telemetry.errors import DecodeError
from telemetry.identity import new_ulid
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import MotionBatch, StreamOpened
from telemetry.messages.record import Ack, Record, RecordKind, encode_block
from telemetry.transport.mqtt import MqttBus

if TYPE_CHECKING:
    import random

    from telemetry.clock import Clock
    from telemetry.messages.motion import StreamItem
    from telemetry.transport.bus import Message
    from telemetry.transport.mqtt import MqttSettings
    from telemetry.transport.topics import HomeTopics

__all__ = ["SendingHome", "digest_of"]

BLOCK_RECORDS: Final = 50
WINDOW: Final = WindowLimits(patience_s=4, max_pause_s=8)


class SendingHome:
    """Writes a record of a second's motion now and then, and sends until all is acknowledged.

    Args:
        topics: of its patient.
        settings: its way to a broker.
        clock: stamps.
    """

    def __init__(self, topics: HomeTopics, settings: MqttSettings, clock: Clock) -> None:
        self._topics = topics
        self._clock = clock
        self.home, self._session, self._stream = new_ulid(clock), new_ulid(clock), new_ulid(clock)
        self._records: list[Record] = []
        self._wake, self._settled = asyncio.Event(), asyncio.Event()
        self._window = SendWindow(0, time.monotonic_ns(), WINDOW)
        self._written: dict[int, float] = {}
        self._all_written = False
        self.acks_s: list[float] = []
        """From a record's writing to its acknowledgement."""
        self.resent = 0
        self._bus = MqttBus(settings, f"uplink-{self.home}")
        self._bus.subscribe(topics.ack, self._on_ack, qos=1)
        self._bus.on_connect(self._on_connect)

    async def run(self, records: int, every_s: float, dice: random.Random) -> None:
        """Write and send `records` records, and return once all are acknowledged."""
        async with self._bus:
            sending = asyncio.create_task(self._send())
            try:
                await self._bus.wait_connected(300)
                for number in range(records):
                    await asyncio.sleep(every_s * (0.5 + dice.random()))
                    self._write(number)
                self._all_written = True
                if not self._written:
                    self._settled.set()
                await self._settled.wait()
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

    @property
    def digest(self) -> str:
        """Of all that it wrote, see `digest_of`."""
        return digest_of(self._records)

    @property
    def samples(self) -> int:
        """Of motion, that it wrote."""
        return RATE_HZ * (len(self._records) - 1)

    def _write(self, number: int) -> None:
        if not self._records:
            opened = StreamOpened(
                stream=self._stream,
                wearable="bench",
                model="bench",
                placement="wrist-right",
                rate_hz=float(RATE_HZ),
                opened_ns=self._clock.now_ns(),
            )
            self._append(opened)
        batch = sensor_batch(self._stream, RATE_HZ * number)
        now_us = self._clock.now_ns() // 1000
        self._append(dataclasses.replace(batch, t0_ns=now_us * 1000))
        self._wake.set()

    def _append(self, item: StreamItem) -> None:
        self._records.append(
            Record(
                home=self.home,
                position=len(self._records) + 1,
                t_ns=self._clock.now_ns(),
                kind=(RecordKind.MOTION if isinstance(item, MotionBatch) else RecordKind.STREAM),
                body=encode_item(item),
                session=self._session,
                stream=self._stream,
            )
        )
        self._written[len(self._records)] = time.monotonic()

    async def _send(self) -> None:
        while True:
            now_ns = time.monotonic_ns()
            self._window.tick(now_ns)
            after, limit, _ = self._window.room(now_ns)
            block = self._records[after : after + min(limit, BLOCK_RECORDS)]
            if self._bus.connected and block:
                payload = encode_block(block)
                self._bus.publish(self._topics.record, payload, qos=1)
                self.resent += sum(r.position <= self._window.highest for r in block)
                self._window.note_sent(block[-1].position, len(payload), now_ns)
                continue
            self._wake.clear()
            wait_s = min(max(self._window.wait_s(now_ns), 0.05), 1.0)
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _on_ack(self, message: Message) -> None:
        try:
            ack = Ack.decode(message.payload)
        except DecodeError:
            return
        if ack.home != self.home:
            return
        self._window.acknowledge(ack.position, time.monotonic_ns())
        now_s = time.monotonic()
        for position in [p for p in self._written if p <= ack.position]:
            self.acks_s.append(now_s - self._written.pop(position))
        if self._all_written and not self._written:
            self._settled.set()
        self._wake.set()

    def _on_connect(self) -> None:
        self._window.reconnected(time.monotonic_ns())
        self._wake.set()


def digest_of(records: list[Record]) -> str:
    """Of positions and bodies, in order."""
    total = hashlib.sha256()
    for record in records:
        total.update(record.position.to_bytes(8, "big") + record.body)
    return total.hexdigest()
