"""An item is looked back at from its own samples: what comes after it changes nothing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.signals.oriented_stream import LEAD_S, StreamTrack
from arm_motion import one_batch, raises
from builders import opened
from telemetry.messages.motion import StreamGap

ARM = one_batch(raises(6))


def tracked(parts, *, live=True):
    track = StreamTrack(opened(), live=live)
    for part in parts:
        track.push(part)
    return track


def same(one, other):
    names = ("index", "t_us", "acc", "gyr", "interpolated", "restarted", "q", "q_forward")
    return all(getattr(one, n).tobytes() == getattr(other, n).tobytes() for n in names)


@given(
    stop=st.integers(300, len(ARM) - 100),
    start=st.integers(0, 200),
    cuts=st.sets(st.integers(1, len(ARM) - 1), max_size=8),
)
def test_frames_do_not_depend_on_what_follows_on_cutting_or_on_being_live(stop, start, cuts):
    edges = [0, *sorted(cuts), len(ARM)]
    live = tracked([ARM.cut(0, stop)])
    recorded = tracked([ARM.cut(a, b) for a, b in pairwise(edges)], live=False)
    assert same(live.frames(start, stop), recorded.frames(start, stop))


def test_frames_between_two_times_do_not_depend_on_what_follows():
    stop = 700
    t_us = (ARM.t0_ns // 1000) + ARM.dt_us.astype(float)
    span = t_us[100], t_us[stop - 1]
    short = tracked([ARM.cut(0, stop)]).frames_between(*span)
    longer = tracked([ARM]).frames_between(*span)
    n = len(short)
    assert n in {len(longer), len(longer) - 1}
    assert same(short, longer.at(np.arange(n)))


def test_each_run_between_breaks_is_oriented_apart():
    parts = [ARM.cut(0, 500), ARM.cut(560, len(ARM))]
    track = tracked(parts[:1])
    track.gap(StreamGap(stream=ARM.stream, first_index=500, count=60, reason="radio"))
    track.push(parts[1])
    frames = track.frames(0, len(ARM))
    alone = tracked(parts[1:]).frames(560, len(ARM))
    assert frames.q[frames.index >= 560].tobytes() == alone.q.tobytes()
    assert frames.index[frames.restarted].tolist() == [560]
    assert not ((frames.index >= 500) & (frames.index < 560)).any()


def test_samples_long_before_an_item_are_left_alone():
    lead = round(LEAD_S * 60)
    arm = one_batch(raises(14))
    assert len(arm) > lead + 600
    whole = tracked([arm]).frames(lead + 300, len(arm))
    late = tracked([arm.cut(300, len(arm))]).frames(lead + 300, len(arm))
    assert whole.q.tobytes() == late.q.tobytes()


def test_state_carries_over_what_was_sampled():
    track = tracked([ARM.cut(0, 500)])
    resumed = StreamTrack.restore(opened(), track.state())
    for one in (track, resumed):
        one.push(ARM.cut(500, len(ARM)))
    assert same(track.frames(0, len(ARM)), resumed.frames(0, len(ARM)))


def test_no_frames_where_nothing_was_sampled():
    frames = tracked([]).frames(0, 100)
    assert len(frames) == 0
    assert frames.q.shape == (0, 4)
    with pytest.raises(IndexError):
        frames.t_us[0]
