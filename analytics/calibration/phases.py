"""The parts of a functional calibration: stillness, flexions, raises with the joint straight.

In a flexion the distal sensor turns and the proximal one hardly; in a straight raise both turn
alike. So the two speeds tell the parts apart, whatever way the sensors are strapped on:

1. Find the stillest 2 s before the first movement; their mean rates are the biases, their mean
   accelerations point up.
2. Smooth both squared speeds over half a second; where neither exceeds 20 degrees per second
   nothing happens.
3. Proximal below 0.55 of distal: flexion. Both alike within a factor of 1.5: raise. The reverse
   of a flexion, the proximal sensor alone, tells swapped sensors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from analytics.joints.axis import principal_direction
from analytics.signals.arrays import Array, Mask

from .finding import CalibrationFinding

if TYPE_CHECKING:
    from collections.abc import Sequence

Sensor: TypeAlias = tuple[Array, Array]

STILL_S = 2.0
STILL_RATE_RAD_S = np.deg2rad(3.0)
"""Standard deviation of each sensor's rates within which a person is still."""
STILL_FORCE_M_S2 = 0.3
MOVING_RAD_S = np.deg2rad(20)
SMOOTHING_S = 0.5
FLEXION_RATIO = 0.55
RAISE_RATIO = 1 / 1.5
LEAST_PHASE_S = 1.5
LEAST_FLEXION_RAD = np.deg2rad(20)
LEAST_RAISE_RAD = np.deg2rad(15)


@dataclass(frozen=True, slots=True)
class CalibrationPhases:
    """The parts of one calibration; each pair is (proximal, distal), biases taken off.

    Attributes:
        still_up: [3] unit vectors to up while still.
        flexion_gyr, raise_gyr: [n, 3] rad/s.
    """

    rate_hz: float
    still_up: tuple[Array, Array]
    flexion_gyr: tuple[Array, Array]
    raise_gyr: tuple[Array, Array]


def still_window(proximal: Sensor, distal: Sensor, rate_hz: float) -> slice | None:
    """The first `STILL_S` in which neither sensor moves, or None."""
    length = round(STILL_S * rate_hz)
    if len(proximal[0]) < length:
        return None
    calm = np.ones(len(proximal[0]) - length + 1, bool)
    for acc, gyr in (proximal, distal):
        calm &= _running_deviation(gyr, length) < STILL_RATE_RAD_S
        calm &= _running_deviation(acc, length) < STILL_FORCE_M_S2
    if not calm.any():
        return None
    start = int(np.argmax(calm))
    return slice(start, start + length)


def find_phases(
    proximal: Sensor, distal: Sensor, rate_hz: float
) -> tuple[CalibrationPhases | None, list[CalibrationFinding]]:
    """The parts of a calibration recording, or None and what is missing."""
    still = still_window(proximal, distal, rate_hz)
    if still is None:
        return None, [CalibrationFinding.NOT_STILL]
    ups = [acc[still].mean(axis=0) for acc, _ in (proximal, distal)]
    gyrs, flexing, reverse, alike = _told_apart(proximal, distal, still, rate_hz)
    least = LEAST_PHASE_S * rate_hz
    if flexing.sum() < least:
        if reverse.sum() >= least:
            return None, [CalibrationFinding.SWAPPED]
        # Only one sort of movement, and both sensors in it: flexions seen by one segment twice,
        # unless nothing but raises was done.
        turns = _bursts(alike, rate_hz)
        return None, [
            CalibrationFinding.SAME_SEGMENT if turns >= 6 else CalibrationFinding.NO_FLEXIONS
        ]
    if alike.sum() < least:
        return None, [CalibrationFinding.NO_RAISES]
    return (
        CalibrationPhases(
            rate_hz,
            (ups[0] / np.linalg.norm(ups[0]), ups[1] / np.linalg.norm(ups[1])),
            _taken(gyrs, flexing),
            _taken(gyrs, alike),
        ),
        [],
    )


def movements_seen(proximal: Sensor, distal: Sensor, rate_hz: float) -> tuple[int, int]:
    """How many flexions and straight raises a calibration shows so far, both ways complete."""
    still = still_window(proximal, distal, rate_hz)
    if still is None:
        return 0, 0
    gyrs, flexing, _, alike = _told_apart(proximal, distal, still, rate_hz)
    return (
        _swings(gyrs[1][flexing], rate_hz, LEAST_FLEXION_RAD),
        _swings(gyrs[0][alike], rate_hz, LEAST_RAISE_RAD),
    )


def crossings(angle: Array) -> tuple[int, bool]:
    """How often an angle rises through the middle of its range, and whether it is above now."""
    low, high = angle.min() + 0.35 * np.ptp(angle), angle.min() + 0.65 * np.ptp(angle)
    count, above = 0, False
    for value in angle.tolist():
        if not above and value > high:
            count, above = count + 1, True
        elif above and value < low:
            above = False
    return count, above


def _swings(gyr: Array, rate_hz: float, least_rad: float) -> int:
    if not len(gyr):
        return 0
    angle = np.cumsum(gyr @ principal_direction(gyr)) / rate_hz
    if np.ptp(angle) < least_rad:
        return 0
    count, above = crossings(angle if angle.mean() >= 0 else -angle)
    return count - above


def _told_apart(
    proximal: Sensor, distal: Sensor, still: slice, rate_hz: float
) -> tuple[list[Array], Mask, Mask, Mask]:
    """Rates without their biases; where the joint flexes, the reverse, and both move alike."""
    gyrs = [gyr - gyr[still].mean(axis=0) for _, gyr in (proximal, distal)]
    speed1, speed2 = (_smooth_speed(gyr, rate_hz) for gyr in gyrs)
    later = np.arange(len(speed1)) >= still.stop
    moving = later & (np.maximum(speed1, speed2) > MOVING_RAD_S)
    flexing = moving & (speed1 < FLEXION_RATIO * speed2)
    reverse = moving & (speed2 < FLEXION_RATIO * speed1)
    alike = moving & (np.minimum(speed1, speed2) > RAISE_RATIO * np.maximum(speed1, speed2))
    return gyrs, flexing, reverse, alike


def _taken(gyrs: Sequence[Array], where: Mask) -> tuple[Array, Array]:
    return gyrs[0][where], gyrs[1][where]


def _running_deviation(values: Array, length: int) -> Array:
    """[n - length + 1] root of the summed variances of the columns in each window."""
    centred = values - values.mean(axis=0)
    zero = np.zeros((1, values.shape[1]))
    first = np.concatenate([zero, np.cumsum(centred, axis=0)])
    second = np.concatenate([zero, np.cumsum(centred**2, axis=0)])
    mean = (first[length:] - first[:-length]) / length
    square = (second[length:] - second[:-length]) / length
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0).sum(axis=1)))


def _smooth_speed(gyr: Array, rate_hz: float) -> Array:
    width = max(1, round(SMOOTHING_S * rate_hz))
    power = (gyr**2).sum(axis=1)
    return np.sqrt(np.convolve(power, np.full(width, 1 / width), mode="same"))


def _bursts(where: Mask, rate_hz: float) -> int:
    """How many separate stretches of at least half a second."""
    edges = np.diff(np.concatenate([[0], where.astype(int), [0]]))
    lengths = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
    return int((lengths >= 0.5 * rate_hz).sum())


__all__ = ["CalibrationPhases", "crossings", "find_phases", "movements_seen", "still_window"]
