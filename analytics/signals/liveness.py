"""Whether a sensor is on a living body, by what its gyroscope feels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .arrays import Array

__all__ = ["feels_alive"]

LIVING_RAD_S = 0.006
"""Standard deviation of the angular rate; noise on a table stays at half of it, and a person who
sits or stands as still as may be at twice of it and more."""


def feels_alive(gyr: Array) -> bool:
    """Whether a gyroscope feels more than its own noise: nobody who wears one keeps so still.

    Without a gyroscope, whose rates are zero, nothing is known, and it is believed.

    Args:
        gyr: [n, 3] rad/s.
    """
    return not gyr.any() or float(np.sqrt(gyr.var(axis=0).sum())) > LIVING_RAD_S
