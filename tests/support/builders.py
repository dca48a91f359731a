"""Small builders, so that a test names only what matters to it."""

from __future__ import annotations

import numpy as np

from telemetry.messages.events import SessionOpened
from telemetry.messages.motion import MotionBatch, QualityKind, StreamOpened, StreamQuality

STREAM = "01J00000000000000000000000"
SESSION = "01J00000000000000000000001"
T0_NS = 1_700_000_000_000_000_000


def opened(stream: str = STREAM, **more) -> StreamOpened:
    """A wrist-worn wearable at 60 Hz."""
    fields = {
        "wearable": "dot-1",
        "model": "movella-dot",
        "placement": "wrist-right",
        "rate_hz": 60.0,
        "opened_ns": T0_NS,
    }
    return StreamOpened(stream=stream, **(fields | more))


def quality(stream: str = STREAM, **more) -> StreamQuality:
    """A marker that a stream is late."""
    fields = {"first_index": 7, "kind": QualityKind.LAG, "state": "late"}
    return StreamQuality(stream=stream, **(fields | more))


def batch(n: int = 10, *, stream: str = STREAM, first_index: int = 0, seed: int = 0, **more):
    """`n` samples of noise around gravity, timed on the 60 Hz grid from `T0_NS`."""
    rng = np.random.default_rng((seed, first_index))
    index = np.arange(first_index, first_index + n)
    t_us = np.round(index * 1e6 / 60).astype(np.int64)
    fields = {
        "t0_ns": T0_NS + int(t_us[0]) * 1000,
        "dt_us": (t_us - t_us[0]).astype(np.int32),
        "lag_us": np.full(n, 7000, np.int32),
        "device_us": t_us,
        "acc": (rng.normal(0, 0.1, (n, 3)) + np.array([0, 0, 9.81])).astype(np.float32),
        "gyr": rng.normal(0, 0.01, (n, 3)).astype(np.float32),
    }
    return MotionBatch(stream=stream, first_index=first_index, **(fields | more))


def session_opened(**more) -> SessionOpened:
    """The first event of a session of p-1."""
    fields = {
        "number": 0,
        "t_ns": T0_NS,
        "patient": "p-1",
        "site": "clinic",
        "plan_version": 1,
        "day": "2026-01-01",
        "posture": "standing",
    }
    return SessionOpened(session=SESSION, **(fields | more))
