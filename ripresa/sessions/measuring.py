"""What a segment calibration's motion tells, by the plan and the rung: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.calibration.finding import STOPS, WORDS, Finding
from analytics.calibration.functional import (
    Markings,
    SegmentCalibration,
    functional_calibration,
    gravity_calibration,
)
from analytics.calibration.gravity import check_stored, segment_calibration
from analytics.calibration.motion import steadied
from analytics.calibration.phases import movements_seen, still_window
from analytics.exercise.observation import SEGMENT_AXES
from analytics.joints.axis import HingeAxes
from telemetry.messages.events import HingeCalibration
from therapy.exercises.observable import site_of
from therapy.session.alignment import neutral_deg, stored_for
from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.calibration.functional import Array, Sensor
    from analytics.calibration.motion import OnOneGrid
    from therapy.plan.plan import Plan
    from therapy.session.alignment import Placing
    from therapy.session.calibration import Rung

__all__ = ["Outcome", "evaluate", "is_still", "movements"]

MEASURED: Wording = Wording("Misurato.", "Measured.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one measurement; see `therapy.session.alignment.SegmentFound`."""

    passed: bool
    note: Wording
    blameless: bool = False
    axis: tuple[float, float, float] | None = None
    hinge: HingeCalibration | None = None


def is_still(grid: OnOneGrid, rung: Rung) -> bool:
    """Whether two still seconds are in it; a tremor only spoils the functional rung."""
    sensors = grid.sensors if rung == "functional" else _steadied(grid)
    return still_window(sensors[0], sensors[-1], grid.rate_hz) is not None


def movements(grid: OnOneGrid) -> tuple[int, int]:
    """Flexions and raises of a functional calibration so far."""
    return movements_seen(grid.sensors[0], grid.sensors[-1], grid.rate_hz)


def evaluate(plan: Plan, placing: Placing, rung: Rung, grid: OnOneGrid) -> Outcome:
    """The outcome of one rung.

    Args:
        plan: says which poses may serve as zero, and what the clinic stored.
        placing: which sensors.
        rung: of the ladder.
        grid: what they measured, the sensor nearer to the trunk first.
    """
    if placing.proximal is None:
        return _single(plan, placing, grid)
    pose_deg = neutral_deg(plan, placing)
    proximal, distal = grid.sensors if rung == "functional" else _steadied(grid)
    markings = _markings(placing)
    if rung == "functional":
        found = functional_calibration(
            proximal, distal, grid.rate_hz, neutral_deg=pose_deg, markings=markings
        )
    elif rung == "stored":
        stored = stored_for(plan, placing)
        if stored is None:
            return Outcome(passed=False, note=WORDS[Finding.NOT_AS_STORED])
        axes = HingeAxes(np.array(stored.proximal_axis), np.array(stored.distal_axis))
        found = check_stored(
            proximal, distal, grid.rate_hz, axes, stored.zero_rad, pose_deg=pose_deg
        )
    else:
        found = _by_gravity(plan, placing, (proximal, distal), grid.rate_hz, markings)
    return _of_joint(placing, found)


def _single(plan: Plan, placing: Placing, grid: OnOneGrid) -> Outcome:
    (sensor,) = _steadied(grid)
    found = segment_calibration(
        sensor,
        grid.rate_hz,
        SEGMENT_AXES.get(placing.placement),
        # An arm that cannot be straightened holds its forearm anywhere.
        hangs=placing.hangs and (plan.neutral_pose or site_of(placing.placement) == "upper-arm"),
        zero_allowed=plan.neutral_pose,
    )
    return Outcome(found.holds, _note(found.findings, holds=found.holds), axis=found.axis)


def _by_gravity(
    plan: Plan,
    placing: Placing,
    sensors: tuple[Sensor, Sensor],
    rate_hz: float,
    markings: Markings | None,
) -> SegmentCalibration:
    """Axes from the markings; the zero from them too, or from the pose that was measured."""
    proximal, distal = sensors
    if markings is None:
        moving = still_window(proximal, distal, rate_hz) is None
        told = Finding.NOT_STILL if moving else Finding.AXIS_FROM_MOVEMENT
        return SegmentCalibration("gravity", None, None, (told,))
    allowed_deg = neutral_deg(plan, placing)
    measured = any(
        (known.joint, known.side) == (placing.joint, placing.side) for known in plan.neutral_angles
    )
    found = gravity_calibration(
        proximal, distal, rate_hz, markings, pose_deg=allowed_deg if measured else None
    )
    findings = found.findings
    if allowed_deg is None:
        # A joint of unknown angle may hold the lower sensor anyway up, and gives no zero.
        findings = tuple(f for f in findings if f is not Finding.LOWER_UPSIDE_DOWN)
        return SegmentCalibration("gravity", found.axes, None, findings)
    return found


def _of_joint(placing: Placing, found: SegmentCalibration) -> Outcome:
    holds = STOPS.isdisjoint(found.findings)
    note = _note(found.findings, holds=holds)
    if not holds or found.axes is None or placing.proximal is None:
        return Outcome(holds, note)
    hinge = HingeCalibration(
        proximal=placing.proximal,
        distal=placing.placement,
        # Not rounded: the zero belongs to these very axes.
        proximal_axis=_vector(found.axes.proximal),
        distal_axis=_vector(found.axes.distal),
        zero_rad=found.zero_rad,
    )
    return Outcome(passed=True, note=note, hinge=hinge)


def _markings(placing: Placing) -> Markings | None:
    if not placing.marked or placing.side is None:
        return None
    return Markings(placing.side, "back" if placing.joint == "knee" else "forward")


def _note(findings: Iterable[Finding], *, holds: bool) -> Wording:
    """The first thing to repeat, or what a calibration that holds has to say."""
    told = [WORDS[f] for f in findings if holds or f in STOPS]
    return told[0] if told else MEASURED


def _steadied(grid: OnOneGrid) -> tuple[Sensor, ...]:
    return tuple(steadied(sensor, grid.rate_hz) for sensor in grid.sensors)


def _vector(values: Array) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return (x, y, z)
