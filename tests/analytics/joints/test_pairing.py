"""Which way a joint's axes point is told by what the distal segment follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.joints.axis import HingeAxes
from analytics.joints.pairing import axes_beside, sided

RATE_HZ = 50.0


def rates_of_a_knee(seconds=30.0):
    """[n, 3] rad/s of a thigh that swings little and sways, and of the shank that it carries.

    Both axes are z; the shank's frame is the thigh's turned by the joint's angle about it.
    """
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    angle = np.radians(40) * (1 - np.cos(2 * np.pi * 0.5 * t))
    swing = 0.06 * np.gradient(angle) * RATE_HZ
    sway = [0.15 * np.sin(2 * np.pi * hz * t + 1) for hz in (0.31, 0.73)]
    thigh = np.column_stack([*sway, swing])
    x = np.cos(angle) * sway[0] + np.sin(angle) * sway[1]
    y = -np.sin(angle) * sway[0] + np.cos(angle) * sway[1]
    return thigh, np.column_stack([x, y, swing + np.gradient(angle) * RATE_HZ])


def swaying(rng, n, size=0.4):
    """[n, 3] rad/s of a sensor that is shaken on its skin, of periods up to a second or so."""
    pushed = rng.normal(0, 1, (n + 50, 3))
    bell = np.exp(-0.5 * (np.arange(-25, 26) / 6) ** 2)
    shaken = np.stack([np.convolve(c, bell, mode="valid") for c in pushed.T], axis=1)
    return size * shaken / shaken.std()


def test_a_proximal_axis_that_points_backwards_is_turned_round_and_a_right_one_kept():
    right = HingeAxes(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]))
    backwards = replace(right, proximal=-right.proximal)
    for given in (right, backwards):
        assert np.array_equal(sided(given, rates_of_a_knee(), RATE_HZ).proximal, right.proximal)


def test_seconds_that_say_little_seldom_turn_an_axis_round():
    """Of what shakes both sensors some follows with either side by chance: of 120, 37 by shares."""
    right = HingeAxes(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]))
    turned = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        thigh, shank = (r + swaying(rng, len(r)) for r in rates_of_a_knee(5.0))
        turned += sided(right, (thigh, shank), RATE_HZ).proximal[2] < 0
    assert turned <= 12


def test_a_tremor_that_shakes_each_sensor_on_its_skin_speaks_against_no_calibration():
    z = HingeAxes(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]))
    leaning = np.array([np.sin(0.2), 0.0, np.cos(0.2)])
    found = replace(z, distal=leaning)
    thigh, shank = rates_of_a_knee()
    shaken = 4.0 * np.sin(2 * np.pi * 5.0 * np.arange(len(thigh)) / RATE_HZ)[:, None]
    trembling = thigh, shank + shaken * [0.8, 0.0, 0.6]
    calm, told = (axes_beside(r, RATE_HZ, z, found) for r in ((thigh, shank), trembling))
    assert abs(told.shown - calm.shown) < 0.1
    assert abs(told.looser - calm.looser) < 0.1
    across = replace(z, distal=np.array([1.0, 0.0, 0.0]))
    assert axes_beside(trembling, RATE_HZ, across, z).shown < 0.5
