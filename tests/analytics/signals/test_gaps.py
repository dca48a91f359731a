from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from vqf import VQF

from analytics.signals.conditioning import Segment
from analytics.signals.gaps import USUAL_TAU_S, GapTrust
from analytics.signals.orientation import OrientationFilter

RATE_HZ = 100.0


def test_a_gap_in_fast_motion_is_felt_and_dies_away_and_a_slow_one_is_not():
    trust = GapTrust(1 / RATE_HZ)
    trust.bridged((0.01, 0, 0), (0.01, 0, 0), 10)
    assert trust.settled
    trust.bridged((0, 0, 0), (5.0, 0, 0), 10)
    assert trust.tau_s < USUAL_TAU_S / 2
    steps = 0
    while not trust.settled:
        trust.passed(trust.due)
        steps += 1
    assert 0 < steps < 60
    assert trust.tau_s == USUAL_TAU_S


def swinging(count=600):
    t = np.arange(count) / RATE_HZ
    angle = 0.5 * np.sin(2 * np.pi * 1.5 * t)
    rate = 0.5 * 2 * np.pi * 1.5 * np.cos(2 * np.pi * 1.5 * t)
    zero = np.zeros(count)
    gyr = np.column_stack([rate, zero, zero])
    acc = 9.81 * np.column_stack([zero, np.sin(angle), np.cos(angle)])
    return gyr, acc, angle


def pushed(parts):
    fusion, out = OrientationFilter(RATE_HZ), []
    for segment in parts:
        out.append(fusion.push(segment).quaternions)
        resumed = OrientationFilter(RATE_HZ)
        resumed.resume(fusion.state())
        fusion = resumed
    return np.concatenate(out)


def segment(gyr, acc, start, stop, *, interpolated=0):
    part = slice(start, stop)
    return Segment(start, acc[part], gyr[part], interpolated, restart=start == 0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 199), max_size=8))
def test_after_a_gap_any_cutting_and_any_resuming_gives_the_same_bytes(cuts):
    gyr, acc, _ = swinging()
    whole = pushed([segment(gyr, acc, 0, 200), segment(gyr, acc, 200, 600, interpolated=10)])
    edges = sorted({200, 600, *(211 + c for c in cuts)})
    parts = [segment(gyr, acc, 0, 200)]
    for start, stop in pairwise(edges):
        filled = 10 if start == 200 else 0
        parts.append(segment(gyr, acc, start, stop, interpolated=filled))
    assert pushed(parts).tobytes() == whole.tobytes()


def test_without_gaps_it_is_vqf_to_the_bit():
    gyr, acc, _ = swinging()
    ours = pushed([segment(gyr, acc, 0, 333), segment(gyr, acc, 333, 600)])
    assert ours.tobytes() == VQF(1 / RATE_HZ).updateBatch(gyr, acc)["quat6D"].tobytes()


def test_a_wrong_guess_over_a_gap_is_mended_sooner_than_by_vqf_alone():
    """A turn that stops at once, unseen: the line over the gap turns 13 degrees too far."""
    count = 600
    gyr = np.zeros((count, 3))
    gyr[:200, 0] = 4.0
    angle = np.cumsum(gyr[:, 0]) / RATE_HZ
    acc = 9.81 * np.column_stack([np.zeros(count), np.sin(angle), np.cos(angle)])
    gyr[200:210, 0] = np.linspace(4, 0, 12)[1:-1]
    ours = pushed([segment(gyr, acc, 0, 200), segment(gyr, acc, 200, 600, interpolated=10)])
    alone = VQF(1 / RATE_HZ).updateBatch(gyr, acc)["quat6D"]

    def error_deg(q):
        x, y = q[:, 2] * q[:, 3] + q[:, 0] * q[:, 1], 0.5 - q[:, 1] ** 2 - q[:, 2] ** 2
        wrong = np.arctan2(x, y) - angle
        return np.abs(np.rad2deg((wrong + np.pi) % (2 * np.pi) - np.pi))

    two_s_later = slice(400, 450)
    assert error_deg(alone)[215] > 10
    assert error_deg(alone)[two_s_later].mean() > 3
    assert error_deg(ours)[two_s_later].mean() < 0.5 * error_deg(alone)[two_s_later].mean()
