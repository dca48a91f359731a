"""A repetition, judged as the exercise that it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from games.inputs.prescribed import RHYTHMS, RhythmPlayer
from games.rules.control import ControlSample, Invitation
from games.rules.endings import Ending
from games.rules.reach import Reach, asked_of
from games.rules.setting import Setting
from games.rules.smoothed_control import SmoothedControl

pytestmark = pytest.mark.slow

SETTING = Setting()
DT_NS = 1_000_000_000 // 60


def judged(levels, *, setting=SETTING, eased=False, limit=1.2):
    """The endings of the repetitions in a course of levels, 60 a second."""
    asked, control, reach, endings = (
        asked_of(setting, 1, eased=eased),
        SmoothedControl(),
        Reach(),
        [],
    )
    for n, level in enumerate(levels):
        control = control.moved(ControlSample(10**9 + n * DT_NS, level, 1.0, limit))
        reach = reach.moved(control, asked, DT_NS)
        if reach.over:
            endings.append(reach.outcome(control, asked, 0.3, ornament=True).ending)
            reach = Reach(base=reach.floor)
    return endings


def raises(peak, *, times=3, up_s=3.0, hold_s=1.0, down_s=3.0, rest=0.0):
    for _ in range(times):
        for seconds, start, end in (
            (1.0, rest, rest),
            (up_s, rest, peak),
            (hold_s, peak, peak),
            (down_s, peak, rest),
        ):
            for n in range(round(seconds * 60)):
                share = 0.5 - 0.5 * math.cos(math.pi * n / (seconds * 60))
                yield start + (end - start) * share
    yield from [rest] * 120


@pytest.mark.parametrize(
    ("course", "ending"),
    [
        (raises(1.0), Ending.FULL),
        (raises(0.85), Ending.FULL),
        (raises(0.6), Ending.SHORT),
        (raises(1.0, hold_s=0.02, up_s=1.0, down_s=1.0), Ending.FULL),
        (raises(1.0, rest=0.32), Ending.NOT_BACK),
        (raises(1.0, up_s=0.4, down_s=0.4), Ending.TOO_FAST),
        (raises(1.4), Ending.TOO_FAR),
    ],
)
def test_each_repetition_is_told_for_what_it_was(course, ending):
    assert judged(course) == [ending] * 3


def test_after_amber_pain_less_of_the_range_is_enough():
    assert judged(raises(0.65)) == [Ending.SHORT] * 3
    assert judged(raises(0.65), eased=True) == [Ending.FULL] * 3


def test_a_wavering_on_the_way_is_no_repetition_of_its_own():
    course = [*raises(1.0, times=1)]
    top = course.index(max(course))
    dip = [1.0 - 0.25 * math.sin(math.pi * n / 60) for n in range(60)]
    assert judged([*course[:top], *dip, *course[top:]]) == [Ending.FULL]


@given(
    st.sampled_from(sorted(RHYTHMS)),
    st.integers(0, 10**6),
    st.floats(0.6, 6),
    st.floats(0, 3),
)
def test_every_repetition_of_everybody_ends(name, seed, way_s, hold_s):
    setting = Setting(up_s=way_s, down_s=way_s, hold_s=hold_s, min_phase_s=None)
    player = RhythmPlayer(RHYTHMS[name], setting, seed)
    samples = [player.sample(n * DT_NS, Invitation()) for n in range(60 * 60)]
    done = player.repetitions - 1
    assert abs(len(judged([s.control for s in samples], setting=setting)) - done) <= 1
