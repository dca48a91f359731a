"""Which way is up comes from gravity alone; a heading is told only where it can be trusted."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analytics.signals.conditioning import Conditioner
from analytics.signals.orientation import (
    OrientationFilter,
    looked_back,
    orientations_afterwards,
    up_in_sensor,
)
from analytics.signals.oriented_stream import StreamTrack
from builders import batch, opened

RATE_HZ = 60.0
FIELD = np.array([0.0, 0.42, -0.91])
"""Of about unit length, 65° downwards to the north."""


def turning(seconds=30.0, *, iron=(0.0, 0.0, 0.0), bias_rad_s=0.0):
    """A sensor that turns about all axes, with the field it feels; and its true orientations."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    angles = np.stack((1.2 * np.sin(1.1 * t), 0.9 * np.sin(1.7 * t), 1.5 * np.sin(0.7 * t)), axis=1)
    truth = Rotation.from_euler("xyz", angles)
    rates = (truth[:-1].inv() * truth[1:]).as_rotvec() * RATE_HZ
    gyr = np.concatenate((rates[:1], rates)) + bias_rad_s
    made = batch(
        len(t),
        acc=truth.inv().apply([0, 0, 9.81]).astype(np.float32),
        gyr=gyr.astype(np.float32),
        mag=(truth.inv().apply(FIELD) + iron).astype(np.float32),
    )
    return made, truth


TURNING, TRUTH = turning()


def oriented(motion, cuts=(), *, magnetometer=True, resumed=False):
    """Orientations and, where there is one, heading of all samples of a batch, cut at `cuts`."""
    conditioner = Conditioner()
    filter_ = OrientationFilter(RATE_HZ, magnetometer=magnetometer)
    found = []
    for a, b in pairwise([0, *sorted(set(cuts)), len(motion)]):
        for segment in conditioner.push(motion.cut(a, b)):
            found.append(filter_.push(segment))
            if resumed:
                state = filter_.state()
                filter_ = OrientationFilter(RATE_HZ, magnetometer=magnetometer)
                filter_.resume(state)
    return found


def tilts_deg(quaternions, truth):
    up = truth.inv().apply([0, 0, 1])
    return np.degrees(np.arccos(np.clip((up_in_sensor(quaternions) * up).sum(axis=1), -1, 1)))


@settings(max_examples=20)
@given(
    scale=st.floats(0.01, 50),
    bad=st.lists(st.integers(0, len(TURNING) - 1), max_size=30),
    lost=st.integers(1, 9),
)
def test_a_magnetometer_changes_no_bit_of_which_way_is_up(scale, bad, lost):
    mag = TURNING.mag * np.float32(scale)
    mag[bad] = np.nan
    motion = [TURNING.cut(0, 600), TURNING.cut(600 + lost, len(TURNING))]
    plain, with_field = StreamTrack(opened()), StreamTrack(opened())
    for part in motion:
        without = plain.push(replace(part, mag=None))
        field = mag[part.first_index : part.next_index]
        for a, b in zip(without, with_field.push(replace(part, mag=field)), strict=True):
            assert a.quaternions.tobytes() == b.quaternions.tobytes()
            assert a.heading is None
            assert b.heading is not None
    span = (0, len(TURNING))
    assert plain.frames(*span).q.tobytes() == with_field.frames(*span).q.tobytes()


def test_a_heading_is_right_and_trusted_once_the_field_kept_still_while_the_sensor_turned():
    (found,) = oriented(TURNING)
    trusted = found.heading.trusted
    assert not trusted[: round(4 * RATE_HZ)].any()
    assert trusted[round(10 * RATE_HZ) :].all()
    seen = Rotation.from_quat(found.heading.quaternions[trusted][:, [1, 2, 3, 0]])
    assert np.degrees((seen * TRUTH[trusted].inv()).magnitude()).max() < 2


def test_a_magnet_nearby_takes_the_trust_away_at_once():
    mag = TURNING.mag.copy()
    mag[900:1200] += np.float32(0.4)
    (found,) = oriented(replace(TURNING, mag=mag))
    assert found.heading.trusted[880:899].all()
    assert not found.heading.trusted[910:1200].any()


@pytest.mark.parametrize("iron", [(0.3, 0, 0), (0, 0.2, 0.2)])
def test_a_magnetometer_that_feels_its_own_iron_is_never_trusted(iron):
    motion, _ = turning(iron=iron)
    (found,) = oriented(motion)
    assert not found.heading.trusted.any()


def test_an_undeclared_magnetometer_gives_no_heading():
    (found,) = oriented(TURNING, magnetometer=False)
    assert found.heading is None
    track = StreamTrack(opened(model="other"))
    assert all(part.heading is None for part in track.push(TURNING))


@settings(max_examples=15)
@given(cuts=st.sets(st.integers(1, len(TURNING) - 1), max_size=12))
def test_any_cutting_and_any_resuming_gives_the_same_heading(cuts):
    (whole,) = oriented(TURNING)
    parts = oriented(TURNING, cuts, resumed=True)
    joined = np.concatenate([p.heading.quaternions for p in parts])
    assert joined.tobytes() == whole.heading.quaternions.tobytes()
    trusted = np.concatenate([p.heading.trusted for p in parts])
    assert (trusted == whole.heading.trusted).all()


def test_looking_back_finds_up_where_a_biased_gyroscope_misled_the_live_filter():
    motion, truth = turning(bias_rad_s=0.02)
    (live,) = oriented(motion, magnetometer=False)
    acc, gyr = motion.acc.astype(float), motion.gyr.astype(float)
    back = orientations_afterwards(acc, gyr, None, RATE_HZ)
    first = slice(0, round(10 * RATE_HZ))
    live_deg = tilts_deg(live.quaternions, truth)[first].mean()
    back_deg = tilts_deg(back.quaternions, truth)[first].mean()
    assert back_deg < 0.7 * live_deg
    assert back.heading is None


@settings(max_examples=15)
@given(
    bias=st.tuples(*[st.floats(-0.8, 0.8)] * 3),
    rest_s=st.integers(5, 10),
    swing_hz=st.floats(0.2, 0.6),
    rate_hz=st.sampled_from([25.0, 60.0, 100.0]),
)
def test_a_bias_that_a_rest_showed_holds_while_the_sensor_turns_about_the_vertical(
    bias, rest_s, swing_hz, rate_hz
):
    t = np.arange(round(60 * rate_hz)) / rate_hz
    gyr = np.tile(np.deg2rad(bias), (len(t), 1))
    gyr[:, 2] += np.where(t > rest_s, 1.5 * np.sin(2 * np.pi * swing_hz * (t - rest_s)), 0.0)
    acc = np.tile([0.0, 0.0, 9.81], (len(t), 1))
    found = looked_back(acc, gyr, None, rate_hz, of_joint=True)["bias"]
    drifted_deg = 60 * abs(np.degrees(found[:, 2]).mean() - bias[2])
    assert drifted_deg < 0.2 + 0.2 * abs(bias[2])
