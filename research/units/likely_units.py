"""In which units a sensor's samples are: by what gravity weighs at rest, and by how it turns.

1. The acceleration is averaged over `AVERAGED_S`; where it keeps its value relative to its own size
   the sensor rests, and what it weighs there is gravity in the file's unit. Where it never rests,
   the median over all is near enough to tell g from m/s².
2. Gravity's direction turns in the sensor by `-w x up` while it rotates by `w`. Over steps of
   `STEP_S` between moments that feel little but gravity, the turn that was felt is regressed on the
   one that the gyroscope tells; the slope is 1 in rad/s and pi/180 in degrees a second. Movement's
   own acceleration blurs the slope by a share, these units differ by a factor of 57. Where the two
   are not alike, but the gyroscope tells many times more than was felt, that is as clear.
3. Where neither tells (an upright axis), rates beyond any worn sensor's full scale are degrees.

4. Where gravity turns, and not as the gyroscope tells, the gyroscope's axes are tried in all orders
   and signs: one that fits as well as a sound sensor does is what was meant.

What is wrong by less, such as a scale, is the business of `analytics.signals.plausibility`. That an
accelerometer has all of its signs turned does not show: gravity's opposite turns alike.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.smoothing import running_mean
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from analytics.signals.arrays import Array, Mask

__all__ = ["ACCELERATION_UNITS", "RATE_UNITS", "GravityWeighed", "require_si", "weighed"]

GRAVITY_M_S2: Final = 9.80665
ACCELERATION_UNITS: Final = {
    "m/s2": 1.0,
    "g": GRAVITY_M_S2,
    "mg": GRAVITY_M_S2 / 1000,
    "cm/s2": 0.01,
    "mm/s2": 0.001,
    "ft/s2": 0.3048,
}
"""How many m/s² one of each is."""
RATE_UNITS: Final = {
    "rad/s": 1.0,
    "deg/s": math.pi / 180,
    "mdeg/s": math.pi / 180_000,
    "rpm": 2 * math.pi / 60,
    "rev/s": 2 * math.pi,
}
"""How many rad/s one of each is."""

AVERAGED_S: Final = 0.2
STEP_S: Final = 0.1
CALM_SHARE: Final = 0.05
"""Spread of the acceleration, of its own size, while a sensor rests."""
LEAST_REST_S: Final = 0.5
AT_REST, IN_MOTION = 1.25, 1.6
"""By which factor gravity may be missed by what was weighed at rest, and by a moving sensor."""
LEAST_TURN: Final = math.radians(2.0)
LEAST_LIKENESS: Final = 0.4
"""Correlation of the felt and the told turning below which the slope means nothing."""
SURE_LIKENESS: Final = 0.85
FEWEST_FOR_AXES: Final = 50
NEAR_GRAVITY: Final = 0.15
"""Share by which the acceleration's size may differ from gravity's while it shows where down is."""
TOLD: Final = ("rad/s", "deg/s", "mdeg/s")
"""Units that are told apart by the slope."""
FULL_SCALE_RAD_S: Final = 40.0
"""Worn gyroscopes end at 2000°/s, which is 35 rad/s."""
FEWEST: Final = 8


@dataclass(frozen=True, slots=True)
class GravityWeighed:
    """What a recording tells of its units.

    Attributes:
        gravity: what the sensor weighs, in the file's unit of acceleration.
        rested: whether it was weighed at rest.
        acc_unit: the likely unit; None where no known one fits.
        rate_slope: what a rate of 1 in the file is in rad/s, by gravity's turning; None: unseen.
        rate_unit: the likely unit; None where nothing tells.
        likeness: correlation of the felt and the told turning; 0: nothing turned.
        turns: whether gravity was seen to turn, or the gyroscope to tell that it does.
        axes: the gyroscope's axes as gravity's turning has them, such as `-y`; None: as they are,
            or nothing tells.
    """

    gravity: float
    rested: bool
    acc_unit: str | None
    rate_slope: float | None
    rate_unit: str | None
    likeness: float = 0.0
    turns: bool = False
    axes: tuple[str, str, str] | None = None


def weighed(acc: Array, gyr: Array | None, rate_hz: float) -> GravityWeighed:
    """Weigh gravity in a recording.

    Args:
        acc: [n, 3] in any unit; samples that are not finite are left out.
        gyr: [n, 3] in any unit, or None.
        rate_hz: of the samples.
    """
    sound = np.isfinite(acc).all(axis=1)
    if gyr is not None:
        sound &= np.isfinite(gyr).all(axis=1)
    acc = np.asarray(acc[sound], np.float64)
    if len(acc) < FEWEST:
        return GravityWeighed(float("nan"), False, None, None, None)
    mean, spread = _averaged(acc, rate_hz)
    norm = np.linalg.norm(mean, axis=1)
    rest = spread < CALM_SHARE * norm
    rested = int(rest.sum()) >= max(FEWEST, LEAST_REST_S * rate_hz)
    gravity = float(np.median(norm[rest] if rested else norm))
    acc_unit = _nearest_acceleration(gravity, AT_REST if rested else IN_MOTION)
    if gyr is None or gravity <= 0:
        return GravityWeighed(gravity, rested, acc_unit, None, None)
    rates = np.asarray(gyr[sound], np.float64)
    shows_down = (np.abs(norm / gravity - 1) < NEAR_GRAVITY) & (spread < NEAR_GRAVITY * norm)
    up = mean / np.maximum(norm, 1e-12)[:, None]
    turning = _turning(up, shows_down, rates, rate_hz)
    slope = None if turning is None else _slope(turning)
    unit = None if slope is None else _nearest_rate(slope)
    if unit is None and np.percentile(np.abs(rates), 99) > FULL_SCALE_RAD_S:
        unit = "deg/s"
    axes = None if turning is None else _other_axes(turning)
    return GravityWeighed(
        gravity,
        rested,
        acc_unit,
        slope,
        unit,
        likeness=0.0 if turning is None else turning.likeness(),
        turns=turning is not None,
        axes=axes,
    )


@dataclass(frozen=True, slots=True)
class _Turning:
    """Steps of gravity's direction; each [k, 3].

    Attributes:
        felt: by the accelerometer.
        turned: angle that the gyroscope tells.
        middle: where gravity was, half-way.
    """

    felt: Array
    turned: Array
    middle: Array

    def told(self, order: tuple[int, ...] = (0, 1, 2), signs: tuple[int, ...] = (1, 1, 1)) -> Array:
        """[k, 3] what the gyroscope tells of gravity, with its axes in another order and sign."""
        told: Array = -np.cross(self.turned[:, order] * np.array(signs), self.middle)
        return told

    def likeness(
        self, order: tuple[int, ...] = (0, 1, 2), signs: tuple[int, ...] = (1, 1, 1)
    ) -> float:
        """Correlation of felt and told; 0 where one of them is nothing."""
        told = self.told(order, signs)
        size = math.sqrt(float((self.felt**2).sum()) * float((told**2).sum()))
        return float((self.felt * told).sum()) / size if size > 0 else 0.0


def require_si(acc: Array, gyr: Array | None, rate_hz: float, *, where: str) -> GravityWeighed:
    """Refuse samples that are not in m/s² and rad/s; returns what was weighed.

    Args:
        acc: [n, 3].
        gyr: [n, 3], or None.
        rate_hz: of the samples.
        where: file and sensor, for the message.

    Raises:
        ConfigurationError: they are likely in another unit, which it names.
    """
    found = weighed(acc, gyr, rate_hz)
    if math.isfinite(found.gravity) and found.acc_unit != "m/s2":
        how = "at rest" if found.rested else "in the median"
        raise ConfigurationError(
            f"{where}: the acceleration is {found.gravity:.3g} {how}, where gravity in m/s² is "
            f"9.81: {_likely(found.acc_unit, ACCELERATION_UNITS, 'm/s²')}"
        )
    if found.rate_unit not in {None, "rad/s"}:
        seen = (
            "no worn gyroscope turns as fast in rad/s"
            if found.rate_slope is None
            else f"gravity turns {found.rate_slope:.2g} times as fast as the gyroscope in rad/s"
        )
        raise ConfigurationError(
            f"{where}: {seen}: {_likely(found.rate_unit, RATE_UNITS, 'rad/s')}"
        )
    return found


def _likely(unit: str | None, table: dict[str, float], wanted: str) -> str:
    if unit is None:
        return f"no unit that is known, or gravity was taken away; give raw samples in {wanted}"
    return f"likely {unit}, multiply by {table[unit]:.6g} to get {wanted}"


def _averaged(values: Array, rate_hz: float) -> tuple[Array, Array]:
    """[n, 3] running means, and [n] the spread around them."""

    def smooth(x: Array) -> Array:
        return np.column_stack([running_mean(x[:, i], rate_hz, AVERAGED_S) for i in range(3)])

    mean = smooth(values)
    variance = smooth(values * values) - mean * mean
    return mean, np.sqrt(np.maximum(variance, 0.0).sum(axis=1))


def _turning(up: Array, shows_down: Mask, gyr: Array, rate_hz: float) -> _Turning | None:
    """How gravity turned, where it was seen to or the gyroscope tells that it did."""
    step = max(1, round(STEP_S * rate_hz))
    if len(up) < FEWEST + step:
        return None
    angle = np.cumsum(np.vstack((np.zeros((1, 3)), (gyr[1:] + gyr[:-1]) / (2 * rate_hz))), axis=0)
    turned, middle = angle[step:] - angle[:-step], (up[step:] + up[:-step]) / 2
    felt = up[step:] - up[:-step]
    told = -np.cross(turned, middle)
    seen = shows_down[step:] & shows_down[:-step]
    seen &= np.maximum(np.linalg.norm(felt, axis=1), np.linalg.norm(told, axis=1)) > LEAST_TURN
    if int(seen.sum()) < FEWEST:
        return None
    return _Turning(felt[seen], turned[seen], middle[seen])


def _slope(turning: _Turning) -> float | None:
    """What a rate of 1 is in rad/s, or at most is; None where gravity's turning does not tell."""
    felt, told = turning.felt, turning.told()
    own, other = float((told**2).sum()), float((felt**2).sum())
    if own <= 0 or other <= 0:
        return None
    most = math.sqrt(other / own)
    if turning.likeness() > LEAST_LIKENESS:
        return float((felt * told).sum()) / own
    return most if _nearest_rate(most) != "rad/s" else None


def _other_axes(turning: _Turning) -> tuple[str, str, str] | None:
    """The order and signs of the gyroscope's axes that fit, where its own do not at all."""
    if len(turning.felt) < FEWEST_FOR_AXES or turning.likeness() > LEAST_LIKENESS:
        return None
    orders, flips = itertools.permutations(range(3)), itertools.product((1, -1), repeat=3)
    # An axis about which nothing turned fits either way: then the one with the fewest turned signs.
    order, signs = max(
        itertools.product(orders, flips),
        key=lambda way: (round(turning.likeness(*way), 2), sum(way[1])),
    )
    if turning.likeness(order, signs) < SURE_LIKENESS:
        return None
    x, y, z = (("" if s > 0 else "-") + "xyz"[i] for i, s in zip(order, signs, strict=True))
    return x, y, z


def _nearest_acceleration(gravity: float, within: float) -> str | None:
    """The unit in which gravity is nearest to what was weighed, if within that factor."""
    if gravity <= 0:
        return None
    off = {
        unit: abs(math.log(gravity * scale / GRAVITY_M_S2))
        for unit, scale in ACCELERATION_UNITS.items()
    }
    best = min(off, key=off.__getitem__)
    return best if off[best] < math.log(within) else None


def _nearest_rate(slope: float) -> str:
    return min(TOLD, key=lambda unit: abs(math.log(slope / RATE_UNITS[unit])))
