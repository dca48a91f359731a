"""Recordings by name."""

import importlib.util

import numpy as np
import pytest

from edge.virtual.motion_source import SensedMotion, resampled, swing
from edge.virtual.recordings import load_recording, spar_recordings
from telemetry.errors import ConfigurationError


def test_a_recording_comes_in_si_units():
    name, motion = load_recording("spar:1:abd:0")
    assert str(name) == "spar:1:ABD:0"
    assert motion.rate_hz == 50
    # In units of g it would be about 1; swinging adds to gravity.
    assert 9 < np.median(np.linalg.norm(motion.acc, axis=1)) < 13


def test_all_of_the_set_is_there():
    assert len(set(spar_recordings())) == 10 * 7 * 2


@pytest.mark.parametrize("text", ["spar:1:ABD", "spar:x:ABD:0", "uci:1:ABD:0", ""])
def test_a_malformed_name_is_told_the_right_form(text):
    with pytest.raises(ConfigurationError, match="spar:SUBJECT:EXERCISE:SIDE"):
        load_recording(text)


@pytest.mark.parametrize("text", ["spar:11:ABD:0", "spar:1:SWIM:0", "spar:1:ABD:2"])
def test_an_unknown_one_is_told_what_there_is(text):
    with pytest.raises(ConfigurationError, match="subjects 1 to 10, exercises ABD.* sides 0 and 1"):
        load_recording(text)


def test_missing_data_are_told_how_to_get_them(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match="extra 'demo'"):
        load_recording("spar:1:ABD:0")


def test_resampling_keeps_length_and_movement():
    slow, fast = swing(10, 50), swing(10, 60)
    again = resampled(slow, 60)
    assert len(again) == int(499 / 50 * 60 + 1e-9) + 1
    np.testing.assert_allclose(again.gyr, fast.gyr[: len(again)], atol=0.01)


def test_motion_without_samples_is_refused():
    with pytest.raises(ConfigurationError, match="n > 0"):
        SensedMotion(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), 60.0)
