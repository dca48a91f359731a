"""An elevation that passes straight down or up goes on; one that does not is left as it is."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.movement.unfolding import unfolded_elevation_deg
from analytics.signals.orientation import elevations_deg
from arm_motion import raises

AXIS = (-1.0, 0.0, 0.0)
RATE_HZ = 60.0


def quaternions(elevation_deg):
    """Orientations of a right wrist so high; its y axis lies level."""
    half = np.radians(np.asarray(elevation_deg) - 90) / 2
    zero = np.zeros_like(half)
    return np.stack((np.cos(half), zero, np.sin(half), zero), axis=1)


def seen(elevation_deg):
    q = quaternions(elevation_deg)
    unbroken = np.zeros(len(q), bool)
    return unfolded_elevation_deg(q, AXIS, unbroken, RATE_HZ), elevations_deg(q, AXIS)


@pytest.mark.parametrize(("rest_deg", "top_deg"), [(105.0, 195.0), (-26.0, 75.0)])
def test_an_arc_through_the_vertical_keeps_its_size_and_place(rest_deg, top_deg):
    told, folded = seen(raises(4, rest_deg=rest_deg, top_deg=top_deg))
    assert np.ptp(told) == pytest.approx(top_deg - rest_deg, abs=1)
    assert told.max() == pytest.approx(top_deg, abs=1)
    assert np.ptp(folded) < np.ptp(told) - 10


@pytest.mark.parametrize(("rest_deg", "top_deg"), [(10.0, 150.0), (20.0, 178.0), (60.0, 100.0)])
def test_an_arc_beside_the_vertical_is_left_as_it_is(rest_deg, top_deg):
    told, folded = seen(raises(4, rest_deg=rest_deg, top_deg=top_deg))
    assert np.array_equal(told, folded)


def test_what_moves_about_another_axis_in_between_does_not_bend_the_sets_arc():
    set_deg = raises(4, rest_deg=12.0, top_deg=118.0)
    q = quaternions(set_deg)
    sway = np.radians(25 * np.sin(2 * np.pi * 0.9 * np.arange(3000) / RATE_HZ)) / 2
    zero = np.zeros_like(sway)
    about_limb = np.stack((np.cos(sway), np.sin(sway), zero, zero), axis=1)
    low = quaternions(np.full(1, 3.0))[0]
    other = products(np.tile(low, (len(sway), 1)), about_limb)
    both = np.concatenate((q, other, q))
    chosen = np.ones(len(both), bool)
    chosen[len(q) : len(q) + len(sway)] = False
    told = unfolded_elevation_deg(both, AXIS, np.zeros(len(both), bool), RATE_HZ, chosen)
    assert told[: len(q)] == pytest.approx(set_deg, abs=1)


def test_a_sensor_that_was_turned_over_in_between_leaves_the_second_half_where_it_is():
    half = raises(4, rest_deg=-26.0, top_deg=75.0)
    over = np.linspace(-26.0, -26.0 + 720.0, 600)
    q = np.concatenate((quaternions(half), quaternions(over), quaternions(half)))
    chosen = np.ones(len(q), bool)
    chosen[len(half) : len(half) + len(over)] = False
    told = unfolded_elevation_deg(q, AXIS, np.zeros(len(q), bool), RATE_HZ, chosen)
    assert told[: len(half)] == pytest.approx(half, abs=1)
    assert told[-len(half) :] == pytest.approx(half, abs=1)


def products(p, q):
    a, b, c, d = p.T
    w, x, y, z = q.T
    return np.stack(
        (
            a * w - b * x - c * y - d * z,
            a * x + b * w + c * z - d * y,
            a * y - b * z + c * w + d * x,
            a * z + b * y - c * x + d * w,
        ),
        axis=1,
    )
