"""How often an unchanged person is told to have changed over ten looks, and a changed one is not.

A person raises an arm to a peak of their own; every day the sensor is put on anew, askew by 6
degrees (standard deviation in each of two directions), and three repetitions differ a little. After
a baseline each further assessment is looked at. The peaks are geometry, not the core's. The same
again of persons whose error is larger than the declared one: a sensor put on with 8 degrees, days
that differ by 4, repetitions by 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics.monitoring.change import (
    Assessment,
    Context,
    baseline_and_recent,
    change_between,
    sem_of,
)

__all__ = ["LOOKS", "measure_looks"]

LOOKS = 10
BASELINE_DAYS = 3
STABLE_DAYS = 5
CONTEXT = Context("arm-abduction", "right", "standing", "upper-arm-right", "gravity")
FIRST_DAY = date(2026, 1, 5)


@dataclass(frozen=True, slots=True)
class Errors:
    """Standard deviations of what one assessment of a person is off by, degrees.

    Attributes:
        askew_deg: of how the sensor is put on, in each of two directions.
        day_deg: of the person from day to day.
        repetition_deg: of the repetitions of a day.
    """

    askew_deg: float = 6.0
    day_deg: float = 2.0
    repetition_deg: float = 2.0


KINDS = {
    "": Errors(),
    "donning_8_": Errors(askew_deg=8.0),
    "day_4_": Errors(day_deg=4.0),
    "repetition_6_": Errors(repetition_deg=6.0),
}


def measure_looks(persons: int = 400) -> dict[str, float]:
    """Shares in percent, with the declared error and with the person's own from five days."""
    figures = {}
    for kind, errors in KINDS.items():
        for error, own in (("declared_sem", False), ("own_sem", True)):
            for what, change_deg in (("false_beyond", 0.0), ("found_15_deg", 15.0)):
                found = [
                    _ever_beyond(np.random.default_rng([n, 3]), errors, change_deg, own=own)
                    for n in range(persons)
                ]
                share = 100 * float(np.mean(found))
                figures[f"change.{what}_ten_looks_{kind}{error}_percent"] = share
    return figures


def _ever_beyond(rng: np.random.Generator, errors: Errors, change_deg: float, *, own: bool) -> bool:
    """Whether any of ten looks says that the error was exceeded."""
    usual_deg = rng.uniform(80, 140)
    days = [_assessed(rng, errors, n, usual_deg) for n in range(STABLE_DAYS + BASELINE_DAYS)]
    stable, seen = days[:STABLE_DAYS], days[STABLE_DAYS:]
    error = sem_of(stable if own else (), limb="arm")
    for look in range(LOOKS):
        seen.append(_assessed(rng, errors, len(days) + look, usual_deg + change_deg))
        baseline, recent = baseline_and_recent(seen, CONTEXT)
        if recent and change_between(baseline, recent, error).beyond_error:
            return True
    return False


def _assessed(rng: np.random.Generator, errors: Errors, day: int, peak_deg: float) -> Assessment:
    """One day's three repetitions, the sensor put on anew."""
    today_deg = peak_deg + rng.normal(0, errors.day_deg)
    along, across = np.radians(rng.normal(0, errors.askew_deg, 2))
    peaks = tuple(
        _read_deg(today_deg + rng.normal(0, errors.repetition_deg), along, across) for _ in range(3)
    )
    return Assessment(FIRST_DAY + timedelta(days=day), CONTEXT, peaks)


def _read_deg(peak_deg: float, along: float, across: float) -> float:
    """What a sensor that is askew reads of a limb raised so far.

    Args:
        peak_deg: of the limb, from hanging.
        along: askew in the plane of the movement, rad.
        across: askew out of it, rad.
    """
    raised = np.radians(peak_deg) + along
    down = np.cos(raised) * np.cos(across)
    return float(np.degrees(np.arccos(np.clip(down, -1, 1))))
