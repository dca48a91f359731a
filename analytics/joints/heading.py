"""Where a joint's axis points in a proximal segment that the exercise keeps nearly still.

Gravity says in both sensors how far the axis lies from the horizontal; its heading in the proximal
one is left. Where that segment swings widely, it swings about the axis, and only the side is
open. Where it hardly turns, neither the movement's main direction nor single windows
tell: a knee's axis was found backwards, and an elbow's across the upper arm. What tells is how the
body sways: whatever the proximal segment turns about across the joint's axis, the distal one turns
about as well.

1. Both rates are put on the earth, each with its own filter's heading, and what is left across the
   axis is looked at in the distal sensor. With the headings apart by `h`, the distal one is the
   proximal one turned by `h` about the vertical: linear in the cosine and the sine of `h`.
2. What is slow, and what either stroke explains (skin that turns with the joint), is left out; each
   value is taken as what its past does not foretell (`unison`).
3. The likelihood of each heading follows from what is left, tempered, since skin is no white noise.
   A swing out of the joint's plane, and an axis far from the one that the windows show, are
   unlikelier, a little.
4. The likeliest heading gives the axis; what others would make of it is its doubt, which a range's
   band takes up in proportion to how far the segment swings. Of one that swings widely, what the
   headings near the axis and its opposite are likelier by, and how surely either follows through
   the joint's angle (`pairing.follows`), tell the side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from analytics.signals.strapdown import into_sensor, to_start

from .angle import plane_basis
from .axis import principal_direction, project
from .pairing import follows, sided
from .passband import low_passed, without_drift
from .unison import LOOKED_AT_HZ, ORDER, foretelling, unforetold

if TYPE_CHECKING:
    from analytics.signals.arrays import Array, Mask

    from .axis import HingeAxes

__all__ = ["Moved", "headed"]

Complex: TypeAlias = npt.NDArray[np.complex128]

SMALL_RAD = np.deg2rad(20.0)
"""Of a proximal segment's swing, below which it may be about anything."""
HEADINGS = 72
FEWEST_LOOKS = 30
TEMPER = 4.0
"""By so many times likelihoods say too much."""
OUT_OF_PLANE_RAD = np.deg2rad(6.0)
"""Of a swing, standard deviation."""
SHOWN = 1.5
"""Log likelihood of the axis that the windows show, against its opposite by twice as much."""
REFINED = 3
SIDE_TEMPER = 4.0
"""As `TEMPER`, of the side of a segment that swings widely."""
NEAR = np.cos(np.deg2rad(15.0))
"""Of the axis that the windows show, within which a heading means it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How the two sensors of a joint turned.

    Attributes:
        rates: [n, 3] rad/s of the proximal and the distal sensor, biases taken off.
        orientations: [n, 4] of both, w x y z, each with a heading of its own.
        restarted: [n] where either began afresh.
        rate_hz: of the samples.
    """

    rates: tuple[Array, Array]
    orientations: tuple[Array, Array]
    restarted: Mask
    rate_hz: float

    def at(self, span: slice) -> Moved:
        """The same of a stretch."""
        (near, far), (p, q) = self.rates, self.orientations
        turned, kept = (near[span], far[span]), (p[span], q[span])
        return Moved(turned, kept, self.restarted[span], self.rate_hz)

    def longest(self) -> Moved:
        """Of the longest stretch in which neither began afresh."""
        breaks = (np.flatnonzero(self.restarted[1:]) + 1).tolist()
        edges = pairwise([0, *breaks, len(self.restarted)])
        return self.at(max((slice(*edge) for edge in edges), key=lambda s: int(s.stop - s.start)))


@dataclass(frozen=True, slots=True)
class _Across:
    """[n] rates across the joint's axis, as complex numbers in the distal sensor.

    Attributes:
        distal: of the distal sensor.
        upright, along, aside: of the proximal one: about the vertical, and what the cosine and the
            sine of the heading multiply.
    """

    distal: Complex
    upright: Complex
    along: Complex
    aside: Complex

    def left(self, turns: Array) -> Complex:
        """[h, n] what of the distal rate the proximal one does not explain at each heading.

        Where skin shakes the proximal sensor, less than all of its rate is the segment's.
        """
        cosine, sine = np.cos(turns)[:, None], np.sin(turns)[:, None]
        carried = self.upright + cosine * self.along + sine * self.aside
        shared = (carried.conj() * self.distal).real.sum(axis=1)
        power = np.maximum((np.abs(carried) ** 2).sum(axis=1), 1e-12)
        rest: Complex = self.distal - np.clip(shared / power, 0.0, 1.0)[:, None] * carried
        return rest

    def unforetold(self, past: Complex) -> _Across:
        return _Across(*(unforetold(of, past) for of in self._parts))

    @property
    def _parts(self) -> tuple[Complex, ...]:
        return self.distal, self.upright, self.along, self.aside


def headed(axes: HingeAxes, moved: Moved) -> HingeAxes:
    """Axes found from a movement, the proximal one as the distal sensor follows it, with its doubt.

    Args:
        axes: as `axis.estimate_axes` found them.
        moved: by the two sensors.
    """
    shown, run = axes.as_windowed(), moved.longest()
    near = low_passed(run.rates[0], run.rate_hz)
    swung = np.cumsum(near, axis=0) / run.rate_hz
    swung = np.stack([without_drift(column, run.rate_hz) for column in swung.T], axis=1)
    spread = swung.T @ swung / len(swung)
    # Of a swing to and fro the standard deviation is so much smaller than all of it.
    if np.sqrt(8 * np.linalg.eigvalsh(spread)[-1]) > SMALL_RAD:
        return _on_its_side(shown, run, near)
    told = sided(shown, moved.rates, moved.rate_hz)
    proximal, likely = _proximal_axes(run, axes.distal), _likelihood(run, near, axes.distal)
    likely /= TEMPER
    planar = np.trace(spread) - np.einsum("hi,ij,hj->h", proximal, spread, proximal)
    likely -= 8 * (planar - planar.min()) / OUT_OF_PLANE_RAD**2 / 2
    likely += SHOWN * (proximal @ told.proximal)
    weight = np.exp(likely - likely.max())
    best = proximal[int(np.argmax(likely))]
    others = proximal - best
    doubt = np.einsum("h,hi,hj->ij", weight / weight.sum(), others, others)
    return replace(told, proximal=best, doubt=doubt, windowed=told.proximal)


def _on_its_side(shown: HingeAxes, run: Moved, near: Array) -> HingeAxes:
    """The axes that the windows show, the proximal one turned round where that is likelier."""
    along = _proximal_axes(run, shown.distal) @ shown.proximal
    if not (along > NEAR).any() or not (along < -NEAR).any():
        # About an upright axis all headings mean the same, and gravity tells its side.
        return shown if along.mean() > 0 or along.min() > -NEAR else _turned(shown, 0.0)
    likely, far = _likelihood(run, near, shown.distal), low_passed(run.rates[1], run.rate_hz)
    surely, surely_other = (
        follows(axes, near, far, run.rate_hz)[0] for axes in (shown, _turned(shown, 0.0))
    )
    told = likely[along > NEAR].max() - likely[along < -NEAR].max() + surely - surely_other
    odds = told / SIDE_TEMPER + 2 * SHOWN
    other = float(1 / (1 + np.exp(min(abs(odds), 50.0))))
    return _turned(shown, other) if odds < 0 else _doubted(shown, other)


def _turned(axes: HingeAxes, other: float) -> HingeAxes:
    return _doubted(replace(axes, proximal=-axes.proximal), other)


def _doubted(axes: HingeAxes, other: float) -> HingeAxes:
    """With the chance that the proximal axis points the other way."""
    return replace(axes, doubt=4 * other * np.outer(axes.proximal, axes.proximal))


def _likelihood(run: Moved, near: Array, distal_axis: Array) -> Array:
    """[h] log likelihood of each heading, all alike where the movement is too short."""
    turns = _headings()
    far = low_passed(run.rates[1], run.rate_hz)
    seen = _cleaned(_across(run, near, far, distal_axis), near, far, distal_axis, run.rate_hz)
    if len(seen.distal) < FEWEST_LOOKS:
        return np.zeros(HEADINGS)
    past = foretelling(seen.distal - seen.distal.mean(), ORDER)
    for _ in range(REFINED):
        rest = seen.unforetold(past).left(turns)
        squares = (np.abs(rest) ** 2).sum(axis=1)
        least = seen.left(turns[[int(np.argmin(squares))]])[0]
        past = foretelling(least - least.mean(), ORDER)
    # A complex value is two looks.
    looks: int = rest.shape[1]
    return np.asarray(-looks * np.log(squares / squares.min()))


def _across(run: Moved, near: Array, far: Array, distal_axis: Array) -> _Across:
    x, y = plane_basis(distal_axis)
    east, north, up = to_start(run.orientations[0], near).T
    zero = np.zeros_like(up)

    def in_distal(on_earth: tuple[Array, Array, Array]) -> Complex:
        seen = into_sensor(run.orientations[1], np.column_stack(on_earth))
        z: Complex = project(seen, x) + 1j * project(seen, y)
        return z

    return _Across(
        project(far, x) + 1j * project(far, y),
        in_distal((zero, zero, up)),
        in_distal((east, north, zero)),
        in_distal((-north, east, zero)),
    )


def _cleaned(seen: _Across, near: Array, far: Array, distal_axis: Array, rate_hz: float) -> _Across:
    """Step 2, thinned to `unison.LOOKED_AT_HZ`."""
    strokes = project(far, distal_axis), project(near, principal_direction(near))
    through = np.exp(-1j * np.cumsum(strokes[0]) / rate_hz)
    told = np.stack([s * by for s in strokes for by in (1.0 + 0j, through)], axis=1)
    told = np.stack([without_drift(column, rate_hz) for column in told.T], axis=1)
    basis = np.linalg.qr(told / np.maximum(np.abs(told).max(axis=0), 1e-12))[0]
    thin = max(1, round(rate_hz / LOOKED_AT_HZ))

    def cleaned(z: Complex) -> Complex:
        fast = without_drift(z, rate_hz)
        rest: Complex = (fast - basis @ (basis.conj().T @ fast))[::thin]
        return rest

    return _Across(
        cleaned(seen.distal), cleaned(seen.upright), cleaned(seen.along), cleaned(seen.aside)
    )


def _headings() -> Array:
    return np.linspace(0.0, 2 * np.pi, HEADINGS, endpoint=False, dtype=np.float64)


def _proximal_axes(run: Moved, distal_axis: Array) -> Array:
    """[h, 3] the joint's axis in the proximal sensor for each heading, mean over the movement."""
    there = np.tile(distal_axis, (len(run.restarted), 1))
    east, north, up = to_start(run.orientations[1], there).T
    zero = np.zeros_like(up)
    upright, along, aside = (
        into_sensor(run.orientations[0], np.column_stack(on_earth)).mean(axis=0)
        for on_earth in ((zero, zero, up), (east, north, zero), (north, -east, zero))
    )
    turns = _headings()
    axes = upright + np.cos(turns)[:, None] * along + np.sin(turns)[:, None] * aside
    return np.asarray(axes / np.linalg.norm(axes, axis=1, keepdims=True))
