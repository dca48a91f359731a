"""Faults on the radio's side, done to virtual wearables while a gateway records them."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edge.ble.radio import Radio
from edge.gateway.gateway import Gateway
from edge.gateway.record_sink import RecordSink
from edge.gateway.resuming import resume_points
from edge.virtual.motion_source import swing
from edge.virtual.peripherals.virtual_dot import VirtualDot
from edge.virtual.virtual_radio import VirtualRadio
from telemetry.messages.codec import decode_item
from telemetry.messages.motion import MotionBatch, StreamGap, StreamItem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from edge.virtual.peripheral import VirtualWearable
    from telemetry.clock import Clock
    from telemetry.messages.record import NewRecord
    from telemetry.seams import Recorder

__all__ = ["RADIO_FAULTS", "FaultOutcome", "MemoryRecorder", "account", "run_radio_fault"]

SECONDS = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOutcome:
    """What one fault did to the record.

    Attributes:
        fault, seed: which run.
        emitted: by the wearable: the truth.
        stored: distinct samples on record.
        duplicates: samples stored twice.
        declared_lost: in gaps; a gap of unknown length declares whatever is missing there.
        undeclared_lost: emitted, not stored, not declared. Must be 0.
        surplus: stored or declared beyond what was emitted. Must be 0.
    """

    fault: str
    seed: int
    emitted: int
    stored: int
    duplicates: int
    declared_lost: int
    undeclared_lost: int
    surplus: int


@dataclass(slots=True)
class MemoryRecorder:
    """A recorder that keeps records in a list."""

    records: list[NewRecord] = field(default_factory=list)

    async def append(self, records: Sequence[NewRecord]) -> int:
        """Keep them."""
        self.records.extend(records)
        return len(self.records)

    def items(self) -> list[StreamItem]:
        """What was recorded."""
        return [decode_item(r.body) for r in self.records]


@dataclass(slots=True)
class Scene:
    """What a fault may reach.

    `restart` kills the gateway as `kill -9` would and starts another.
    """

    radio: VirtualRadio
    wearable: VirtualWearable
    clock: JumpingClock
    rng: random.Random
    restart: Callable[[], Awaitable[None]]

    async def reach(self, fraction: float) -> None:
        """Wait until this share of the motion has been emitted."""
        await self.wearable.reached(math.ceil(fraction * len(self.wearable.motion)))


class JumpingClock:
    """A clock that can be set, which a `Clock` never should: the gateway must bear it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.jump_ns = 0

    @property
    def speed(self) -> float:
        """Of the clock beneath."""
        return self._clock.speed

    def now_ns(self) -> int:
        """With the jumps so far."""
        return self._clock.now_ns() + self.jump_ns

    async def sleep(self, seconds: float) -> None:
        """Unmoved by jumps."""
        await self._clock.sleep(seconds)


async def _radio_loss(scene: Scene) -> None:
    """Notifications vanish, singly and in bursts."""
    rng, burst = scene.rng, 0

    def drop(payload: bytes) -> list[bytes]:
        nonlocal burst
        if burst:
            burst -= 1
            return []
        if rng.random() < 0.03:
            burst = rng.choice((0, 0, 2, 10, 40))
            return []
        return [payload]

    await scene.reach(0.05)
    scene.wearable.tamper = drop
    await scene.reach(0.9)
    scene.wearable.tamper = None


async def _link_lost(scene: Scene) -> None:
    """Out of range and back, several times."""
    for fraction in (scene.rng.uniform(0.05, 0.1), scene.rng.uniform(0.5, 0.55)):
        await scene.reach(fraction)
        scene.radio.air.take_away(scene.wearable.address)
        # Shorter and longer than what a link survives.
        await scene.reach(fraction + scene.rng.uniform(0.02, 0.4))
        scene.radio.air.bring_back(scene.wearable.address)


async def _wearable_reboot(scene: Scene) -> None:
    """Its clock begins anew."""
    await scene.reach(scene.rng.uniform(0.1, 0.6))
    await scene.wearable.reboot(pause_s=scene.rng.uniform(0.1, 2.0))


async def _packet_corruption(scene: Scene) -> None:
    """Bits flip, packets are cut short, values become not-a-number."""
    rng = scene.rng

    def spoil(payload: bytes) -> list[bytes]:
        kind = rng.random()
        if kind < 0.02:
            return [payload[: rng.randrange(len(payload))]]
        if kind < 0.04:
            return [
                payload[:4] + rng.choice((b"\x00\x00\xc0\x7f", b"\xff\xff\x7f\x7f")) + payload[8:]
            ]
        if kind < 0.06:
            return [rng.randbytes(4) + payload[4:]]
        if kind < 0.07:
            return [rng.randbytes(rng.randrange(60))]
        return [payload]

    await scene.reach(0.02)
    scene.wearable.tamper = spoil
    await scene.reach(0.95)
    scene.wearable.tamper = None


async def _doubled_notifications(scene: Scene) -> None:
    """The platform hands notifications over twice, or again later."""
    rng, kept = scene.rng, [b""]

    def double(payload: bytes) -> list[bytes]:
        old, kept[0] = kept[0], payload
        if rng.random() < 0.1:
            return [payload, payload]
        return [payload, old] if old and rng.random() < 0.05 else [payload]

    scene.wearable.tamper = double
    await scene.reach(0.95)
    scene.wearable.tamper = None


async def _clock_jump(scene: Scene) -> None:
    """The host's clock is set, far forward or back, and again."""
    for fraction in (0.3, 0.6):
        await scene.reach(fraction + scene.rng.uniform(-0.1, 0.1))
        scene.clock.jump_ns += scene.rng.choice((-1, 1)) * 200_000 * 10**9


async def _gateway_killed(scene: Scene) -> None:
    """The gateway dies without a word, and another takes over."""
    await scene.reach(scene.rng.uniform(0.1, 0.6))
    await scene.restart()


RADIO_FAULTS: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "radio loss": _radio_loss,
    "link lost": _link_lost,
    "wearable reboot": _wearable_reboot,
    "packet corruption": _packet_corruption,
    "doubled notifications": _doubled_notifications,
    "clock jump": _clock_jump,
    "gateway killed": _gateway_killed,
}
"""By name; each ends while the wearable still has something to send."""


def account(fault: str, seed: int, emitted: int, items: list[StreamItem]) -> FaultOutcome:
    """Hold what was recorded against the truth."""
    seen: set[tuple[str, int]] = set()
    duplicates = declared = 0
    unknown = False
    for item in items:
        if isinstance(item, MotionBatch):
            indices = {(item.stream, i) for i in range(item.first_index, item.next_index)}
            duplicates += len(indices & seen)
            seen |= indices
        elif isinstance(item, StreamGap):
            declared += item.count or 0
            unknown = unknown or item.count is None
    missing = emitted - len(seen) - declared
    if unknown and missing > 0:
        declared, missing = declared + missing, 0
    return FaultOutcome(
        fault=fault,
        seed=seed,
        emitted=emitted,
        stored=len(seen),
        duplicates=duplicates,
        declared_lost=declared,
        undeclared_lost=max(0, missing),
        surplus=max(0, -missing),
    )


async def run_radio_fault(
    fault: str, seed: int, clock: Clock, *, recorder: Recorder | None = None
) -> FaultOutcome:
    """One virtual DOT, one gateway, one fault, then the account.

    Args:
        fault: a name in `RADIO_FAULTS`.
        seed: of everything random in it.
        clock: paces it; 8 times the real speed is fine.
        recorder: gets the records too, e.g. a journal.
    """
    rng = random.Random(f"{fault} {seed}")
    jumping, radio = JumpingClock(clock), VirtualRadio(clock)
    boot_us = rng.choice((60_000_000, 3_000_000_000, (1 << 32) - 5_000_000))
    if fault == "wearable reboot":
        # Right after its stamps have wrapped nothing tells a reboot from a short absence.
        boot_us = min(boot_us, 3_000_000_000)
    wearable = await radio.add(VirtualDot, swing(SECONDS, 60.0), boot_us=boot_us)
    memory = MemoryRecorder()
    station = _Station(radio, wearable, jumping, rng, memory=memory, recorder=recorder)
    await station.start()
    try:
        scene = Scene(radio, wearable, jumping, rng, station.restart)
        await RADIO_FAULTS[fault](scene)
        async with asyncio.timeout(SECONDS / clock.speed + 30):
            await wearable.ended.wait()
        await station.stop()
    finally:
        await radio.close()
    return account(fault, seed, wearable.emitted, memory.items())


class _Station:
    """The gateway under test; its successor goes on from what the memory holds."""

    def __init__(
        self,
        radio: VirtualRadio,
        wearable: VirtualWearable,
        clock: JumpingClock,
        rng: random.Random,
        *,
        memory: MemoryRecorder,
        recorder: Recorder | None,
    ) -> None:
        self._radio = radio
        self._wearable = wearable
        self._clock = clock
        self._rng = rng
        self._memory = memory
        self._recorder = recorder

    async def start(self) -> None:
        """A gateway and its record path."""
        self._record = RecordSink(self, self._clock)
        self._record.start()
        self._gateway = Gateway(
            Radio(await self._radio.backend(), connect_timeout_s=3),
            {self._wearable.identity: "wrist-right"}.get,
            clock=self._clock,
            sinks=[self._record],
            resume=resume_points(_by_stream(self._memory.items())),
            rng=self._rng,
        )
        await self._gateway.__aenter__()

    async def append(self, records: Sequence[NewRecord]) -> int:
        """Into the memory, and on to the recorder that was given."""
        if self._recorder is not None:
            await self._recorder.append(records)
        return await self._memory.append(records)

    async def restart(self) -> None:
        """Kill it: nothing more is recorded, nothing said; then start another."""
        await self._record.abandon()
        await self._gateway.abandon()
        self._radio.air.cut_link(self._wearable.address)
        await self.start()

    async def stop(self) -> None:
        """End it properly."""
        await self._gateway.settled()
        await self._gateway.__aexit__()
        await self._record.stop()


def _by_stream(items: list[StreamItem]) -> list[list[StreamItem]]:
    """The items of each stream, streams in the order in which they opened."""
    streams: dict[str, list[StreamItem]] = {}
    for item in items:
        streams.setdefault(item.stream, []).append(item)
    return list(streams.values())
