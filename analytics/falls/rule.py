"""By which figures a movement is suspected to be a fall, for each place on the body.

The phases are those of Kangas et al. 2008 (Gait & Posture 28:285-291): beginning, falling
speed, impact, posture after it; that the impact's size tells falls from daily life best at the
trunk is Bourke et al. 2007 (Gait & Posture 26:194-199); that the posture must have changed and
the body lie still is common to most rules since. The beginning's 0.6 g is theirs. The other
figures are proposals, set so that recorded exercises and the simulated everyday movements raise
nothing; no recorded fall was at hand to set them by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from therapy.exercises.observable import site_of

__all__ = ["FallRule", "fall_rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FallRule:
    """Thresholds of one place.

    Attributes:
        impact_g: least acceleration of the impact, g.
        speed_m_s: least speed gained while falling.
        turn_deg: least angle between the mean acceleration before and after.
        low_g: the beginning must reach below this.
        falling_g: falling lasts as long as the acceleration stays below this.
        impact_within_s: from the end of falling to the impact.
        settle_s: from the impact until stillness is looked for.
        still_s: how long it must last.
        still_g: most by which the acceleration's size may vary in it, highest minus lowest.
        wait_s: from the impact until the suspicion is dropped.
    """

    impact_g: float
    speed_m_s: float
    turn_deg: float
    low_g: float = 0.6
    falling_g: float = 0.9
    impact_within_s: float = 0.5
    settle_s: float = 1.0
    still_s: float = 2.0
    still_g: float = 0.25
    wait_s: float = 15.0


_TRUNK: Final = FallRule(impact_g=2.0, speed_m_s=0.8, turn_deg=45)
_UPPER_ARM: Final = FallRule(impact_g=2.5, speed_m_s=1.0, turn_deg=50)
_WRIST: Final = FallRule(impact_g=3.0, speed_m_s=1.3, turn_deg=60)
# Sitting down turns a thigh as far as lying down: there only speed and impact tell.
_THIGH: Final = FallRule(impact_g=3.0, speed_m_s=1.3, turn_deg=60)
# A step or a leg let go ends in a hard impact, but turns nothing for long.
_LOWER_LEG: Final = FallRule(impact_g=3.0, speed_m_s=1.0, turn_deg=60)

_BY_SITE: Final = {
    "sternum": _TRUNK,
    "upper-arm": _UPPER_ARM,
    "forearm": _WRIST,
    "wrist": _WRIST,
    "hand": _WRIST,
    "thigh": _THIGH,
    "shank": _LOWER_LEG,
    "foot": _LOWER_LEG,
}


def fall_rule(placement: str) -> FallRule:
    """The rule for a placement, with or without side; a place not listed takes the wrist's.

    Raises:
        ConfigurationError: an empty placement.
    """
    return _BY_SITE.get(site_of(placement), _WRIST)
