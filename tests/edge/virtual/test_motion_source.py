"""What a virtual wearable senses could be sensed by a real one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.virtual.motion_source import swing


@given(period_s=st.floats(1, 8), amplitude_rad=st.floats(0.2, 2.5))
def test_a_swings_gyroscope_turns_as_its_gravity_does(period_s, amplitude_rad):
    rate_hz = 200
    motion = swing(2 * period_s, rate_hz, period_s=period_s, amplitude_rad=amplitude_rad)
    up = motion.acc / np.linalg.norm(motion.acc, axis=1, keepdims=True)
    # A direction that stands still on earth turns by -gyr x up, seen from the sensor.
    turned = np.gradient(up, 1 / rate_hz, axis=0)
    told = -np.cross(motion.gyr, up)
    assert np.abs(turned - told)[2:-2].max() < 0.02 * np.abs(told).max() + 1e-3
