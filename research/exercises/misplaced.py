"""Exercises 14 to 18 with the observed sensor elsewhere than the session believes, or turned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial.transform import Rotation

from research.simulation.lower_body import lower_body
from research.simulation.worn_sensor import PLACES_M

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analytics.signals.arrays import Array
    from research.session_cases.simulated_session import Recorded

__all__ = ["ANOTHER_SEGMENT", "misplaced_readings"]

ANOTHER_SEGMENT: Final[Mapping[str, str]] = {
    "thigh": "shank", "foot": "shank", "sternum": "thigh", "shank": "thigh",
}  # fmt: skip
TURNED_DEG: Final[Mapping[str, float]] = {"upside down": 180.0, "60 degrees askew": 60.0}
SHANK_IN_BRIDGE: Final = 0.3
"""Of the thigh's turn, the feet staying where they are."""
STANDING_LEG: Final = 0.15
"""What the leg that bears the body gives way by, of the other one's abduction."""


def misplaced_readings(made: Recorded, seed: int) -> Iterator[tuple[str, dict[str, Array]]]:
    """What is wrong with the first sensor, and what all of them read then.

    Turned sensors are turned about an axis across the limb. Of heel raise, bridge, balance and walk
    the other leg does the same, so that nothing is wrong with it there.
    """
    site = made.what.sites[0]
    sensor = made.sensors[site]
    other = ANOTHER_SEGMENT[site]
    elsewhere = replace(sensor, place_m=np.array(PLACES_M[other]))
    body = _with_feet_down(made) if made.what.exercise == "bridge" else made
    yield "on another segment", made.readings | {site: body.seen_by(elsewhere, other, seed)}
    for kind, degrees in TURNED_DEG.items():
        across = Rotation.from_rotvec(np.radians(degrees) * np.array([0.0, 0.0, 1.0]))
        turned = replace(sensor, mounting=sensor.mounting * across)
        yield kind, made.readings | {site: made.seen_by(turned, site, seed)}
    if made.what.exercise == "hip-abduction":
        aside = made.motion.done["aside"]
        still = aside[0] - STANDING_LEG * (aside - aside[0])
        leg = _moving(made, {"aside": still})
        yield "on the other leg", made.readings | {site: leg.seen_by(sensor, site, seed)}
    if len(made.what.sites) > 1:
        first, second = made.what.sites
        yield "swapped", {first: made.readings[second], second: made.readings[first]}


def _with_feet_down(made: Recorded) -> Recorded:
    """A bridge whose shanks hardly turn, which its thigh's truth does not ask for."""
    hip, knee = made.motion.done["hip"], made.motion.done["knee"]
    return _moving(made, {"knee": knee + (1 - SHANK_IN_BRIDGE) * (hip - hip[0])})


def _moving(made: Recorded, otherwise: Mapping[str, Array]) -> Recorded:
    return replace(made, segments=lower_body(dict(made.motion.done) | dict(otherwise)))
