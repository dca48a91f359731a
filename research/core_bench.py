"""How fast the signal core is, beside bare VQF in the same run.

Live: one sensor at 100 Hz, payloads of 10 samples as they come over MQTT, from bytes to angle,
control and repetition. Recorded: six sensors at 100 Hz, batches of one second as a journal holds
them, from bytes to the session's result. Bare VQF gets the same samples as arrays, in chunks of
10 (live) and as `offlineVQF` over the whole (recorded). One process, one core, by the time that
the process was given, so that what else runs on the machine counts less.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from vqf import VQF, offlineVQF

from analytics import offline
from analytics.core import Core
from analytics.exercise.observation import Observation, count_only
from telemetry.messages.codec import decode_item, encode_item
from telemetry.messages.events import ExerciseEnded, ExerciseStarted, StopReason
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analytics.calibration.segments import KnownSegments
    from analytics.signals.arrays import Array
    from telemetry.messages.events import AssessmentStarted, SessionEvent

__all__ = ["measure_core"]

RATE_HZ = 100.0
SENSORS = 6
LIVE_BATCH, RECORDED_BATCH = 10, 100
_SESSION = "00000000000000000000000000"
_STREAMS = tuple(f"0000000000000000000000000{n}" for n in range(1, 1 + SENSORS))


def measure_core(*, minutes: float = 5.0, rounds: int = 3) -> dict[str, float]:
    """Speeds of the core, live and recorded; the best of so many rounds.

    Returns:
        `live_samples_per_s`; `live_ratio_to_vqf`, the core's speed over that of VQF alone in the
        same chunks; `offline_realtime_factor`, seconds of a six-sensor session per second;
        `offline_ratio_to_vqf`, the recorded run's speed over that of `offlineVQF` alone.
    """
    acc, gyr = _raises(minutes * 60)
    n = len(acc)
    live, bare_live, offline, bare_offline = (
        min(_seconds(work) for _ in range(rounds))
        for work in (
            _live_work(acc, gyr),
            lambda: _vqf_in_chunks(acc, gyr),
            _recorded_work(acc, gyr),
            lambda: [offlineVQF(gyr, acc, None, 1 / RATE_HZ) for _ in range(SENSORS)],
        )
    )
    return {
        "live_samples_per_s": n / live,
        "live_ratio_to_vqf": bare_live / live,
        "offline_realtime_factor": n / RATE_HZ / offline,
        "offline_ratio_to_vqf": bare_offline / offline,
    }


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _vqf_in_chunks(acc: Array, gyr: Array) -> None:
    vqf = VQF(1 / RATE_HZ)
    for i in range(0, len(acc), LIVE_BATCH):
        vqf.updateBatch(gyr[i : i + LIVE_BATCH], acc[i : i + LIVE_BATCH])


def _live_work(acc: Array, gyr: Array) -> Callable[[], object]:
    stream = _STREAMS[0]
    payloads = _payloads(stream, acc, gyr, LIVE_BATCH)
    started, _ = _item(stream, len(acc), 0)

    def work() -> Core:
        core = Core(_SESSION, _observe)
        core.take_event(started)
        for payload in payloads:
            core.take(decode_item(payload))
        return core

    return work


def _recorded_work(acc: Array, gyr: Array) -> Callable[[], object]:
    streams = [_payloads(stream, acc, gyr, RECORDED_BATCH) for stream in _STREAMS]
    events: list[SessionEvent] = []
    for number, stream in enumerate(_STREAMS):
        events += _item(stream, len(acc), number)

    def work() -> object:
        items = ((decode_item(p) for p in payloads) for payloads in streams)
        return offline.run(_SESSION, events, items, _observe, plan_version=1)

    return work


def _observe(
    started: ExerciseStarted | AssessmentStarted,
    opened: Mapping[str, StreamOpened],
    known: KnownSegments,  # noqa: ARG001 - nothing is calibrated here
) -> Observation:
    """Every other item by its angle; the rest can only be counted."""
    (stream,) = opened
    if started.exercise == "elevation":
        return Observation(stream=stream, axis=(-1.0, 0.0, 0.0), what="forearm elevation")
    return count_only(stream, "measured for speed only")


def _item(stream: str, n: int, number: int) -> tuple[ExerciseStarted, ExerciseEnded]:
    started = ExerciseStarted(
        session=_SESSION,
        number=2 * number,
        t_ns=0,
        item=stream,
        exercise="count" if number % 2 else "elevation",
        side="right",
        spans={stream: 0},
    )
    ended = ExerciseEnded(
        session=_SESSION,
        number=2 * number + 1,
        t_ns=0,
        item=stream,
        spans={stream: n},
        reason=StopReason.DONE,
    )
    return started, ended


def _payloads(stream: str, acc: Array, gyr: Array, size: int) -> list[bytes]:
    opened = StreamOpened(
        stream=stream,
        wearable="bench",
        model="bench",
        placement="wrist-right",
        rate_hz=RATE_HZ,
        opened_ns=0,
    )
    payloads = [encode_item(opened)]
    for first in range(0, len(acc), size):
        n = len(acc[first : first + size])
        batch = MotionBatch(
            stream=stream,
            first_index=first,
            t0_ns=round(first * 1e9 / RATE_HZ),
            dt_us=(np.arange(n) * (1e6 / RATE_HZ)).astype(np.int32),
            lag_us=np.zeros(n, np.int32),
            acc=acc[first : first + size].astype(np.float32),
            gyr=gyr[first : first + size].astype(np.float32),
        )
        payloads.append(encode_item(batch))
    ended = StreamEnded(stream=stream, next_index=len(acc), reason="stopped")
    return [*payloads, encode_item(ended)]


def _raises(seconds: float) -> tuple[Array, Array]:
    """A forearm that rises and sinks by 140° every 6 s, with a sensor's noise."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    angle = np.radians(80 - 70 * np.cos(2 * np.pi * t / 6))
    zero = np.zeros_like(t)
    rng = np.random.default_rng(0)
    acc = 9.81 * np.stack((np.cos(angle), zero, np.sin(angle)), axis=1)
    gyr = np.stack((zero, np.gradient(angle) * RATE_HZ, zero), axis=1)
    return acc + rng.normal(0, 0.05, acc.shape), gyr + rng.normal(0, 0.005, gyr.shape)
