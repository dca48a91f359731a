"""Sway by its published measures, whatever way the sensor lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analytics.balance.sway import sway_of

RATE_HZ = 60.0


def circling(radius, hz, seconds=30.0, rate_hz=RATE_HZ):
    """[n, 3] a trunk whose horizontal acceleration draws a circle: each measure is known."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    across = radius * np.column_stack([np.cos(2 * np.pi * hz * t), np.sin(2 * np.pi * hz * t)])
    return np.column_stack([across, np.full(len(t), 9.81)])


@pytest.mark.parametrize(("radius", "hz"), [(0.1, 0.5), (0.3, 1.0)])
def test_a_circles_radius_length_and_turns_a_second_are_found(radius, hz):
    sway = sway_of(circling(radius, hz), RATE_HZ)
    gain = 1 / (1 + (hz / 3.5) ** 4)
    assert sway.rms_m_s2 == pytest.approx(radius * gain, rel=0.01)
    assert sway.frequency_hz == pytest.approx(hz, rel=0.01)
    assert sway.path_m_s2 == pytest.approx(2 * np.pi * radius * gain * hz * 30, rel=0.01)


@given(st.integers(0, 2**32 - 1))
def test_how_the_sensor_lies_changes_nothing(seed):
    acc = circling(0.2, 0.7, seconds=12.5)
    turned = Rotation.random(rng=np.random.default_rng(seed)).apply(acc)
    as_worn, straight = sway_of(turned, RATE_HZ), sway_of(acc, RATE_HZ)
    assert as_worn.rms_m_s2 == pytest.approx(straight.rms_m_s2, rel=1e-6)
    assert as_worn.path_m_s2 == pytest.approx(straight.path_m_s2, rel=1e-6)


@pytest.mark.parametrize("rate_hz", [25.0, 52.0, 104.0])
def test_the_sensors_rate_changes_little(rate_hz):
    sway = sway_of(circling(0.2, 0.7, rate_hz=rate_hz), rate_hz)
    assert sway.rms_m_s2 == pytest.approx(0.2, rel=0.02)
    assert sway.path_m_s2 == pytest.approx(2 * np.pi * 0.2 * 0.7 * 30, rel=0.02)


def test_what_shakes_faster_than_a_body_sways_is_left_out():
    shaken = circling(0.2, 0.7) + 0.3 * circling(1.0, 12.0) * [1, 1, 0]
    assert sway_of(shaken, RATE_HZ).rms_m_s2 == pytest.approx(0.2, rel=0.03)


def test_too_short_a_stance_tells_no_sway():
    assert sway_of(circling(0.2, 0.7, seconds=4.0), RATE_HZ) is None
