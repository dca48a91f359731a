"""Where a joint's axis points in a segment that hardly turns is told by how the body sways."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analytics.joints.axis import HingeAxes
from analytics.joints.heading import Moved, headed

RATE_HZ = 50.0
X = np.array([1.0, 0.0, 0.0])
RIGHT = HingeAxes(X, X)


def swaying(rng, t, size_deg):
    """[n] degrees of somebody who does not keep quite still: pushed anew all the time."""
    bell = np.exp(-0.5 * (np.arange(-100, 101) / 25) ** 2)
    pushed = np.convolve(rng.normal(0, 1, len(t) + 200), bell / np.sqrt(bell @ bell), mode="valid")
    return size_deg * pushed


def limb(seed, *, swing_deg, sway_deg=1.0, seconds=40.0, skin_deg=0.0, lying=0.0):
    """A hinge about x, level, on a body that sways; each filter has a heading of its own."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    stroke = (1 - np.cos(2 * np.pi * 0.25 * t)) / 2
    swayed = np.column_stack([swaying(rng, t, sway_deg) for _ in range(3)])
    near = Rotation.from_rotvec(swayed, degrees=True)
    near = near * Rotation.from_rotvec(np.outer(swing_deg * stroke, X), degrees=True)
    far = near * Rotation.from_rotvec(np.outer(80 * stroke, X), degrees=True)
    turned = []
    for bone in (near, far):
        loose = np.column_stack([swaying(rng, t, skin_deg) for _ in range(3)])
        heading = Rotation.from_euler("z", rng.uniform(0, 360), degrees=True)
        lain = Rotation.from_euler("y", lying, degrees=True)
        turned.append(heading * lain * bone * Rotation.from_rotvec(loose, degrees=True))
    rates = [np.zeros((len(t), 3)) for _ in turned]
    for rate, q in zip(rates, turned, strict=True):
        rate[1:] = (q[:-1].inv() * q[1:]).as_rotvec() * RATE_HZ
    orientations = [q.as_quat(scalar_first=True) for q in turned]
    return Moved(tuple(rates), tuple(orientations), np.zeros(len(t), bool), RATE_HZ)


def doubt_of(axes):
    """How far the proximal axis may point elsewhere, 0 to 2."""
    return float(np.sqrt(np.trace(axes.doubt)))


@pytest.mark.parametrize("off_deg", [0, 70, 120, 180])
def test_sway_tells_the_axis_in_a_segment_that_hardly_turns(off_deg):
    askew = replace(RIGHT, proximal=Rotation.from_euler("z", off_deg, degrees=True).apply(X))
    for seed in range(5):
        told = headed(askew, limb(seed, swing_deg=4.0, skin_deg=0.1))
        assert told.proximal @ X > np.cos(np.radians(20))
        assert np.array_equal(told.distal, RIGHT.distal)
        assert doubt_of(told) < 0.4


def test_where_no_sway_tells_it_the_axis_is_in_doubt():
    for seed in range(5):
        still = limb(seed, swing_deg=0.0, sway_deg=0.0, skin_deg=0.3)
        assert doubt_of(headed(RIGHT, still)) > 0.5
        short = limb(seed, swing_deg=1.0, sway_deg=0.3, seconds=2.0)
        assert doubt_of(headed(RIGHT, short)) > 0.5


def test_of_a_segment_that_swings_widely_only_the_side_is_asked():
    opposite = replace(RIGHT, proximal=-X)
    for seed in range(5):
        moved = limb(seed, swing_deg=-45.0, skin_deg=0.1)
        for given in (RIGHT, opposite):
            told = headed(given, moved)
            assert np.array_equal(told.proximal, X)
            assert doubt_of(told) < 0.1


def test_a_wide_swing_with_nothing_across_it_leaves_the_side_in_doubt():
    """Skin that follows by chance tells one side more or less surely; seldom surely."""
    doubts = [
        doubt_of(headed(RIGHT, limb(seed, swing_deg=-45.0, sway_deg=0.0, skin_deg=0.5)))
        for seed in range(11)
    ]
    assert np.median(doubts) > 0.1


def test_about_an_upright_axis_the_side_is_gravitys():
    """All headings mean the same axis there, and the distal one says which way is up."""
    for seed in range(5):
        moved = limb(seed, swing_deg=-45.0, lying=90.0)
        for given in (RIGHT, replace(RIGHT, proximal=-X)):
            assert headed(given, moved).proximal @ X > 0.99


def test_the_longest_stretch_without_a_restart_is_looked_at():
    moved = limb(3, swing_deg=4.0, skin_deg=0.1)
    restarted = moved.restarted.copy()
    restarted[500] = True
    elsewhere = Rotation.from_euler("z", 100, degrees=True)
    begun_anew = moved.orientations[0].copy()
    begun_anew[:500] = (
        elsewhere * Rotation.from_quat(begun_anew[:500], scalar_first=True)
    ).as_quat(scalar_first=True)
    anew = replace(moved, orientations=(begun_anew, moved.orientations[1]), restarted=restarted)
    assert len(anew.longest().restarted) == len(restarted) - 500
    assert headed(RIGHT, anew).proximal @ X > np.cos(np.radians(20))
