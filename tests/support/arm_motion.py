"""Arm movements with a known truth, as the items of a stream and the events around them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from analytics.calibration.segments import SEGMENT_AXES
from analytics.exercise.observation import Observation, count_only
from builders import SESSION, STREAM, T0_NS, opened
from telemetry.messages.events import ExerciseEnded, ExerciseStarted, StopReason
from telemetry.messages.motion import MotionBatch, StreamEnded

GRAVITY_M_S2 = 9.81


def stroke(from_deg, to_deg, seconds, rate_hz=60.0):
    """A minimum-jerk stroke, its first value left out."""
    s = np.arange(1, round(seconds * rate_hz) + 1) / round(seconds * rate_hz)
    return from_deg + (to_deg - from_deg) * (10 * s**3 - 15 * s**4 + 6 * s**5)


def raises(n, *, top_deg=150.0, rest_deg=10.0, up_s=2.0, hold_s=1.0, down_s=2.0, pause_s=1.0):
    """Elevations of `n` raises at 60 Hz, with a pause before, between and after."""
    pause = np.full(round(pause_s * 60), rest_deg)
    parts = [pause]
    for _ in range(n):
        parts += [
            stroke(rest_deg, top_deg, up_s),
            np.full(round(hold_s * 60), top_deg),
            stroke(top_deg, rest_deg, down_s),
            pause,
        ]
    return np.concatenate(parts)


def sensed(elevation_deg, rate_hz=60.0, *, noise=0.0, seed=0):
    """Accelerometer and gyroscope [n, 3] of a right wrist that moves in a vertical plane.

    The sensor's x axis points to the elbow, its y axis lies level.
    """
    angle = np.radians(elevation_deg)
    rate = np.gradient(angle) * rate_hz
    zero = np.zeros_like(angle)
    acc = GRAVITY_M_S2 * np.stack((np.cos(angle), zero, np.sin(angle)), axis=1)
    gyr = np.stack((zero, rate, zero), axis=1)
    rng = np.random.default_rng(seed)
    return acc + rng.normal(0, noise, acc.shape), gyr + rng.normal(0, noise / 10, gyr.shape)


def one_batch(elevation_deg, *, stream=STREAM, rate_hz=60.0, noise=0.05, seed=0):
    """The whole movement as one batch."""
    acc, gyr = sensed(np.asarray(elevation_deg), rate_hz, noise=noise, seed=seed)
    n = len(acc)
    return MotionBatch(
        stream=stream,
        first_index=0,
        t0_ns=T0_NS,
        dt_us=np.round(np.arange(n) * 1e6 / rate_hz).astype(np.int32),
        lag_us=np.full(n, 5000, np.int32),
        acc=acc.astype(np.float32),
        gyr=gyr.astype(np.float32),
    )


def whole_stream(batch, cuts=()):
    """The items of a stream that holds `batch`, cut before the given samples."""
    edges = [0, *sorted({c for c in cuts if 0 < c < len(batch)}), len(batch)]
    return [
        opened(batch.stream),
        *(batch.cut(a, b) for a, b in pairwise(edges)),
        StreamEnded(stream=batch.stream, next_index=batch.next_index, reason="stopped"),
    ]


def spoiled(batch, index, value=np.nan):
    """The batch with one component of one sample replaced."""
    acc = batch.acc.copy()
    acc[index, 1] = value
    return replace(batch, acc=acc)


def exercise(
    to_index, *, from_index=0, exercise="arm-abduction", item="1", number=1, stream=STREAM
):
    """The start and the end of one exercise item."""
    started = ExerciseStarted(
        session=SESSION,
        number=number,
        t_ns=T0_NS,
        item=item,
        exercise=exercise,
        side="right",
        spans={stream: from_index},
    )
    ended = ExerciseEnded(
        session=SESSION,
        number=number + 1,
        t_ns=T0_NS,
        item=item,
        spans={stream: to_index},
        reason=StopReason.DONE,
    )
    return [started, ended]


def observe(started, streams, known):  # noqa: ARG001 - nothing is calibrated here
    """Forearm elevation, except where the exercise is called `count`."""
    stream, how = next(iter(streams.items()))
    if started.exercise == "count":
        return count_only(stream, "gravity does not see it")
    return Observation(
        stream=stream, axis=SEGMENT_AXES[how.placement], what="forearm elevation, elbow straight"
    )
