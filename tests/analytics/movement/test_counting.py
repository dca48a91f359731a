"""A repetition repeats in space, not only about one axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.movement.counting import count, resemblance
from analytics.movement.repetition import excursions_of
from analytics.signals.oriented_stream import Frames

RATE_HZ = 25.0


def frames_of(vectors_deg, rise_m_s2=0.0):
    """Frames of a sensor with these rotation vectors [n, 3] and this vertical acceleration."""
    n = len(vectors_deg)
    turn = np.radians(np.linalg.norm(vectors_deg, axis=1))
    axis = vectors_deg / np.maximum(np.linalg.norm(vectors_deg, axis=1), 1e-9)[:, None]
    q = np.column_stack((np.cos(turn / 2), np.sin(turn / 2)[:, None] * axis))
    w, x, y, z = q.T
    up = np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z), axis=1)
    return Frames(
        index=np.arange(n),
        t_us=np.arange(n) * 1e6 / RATE_HZ,
        acc=up * (9.81 + np.broadcast_to(rise_m_s2, n))[:, None],
        gyr=np.zeros((n, 3)),
        interpolated=np.zeros(n, dtype=bool),
        restarted=np.zeros(n, dtype=bool),
        orient=lambda _: q,
        bridged_rad=np.zeros(n),
    )


def waves(n=10, seconds=2.0):
    """Phase of `n` repetitions, with a pause before and after."""
    phase = np.linspace(0, 2 * np.pi * n, round(n * seconds * RATE_HZ))
    return np.concatenate((np.zeros(25), phase, np.full(25, phase[-1])))


def test_a_plain_turn_is_counted_about_its_axis():
    back_and_forth = 20 * (1 - np.cos(waves()))
    found = count(frames_of(np.outer(back_and_forth, [0.6, 0, 0.8])), RATE_HZ)
    assert len(found.excursions) == 10
    assert len(found.live) == 10


def test_where_the_largest_turn_comes_twice_a_repetition_the_lesser_one_counts():
    phase = waves()
    twice, once = 15 * (1 - np.cos(2 * phase)), 10 * (1 - np.cos(phase))
    vectors = np.column_stack((twice, once, 0 * phase))
    found = count(frames_of(vectors), RATE_HZ)
    assert len(found.live) == 20
    assert len(found.excursions) == 10


def test_where_only_the_rise_of_the_body_tells_them_apart_two_turns_make_one():
    phase = waves()
    twice = 15 * (1 - np.cos(2 * phase))
    moving = (np.diff(phase, prepend=0) > 0) * 1.0
    vectors = np.outer(twice, [1, 0, 0])
    assert len(count(frames_of(vectors), RATE_HZ).excursions) == 20
    rising = frames_of(vectors, 4 * np.sin(phase) * moving)
    found = count(rising, RATE_HZ)
    assert len(found.excursions) == 10
    assert all(e.start < e.hold_from <= e.peak <= e.hold_to <= e.end for e in found.excursions)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_few_repetitions_are_not_looked_for_in_the_noise_of_other_axes(n):
    rng = np.random.default_rng(n)
    vectors = np.outer(20 * (1 - np.cos(waves(n, 3.0))), [1, 0, 0])
    shaky = vectors + np.cumsum(rng.normal(0, 0.4, vectors.shape), axis=0)
    assert len(count(frames_of(shaky), RATE_HZ).excursions) == n


def test_keeping_still_for_long_changes_nothing_but_the_place():
    turn = 20 * (1 - np.cos(waves()))
    rate = np.gradient(turn) * RATE_HZ
    at = len(turn) // 2
    plain, longer = (
        replace(
            frames_of(np.outer(np.insert(turn, at, np.full(n, turn[at])), [0.6, 0, 0.8])),
            gyr=np.outer(np.radians(np.insert(rate, at, np.zeros(n))), [0.6, 0, 0.8]),
        )
        for n in (30, 800)
    )
    one, other = count(plain, RATE_HZ), count(longer, RATE_HZ)
    assert one.values == pytest.approx(other.values, abs=1e-6)
    shift = [770 if e.start > at else 0 for e in one.excursions]
    assert [e.start + s for e, s in zip(one.excursions, shift, strict=True)] == [
        e.start for e in other.excursions
    ]
    assert [e.peak for e in other.live] == [e.peak for e in other.excursions]


def test_resemblance_tells_alike_from_alternating():
    phase = waves()
    values = (15 * (1 - np.cos(2 * phase))).tolist()
    found = excursions_of(values, 4.0)
    alike = np.sin(2 * phase)[:, None]
    alternating = np.sin(phase)[:, None]
    assert resemblance(found, alike) == pytest.approx((1, 1), abs=0.05)
    assert resemblance(found, alternating) == pytest.approx((-1, 1), abs=0.05)
    assert resemblance(found[:2], alike) == (-1, -1)


def test_no_frames_no_repetitions():
    assert count(frames_of(np.zeros((0, 3))), RATE_HZ).excursions == []


def test_without_a_gyroscope_the_acceleration_is_counted_in_wherever_the_limb_points():
    tilt = np.radians(75 * (1 - np.cos(waves(8))))
    zero = np.zeros_like(tilt)
    turned = frames_of(np.degrees(np.stack((tilt, zero, zero), axis=1)))
    heading = np.random.default_rng(0).uniform(-np.pi, np.pi, len(tilt))
    noise = np.stack((np.cos(heading / 2), zero, zero, np.sin(heading / 2)), axis=1)
    felt = replace(turned, orient=lambda _: noise, gyroscope=False)
    assert len(count(felt, RATE_HZ).excursions) == 8
