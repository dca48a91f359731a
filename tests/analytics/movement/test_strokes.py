"""The ends of a repetition are smoothed as its pace and its tremor allow."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.movement.repetition import excursions_of
from analytics.movement.strokes import TREMBLING_DEG, ends_of, strokes_of, tremor_deg
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


def in_parts(parts, stroke_s, halt_s, *, size_deg=70.0):
    """Five rises and falls, each in so many movements with halts between, and how long one is."""

    def stroke(low, high):
        ends = np.linspace(low, high, parts + 1)
        pieces = []
        for k in range(parts):
            x = np.linspace(0, 1, round(stroke_s / parts * RATE_HZ), endpoint=False)
            pieces.append(ends[k] + (ends[k + 1] - ends[k]) * (x**3 * (10 - 15 * x + 6 * x**2)))
            if k < parts - 1:
                pieces.append(np.full(round(halt_s * RATE_HZ), ends[k + 1]))
        return np.concatenate(pieces)

    up, down = stroke(0, size_deg), stroke(size_deg, 0)
    still = round(0.8 * RATE_HZ)
    one = [up, np.full(still, size_deg), down, np.zeros(still)]
    return np.concatenate([np.zeros(still), *one * 5]), len(up) / RATE_HZ


@pytest.mark.parametrize("parts", [1, 2, 3, 4])
@pytest.mark.parametrize(("stroke_s", "halt_s"), [(1.4, 0.2), (2.8, 0.15), (2.2, 0.4)])
def test_who_moves_in_parts_rises_no_longer_than_he_does(parts, stroke_s, halt_s):
    angle, lasting_s = in_parts(parts, stroke_s, halt_s)
    speed = smoothed(np.abs(np.gradient(angle)) * RATE_HZ, RATE_HZ)
    for e in found(angle)[1:]:
        strokes = strokes_of(e, speed)
        assert strokes.up / RATE_HZ == pytest.approx(lasting_s, rel=0.07)
        assert strokes.down / RATE_HZ == pytest.approx(lasting_s, rel=0.07)
        assert strokes.hold / RATE_HZ == pytest.approx(0.8, abs=0.15)
