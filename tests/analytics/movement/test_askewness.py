"""A sensor that lies askew on its limb reads too little where the limb hangs: the band holds it."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.movement.askewness import askewness_of
from analytics.movement.repetition import Excursion

OFF_DEG = 6.0
OTHERS_DEG = 3.0
"""What skin and inclination add to the band, to either side."""


def path(start_deg, end_deg, beside_deg=0.0, count=60):
    """[n, 3] earth's up seen by a limb (x away from the trunk) that swings in a plane."""
    swing = np.radians(start_deg + (end_deg - start_deg) * np.linspace(0, 1, count))
    beside = np.radians(beside_deg)
    down = np.cos(swing) * np.cos(beside)
    return np.column_stack([-down, np.sin(swing) * np.cos(beside), np.full(count, np.sin(beside))])


def elevations_deg(ups, axis):
    return np.degrees(np.arccos(np.clip(-ups @ axis, -1, 1)))


def seen_by(axis, ups):
    """What an elevation along `axis` shows of one rise: the excursion, and its range."""
    seen = elevations_deg(ups, axis)
    peak = int(seen.argmax())
    valley = int(seen[: peak + 1].argmin())
    low, high = float(seen[valley]), float(seen[peak])
    return Excursion(valley, valley, peak, peak, peak, len(ups) - 1, low, high)


def drawn(rng, off_deg=OFF_DEG):
    along, across = np.radians(rng.normal(0, off_deg, 2))
    axis = np.array([1.0, np.tan(along), np.tan(across)])
    return axis / np.linalg.norm(axis)


def inside(start_deg, end_deg, beside_deg=0.0, *, off_deg=OFF_DEG, count=300):
    """Share of sensors askew whose band holds the true range, and the bands' median width."""
    rng = np.random.default_rng([int(start_deg) + 90, int(end_deg), int(beside_deg)])
    ups = path(start_deg, end_deg, beside_deg)
    limb = elevations_deg(ups, np.array([1.0, 0, 0]))
    true = end_deg - start_deg if beside_deg == 0 else limb[-1] - limb[0]
    held, widths = [], []
    for _ in range(count):
        axis = drawn(rng, off_deg)
        rise = seen_by(axis, ups)
        found = askewness_of(ups, [rise], tuple(axis), off_deg)
        low = rise.rise - np.hypot(found.below_deg, OTHERS_DEG)
        high = rise.rise + np.hypot(found.above_deg, OTHERS_DEG)
        held.append(low <= true <= high)
        widths.append(high - low)
    return float(np.mean(held)), float(np.median(widths))


@pytest.mark.parametrize(
    ("start_deg", "end_deg", "beside_deg"),
    [
        (0, 80, 0),
        (-3, 85, 0),
        (-17, 75, 0),
        (12, 118, 0),
        (12, 135, 14),
        (40, 110, 0),
        (60, 178, 0),
    ],
)
def test_the_range_lies_in_what_sensors_askew_leave_open(start_deg, end_deg, beside_deg):
    held, _ = inside(start_deg, end_deg, beside_deg)
    assert held > 0.9


def test_far_from_the_vertical_a_sensor_askew_costs_next_to_nothing():
    assert inside(45, 110)[1] < 2 * OTHERS_DEG + 3
    assert inside(45, 110)[1] < inside(0, 80)[1]


def test_an_axis_that_was_measured_leaves_less_open():
    assert inside(5, 80, off_deg=4.0)[1] < inside(5, 80)[1]
