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
    assert sway_of(circling(0.2, 0.7, seconds=7.0), RATE_HZ) is None


@pytest.mark.parametrize("rate_hz", [25.0, 60.0, 120.0])
@pytest.mark.parametrize("noise", [0.02, 0.04])
def test_the_sensors_own_noise_does_not_lengthen_the_path(rate_hz, noise):
    still = circling(0.06, 0.4, seconds=18.0, rate_hz=rate_hz)
    noisy = still + np.random.default_rng(11).normal(0, noise, still.shape)
    sway, bare = sway_of(noisy, rate_hz), sway_of(still, rate_hz)
    assert sway.rms.low < bare.rms_m_s2 < sway.rms.high
    assert sway.path_in(20).low < bare.path_in(20).value < sway.path_in(20).high
    assert sway.path_m_s2 == pytest.approx(bare.path_m_s2, rel=0.2)


def test_a_band_grows_with_the_noise_that_was_taken_off():
    still = circling(0.06, 0.4, seconds=18.0)
    widths = []
    for noise in (0.01, 0.1):
        sway = sway_of(still + np.random.default_rng(2).normal(0, noise, still.shape), RATE_HZ)
        widths.append(sway.rms.high - sway.rms.low)
    assert widths[1] > 1.05 * widths[0]


def test_a_tremors_overtones_are_no_noise():
    t = np.arange(round(18 * RATE_HZ)) / RATE_HZ
    trembling = circling(0.06, 0.4, seconds=18.0)
    trembling[:, 0] += 0.3 * np.sin(2 * np.pi * 5 * t) + 0.1 * np.sin(2 * np.pi * 10 * t)
    assert sway_of(trembling, RATE_HZ).noise < 0.01
