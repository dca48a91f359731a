"""What a segment calibration's motion tells, by the plan and the level: pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.joints.axis import HingeAxes
from telemetry.messages.events import HingeCalibration
from therapy.exercises.observable import site_of
from therapy.session.alignment import neutral_deg, stored_for
from therapy.wording import Wording

from .finding import STOPS, WORDS, CalibrationFinding
from .functional import (
    Markings,
    SegmentCalibration,
    functional_calibration,
    gravity_calibration,
)
from .gravity import check_stored, segment_calibration
from .motion import steadied
from .phases import movements_seen, still_window
from .segments import SEGMENT_AXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.signals.arrays import Array
    from therapy.plan.plan import Plan
    from therapy.session.alignment import Alignment
    from therapy.session.calibration import CalibrationLevel

    from .functional import Sensor
    from .motion import OnOneGrid

__all__ = ["AlignmentOutcome", "evaluate", "is_still", "movements"]

MEASURED: Wording = Wording("Misurato.", "Measured.")


@dataclass(frozen=True, slots=True)
class AlignmentOutcome:
    """What came of one measurement; see `therapy.session.alignment.SegmentFound`."""

    passed: bool
    note: Wording
    blameless: bool = False
    axis: tuple[float, float, float] | None = None
    hinge: HingeCalibration | None = None


def is_still(grid: OnOneGrid, level: CalibrationLevel) -> bool:
    """Whether two still seconds are in it; a tremor only spoils the functional level."""
    sensors = grid.sensors if level == "functional" else _steadied(grid)
    return still_window(sensors[0], sensors[-1], grid.rate_hz) is not None


def movements(grid: OnOneGrid) -> tuple[int, int]:
    """Flexions and raises of a functional calibration so far."""
    return movements_seen(grid.sensors[0], grid.sensors[-1], grid.rate_hz)


def evaluate(
    plan: Plan, alignment: Alignment, level: CalibrationLevel, grid: OnOneGrid
) -> AlignmentOutcome:
    """The outcome of one level.

    Args:
        plan: says which poses may serve as zero, and what the clinic stored.
        alignment: which sensors.
        level: of the ladder.
        grid: what they measured, the sensor nearer to the trunk first.
    """
    if alignment.proximal is None:
        return _single(plan, alignment, grid)
    pose_deg = neutral_deg(plan, alignment)
    proximal, distal = grid.sensors if level == "functional" else _steadied(grid)
    markings = _markings(alignment)
    if level == "functional":
        found = functional_calibration(
            proximal, distal, grid.rate_hz, neutral_deg=pose_deg, markings=markings
        )
    elif level == "stored":
        stored = stored_for(plan, alignment)
        if stored is None:
            return AlignmentOutcome(passed=False, note=WORDS[CalibrationFinding.NOT_AS_STORED])
        axes = HingeAxes(np.array(stored.proximal_axis), np.array(stored.distal_axis))
        found = check_stored(
            proximal, distal, grid.rate_hz, axes, stored.zero_rad, pose_deg=pose_deg
        )
    else:
        found = _by_gravity(plan, alignment, (proximal, distal), grid.rate_hz, markings)
    return _of_joint(alignment, found)


def _single(plan: Plan, alignment: Alignment, grid: OnOneGrid) -> AlignmentOutcome:
    (sensor,) = _steadied(grid)
    found = segment_calibration(
        sensor,
        grid.rate_hz,
        SEGMENT_AXES.get(alignment.placement),
        # An arm that cannot be straightened holds its forearm anywhere.
        hangs=alignment.hangs
        and (plan.neutral_pose or site_of(alignment.placement) == "upper-arm"),
        zero_allowed=plan.neutral_pose,
    )
    return AlignmentOutcome(found.holds, _note(found.findings, holds=found.holds), axis=found.axis)


def _by_gravity(
    plan: Plan,
    alignment: Alignment,
    sensors: tuple[Sensor, Sensor],
    rate_hz: float,
    markings: Markings | None,
) -> SegmentCalibration:
    """Axes from the markings; the zero from them too, or from the pose that was measured."""
    proximal, distal = sensors
    if markings is None:
        moving = still_window(proximal, distal, rate_hz) is None
        told = CalibrationFinding.NOT_STILL if moving else CalibrationFinding.AXIS_FROM_MOVEMENT
        return SegmentCalibration("gravity", None, None, (told,))
    allowed_deg = neutral_deg(plan, alignment)
    measured = any(
        (known.joint, known.side) == (alignment.joint, alignment.side)
        for known in plan.neutral_angles
    )
    found = gravity_calibration(
        proximal, distal, rate_hz, markings, pose_deg=allowed_deg if measured else None
    )
    findings = found.findings
    if allowed_deg is None:
        # A joint of unknown angle may hold the lower sensor anyway up, and gives no zero.
        findings = tuple(f for f in findings if f is not CalibrationFinding.LOWER_UPSIDE_DOWN)
        return SegmentCalibration("gravity", found.axes, None, findings)
    return found


def _of_joint(alignment: Alignment, found: SegmentCalibration) -> AlignmentOutcome:
    holds = STOPS.isdisjoint(found.findings)
    note = _note(found.findings, holds=holds)
    if not holds or found.axes is None or alignment.proximal is None:
        return AlignmentOutcome(holds, note)
    hinge = HingeCalibration(
        proximal=alignment.proximal,
        distal=alignment.placement,
        # Not rounded: the zero belongs to these very axes.
        proximal_axis=_vector(found.axes.proximal),
        distal_axis=_vector(found.axes.distal),
        zero_rad=found.zero_rad,
    )
    return AlignmentOutcome(passed=True, note=note, hinge=hinge)


def _markings(alignment: Alignment) -> Markings | None:
    if not alignment.marked or alignment.side is None:
        return None
    return Markings(alignment.side, "back" if alignment.joint == "knee" else "forward")


def _note(findings: Iterable[CalibrationFinding], *, holds: bool) -> Wording:
    """The first thing to repeat, or what a calibration that holds has to say."""
    told = [WORDS[f] for f in findings if holds or f in STOPS]
    return told[0] if told else MEASURED


def _steadied(grid: OnOneGrid) -> tuple[Sensor, ...]:
    return tuple(steadied(sensor, grid.rate_hz) for sensor in grid.sensors)


def _vector(values: Array) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return (x, y, z)
