"""A joint's flexion over a whole item, from the frames of two streams with clocks of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from analytics.joints.angle import GATE_FROM, held_by_gravity, in_plane_angle, looseness
from analytics.joints.axis import estimate_axes
from analytics.joints.heading import Moved, headed
from analytics.joints.pairing import axes_beside, pairing_of
from analytics.signals.arrays import dots, lengths
from analytics.signals.orientation import up_in_sensor
from analytics.signals.synchronisation import Between, Matcher, Timed
from telemetry.errors import NotObservable

from .hinge import LiveHinge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analytics.joints.axis import HingeAxes
    from analytics.joints.pairing import AxesBeside, Pairing
    from analytics.movement.repetition import Excursion
    from analytics.signals.arrays import Array, Indices
    from analytics.signals.oriented_stream import Frames

    from .observation import Hinge

__all__ = ["Flexion", "Paired", "axes_followed", "axes_found", "flexion", "pair"]

USUALLY_OPEN = 0.25
"""How far following stays open in movements that tell the axes well."""
LEAST_SHARED = 0.9
"""Share of the item that both sensors must have seen."""


@dataclass(frozen=True, slots=True)
class Paired:
    """Frames that both sensors of a joint saw.

    Attributes:
        frames: the distal sensor's; `interpolated` and `restarted` tell of either.
        proximal: the other sensor's frames, as they came.
        before, after: [n] numbers of the proximal frames around each.
        share: [n] of the way from one to the other.
        shared: share of the distal sensor's frames that the other saw as well.
    """

    frames: Frames
    proximal: Frames
    before: Indices
    after: Indices
    share: Array
    shared: float

    def __len__(self) -> int:
        return len(self.frames)

    def of_proximal(self, values: Array) -> Array:
        """[n, k] values [m, k] of the proximal sensor at the frames."""
        before, after = values[self.before], values[self.after]
        between: Array = before + self.share[:, None] * (after - before)
        return between

    def proximal_q(self, *, forward: bool = False) -> Array:
        """[n, 4] the proximal sensor's orientations at the frames, looking back or forward."""
        q = self.proximal.q_forward if forward else self.proximal.q_joint
        before, after = q[self.before], q[self.after]
        same = dots(before, after) >= 0
        after = np.where(same[:, None], after, -after)
        between = before + self.share[:, None] * (after - before)
        turned: Array = between / lengths(between)[:, None]
        return turned

    def runs(self) -> Iterator[slice]:
        """Stretches without a loss."""
        breaks = (np.flatnonzero(self.frames.restarted[1:]) + 1).tolist()
        for start, stop in pairwise([0, *breaks, len(self)]):
            yield slice(start, stop)


@dataclass(frozen=True, slots=True)
class SeenByBoth:
    """Angular rates, forces and up directions [n, 3] of the proximal and the distal sensor.

    Attributes:
        rates, forces, ups: of both, at the joint's frames.
        axes: by which the angle is told.
        found: those that the movement itself shows, where others are calibrated.
        measured_rates: as measured, biases and all.
        orientations: [n, 4] of both.
    """

    rates: tuple[Array, Array]
    forces: tuple[Array, Array]
    ups: tuple[Array, Array]
    axes: HingeAxes
    found: HingeAxes | None
    measured_rates: tuple[Array, Array]
    orientations: tuple[Array, Array]

    @property
    def measured(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Forces and angular rates, as measured, of the proximal and the distal sensor."""
        return self.forces, self.measured_rates


@dataclass(frozen=True, slots=True)
class Flexion:
    """A joint's movement over an item.

    Attributes:
        frames: those of the distal sensor in which it was seen.
        angle_deg: [n] from the calibrated zero, else from where the item begins. Flexion, or how
            far the joint was straightened: see `observation.Hinge`.
        looseness: see `joints.angle.RecordedAngle`.
        change_sigma_deg: standard deviation of the slow part of a change within a repetition.
        forward_deg: [n] the same angle as it is followed frame by frame (`hinge`), about the
            axes of the whole item.
        visible: gravity's part in the joint's plane, median, 0 to 1.
        seen: what the two sensors measured at the frames.
        pairing: whether they move as a joint's; None while that was not looked at.
        beside: calibrated axes beside those that the movement itself shows.
    """

    frames: Frames
    angle_deg: Array
    looseness: float
    change_sigma_deg: float
    forward_deg: Array
    visible: float
    seen: SeenByBoth | None
    pairing: Pairing | None = None
    beside: AxesBeside | None = None

    def paired_in(self, spans: Sequence[tuple[int, int]], rate_hz: float) -> Flexion:
        """The same with its pairing judged in these stretches of frames alone, or in all."""
        seen = self.seen
        if seen is None:
            return self
        chosen = np.zeros(len(self.frames), bool)
        for a, b in spans or [(0, len(chosen))]:
            chosen[max(0, a) : b] = True
        rates, forces, ups = (
            (x[chosen], y[chosen]) for x, y in (seen.rates, seen.forces, seen.ups)
        )
        beside = None
        if seen.found is not None:
            beside = axes_beside(rates, rate_hz, seen.axes, seen.found)
        # By axes chosen so that one sensor follows the other, a stranger's might.
        pairing = pairing_of(rates, forces, ups, rate_hz, seen.axes.as_windowed())
        return replace(self, pairing=pairing, beside=beside)

    @property
    def unproven(self) -> float:
        """How far the movement leaves open that the distal sensor follows the proximal, 0 to 1."""
        if self.pairing is None:
            return 0.0
        open_still = abs(1 - self.pairing.gain) + self.pairing.gain_sigma
        return min(1.0, max(0.0, open_still - USUALLY_OPEN))

    def heading_deg(self, excursions: Sequence[Excursion], rate_hz: float) -> float:
        """What another axis in the proximal sensor would make of a repetition, standard deviation.

        That is by how much the proximal segment would have turned otherwise about it.
        """
        seen = self.seen
        if seen is None or seen.axes.doubt is None or not excursions:
            return 0.0
        turned = np.cumsum(seen.rates[0], axis=0) / rate_hz
        swung = np.array([turned[e.peak] - turned[e.valley] for e in excursions])
        squares = dots(swung @ seen.axes.doubt, swung)
        return float(np.degrees(np.sqrt(max(0.0, float(np.median(squares))))))


def pair(distal: Frames, proximal: Frames) -> Paired:
    """The distal sensor's frames for which the other's are there, as `synchronisation` has them.

    Args:
        distal: frames of the item.
        proximal: frames of the same time, a little beyond it where there are.
    """
    following = iter(
        Timed(t_us, restarted, number)
        for number, (t_us, restarted) in enumerate(
            zip(proximal.t_us.tolist(), proximal.restarted.tolist(), strict=True)
        )
    )
    matcher: Matcher[int] = Matcher(lambda: next(following, None))
    numbers, found = [], []
    for number, (t_us, restarted) in enumerate(
        zip(distal.t_us.tolist(), distal.restarted.tolist(), strict=True)
    ):
        place = matcher.match(t_us, restarted=restarted)
        if isinstance(place, Between):
            numbers.append(number)
            found.append(place)
    before, after = (
        np.array([getattr(b, side) for b in found], np.int64) for side in ("before", "after")
    )
    kept = distal.at(np.array(numbers, np.int64))
    filled = proximal.interpolated[before] | proximal.interpolated[after]
    kept = replace(
        kept,
        interpolated=kept.interpolated | filled,
        bridged_rad=np.maximum(
            kept.bridged_rad,
            np.maximum(proximal.bridged_rad[before], proximal.bridged_rad[after]),
        ),
        restarted=np.array([b.restarted for b in found], np.bool_),
    )
    share = np.array([b.share for b in found])
    return Paired(kept, proximal, before, after, share, len(found) / max(len(distal), 1))


def axes_found(paired: Paired, rate_hz: float) -> HingeAxes:
    """The joint's axes from its own movement, in the longest stretch without a loss.

    Raises:
        NotObservable: nothing turns, or it is too short.
    """
    run = max(paired.runs(), key=lambda r: r.stop - r.start)
    acc, gyr = (paired.of_proximal(v)[run] for v in (paired.proximal.acc, paired.proximal.gyr))
    return estimate_axes(acc, gyr, paired.frames.acc[run], paired.frames.gyr[run], rate_hz)


def axes_followed(paired: Paired, rate_hz: float) -> HingeAxes:
    """The same, the proximal one pointing so that the distal sensor follows (`joints.heading`).

    By orientations as they are followed frame by frame, which need no end.

    Raises:
        NotObservable: nothing turns, or it is too short.
    """
    q = paired.proximal_q(forward=True), paired.frames.q_forward
    turns = _turns(q[0]), _turns(q[1])
    for turn in turns:
        turn[paired.frames.restarted] = 0.0
    rates = turns[0] * rate_hz, turns[1] * rate_hz
    return headed(axes_found(paired, rate_hz), Moved(rates, q, paired.frames.restarted, rate_hz))


def flexion(distal: Frames, proximal: Frames, rate_hz: float, hinge: Hinge) -> Flexion:
    """The joint's movement in an item.

    1. The proximal sensor's frames are put on the distal one's by host time (`synchronisation`).
    2. Without a calibration the axes come from the movement itself, with the proximal one
       pointing so that the distal sensor follows; the largest excursion is taken to be flexion.
    3. In each stretch without a loss, the angle by gated fusion forward and backward
       (`joints.angle.held_by_gravity`): turns from the gyroscopes, gravity and what the gyroscopes
       drifted by from the orientations. Gravity ties the stretches together; where it does not
       show, one begins where the last ended.

    Args:
        distal: frames of the item.
        proximal: frames of the same time, a little beyond it where there are.
        rate_hz: of the distal frames.
        hinge: calibration, where there is one.

    Raises:
        NotObservable: one of the two saw too little of the item, or nothing turns.
    """
    if len(proximal) < 2 or len(distal) < 2:
        raise NotObservable(
            "joint angle: one of the two sensors gave no samples in this item",
            italian="angolo dell'articolazione: uno dei due sensori non ha dato campioni",
        )
    paired = pair(distal, proximal)
    if paired.shared < LEAST_SHARED:
        raise NotObservable(
            f"joint angle: both sensors together saw only {100 * paired.shared:.0f} % of the item",
            italian="angolo dell'articolazione: i due sensori insieme hanno visto solo il "
            f"{100 * paired.shared:.0f} % dell'esercizio",
        )
    q = paired.proximal_q(), paired.frames.q_joint
    ups = up_in_sensor(q[0]), up_in_sensor(q[1])
    turns = _turns(q[0]), _turns(q[1])
    for turn in turns:
        turn[paired.frames.restarted] = 0.0
    gyrs = paired.of_proximal(paired.proximal.gyr), paired.frames.gyr
    rates = turns[0] * rate_hz, turns[1] * rate_hz
    forces = paired.of_proximal(paired.proximal.acc), paired.frames.acc
    axes = hinge.axes
    if axes is None:
        moved = Moved(rates, q, paired.frames.restarted, rate_hz)
        axes = headed(axes_found(paired, rate_hz), moved)
    loose = looseness(*rates, axes)
    rate = axes.rate(*turns)
    angle, zero, last, change = np.empty(len(paired)), hinge.zero_rad, 0.0, 0.0
    for run in paired.runs():
        turned = _turned(axes.rate(*(g[run] for g in gyrs)) / rate_hz, rate[run])
        found = held_by_gravity(
            turned, (ups[0][run], ups[1][run]), rate_hz, axes, zero_rad=zero, loose=loose
        )
        unseen = run.start > 0 and found.visible.max() <= GATE_FROM
        angle[run] = found.angle_rad - (found.angle_rad[0] - last if unseen else 0.0)
        zero, last = found.zero_rad, float(angle[run][-1])
        change = max(change, found.change_sigma_rad)
    flexed = np.degrees(angle)
    if hinge.straight_deg is not None:
        flexed = (0.0 if hinge.zero_rad is None else hinge.straight_deg) - flexed
    followed = _followed_deg(paired, rate_hz, hinge, axes)
    return Flexion(
        paired.frames,
        flexed,
        loose,
        float(np.degrees(change)),
        followed,
        float(np.median(in_plane_angle(*ups, axes)[1])),
        SeenByBoth(
            rates,
            forces,
            ups,
            axes,
            None if hinge.level == "motion" or hinge.axes is None else _shown(paired, rate_hz),
            gyrs,
            q,
        ),
    )


def _shown(paired: Paired, rate_hz: float) -> HingeAxes | None:
    """The axes that the movement itself shows, where it shows some."""
    try:
        return axes_found(paired, rate_hz)
    except NotObservable:
        return None


def _followed_deg(paired: Paired, rate_hz: float, hinge: Hinge, axes: HingeAxes) -> Array:
    angle = LiveHinge(rate_hz, hinge, axes)
    frames = zip(
        paired.proximal_q(forward=True).tolist(),
        paired.frames.q_forward.tolist(),
        paired.frames.restarted.tolist(),
        strict=True,
    )
    return np.array([angle.step(p, d, restarted=restarted) for p, d, restarted in frames])


def _turned(measured: Array, oriented: Array) -> Array:
    """[n] how far the joint has turned since the first frame, rad.

    The gyroscopes know it without the jitter that gravity gives to orientations; what they have
    drifted by at the end, the orientations tell.

    Args:
        measured: [n] turn per frame at each frame by the gyroscopes, biases and all.
        oriented: [n] turn since the frame before by the orientations, 0 first.
    """
    steps = (measured[1:] + measured[:-1]) / 2
    turned = np.concatenate(([0.0], np.cumsum(steps)))
    drifted = turned[-1] - oriented[1:].sum()
    result: Array = turned - drifted * np.linspace(0.0, 1.0, len(turned))
    return result


def _turns(q: Array) -> Array:
    """[n, 3] rotation vectors, rad, from each orientation [n, 4] to the next; 0 first."""
    a, b = q[:-1], q[1:]
    w = dots(a, b)
    vector = (a[:, :1] * b[:, 1:] - b[:, :1] * a[:, 1:] - np.cross(a[:, 1:], b[:, 1:])) * np.where(
        w >= 0, 1.0, -1.0
    )[:, None]
    length = lengths(vector)
    angle = 2 * np.arctan2(length, np.abs(w))
    turns = np.zeros((len(q), 3))
    turns[1:] = vector * (angle / np.maximum(length, 1e-12))[:, None]
    return turns
