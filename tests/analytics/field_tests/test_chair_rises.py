"""Chair stand tests: full stands count, half-way counts at 30 s, and times end where they say."""

import numpy as np
import pytest

from analytics.field_tests.chair_rises import chair_rises

RATE_HZ = 30.0


def stroke(seconds, low, high):
    x = np.linspace(0, 1, round(seconds * RATE_HZ), endpoint=False)
    return low + (high - low) * (x**3 * (10 - 15 * x + 6 * x**2))


def rising(count, *, up_s=1.0, down_s=1.0, top=80.0, hold_s=0.2, until=None):
    """A thigh that rises so often; `until` gives each rise a height of its own."""
    heights = [top] * count if until is None else until
    parts = [np.zeros(round(0.5 * RATE_HZ))]
    stood, sat = [], []
    for height in heights:
        parts.append(stroke(up_s, 0, height))
        stood.append(sum(map(len, parts)) / RATE_HZ)
        parts.append(np.full(round(hold_s * RATE_HZ), float(height)))
        parts.append(stroke(down_s, height, 0))
        sat.append(sum(map(len, parts)) / RATE_HZ)
        parts.append(np.zeros(round(hold_s * RATE_HZ)))
    return np.concatenate(parts), stood, sat


@pytest.mark.parametrize("up_s", [0.5, 1.0, 2.5])
def test_stands_and_seats_are_reached_where_the_strokes_end(up_s):
    angle, stood, sat = rising(6, up_s=up_s, down_s=1.2 * up_s)
    found = chair_rises(angle, RATE_HZ)
    assert found.stands_s == pytest.approx(stood, abs=0.15)
    assert found.sits_s == pytest.approx(sat, abs=0.15)


def test_who_sinks_back_has_not_stood():
    angle, _, _ = rising(0, until=[80, 80, 40, 80, 80])
    assert len(chair_rises(angle, RATE_HZ).stands_s) == 4


def test_of_who_mostly_rises_half_way_only_the_full_stands_count():
    angle, _, _ = rising(0, until=[80, 48, 48, 48, 80, 48, 48, 48, 80, 48, 48])
    assert len(chair_rises(angle, RATE_HZ).stands_s) == 3


def test_one_rise_that_goes_far_beyond_all_others_tells_none_as_full():
    angle, _, _ = rising(0, until=[56, 56, 80, 56, 56])
    found = chair_rises(angle, RATE_HZ)
    assert found.unlike
    assert found.stands_s == ()


def test_who_stands_as_the_test_begins_has_not_risen():
    angle, stood, sat = rising(6)
    begun = round((stood[0] + 0.1) * RATE_HZ)
    found = chair_rises(angle[begun:], RATE_HZ)
    assert found.stands_s == pytest.approx(np.array(stood[1:]) - begun / RATE_HZ, abs=0.15)
    assert found.sits_s == pytest.approx(np.array(sat[1:]) - begun / RATE_HZ, abs=0.15)


def test_who_sank_back_before_gains_no_stand_by_standing_as_time_ends():
    angle, stood, _ = rising(0, until=[80, 48, 80, 80, 80], hold_s=0.6)
    found = chair_rises(angle, RATE_HZ)
    assert found.counted(stood[4] + 0.3, RATE_HZ) == 4


@pytest.mark.parametrize("top", [30.0, 45.0])
def test_a_thigh_that_turns_too_little_for_a_stand_has_not_stood(top):
    angle, _, _ = rising(8, top=top)
    assert chair_rises(angle, RATE_HZ).stands_s == ()


@pytest.mark.parametrize(("share", "more"), [(0.4, 0), (0.6, 1)])
def test_a_rise_counts_from_the_half_of_its_way_when_time_is_over(share, more):
    angle, stood, _ = rising(5, up_s=2.0, down_s=2.0)
    found = chair_rises(angle, RATE_HZ)
    begun_s = stood[4] - 2.0
    at_s = begun_s + 2.0 * share
    assert found.counted(at_s, RATE_HZ) == 4 + more


def test_sitting_still_and_nothing_at_all_are_no_stand():
    assert chair_rises(np.zeros(900), RATE_HZ).stands_s == ()
    assert chair_rises(np.zeros(0), RATE_HZ).stands_s == ()
