"""Steps show what carries a sensor: a trunk stays upright over them, a leg does not."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.balance.stepping import Carrier, carrier_of
from research.session_cases.simulated_session import Person, simulate_item
from research.simulation.worn_sensor import PLACES_M

RATE_HZ = 60.0


def carrying(readings, index=None):
    index = np.arange(len(readings)) if index is None else index
    return carrier_of(index, readings[:, :3], readings[:, 3:], RATE_HZ)


def stepping(seconds, tilt_rad_s=0.1, turn_rad_s=0.0):
    """[n, 6] what is felt of steps, with so much tilting and so much turning round."""
    n = round(seconds * RATE_HZ)
    t = np.arange(n) / RATE_HZ
    readings = np.random.default_rng(4).normal(0, 0.03, (n, 6))
    readings[:, 2] += 9.81 + 2.0 * np.sin(2 * np.pi * 1.8 * t)
    readings[:, 3] += np.sqrt(2) * tilt_rad_s * np.sin(2 * np.pi * 0.9 * t)
    readings[:, 5] += turn_rad_s
    return readings


@pytest.mark.parametrize("manner", ["usual", "trembling", "irregular", "paretic"])
def test_a_trunk_is_told_from_a_thigh_by_the_steps_between_stances(manner):
    made = simulate_item("balance", Person(manner, RATE_HZ, repetitions=3), 7)
    trunk = made.sensors["sternum"]
    thigh = replace(trunk, place_m=np.array(PLACES_M["thigh"]))
    assert carrying(made.readings["sternum"]) is Carrier.TRUNK
    assert carrying(made.seen_by(thigh, "thigh", 7)) is not Carrier.TRUNK


def test_whoever_takes_no_step_shows_nothing():
    still = np.random.default_rng(4).normal(0, 0.03, (3000, 6))
    still[:, 2] += 9.81
    assert carrying(still) is Carrier.UNKNOWN
    assert carrying(still[:20]) is Carrier.UNKNOWN


@pytest.mark.parametrize(
    ("tilt_rad_s", "told"),
    [(0.1, Carrier.TRUNK), (0.35, Carrier.TRUNK), (0.7, Carrier.LEG), (1.5, Carrier.LEG)],
)
def test_a_walk_shows_what_carries_the_sensor(tilt_rad_s, told):
    assert carrying(stepping(6.0, tilt_rad_s)) is told


def test_turning_round_is_no_tilt():
    assert carrying(stepping(6.0, turn_rad_s=1.5)) is Carrier.TRUNK


def test_one_step_is_too_little_for_the_other_leg_may_have_made_it():
    still = stepping(8.0)
    still[: round(3.5 * RATE_HZ), 2] = still[round(4.5 * RATE_HZ) :, 2] = 9.81
    assert carrying(still) is Carrier.UNKNOWN


def test_without_a_gyroscope_nothing_is_shown():
    readings = stepping(6.0)
    readings[:, 3:] = 0.0
    assert carrying(readings) is Carrier.UNKNOWN


def test_steps_that_were_not_received_show_nothing():
    readings = stepping(12.0)
    index = np.arange(len(readings)) + 50 * (np.arange(len(readings)) // round(1.5 * RATE_HZ))
    assert carrying(readings, index) is Carrier.UNKNOWN
