"""Channels that are dead, stuck, frozen, saturated, glitching, zeroed or offset."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .case_spec import CaseSpec
from .simulated_session import Person, simulate_item

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analytics.signals.arrays import Array

    from .session_case import SensorStream, SessionCase

__all__ = ["CHANNEL_FAULTS", "channel_faults", "lossy", "lossy_session"]

GRAVITY_M_S2 = 9.81
HALF_SCALE = (78.5, 17.4)
"""Of accelerometer and gyroscope."""


def _constant(channel: int, value: float) -> Callable[[np.random.Generator, Array], Array]:
    def fault(_: np.random.Generator, readings: Array) -> Array:
        readings[:, channel] = value
        return readings

    return fault


def _zeroed(channels: slice) -> Callable[[np.random.Generator, Array], Array]:
    def fault(_: np.random.Generator, readings: Array) -> Array:
        readings[:, channels] = 0.0
        return readings

    return fault


def _frozen(_: np.random.Generator, readings: Array) -> Array:
    """From a third on the same values for ever, while stamps run on."""
    third = len(readings) // 3
    readings[third:] = readings[third]
    return readings


def _stuck_axis(rng: np.random.Generator, readings: Array) -> Array:
    """One accelerometer axis keeps the value it had."""
    third, axis = len(readings) // 3, int(rng.integers(3))
    readings[third:, axis] = readings[third, axis]
    return readings


def _glitching(rng: np.random.Generator, readings: Array) -> Array:
    hit = rng.random(len(readings)) < 0.05
    channel = rng.integers(0, 6, len(readings))
    for at in np.flatnonzero(hit):
        size = HALF_SCALE[0] if channel[at] < 3 else HALF_SCALE[1]
        readings[at, channel[at]] = size * rng.choice([-1.0, 1.0])
    return readings


def _saturated(_: np.random.Generator, readings: Array) -> Array:
    """A gyroscope set to a range far too small: it clips at 60 degrees a second."""
    readings[:, 3:] = np.clip(readings[:, 3:], -np.radians(60), np.radians(60))
    return readings


def _offset(_: np.random.Generator, readings: Array) -> Array:
    readings[:, 1] += 4.0
    return readings


CHANNEL_FAULTS: Mapping[str, Callable[[np.random.Generator, Array], Array]] = {
    "accelerometer y at -2000 mg": _constant(1, -2 * GRAVITY_M_S2),
    "accelerometer x dead": _constant(0, 0.0),
    "accelerometer z dead": _constant(2, 0.0),
    "accelerometer axis stuck": _stuck_axis,
    "accelerometer offset by 4 m/s²": _offset,
    "gyroscope y dead": _constant(4, 0.0),
    "gyroscope z dead": _constant(5, 0.0),
    "gyroscope x at 250 °/s": _constant(3, float(np.radians(250))),
    "gyroscope zeroed": _zeroed(slice(3, 6)),
    "gyroscope clipped": _saturated,
    "accelerometer zeroed": _zeroed(slice(0, 3)),
    "all frozen": _frozen,
    "glitches in 5 %": _glitching,
}
"""By name: what a fault makes of readings [n, 6]."""


def faulty_session(name: str, *, exercise: str, fault: str, site: int, seed: int) -> SessionCase:
    """A set with one sensor's channels at fault.

    Args:
        name: of the case.
        exercise: of `EXERCISE_MOTIONS`.
        fault: of `CHANNEL_FAULTS`.
        site: which of the exercise's sensors.
        seed: of the person.
    """
    found = simulate_item(exercise, Person(repetitions=8), seed)
    rng = np.random.default_rng([seed, 13])
    streams = found.streams()
    broken = CHANNEL_FAULTS[fault](rng, streams[site].readings.copy())
    streams[site] = replace(streams[site], readings=broken)
    return found.case(name, fault, right=False, streams=streams)


def channel_faults(seeds: Sequence[int]) -> list[CaseSpec]:
    """Every fault in a single sensor and in either one of a joint."""
    at = (("abduction", 0), ("forward-raise", 0), ("shank", 0), ("elbow", 0), ("elbow", 1))
    return [
        CaseSpec(
            f"{fault}-{e}-{site}-{seed:02d}",
            faulty_session,
            {"exercise": e, "fault": fault, "site": site, "seed": seed},
        )
        for seed, fault, (e, site) in product(seeds, CHANNEL_FAULTS, at)
    ]


def lossy_session(name: str, *, exercise: str, share: float, seed: int) -> SessionCase:
    """A flawless set of which the radio lost packets at random."""
    found = simulate_item(exercise, Person(repetitions=10), seed)
    rng = np.random.default_rng([seed, 17])
    streams = [replace(s, kept=_kept(rng, s, share)) for s in found.streams()]
    return found.case(name, f"{100 * share:g} % lost", streams=streams)


def lossy(share: float, seeds: Sequence[int]) -> list[CaseSpec]:
    """The same of several people and exercises."""
    return [
        CaseSpec(
            f"lost-{100 * share:g}-{e}-{seed:02d}",
            lossy_session,
            {"exercise": e, "share": share, "seed": seed},
        )
        for seed, e in product(seeds, ("abduction", "forward-raise", "elbow"))
    ]


def _kept(rng: np.random.Generator, stream: SensorStream, share: float) -> npt.NDArray[np.bool_]:
    packets = rng.random(-(-len(stream.readings) // 10)) >= share
    packets[0] = True
    return np.repeat(packets, 10)[: len(stream.readings)]
