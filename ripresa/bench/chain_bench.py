"""The demo's chain under load: how fast it goes without loss, beside its parts alone."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.calibration.segments import SEGMENT_AXES
from analytics.core import Core
from analytics.exercise.observation import Observation
from edge.ble.radio import Radio
from edge.gateway.gateway import Gateway
from edge.virtual.motion_source import SensedMotion, resampled
from edge.virtual.peripherals.virtual_dot import VirtualDot
from edge.virtual.recordings import load_recording
from edge.virtual.virtual_radio import VirtualRadio
from ingest.journal.journal import Journal
from ripresa.demo.demo import DemoOptions, run_demo
from telemetry.clock import ScaledClock, SystemClock
from telemetry.messages.codec import decode_item, encode_item
from telemetry.messages.events import ExerciseStarted
from telemetry.messages.motion import MotionBatch, StreamItem
from telemetry.messages.record import NewRecord, RecordKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ripresa.demo.demo import Demo
    from ripresa.demo.summary import DemoSummary

__all__ = ["bench_chain"]

RECORDING = "spar:1:ABD:0"
SPEEDS = (8, 16, 32, 64, 128)
PLACEMENT = "wrist-right"
SESSION = "01J00000000000000000000000"
LOST_S = 2.0
"""After so long without another sample analysed, none comes any more."""
ENOUGH = 0.9
"""A chain that goes slower than this share of what was asked has found its limit."""


def bench_chain() -> dict[str, float]:
    """Throughput and latency of the whole chain, and of its parts in the same run.

    The chain goes at doubling speeds until it loses a sample, its live results differ from
    the recorded ones, or it falls behind; the highest rate before that counts, from the first
    sample played to the last one analysed. The parts are
    the radio with the gateway, the core, and the journal, each alone in one process.

    Returns:
        `chain_samples_per_s`; `<part>_samples_per_s` and `chain_ratio_to_<part>` for radio,
        core and journal; `latency_ms.<hop>.<percentile>` at speed 1.
    """
    _, motion = load_recording(RECORDING)
    items = asyncio.run(_items(motion))
    parts = {
        "radio": _best(lambda: asyncio.run(_radio_alone(motion))),
        "core": _best(lambda: _core_alone(items)),
        "journal": _best(lambda: asyncio.run(_journal_alone(items))),
    }
    chain = asyncio.run(_chain_rate())
    figures = {"chain_samples_per_s": chain}
    for part, rate in parts.items():
        figures[f"{part}_samples_per_s"] = rate
        figures[f"chain_ratio_to_{part}"] = chain / rate
    summary = asyncio.run(run_demo(DemoOptions(recording=RECORDING, headless=True)))
    for hop, found in summary.latency_ms.items():
        figures |= {
            f"latency_ms.{hop}.p50": found["p50"],
            f"latency_ms.{hop}.p95": found["p95"],
            f"latency_ms.{hop}.p99": found["p99"],
        }
    return figures


async def _chain_rate() -> float:
    best = 0.0
    for speed in SPEEDS:
        taken: list[float] = []

        async def time_it(demo: Demo, taken: list[float] = taken) -> None:
            while demo.played() == 0:  # noqa: ASYNC110 - a count has no event
                await asyncio.sleep(0.001)
            started = time.perf_counter()
            await _all_analysed(demo)
            taken.append(time.perf_counter() - started)

        options = DemoOptions(recording=RECORDING, speed=speed, headless=True, game=None)
        summary = await run_demo(options, time_it)
        rate = summary.ledger.emitted / taken[0]
        if not _lossless(summary) or rate < ENOUGH * best:
            break
        best = max(best, rate)
        if rate < ENOUGH * speed * 60:
            break
    return best


async def _all_analysed(demo: Demo) -> None:
    """Until the core has dealt with the last sample, or with no more of them: some were lost."""
    seen, moved_s = -1, time.perf_counter()
    while demo.box.analysis.analysed < demo.total:
        if demo.box.analysis.analysed != seen or demo.played() < demo.total:
            seen, moved_s = demo.box.analysis.analysed, time.perf_counter()
        elif time.perf_counter() - moved_s > LOST_S:
            return
        await asyncio.sleep(0.001)


def _lossless(summary: DemoSummary) -> bool:
    ledger = summary.ledger
    return (ledger.lost, ledger.duplicates) == (0, 0) and summary.live_equals_recorded


async def _gateway_run(motion: SensedMotion, speed: float, sink: list[StreamItem]) -> float:
    """Play a motion through radio and gateway; real seconds that it took."""
    clock = ScaledClock.start(speed)
    radio = VirtualRadio(clock)
    dot = await radio.add(VirtualDot, motion)
    gateway = Gateway(
        Radio(await radio.backend()),
        {dot.identity: PLACEMENT}.get,
        clock=clock,
        sinks=[sink.append],
    )
    async with gateway:
        while dot.emitted == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        started = time.perf_counter()
        await dot.ended.wait()
        taken = time.perf_counter() - started
        await gateway.settled()
    await radio.close()
    return taken


async def _items(motion: SensedMotion) -> list[StreamItem]:
    items: list[StreamItem] = []
    await _gateway_run(motion, 16, items)
    return items


async def _radio_alone(motion: SensedMotion) -> float:
    taken = await _gateway_run(motion, 1000, [])
    return len(resampled(motion, 60)) / taken


def _core_alone(items: list[StreamItem]) -> float:
    payloads = [encode_item(item) for item in items]
    stream = items[0].stream
    seen = Observation(stream=stream, axis=SEGMENT_AXES[PLACEMENT], what="forearm elevation")
    core = Core(SESSION, lambda _started, _opened, _known: seen)
    started = time.perf_counter()
    core.take_event(
        ExerciseStarted(
            session=SESSION,
            number=0,
            t_ns=0,
            item="1",
            exercise="arm-abduction",
            side="right",
            spans={stream: 0},
        )
    )
    for payload in payloads:
        core.take(decode_item(payload))
    return _samples(items) / (time.perf_counter() - started)


async def _journal_alone(items: list[StreamItem]) -> float:
    batches = [item for item in items if isinstance(item, MotionBatch)]
    joined = [MotionBatch.join(batches[i : i + 60]) for i in range(0, len(batches), 60)]
    records = [
        NewRecord(t_ns=b.t0_ns, kind=RecordKind.MOTION, body=encode_item(b), stream=b.stream)
        for b in joined
    ]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        journal = Journal.open(Path(folder) / "journal.sqlite", SystemClock())
        stack.callback(journal.close)
        started = time.perf_counter()
        for record in records:
            await journal.append([record])
        return _samples(items) / (time.perf_counter() - started)


def _samples(items: list[StreamItem]) -> int:
    return sum(len(item) for item in items if isinstance(item, MotionBatch))


def _best(measure: Callable[[], float], rounds: int = 3) -> float:
    return max(measure() for _ in range(rounds))
