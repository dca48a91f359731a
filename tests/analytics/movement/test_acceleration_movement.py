"""Without a gyroscope an item is counted live in what is felt, whatever the delivery."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core import Core
from arm_motion import exercise, observe, one_batch, raises
from builders import SESSION, STREAM, opened
from telemetry.messages.live import ControlBatch, RepetitionCounted
from telemetry.messages.motion import StreamEnded

pytestmark = pytest.mark.slow

ARM = replace(
    one_batch(raises(6, up_s=1.0, down_s=1.0, hold_s=0.3, pause_s=0.6), noise=0.3), gyr=None
)
END = StreamEnded(stream=STREAM, next_index=len(ARM), reason="stopped")


def begun(from_index=0):
    core = Core(SESSION, observe)
    core.take(opened(gyroscope=False))
    core.take_event(exercise(len(ARM), from_index=from_index, exercise="count")[0])
    return core


def batches(cuts, lost=()):
    edges = sorted({0, len(ARM), *(c for c in cuts if 0 < c < len(ARM))})
    for a, b in pairwise(edges):
        kept = [i for i in range(a, b) if not any(x <= i < x + n for x, n in lost)]
        breaks = [k for k in range(1, len(kept)) if kept[k] != kept[k - 1] + 1]
        for x, y in pairwise([0, *breaks, len(kept)]):
            if y > x:
                yield ARM.cut(kept[x], kept[y - 1] + 1)


def counted(core, items):
    return [m for i in items for m in core.take(i) if isinstance(m, RepetitionCounted)]


def test_each_raise_is_told_while_the_item_goes_on():
    told = counted(begun(), batches(range(10, len(ARM), 10)))
    assert [m.number for m in told] == [1, 2, 3, 4, 5, 6]
    assert all(m.peak_deg is None and m.range_deg is None for m in told)
    # Each is told within a second of the arm's being down, 2.9 s after the one before.
    late_s = [(m.t_ns - ARM.t0_ns) / 1e9 - 2.9 * m.number for m in told]
    assert all(0 < late < 1 for late in late_s)


def test_the_streams_end_tells_of_a_last_raise_that_was_still_being_smoothed():
    tight = len(ARM) - 36
    core = begun()
    before = counted(core, [ARM.cut(a, min(a + 10, tight)) for a in range(0, tight, 10)])
    assert len(before) == 5
    after = counted(core, [replace(END, next_index=tight)])
    assert [m.number for m in after] == [6]


def test_an_item_that_is_over_hears_nothing_of_its_streams_end():
    core = begun()
    core.take_event(exercise(400, exercise="count")[1])
    told = counted(core, [ARM.cut(a, min(a + 10, len(ARM))) for a in range(0, len(ARM), 10)])
    assert [m.number for m in told] == [1, 2]
    assert core.take(END) == []


@settings(max_examples=30)
@given(
    cuts=st.lists(st.integers(1, len(ARM) - 1), max_size=30),
    lost=st.lists(st.tuples(st.integers(30, 700), st.integers(1, 30)), max_size=2),
    from_index=st.integers(0, 100),
)
def test_cutting_changes_no_count(cuts, lost, from_index):
    def numbers(where):
        core = begun(from_index)
        told = counted(core, [*batches(where, lost), END])
        return told[-1].number if told else 0

    assert numbers(cuts) == numbers(range(7, len(ARM), 7))


@settings(max_examples=20)
@given(at=st.integers(0, 60))
def test_saving_and_restoring_changes_no_message(at):
    plain, core = begun(), begun()
    for n, item in enumerate([*batches(range(15, len(ARM), 15)), END]):
        if n == at:
            core = Core.restore(core.save(), observe)
        assert core.take(item) == plain.take(item)


def test_control_follows_gravity_from_rest_to_about_the_target():
    core = begun()
    told = [
        m
        for b in batches(range(10, len(ARM), 10))
        for m in core.take(b)
        if isinstance(m, ControlBatch)
    ]
    late = np.concatenate([m.control for m in told[-30:]])
    assert late.min() < 0.1
    assert late.max() == pytest.approx(1, abs=0.2)
    assert all(m.angle_deg is None for m in told)
    assert told[-1].calibrated
