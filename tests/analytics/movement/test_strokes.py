"""The ends of a repetition are smoothed as its pace and its tremor allow."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.movement.repetition import excursions_of
from analytics.movement.strokes import TREMBLING_DEG, ends_of, tremor_deg
from analytics.signals.smoothing import smoothed
from arm_motion import raises

RATE_HZ = 60.0


def found(angle_deg):
    return excursions_of(smoothed(angle_deg, RATE_HZ).tolist(), 8.0)


def test_a_tremor_is_seen_at_its_size_and_widens_no_range():
    smooth = raises(5, rest_deg=10.0, top_deg=120.0)
    shaking = smooth + 1.6 * np.sin(2 * np.pi * 5 * np.arange(len(smooth)) / RATE_HZ)
    repetitions = found(shaking)
    assert tremor_deg(smooth, found(smooth), RATE_HZ) < TREMBLING_DEG
    assert tremor_deg(shaking, repetitions, RATE_HZ) == pytest.approx(1.6, abs=0.5)
    low, high = ends_of(shaking, repetitions[2], RATE_HZ, trembling=True)
    assert high - low == pytest.approx(110, abs=1.5)
