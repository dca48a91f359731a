"""What a session's calibrations have told of how its sensors lie on their segments."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from analytics.joints.axis import HingeAxes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.signals.arrays import Vector
    from telemetry.messages.events import HingeCalibration, SegmentCalibrated

    from .functional import CalibrationLevel

__all__ = ["SEGMENT_AXES", "KnownHinge", "KnownSegments"]

_MARKED_SITES = ("upper-arm", "forearm", "hand", "thigh", "shank", "foot")

SEGMENT_AXES: dict[str, Vector] = {
    "wrist-left": (1.0, 0.0, 0.0),
    "wrist-right": (-1.0, 0.0, 0.0),
} | {f"{site}-{side}": (1.0, 0.0, 0.0) for site in _MARKED_SITES for side in ("left", "right")}
"""Where a segment's far end lies, seen from the sensor, by placement.

A watch's x axis lies along the forearm; worn as usual, it points to the hand on the left wrist
and to the elbow on the right. Other wearables are strapped on as they are marked, x to the
limb's end.
"""

EXACTLY = 1e-9
"""A length this near to 1 is no matter of rounding in a text."""


@dataclass(frozen=True, slots=True)
class KnownHinge:
    """A joint's calibration.

    Attributes:
        axes: flexion positive.
        zero_rad: the in-plane angle that reads 0; None: only the size of a movement can be told.
        level: how it was found.
    """

    axes: HingeAxes
    zero_rad: float | None
    level: CalibrationLevel


@dataclass(frozen=True, slots=True)
class KnownSegments:
    """What is calibrated at one moment of a session.

    Attributes:
        axes: by placement, the segment's long axis away from the trunk as a unit vector in the
            sensor; a placement that is missing is worn as it is marked.
        hinges: by the placements of a joint's two sensors, the one nearer to the trunk first.
        failed: placements whose latest calibration failed or was given up: how they are worn is
            not known, and nothing but counting is left.
    """

    axes: Mapping[str, Vector] = field(default_factory=dict)
    hinges: Mapping[tuple[str, str], KnownHinge] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()

    def after(self, event: SegmentCalibrated) -> KnownSegments:
        """What is known once this event has happened.

        The latest calibration counts. One of a joint says nothing about its sensors' long axes
        unless it names one, and one of a single sensor nothing about a joint. One that failed, or
        level `none`, leaves its sensor unknown until another passes, whatever was known before.
        """
        if not event.passed or event.level == "none":
            return replace(self, failed=self.failed | {event.placement})
        axes, hinges = dict(self.axes), dict(self.hinges)
        if event.axis is not None:
            axes[event.placement] = _unit(event.axis)
        elif event.hinge is None:
            axes.pop(event.placement, None)
        if event.hinge is not None:
            hinges[event.hinge.proximal, event.hinge.distal] = KnownHinge(
                _axes(event.hinge), event.hinge.zero_rad, event.level
            )
        return KnownSegments(axes, hinges, self.failed - {event.placement})


def _axes(hinge: HingeCalibration) -> HingeAxes:
    return HingeAxes(np.array(_unit(hinge.proximal_axis)), np.array(_unit(hinge.distal_axis)))


def _unit(vector: Vector) -> Vector:
    """The vector at length 1, to the bit as it came where it is: a zero belongs to its axes."""
    length = math.hypot(*vector)
    if abs(length - 1) < EXACTLY:
        return vector
    x, y, z = vector
    return (x / length, y / length, z / length)
