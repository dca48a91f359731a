"""Measurements of the gateway: its own cost, the latency it adds, its clock, an hour's soak."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edge.ble.radio import Radio
from edge.clock.clock_model import ClockModel
from edge.gateway.counters import Counters
from edge.gateway.gateway import Gateway
from edge.gateway.live_sink import LiveSink
from edge.gateway.record_sink import RecordSink
from edge.gateway.stream_assembly import Origin, StreamAssembly
from edge.virtual.motion_source import swing
from edge.wearables.open_imu import OpenDecoder
from telemetry.clock import ScaledClock
from telemetry.messages.codec import decode_item
from telemetry.messages.motion import MotionBatch, StreamGap
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

from .link_model import mapped_error_s, simulated_arrivals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.messages.motion import StreamItem
    from telemetry.messages.record import NewRecord
    from telemetry.seams import ItemSink, Recorder
    from telemetry.transport.bus import Bus

__all__ = ["CountingRecorder", "bench_clock", "bench_edge", "soak"]

Figures = dict[str, float]

STREAM = "01K0000000000000000000000A"
NOTIFICATIONS = 6000
WEARABLES = 6
RATE_HZ = 100.0


@dataclass(slots=True)
class CountingRecorder:
    """A recorder that keeps an account and forgets the records."""

    stored: int = 0
    declared_lost: int = 0
    unknown_gaps: int = 0
    out_of_order: int = 0
    next_index: dict[str, int] = field(default_factory=dict)

    async def append(self, records: Sequence[NewRecord]) -> int:
        """Count what they hold."""
        for record in records:
            self._count(decode_item(record.body))
        return self.stored

    def _count(self, item: StreamItem) -> None:
        if isinstance(item, MotionBatch):
            self.out_of_order += item.first_index != self.next_index.get(item.stream, 0)
            self.next_index[item.stream] = item.next_index
            self.stored += len(item)
        elif isinstance(item, StreamGap):
            self.next_index[item.stream] = item.first_index + (item.count or 0)
            self.declared_lost += item.count or 0
            self.unknown_gaps += item.count is None


def bench_edge(
    *,
    broker_port: int | None = None,
    recorder: Recorder | None = None,
    seconds: float = 10.0,
    notifications: int = NOTIFICATIONS,
) -> Figures:
    """What a notification costs us, and what we add to its latency.

    The radio and, where `broker_port` is given, the broker are other processes; without a
    broker publishing stays in this one.

    Returns:
        `cpu_us_per_notification` and its parts decode, assembly (clock and grid), publish,
        record; `wearables_per_core` at 100 Hz by that; `process_cpu_us_per_notification`,
        which adds Bluetooth's host side; `publish_latency_ms` p50, p99, max at 6 x 100 Hz.
    """
    kept = recorder or CountingRecorder()
    return asyncio.run(_bench_edge(broker_port, kept, seconds, notifications))


async def _bench_edge(
    broker_port: int | None, recorder: Recorder, seconds: float, notifications: int
) -> Figures:
    if broker_port is None:
        return await _measured(_Nowhere(), recorder, seconds, notifications)
    async with MqttBus(MqttSettings(port=broker_port), "ripresa-bench-edge") as bus:
        await bus.wait_connected()
        return await _measured(bus, recorder, seconds, notifications)


async def _measured(bus: Bus, recorder: Recorder, seconds: float, notifications: int) -> Figures:
    figures = await _own_cost(bus, recorder, notifications)
    return figures | await _added_latency(bus, recorder, seconds)


async def _own_cost(bus: Bus, recorder: Recorder, notifications: int) -> Figures:
    """Prepared notifications through decoder, assembly and sinks; each stage by difference."""
    from edge.virtual.peripherals.virtual_open_imu import VirtualOpenImu  # noqa: PLC0415 - Bumble is an extra

    clock = ScaledClock.start()
    payloads, sampling = VirtualOpenImu.prepared(notifications)
    live = LiveSink(bus, HomeTopics("bench", "bench"))
    record = RecordSink(recorder, clock)
    record.start()

    async def cost(stage: int) -> float:
        """CPU microseconds a notification of everything up to this stage."""
        decode = OpenDecoder(sampling).decode
        assembly = StreamAssembly(
            Origin(wearable="bench", model="open-imu", placement="bench"),
            sampling,
            new_stream=lambda: f"{STREAM[:-1]}{stage}",
            counters=Counters(),
        )
        sinks: list[ItemSink] = []
        if stage >= 2:
            sinks.append(live)
        if stage >= 3:
            sinks.append(record)
        arrival_ns = clock.now_ns()
        gc.collect()
        started = time.process_time()
        for i, payload in enumerate(payloads):
            reading = decode("", payload)
            if stage == 0 or reading is None:
                continue
            for item in assembly.take(reading, arrival_ns + i * 10_000_000):
                for sink in sinks:
                    sink(item)
            if i % 20 == 0:
                # As in life, the loop gets its turn between notifications.
                await asyncio.sleep(0)
        while record.backlog > RATE_HZ:  # noqa: ASYNC110 - part of what is measured
            await asyncio.sleep(0.001)
        return (time.process_time() - started) / len(payloads) * 1e6

    totals = [min([await cost(stage) for _ in range(3)]) for stage in range(4)]
    await record.stop()
    parts = np.maximum(np.diff([0.0, *totals]), 0.0)
    names = ("decode", "assembly", "publish", "record")
    total = totals[-1]
    return {
        "cpu_us_per_notification": total,
        **{f"cpu_us.{name}": float(part) for name, part in zip(names, parts, strict=True)},
        "wearables_per_core": 1e6 / total / RATE_HZ,
    }


async def _added_latency(bus: Bus, recorder: Recorder, seconds: float) -> Figures:
    """6 wearables at 100 Hz in another process, in real time."""
    from edge.radio_choice import chosen_radio  # noqa: PLC0415 - Bumble is an extra
    from edge.virtual.process import RadioProcess  # noqa: PLC0415

    clock = ScaledClock.start()
    lags_ns: list[int] = []

    def measure(item: StreamItem) -> None:
        # After the live sink: the message is with the client library.
        if isinstance(item, MotionBatch):
            lags_ns.append(clock.now_ns() - int(item.arrival_ns[-1]))

    record = RecordSink(recorder, clock)
    async with RadioProcess(["open-imu"] * WEARABLES, clock, samples=1) as process:
        radio = await chosen_radio({"RIPRESA_RADIO": process.transport})
        gateway = Gateway(
            radio,
            dict.fromkeys(process.identities, "bench").get,
            clock=clock,
            sinks=[LiveSink(bus, HomeTopics("bench", "bench")), measure, record],
        )
        record.start()
        async with gateway:
            async with asyncio.timeout(30):
                while len(gateway.streams()) < WEARABLES:  # noqa: ASYNC110 - streams open by themselves
                    await asyncio.sleep(0.05)
            await asyncio.sleep(1)
            lags_ns.clear()
            cpu_s = time.process_time()
            await asyncio.sleep(seconds)
            cpu_s = time.process_time() - cpu_s
            measured = np.array(lags_ns) / 1e6
        await record.stop()
        await radio.close()
    return {
        "notifications_per_s": len(measured) / seconds,
        "process_cpu_us_per_notification": cpu_s / len(measured) * 1e6,
        "publish_latency_ms.p50": float(np.percentile(measured, 50)),
        "publish_latency_ms.p99": float(np.percentile(measured, 99)),
        "publish_latency_ms.max": float(measured.max()),
    }


def bench_clock(*, seconds: float = 3600.0) -> Figures:
    """How far two wearables' host times come apart; simulated links of 30 ms, 2 % loss, stalls.

    Returns:
        for each pair of rate and skews the 99th percentile in milliseconds.
    """
    figures = {}
    for rate_hz, skews in ((60.0, (100.0, -100.0)), (60.0, (10.0, -5.0)), (104.0, (40.0, -25.0))):
        errors = []
        for seed, skew in enumerate(skews):
            rng = np.random.default_rng(seed)
            arrivals = simulated_arrivals(rng, seconds=seconds, rate_hz=rate_hz, skew_ppm=skew)
            error = mapped_error_s(ClockModel(period_us=1e6 / rate_hz), arrivals)
            errors.append((arrivals.true_s, error))
        (true_a, a), (true_b, b) = errors
        apart_ms = 1e3 * np.abs(a - np.interp(true_a, true_b, b))
        name = f"apart_ms.p99.{rate_hz:g}hz.{skews[0]:g}/{skews[1]:g}ppm"
        figures[name] = float(np.percentile(apart_ms, 99))
    return figures


def soak(
    *,
    seconds: float = 3600.0,
    speed: float = 20.0,
    wearables: int = WEARABLES,
    said: Callable[[float], None] = lambda _: None,
) -> Figures:
    """An hour of virtual wearables through the gateway, accelerated: memory and the account.

    Args:
        seconds: of the wearables' time.
        speed: of the clock; 6 wearables at 60 Hz and speed 5 are about what one core emits.
        wearables: virtual DOTs.
        said: told the share that is done.

    Returns:
        `emitted`, `stored`, `declared_lost`, `undeclared_lost`, `out_of_order`; `rss_mb.start`
        after a tenth of the time, `rss_mb.end`, `rss_growth_mb`; `speed` reached.
    """
    return asyncio.run(_soak(seconds, speed, wearables, said))


async def _soak(
    seconds: float, speed: float, wearables: int, said: Callable[[float], None]
) -> Figures:
    from edge.virtual.peripherals.virtual_dot import VirtualDot  # noqa: PLC0415 - Bumble is an extra
    from edge.virtual.virtual_radio import VirtualRadio  # noqa: PLC0415

    clock, recorder = ScaledClock.start(speed), CountingRecorder()
    radio, record = VirtualRadio(clock), RecordSink(recorder, clock)
    motion = swing(40.0, 60.0, endless=True)
    worn = [
        await radio.add(VirtualDot, motion, run_samples=int(seconds * 60)) for _ in range(wearables)
    ]
    gateway = Gateway(
        Radio(await radio.backend()),
        {w.identity: "bench" for w in worn}.get,
        clock=clock,
        sinks=[LiveSink(_Nowhere(), HomeTopics("bench", "bench")), record],
    )
    record.start()
    total = wearables * int(seconds * 60)
    started, rss_start = time.monotonic(), 0.0
    async with gateway:
        while not all(w.ended.is_set() for w in worn):
            await asyncio.sleep(0.2)
            done = sum(w.emitted for w in worn) / total
            said(done)
            if not rss_start and done > 0.1:
                rss_start = _rss_mb()
        await gateway.settled()
    wall_s = time.monotonic() - started
    await record.stop()
    gc.collect()
    rss_end = _rss_mb()
    await radio.close()
    emitted = sum(w.emitted for w in worn)
    return {
        "emitted": emitted,
        "stored": recorder.stored,
        "declared_lost": recorder.declared_lost,
        "undeclared_lost": emitted - recorder.stored - recorder.declared_lost,
        "out_of_order": recorder.out_of_order,
        "rss_mb.start": rss_start,
        "rss_mb.end": rss_end,
        "rss_growth_mb": rss_end - rss_start,
        "speed": seconds / wall_s,
    }


class _Nowhere(LocalBus):
    """A bus that remembers nothing."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Forget it."""


def _rss_mb() -> float:
    """Resident memory; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
