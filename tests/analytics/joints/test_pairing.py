"""Which way a joint's axes point is told by what the distal segment follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.joints.axis import HingeAxes
from analytics.joints.pairing import sided

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


def test_a_proximal_axis_that_points_backwards_is_turned_round_and_a_right_one_kept():
    right = HingeAxes(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]))
    backwards = replace(right, proximal=-right.proximal)
    for given in (right, backwards):
        assert np.array_equal(sided(given, rates_of_a_knee(), RATE_HZ).proximal, right.proximal)
