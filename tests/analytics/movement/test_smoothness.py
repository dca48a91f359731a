"""Smoothness and phases against movements whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import Core
from analytics.exercise.observation import Observation
from analytics.movement.movement import Turning, main_axis, rotation_vectors, turned_waves
from analytics.movement.smoothness import sparc, sparcs
from analytics.signals.smoothing import ParabolaSmoother, smoothed
from arm_motion import exercise, observe, one_batch, raises, stroke, whole_stream
from builders import SESSION
from therapy.exercises.dose import Tempo


def minimum_jerk_speed(n=100):
    s = np.linspace(0, 1, n)
    return 30 * s**2 - 60 * s**3 + 30 * s**4


def item_of(elevation, *, seen=observe, name="arm-abduction"):
    batch = one_batch(elevation)
    core = Core(SESSION, seen)
    for item in whole_stream(batch):
        core.take(item)
    for event in exercise(len(batch), exercise=name):
        core.take_event(event)
    (item,) = core.result(plan_version=1, provisional=True).items
    return item


def turned(q, restarted, rate_hz):
    vectors = rotation_vectors(q, restarted)
    return vectors @ main_axis(vectors, rate_hz)


def test_sparc_of_one_minimum_jerk_stroke_is_the_published_value():
    assert sparc(minimum_jerk_speed(), 100.0) == pytest.approx(-1.41, abs=0.01)


def test_sparc_of_two_submovements_is_lower():
    two = np.concatenate((minimum_jerk_speed(50), minimum_jerk_speed(50)))
    assert sparc(two, 100.0) < -1.8


def test_sparc_hardly_minds_noise_and_not_the_size():
    speed = minimum_jerk_speed()
    noisy = speed + np.abs(np.random.default_rng(0).normal(0, 0.01 * speed.max(), len(speed)))
    assert sparc(noisy, 100.0) == pytest.approx(sparc(speed, 100.0), abs=0.02)
    assert sparc(3 * speed, 100.0) == sparc(speed, 100.0)


@given(st.lists(st.integers(0, 90), max_size=8), st.integers(0, 9))
def test_sparc_of_many_strokes_is_that_of_each(lengths, seed):
    rng = np.random.default_rng(seed)
    speeds = [rng.random(n) for n in lengths]
    assert sparcs(speeds, 25.0) == [sparc(s, 25.0) for s in speeds]


@given(st.integers(1, 5), st.integers(2, 20), st.integers(0, 9))
def test_many_short_turns_are_followed_as_each_alone(many, frames, seed):
    q = np.cumsum(np.random.default_rng(seed).normal(0, 1, (many, frames, 4)), axis=1)
    q /= np.sqrt((q * q).sum(axis=2, keepdims=True))
    alone = [rotation_vectors(one, np.zeros(frames, bool)) for one in q]
    assert turned_waves(q) == pytest.approx(np.array(alone))


def test_sparc_of_no_movement_is_none():
    assert sparc(np.zeros(50), 100.0) is None
    assert sparc(np.ones(3), 100.0) is None


@pytest.mark.parametrize("hold_s", [0.0, 1.0, 3.0, 5.0])
def test_phases_and_smoothness_are_those_of_the_strokes_whatever_the_hold(hold_s):
    item = item_of(raises(3, up_s=2.0, hold_s=hold_s, down_s=4.0))
    for r in item.repetitions:
        assert r.up_s == pytest.approx(2, abs=0.1)
        assert r.down_s == pytest.approx(4, abs=0.15)
        assert r.hold_s == pytest.approx(hold_s, abs=0.15)
        assert r.sparc == pytest.approx(-1.41, abs=0.1)
        assert r.sparc_down == pytest.approx(-1.41, abs=0.1)


def test_peak_velocity_is_the_strokes():
    item = item_of(raises(3, up_s=2.0, down_s=3.0))
    # Minimum jerk: 1.875 times the mean speed.
    for r in item.repetitions:
        assert r.peak_velocity_deg_s == pytest.approx(1.875 * 140 / 2, rel=0.03)


def test_too_fast_is_flagged_by_phase_and_a_tremor_raises_no_flag():
    def timed(_, streams, _known):
        return Observation(
            stream=next(iter(streams)),
            axis=(-1.0, 0.0, 0.0),
            what="x",
            tempo=Tempo.of(2.0, 0.0, 2.0),
        )

    elevation = raises(4, up_s=2.0, down_s=2.0)
    t = np.arange(len(elevation)) / 60
    shaky = elevation + 3 * np.sin(2 * np.pi * 5 * t)
    assert all(r.flags == () for r in item_of(shaky, seen=timed).repetitions)
    rushed = item_of(raises(4, up_s=0.5, down_s=2.0), seen=timed)
    assert all(r.flags == ("up too fast",) for r in rushed.repetitions)
    dropped = item_of(raises(4, up_s=2.0, down_s=0.5), seen=timed)
    assert all(r.flags == ("down too fast",) for r in dropped.repetitions)


@given(
    up=st.floats(1.0, 3.0), down=st.floats(1.0, 3.0), tremor=st.floats(1, 6), phase=st.floats(0, 6)
)
def test_a_tremor_leaves_the_phases_about_as_they_are(up, down, tremor, phase):
    elevation = raises(3, up_s=up, hold_s=1.5, down_s=down)
    t = np.arange(len(elevation)) / 60
    shaky = elevation + tremor * np.sin(2 * np.pi * 5 * t + phase)
    for r in item_of(shaky).repetitions:
        assert 0.6 * up < r.up_s < 1.3 * up
        assert 0.6 * down < r.down_s < 1.3 * down


def test_too_small_is_judged_by_the_first_three():
    item = item_of(np.concatenate((raises(3), raises(2, top_deg=90.0))))
    assert [("too small" in r.flags) for r in item.repetitions] == [False] * 3 + [True] * 2


def test_turning_live_and_over_the_whole_item_agree():
    elevation = np.concatenate((raises(3), stroke(10, 60, 1), stroke(60, 10, 1)))
    batch = one_batch(elevation)
    core = Core(SESSION, observe)
    for item in whole_stream(batch):
        core.take(item)
    frames = core._tracks[batch.stream].frames(0, len(batch))
    whole = turned(frames.q, frames.restarted, 30.0)
    movement = Turning(30.0)
    values = []
    for q in frames.q.tolist():
        values.append(movement.add(tuple(q), restarted=False))
        values = movement.refit() or values
    assert np.ptp(whole) == pytest.approx(140, abs=3)
    assert values == pytest.approx(whole, abs=3)


def test_turning_goes_on_past_half_a_turn():
    angle = np.radians(np.linspace(0, 300, 200))
    q = np.stack((np.cos(angle / 2), np.sin(angle / 2), 0 * angle, 0 * angle), axis=1)
    q[::3] *= -1
    about = turned(q, np.zeros(len(q), dtype=bool), 30.0)
    assert np.diff(about) == pytest.approx(np.full(199, 300 / 199), abs=1e-6)


def test_a_restart_of_the_filter_leaves_no_step():
    angle = np.radians(np.concatenate((np.linspace(0, 90, 100), np.linspace(90, 0, 100))))
    q = np.stack((np.cos(angle / 2), np.sin(angle / 2), 0 * angle, 0 * angle), axis=1)
    heading = np.array([np.cos(0.6), 0, 0, np.sin(0.6)])
    restarted = np.zeros(200, dtype=bool)
    restarted[150] = True
    w, x, y, z = q[150:].T
    c, _, _, s = heading
    q[150:] = np.stack((c * w - s * z, c * x - s * y, c * y + s * x, c * z + s * w), axis=1)
    about = turned(q, restarted, 30.0)
    assert np.abs(np.diff(about)).max() < 1.0


def test_smoothing_live_and_over_the_whole_series_agree():
    values = np.random.default_rng(0).normal(0, 1, 80)
    smoother = ParabolaSmoother(25.0)
    one_by_one = [s for v in values.tolist() if (s := smoother.push(v)) is not None]
    assert one_by_one + smoother.flush() == smoothed(values, 25.0).tolist()


def test_smoothing_keeps_a_slow_peak():
    t = np.arange(0, 4, 1 / 25)
    slow = 70 * (1 - np.cos(2 * np.pi * t / 2))
    assert smoothed(slow, 25.0).max() == pytest.approx(140, abs=0.5)
    shaky = np.sin(2 * np.pi * 5 * t)
    assert np.abs(smoothed(shaky, 25.0)[10:-10]).max() < 0.25
