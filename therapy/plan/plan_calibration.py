"""From a session at the clinic to the plan: the calibrations that its homes may use again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.events import SegmentCalibrated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.messages.events import HingeCalibration, SessionEvent

__all__ = ["calibrations_toml", "measured_calibrations"]


def measured_calibrations(events: Iterable[SessionEvent]) -> tuple[HingeCalibration, ...]:
    """Of each joint the last functional calibration of a session that passed."""
    found = {
        (event.hinge.proximal, event.hinge.distal): event.hinge
        for event in events
        if isinstance(event, SegmentCalibrated)
        and event.passed
        and event.level == "functional"
        and event.hinge is not None
    }
    return tuple(found.values())


def calibrations_toml(calibrations: Iterable[HingeCalibration]) -> str:
    """The tables to put at the end of a plan file."""
    return "\n".join(_table(calibration) for calibration in calibrations)


def _table(calibration: HingeCalibration) -> str:
    lines = [
        "[[calibrations]]",
        f'proximal = "{calibration.proximal}"',
        f'distal = "{calibration.distal}"',
        f"proximal_axis = {_vector(calibration.proximal_axis)}",
        f"distal_axis = {_vector(calibration.distal_axis)}",
    ]
    if calibration.zero_rad is not None:
        lines.append(f"zero_rad = {float(calibration.zero_rad)!r}")
    return "\n".join([*lines, ""])


def _vector(values: Iterable[float]) -> str:
    return f"[{', '.join(repr(float(value)) for value in values)}]"
