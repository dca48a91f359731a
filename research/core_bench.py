"""How fast the signal core is, beside bare VQF in the same run.

Live: one sensor at 100 Hz, payloads of 10 samples as they come over MQTT, from bytes to angle,
control and repetition; then two sensors of a joint likewise, and these once more over a session
eight times as long, of which one payload in twenty is lost. Recorded: six sensors at 100 Hz,
batches of one second as a journal holds them, from bytes to the session's result. Bare VQF gets the
same samples as arrays: live in chunks of 10, recorded over the whole in the calls that the recorded
run makes, forward for each sensor and `offlineVQF` for each whose angle is told. One process, one
core, by the time that the process was given, so that what else runs on the machine counts less.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from vqf import VQF, offlineVQF

from analytics import offline
from analytics.core import Core
from analytics.exercise.observation import Hinge, Method, Observation, count_only
from analytics.joints.axis import HingeAxes
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
LONGER, LOST = 8, 0.05
"""How many times as long the lossy session is, and the share of its payloads that is lost."""
_SESSION = "00000000000000000000000000"
_STREAMS = tuple(f"0000000000000000000000000{n}" for n in range(1, 1 + SENSORS))


def measure_core(*, minutes: float = 5.0, rounds: int = 3) -> dict[str, float]:
    """Speeds of the core, live and recorded; the best of so many rounds.

    Returns:
        `live_samples_per_s`; `live_ratio_to_vqf`, the core's speed over that of VQF alone in the
        same chunks; `live_joint_samples_per_s`, of both sensors together;
        `live_joint_lossy_growth`, what a payload costs in the last sixth of the long session over
        what it costs in the first, and `live_joint_lossy_us.sixth_N` what it costs in each;
        `offline_realtime_factor`, seconds of a six-sensor session per second;
        `offline_ratio_to_vqf`, the recorded run's speed over that of the VQF calls that it makes;
        `offline_ratio_to_offline_vqf`, over that of `offlineVQF` for all six sensors.
    """
    acc, gyr = _raises(minutes * 60)
    n = len(acc)
    live, bare_live, joint, offline, calls, bare_offline = (
        min(_seconds(work) for _ in range(rounds))
        for work in (
            _live_work(acc, gyr),
            lambda: _vqf_in_chunks(acc, gyr),
            _joint_work(acc, gyr),
            _recorded_work(acc, gyr),
            lambda: _vqf_as_recorded(acc, gyr),
            lambda: [offlineVQF(gyr, acc, None, 1 / RATE_HZ) for _ in range(SENSORS)],
        )
    )
    sixths = [_lossy_sixths(LONGER * minutes * 60) for _ in range(rounds)]
    first, last = (min(run[i] for run in sixths) for i in (0, -1))
    return {
        "live_samples_per_s": n / live,
        "live_ratio_to_vqf": bare_live / live,
        "live_joint_samples_per_s": 2 * n / joint,
        "live_joint_lossy_growth": last / first,
        **{
            f"live_joint_lossy_us.sixth_{i + 1}": 1e6 * min(run[i] for run in sixths)
            for i in range(6)
        },
        "offline_realtime_factor": n / RATE_HZ / offline,
        "offline_ratio_to_vqf": calls / offline,
        "offline_ratio_to_offline_vqf": bare_offline / offline,
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


def _vqf_as_recorded(acc: Array, gyr: Array) -> None:
    """The orientations of a recorded run, without the run."""
    for number in range(SENSORS):
        VQF(1 / RATE_HZ).updateBatch(gyr, acc)
        if _told(number):
            offlineVQF(gyr, acc, None, 1 / RATE_HZ)


def _joint_payloads(acc: Array, gyr: Array) -> list[tuple[bytes, bytes]]:
    """Those of a forearm and of the upper arm beside it, which sways a little."""
    n = len(acc)
    swaying = 0.2 * np.sin(2 * np.pi * np.arange(n) / RATE_HZ / 11)
    zero = np.zeros(n)
    rng = np.random.default_rng(1)
    near = 9.81 * np.stack((np.cos(swaying), zero, np.sin(swaying)), axis=1)
    turns = np.stack((zero, np.gradient(swaying) * RATE_HZ, zero), axis=1)
    near, turns = near + rng.normal(0, 0.05, (n, 3)), turns + rng.normal(0, 0.005, (n, 3))
    distal, proximal = (
        _payloads(stream, *felt, LIVE_BATCH)
        for stream, felt in zip(_STREAMS, ((acc, gyr), (near, turns)), strict=False)
    )
    return list(zip(distal, proximal, strict=True))


def _joint_core() -> Core:
    axis = np.array([0.0, 1.0, 0.0])
    distal, proximal = _STREAMS[:2]
    hinge = Hinge(proximal, HingeAxes(axis, axis), 0.0)
    seen = Observation(
        stream=distal, axis=None, what="elbow flexion", method=Method.FLEXION, hinge=hinge
    )
    core = Core(_SESSION, lambda *_: seen)
    started, _ = _item(distal, 0, 0)
    core.take_event(started.model_copy(update={"spans": {distal: 0, proximal: 0}}))
    return core


def _joint_work(acc: Array, gyr: Array) -> Callable[[], object]:
    pairs = _joint_payloads(acc, gyr)

    def work() -> Core:
        core = _joint_core()
        for pair in pairs:
            for payload in pair:
                core.take(decode_item(payload))
        return core

    return work


def _lossy_sixths(seconds: float) -> list[float]:
    """Seconds that each sixth of a joint's session takes, of which payloads are lost."""
    pairs = _joint_payloads(*_raises(seconds))
    lost = np.random.default_rng(2).random((len(pairs), 2)) < LOST
    lost[[0, -1]] = False
    core, taken = _joint_core(), []
    for part in np.array_split(np.arange(len(pairs)), 6):
        payloads = [p for i in part for p, gone in zip(pairs[i], lost[i], strict=True) if not gone]
        start = time.process_time()
        for payload in payloads:
            core.take(decode_item(payload))
        taken.append((time.process_time() - start) / len(payloads))
    return taken


def _told(number: int) -> bool:
    """Whether an item's angle is told: of every other; the rest is only counted."""
    return number % 2 == 0


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
        exercise="elevation" if _told(number) else "count",
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
