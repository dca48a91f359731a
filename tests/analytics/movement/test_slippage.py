"""A strap that gives widens a range by what its ends differ, or leaves none at all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analytics.movement.repetition import Excursion
from analytics.movement.slippage import slippage_of

FRAMES = 40
"""Of a repetition."""
PEAK = FRAMES // 2


def repetitions(count, *, given_deg=0.0, turned_deg=0.0, seed=0):
    """Up in a sensor on a limb raised from 10 to 100 degrees again and again.

    Args:
        count: of repetitions.
        given_deg: by which the sensor tilts anew at each end, standard deviation.
        turned_deg: by which each repetition lies further on in the plane, likewise.
        seed: of both.
    """
    rng = np.random.default_rng(seed)
    angle = 10 + 45 * (1 - np.cos(2 * np.pi * np.arange(FRAMES) / FRAMES))
    limb = np.radians(angle)
    up = np.column_stack((-np.cos(limb), np.sin(limb), np.zeros(FRAMES)))
    ups, found = [], []
    for n in range(count):
        tilts = np.radians(rng.normal(0, given_deg, (2, 3)))
        tilts += np.radians([0, 0, rng.normal(0, turned_deg)])
        at = np.where(np.abs(np.arange(FRAMES) - PEAK) < FRAMES / 4, 1, 0)
        ups.append(Rotation.from_rotvec(tilts[at]).apply(up))
        a = n * FRAMES
        ends = (a, a, a + PEAK, a + PEAK, a + PEAK, a + FRAMES - 1)
        found.append(Excursion(*ends, angle[0], angle[PEAK]))
    return np.concatenate(ups), np.tile(angle, count), found


@pytest.mark.parametrize("more_deg", [0.0, 9.0])
def test_a_sensor_that_keeps_to_its_limb_leaves_nothing_open_however_far_it_goes(more_deg):
    found = slippage_of(*repetitions(8, turned_deg=more_deg))
    assert found.half_deg == 0
    assert not found.slides


@pytest.mark.parametrize("given_deg", [7.0, 9.0])
def test_the_more_a_strap_gives_the_wider_the_band(given_deg):
    halves = [slippage_of(*repetitions(40, given_deg=g, seed=3)).half_deg for g in (3.0, given_deg)]
    assert halves[0] < 3
    assert halves[1] > given_deg


def test_of_a_sensor_that_slides_no_angle_is_known():
    assert slippage_of(*repetitions(40, given_deg=15.0, seed=1)).slides


def test_three_repetitions_tell_no_scatter():
    assert slippage_of(*repetitions(3, given_deg=15.0, seed=1)).half_deg == 0


def test_an_angle_that_swings_back_and_on_within_a_repetition_leaves_open_as_much():
    ups, values, found = repetitions(8)
    ringing = values + 12 * np.sin(2 * np.pi * np.arange(len(values)) / 8)
    assert slippage_of(ups, values.tolist(), found).swing_deg == 0
    rung = slippage_of(ups, ringing.tolist(), found)
    assert rung.half_deg > rung.swing_deg > 8
