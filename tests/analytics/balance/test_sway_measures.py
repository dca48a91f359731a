"""The item's sway: the median of its stances, and a band for those that were not seen."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.balance.sway import Sway
from analytics.balance.sway_measures import JOLTED, NOISY, sway_measures


def swaying(rms, **more):
    return Sway(rms_m_s2=rms, path_m_s2=8 * rms, frequency_hz=0.6, seconds=16.0, **more)


def told(sways):
    measures, why = sway_measures(sways, 20.0)
    return {m.name: m for m in measures}, why


def test_the_median_stance_is_told_with_its_own_band():
    figures, why = told([swaying(0.05), swaying(0.2), swaying(0.09)])
    assert why is None
    rms = figures["sway RMS"]
    assert rms.value == 0.09
    assert 0.08 < rms.low < 0.09 < rms.high < 0.1
    assert figures["sway path"].value == pytest.approx(0.09 * 8 * 20 / 16)


@given(
    st.lists(st.floats(0.02, 0.4), min_size=2, max_size=6),
    st.floats(0.0, 10.0),
)
def test_the_band_holds_the_median_whatever_an_unseen_stance_was(seen, unseen):
    figures, _ = told([*map(swaying, seen), None])
    if len(seen) == 1:
        assert not figures
        return
    rms = figures["sway RMS"]
    assert rms.low - 1e-4 <= statistics.median([*seen, unseen]) <= rms.high + 1e-4


def test_where_most_stances_were_jolted_nothing_is_told_but_why():
    assert told([swaying(0.1), None]) == ({}, JOLTED)
    assert told([None, None]) == ({}, JOLTED)


def test_where_the_noise_is_larger_than_the_sway_nothing_is_told_but_why():
    assert told([swaying(0.01, noise=0.95)] * 3) == ({}, NOISY)


def test_a_path_that_is_mostly_noise_is_left_out_alone():
    figures, why = told([swaying(0.05, noise=0.2, path_noise=0.9)] * 3)
    assert (list(figures), why) == (["sway RMS"], None)


def test_who_did_not_stand_has_no_sway_and_no_reason():
    assert told([]) == ({}, None)
