"""Whether two sensors lie on either side of one joint, told by how they move.

What a joint cannot do tells that they do not. Each figure is of whole movements, low-passed
(`passband`), so that skin that wobbles and noise count for little:

1. **Lying still**: a living limb that exercises never keeps as still as a sensor on a table.
2. **One segment**: a fixed rotation takes the rates and the gravity of one sensor to the other's.
3. **Following**: the proximal segment carries the distal one. What it turns about across the
   joint's axis, seen through the joint's angle, the distal sensor must turn about as well. With
   both rates across the axis as complex numbers `z1`, `z2` and the joint's angle `a`, a rigid hinge
   has `z2 = c·z1·exp(-ia)` with `|c| = 1`; what either rate about the axis explains (axes a little
   off, skin that turns with the joint) is left out beforehand. `following` is the share of `z2`
   that the proximal sensor explains so, up to how large `z1` can be expected to be in it.
4. **Clocks**: steps 3 and 6 with one sensor's time shifted; the lag at which both together are
   likeliest, as the log likelihoods of correlations that so many independent looks show.
5. **Axes**: how far calibrated axes are from one hinge (`angle.looseness`), beside the axes that
   the movement itself shows.
6. **Heaving**: the joint's vertical acceleration, whatever the levers, is felt by both.
7. **Keeping time**: what stirs the proximal sensor keeps time with the distal one's stroke
   (`unison`). Together with steps 3 and 6 it says whether both are of one body.

The kinematic constraint of step 3 in norms is that of Seel, Raisch and Schauer (Sensors 2014,
14:6891); here it has its direction as well, which tells two people who move alike apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from .angle import looseness, plane_basis
from .axis import principal_direction, project
from .passband import low_passed, without_drift
from .unison import evidence, unison

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.signals.arrays import Array

    from .axis import HingeAxes

__all__ = [
    "Apart",
    "AxesBeside",
    "Pairing",
    "apart_of",
    "axes_beside",
    "follows",
    "pairing_of",
    "sided",
]

Complex: TypeAlias = npt.NDArray[np.complex128]

MOVING_RAD_S = np.deg2rad(10.0)
MOST_LAG_S = 1.0
INDEPENDENT_S = 0.5
"""Rates this far apart tell something of their own."""
HEAVED_ANEW_S = 0.25
"""Vertical accelerations this far apart do."""
LEAST_LEFT = 1e-6
GRAVITY_WEIGHT = 4.0
TURNED_ROUND = (1.5, 0.02, 3.0), (1.25, 0.0, 6.0)
"""Times and by how much more of the distal sensor's turning must follow with the proximal axis
turned round, and with how much more of log likelihood (`unison.evidence`)."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """What two sensors' movement says of their being a joint's.

    Attributes:
        proximal_speed_deg_s: median low-passed rate of the proximal sensor while the distal moves.
        moving_s: for how long that was.
        livelier_deg_s: root mean square of the low-passed rate of the livelier sensor.
        apart: root mean square of what no fixed rotation between the two explains of the rates,
            as a share of the livelier sensor's; near 0 on one segment.
        apart_deg: the same of gravity's direction, degrees.
        apart_across: the same of the rates, as a share of the turning across the main direction:
            small on one segment, not of two that swing against each other in one plane.
        across_deg_s: root mean square of the proximal rate across the axis, cleaned.
        gain, gain_sigma: by how much of it the distal sensor follows, 1 for a rigid hinge, and its
            standard deviation.
        following: share of the distal rate across the axis that follows, 0 to 1.
        lag_s: at which shift of the proximal sensor's time both agree best (steps 3 and 6).
        lag_evidence: log likelihood by which they agree better there than unshifted.
        following_at_lag: the share that follows there.
        heaving: correlation of the joint's vertical acceleration as both sensors feel it.
        heaved_m_s2: root mean square of that in either.
        seconds: it all rests on.
        one_body: log likelihood by which it cannot be chance that both move together, summed over
            steps 3, 6 and 7 (`unison`).
    """

    proximal_speed_deg_s: float
    moving_s: float
    livelier_deg_s: float
    apart: float
    apart_deg: float
    apart_across: float
    across_deg_s: float
    gain: float
    gain_sigma: float
    following: float
    lag_s: float
    lag_evidence: float
    following_at_lag: float
    heaving: float
    heaved_m_s2: tuple[float, float]
    seconds: float
    one_body: float

    @property
    def as_one(self) -> Apart:
        """How far the two are from lying on one segment."""
        return Apart(self.apart, self.apart_deg, self.apart_across, self.livelier_deg_s)

    @property
    def independent(self) -> float:
        """How many looks at the movement there were that tell something of their own."""
        return max(2.0, self.seconds / INDEPENDENT_S)

    @property
    def by_chance(self) -> float:
        """The share that sensors which have nothing to do with each other reach once in 1000."""
        return 7.0 / self.independent


@dataclass(frozen=True, slots=True)
class Apart:
    """How far two sensors are from moving as one; figures as in `Pairing`.

    Attributes:
        share, across: what no fixed rotation between the two explains of the rates.
        deg: the same of gravity's direction, degrees.
        livelier_deg_s: root mean square of the low-passed rate of the livelier sensor.
    """

    share: float
    deg: float
    across: float
    livelier_deg_s: float


@dataclass(frozen=True, slots=True)
class AxesBeside:
    """Calibrated axes beside those that the movement itself shows.

    Attributes:
        looser: by how much they are further from one hinge (`angle.looseness`).
        shown: how much the joint turns about them, as a share of its turning about the others.
    """

    looser: float
    shown: float


def sided(axes: HingeAxes, rates: tuple[Array, Array], rate_hz: float) -> HingeAxes:
    """Axes found from a movement, the proximal one pointing to the side on which the joint lies.

    Of a proximal segment that hardly turns, single windows do not tell which way its axis points,
    and a wrong way adds its swing to the joint's instead of taking it off. What the segments turn
    about across the joint tells: the distal one follows the proximal one through the joint's
    angle with one sign only.

    Args:
        axes: as `axis.estimate_axes` found them.
        rates: [n, 3] rad/s of the proximal and the distal sensor, biases taken off.
        rate_hz: of these.
    """
    near, far = (low_passed(rate, rate_hz) for rate in rates)
    other = replace(axes, proximal=-axes.proximal)

    (surely, share), (surely_other, share_other) = (
        follows(told, near, far, rate_hz) for told in (axes, other)
    )
    surer_by = surely_other - surely
    # Skin that follows by itself makes one of the two larger, and seldom both.
    for times, more, least in TURNED_ROUND:
        if share_other > times * share + more and surer_by > least:
            return other
    times, more, _ = TURNED_ROUND[0]
    too_short = not surely and not surely_other
    return other if too_short and share_other > times * share + more else axes


def follows(axes: HingeAxes, near: Array, far: Array, rate_hz: float) -> tuple[float, float]:
    """Log likelihood (`unison.evidence`) by which the distal sensor follows, and the share of it.

    Args:
        axes: through which it follows.
        near: [n, 3] rad/s of the proximal sensor, low-passed.
        far: the same of the distal one.
        rate_hz: of these.
    """
    distal, proximal_at = _across_joint(near, far, rate_hz, axes)
    proximal = proximal_at(0)
    return evidence(proximal[:, None], distal, rate_hz), _followed(proximal, distal)[1]


def axes_beside(
    rates: tuple[Array, Array], rate_hz: float, calibrated: HingeAxes, found: HingeAxes
) -> AxesBeside:
    """How well calibrated axes hold in a movement.

    Args:
        rates: [n, 3] rad/s of the proximal and the distal sensor.
        rate_hz: of these.
        calibrated: the axes that are judged.
        found: by `axis.estimate_axes`.
    """
    # A tremor shakes each sensor on its skin about axes of its own.
    near, far = (low_passed(rate, rate_hz) for rate in rates)
    turning = [float(np.sqrt(np.mean(a.rate(near, far) ** 2))) for a in (calibrated, found)]
    return AxesBeside(
        looser=looseness(near, far, calibrated) - looseness(near, far, found),
        shown=turning[0] / max(turning[1], 1e-9),
    )


def pairing_of(
    rates: tuple[Array, Array],
    forces: tuple[Array, Array],
    ups: tuple[Array, Array],
    rate_hz: float,
    axes: HingeAxes,
) -> Pairing:
    """What the movement of a proximal and a distal sensor says.

    Args:
        rates: [n, 3] rad/s of each, biases taken off.
        forces: [n, 3] m/s² that each feels.
        ups: [n, 3] unit vectors to earth's up in each.
        rate_hz: of the samples.
        axes: of the joint in both.
    """
    near, far = (low_passed(rate, rate_hz) for rate in rates)
    speeds = [np.sqrt((r * r).sum(axis=1)) for r in (near, far)]
    moving = speeds[1] > MOVING_RAD_S
    still = float(np.median(speeds[0][moving])) if moving.any() else 0.0
    apart, apart_rad, apart_across = _apart(near, far, ups)
    distal, proximal_at = _across_joint(near, far, rate_hz, axes)
    proximal = proximal_at(0)
    gain, following = _followed(proximal, distal)
    left = float((np.abs(distal - gain * proximal) ** 2).mean())
    power = float((np.abs(proximal) ** 2).mean())
    seconds = len(near) / rate_hz
    sigma = np.sqrt(left / max(power, 1e-12) / max(2.0, seconds / INDEPENDENT_S))
    felt = _heaved((near, far), forces, ups, rate_hz)
    most = min(round(MOST_LAG_S * rate_hz), len(near) // 4)
    shifts = range(-most, most + 1)
    shares = np.array([_followed(proximal_at(shift), distal)[1] for shift in shifts])
    alike = np.array([_alike(*felt, shift) for shift in shifts])
    agreeing = -np.log(np.maximum(1 - shares, LEAST_LEFT)) * max(2.0, seconds / INDEPENDENT_S)
    # A complex gain has two parts to a correlation's one, which half the weight stands for.
    agreeing -= np.log(1 - np.clip(alike, 0.0, 0.99) ** 2) * seconds / HEAVED_ANEW_S / 2
    best = int(np.argmax(agreeing))
    heaving = float(alike[most])
    one_body = unison(rates[1], rates[0], rate_hz, axes.distal)
    one_body += evidence(proximal[:, None], distal, rate_hz)
    if heaving > 0:
        one_body += evidence(felt[0][:, None], felt[1], rate_hz)
    return Pairing(
        proximal_speed_deg_s=float(np.degrees(still)),
        moving_s=float(moving.sum()) / rate_hz,
        livelier_deg_s=float(np.degrees(max(map(_root_mean_square, speeds)))),
        apart=apart,
        apart_deg=float(np.degrees(apart_rad)),
        apart_across=apart_across,
        across_deg_s=float(np.degrees(np.sqrt(power))),
        gain=float(abs(gain)),
        gain_sigma=float(sigma),
        following=following,
        lag_s=shifts[best] / rate_hz,
        lag_evidence=float(agreeing[best] - agreeing[most]),
        following_at_lag=float(shares[best]),
        heaving=heaving,
        heaved_m_s2=(_root_mean_square(felt[0]), _root_mean_square(felt[1])),
        seconds=seconds,
        one_body=one_body,
    )


def apart_of(rates: tuple[Array, Array], ups: tuple[Array, Array], rate_hz: float) -> Apart:
    """How far two sensors are from moving as one, of which no joint need be known.

    Args:
        rates: [n, 3] rad/s of each, at the same times.
        ups: [n, 3] unit vectors to earth's up in each.
        rate_hz: of the samples.
    """
    near, far = (low_passed(rate, rate_hz) for rate in rates)
    share, rad, across = _apart(near, far, ups)
    livelier = max(_root_mean_square(np.sqrt((r * r).sum(axis=1))) for r in (near, far))
    return Apart(share, float(np.degrees(rad)), across, float(np.degrees(livelier)))


def _across_joint(
    near: Array, far: Array, rate_hz: float, axes: HingeAxes
) -> tuple[Complex, Callable[[int], Complex]]:
    """[n] the distal rate across the axis, and the proximal one through the joint's angle.

    The latter with its time shifted by so many samples. What either rate about the axis explains
    is left out of both.
    """
    along = project(near, axes.proximal), project(far, axes.distal)
    joint = along[1] - along[0]
    turned = np.concatenate(([0.0], np.cumsum((joint[1:] + joint[:-1]) / (2 * rate_hz))))
    seen = np.exp(-1j * turned)
    z1, z2 = _across(near, axes.proximal), _across(far, axes.distal)
    told = np.stack([along[0] + 0j, along[0] * seen, along[1] + 0j, along[1] * seen], axis=1)
    told = np.stack([without_drift(column, rate_hz) for column in told.T], axis=1)
    basis = np.linalg.qr(told / np.maximum(np.abs(told).max(axis=0), 1e-12))[0]

    def cleaned(z: Complex) -> Complex:
        fast = without_drift(z, rate_hz)
        rest: Complex = fast - basis @ (basis.conj().T @ fast)
        return rest

    return cleaned(z2), lambda shift: cleaned(_shifted(z1, shift) * seen)


def _followed(proximal: Complex, distal: Complex) -> tuple[complex, float]:
    """The complex gain from one to the other, and the share of the second that it explains."""
    power, of_distal = (float((np.abs(z) ** 2).sum()) for z in (proximal, distal))
    gain = complex(np.vdot(proximal, distal)) / max(power, 1e-12)
    return gain, float(abs(gain) ** 2 * power / max(of_distal, 1e-12))


def _heaved(
    rates: tuple[Array, Array],
    forces: tuple[Array, Array],
    ups: tuple[Array, Array],
    rate_hz: float,
) -> tuple[Array, Array]:
    """[n] how the joint rises and sinks as either sensor feels it, m/s².

    The vertical acceleration of the joint's centre needs no heading. What a lever of unknown length
    and direction makes of either rotation is left out of both by least squares.
    """
    levers, felt = [], []
    for rate, force, up in zip(rates, forces, ups, strict=True):
        # up . (w' x r + w x (w x r)), as three factors of r.
        swung = np.cross(up, np.gradient(rate, 1 / rate_hz, axis=0)) + (
            rate * (rate * up).sum(axis=1, keepdims=True) - up * (rate * rate).sum(axis=1)[:, None]
        )
        levers.append(swung)
        felt.append(low_passed((force * up).sum(axis=1)[:, None], rate_hz)[:, 0])
    told = np.column_stack((*levers, np.ones(len(felt[0]))))
    basis = np.linalg.qr(told / np.maximum(np.abs(told).max(axis=0), 1e-12))[0]
    near, far = (
        f - basis @ (basis.T @ f)
        for f in (without_drift(f.astype(np.complex128), rate_hz).real for f in felt)
    )
    return near, far


def _alike(near: Array, far: Array, shift: int) -> float:
    """The correlation of two series, the first one moved later by so many samples."""
    n = len(near) - abs(shift)
    first, second = (near[:n], far[-n:]) if shift > 0 else (near[-n:], far[:n])
    size = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / max(size, 1e-12)


def _root_mean_square(values: Array) -> float:
    return float(np.sqrt((values * values).mean()))


def _apart(near: Array, far: Array, ups: tuple[Array, Array]) -> tuple[float, float, float]:
    """What the best fixed rotation between two sensors leaves of rates and of gravity (rad)."""
    size = np.sqrt(max(float((near * near).sum(axis=1).mean()), 1e-12))
    size = max(size, float(np.sqrt((far * far).sum(axis=1).mean())))
    # Wahba's problem by singular values (Markley 1988).
    matched = (far / size).T @ (near / size) + GRAVITY_WEIGHT * ups[1].T @ ups[0]
    u, _, vt = np.linalg.svd(matched)
    turn = u @ np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt
    left, tilted = far - near @ turn.T, ups[1] - ups[0] @ turn.T
    main = principal_direction(far)
    across = far - np.outer(far @ main, main)
    # What is left along the main direction tells nothing here.
    left_across = left - np.outer(left @ main, main)
    return (
        float(np.sqrt((left * left).sum(axis=1).mean())) / size,
        float(np.sqrt((tilted * tilted).sum(axis=1).mean())),
        float(np.sqrt((left_across**2).sum() / max(float((across**2).sum()), 1e-12))),
    )


def _across(rates: Array, axis: Array) -> Complex:
    x, y = plane_basis(axis)
    z: Complex = project(rates, x) + 1j * project(rates, y)
    return z


def _shifted(z: Complex, by: int) -> Complex:
    """The series moved later by so many samples; its ends are held."""
    if by == 0:
        return z
    return np.concatenate((np.full(by, z[0]), z[:-by])) if by > 0 else _shifted(z[::-1], -by)[::-1]
