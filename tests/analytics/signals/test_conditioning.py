"""Nothing that is not whole reaches the filter, and what was done to it is counted."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.signals.conditioning import MAX_INTERPOLATED, Conditioner
from builders import batch

WHOLE = batch(200)


def conditioned(batches, conditioner=None):
    """All that came out: first index, samples, indices at which the filter starts afresh."""
    conditioner = conditioner or Conditioner()
    segments = [s for b in batches for s in conditioner.push(b)]
    return segments, conditioner


def without(lost, cuts=()):
    """`WHOLE` without the samples `lost`, cut at `cuts`."""
    parts, start = [], 0
    for i in range(len(WHOLE) + 1):
        if i == len(WHOLE) or i in lost or i in cuts:
            if i > start:
                parts.append(WHOLE.cut(start, i))
            start = i + 1 if i in lost else i
    return parts


def samples(segments):
    return np.concatenate([np.concatenate((s.acc, s.gyr), axis=1) for s in segments])


def restarts(segments):
    return [s.first_index for s in segments if s.restart]


@given(
    lost=st.sets(st.integers(1, 190), max_size=60),
    bad=st.sets(st.integers(1, 190), max_size=10),
    cuts=st.sets(st.integers(1, 199), max_size=20),
)
def test_what_comes_out_is_whole_and_does_not_depend_on_the_cutting(lost, bad, cuts):
    spoiled = WHOLE.acc.copy()
    spoiled[sorted(bad), 2] = np.nan
    parts = [replace(b, acc=spoiled[b.first_index : b.next_index]) for b in without(lost, cuts)]
    plain = [replace(b, acc=spoiled[b.first_index : b.next_index]) for b in without(lost)]
    segments, conditioner = conditioned(parts)
    expected, again = conditioned(plain)
    assert np.isfinite(samples(segments)).all()
    assert (samples(segments) == samples(expected)).all()
    assert restarts(segments) == restarts(expected)
    assert conditioner.counts() == again.counts()
    for one, following in pairwise(segments):
        if not following.restart:
            assert following.first_index == one.first_index + len(one.acc)


def test_ten_missing_samples_are_bridged_and_eleven_are_not():
    start = 50
    ten, _ = conditioned(without(set(range(start, start + MAX_INTERPOLATED))))
    assert restarts(ten) == [0]
    assert len(samples(ten)) == len(WHOLE)
    eleven, conditioner = conditioned(without(set(range(start, start + MAX_INTERPOLATED + 1))))
    assert restarts(eleven) == [0, 61]
    assert conditioner.counts().restarts == 1


def test_a_bridge_is_a_straight_line():
    segments, conditioner = conditioned(without({100, 101, 102}))
    filled = samples(segments)[99:104]
    assert filled == pytest.approx(np.linspace(filled[0], filled[-1], 5))
    assert conditioner.counts().interpolated == 3
    assert conditioner.holes(0, len(WHOLE)).tolist() == [[100, 3]]
    assert conditioner.holes(102, 103).tolist() == [[100, 3]]
    assert conditioner.holes(103, len(WHOLE)).tolist() == []


def test_a_sample_at_full_scale_is_rejected_as_saturated():
    acc = WHOLE.acc.copy()
    acc[10, 0] = 16 * 9.80665
    _, conditioner = conditioned(
        [replace(WHOLE, acc=acc)], Conditioner.for_ranges(16 * 9.80665, None)
    )
    counts = conditioner.counts()
    assert (counts.saturated, counts.nonfinite, counts.interpolated) == (1, 0, 1)


def test_samples_that_came_already_are_dropped_and_counted():
    segments, conditioner = conditioned([WHOLE.cut(0, 50), WHOLE.cut(30, 80), WHOLE.cut(0, 20)])
    assert (samples(segments) == samples(conditioned([WHOLE.cut(0, 80)])[0])).all()
    assert conditioner.counts().repeated == 40


def test_a_jump_is_a_gap_declared_or_not_and_told_apart():
    first, second = without(set(range(40, 45)))
    silent, told = Conditioner(), Conditioner()
    told.push(first)
    told.declare_gap(40, 5)
    told.push(second)
    conditioned([first, second], silent)
    assert silent.counts().missing == told.counts().missing == 5
    assert (silent.counts().undeclared, told.counts().undeclared) == (5, 0)


def test_a_gap_of_unknown_length_ends_the_segment():
    conditioner = Conditioner()
    conditioner.push(WHOLE.cut(0, 50))
    conditioner.declare_gap(50, None)
    (segment,) = conditioner.push(WHOLE.cut(50, 60))
    assert segment.restart


@given(span=st.tuples(st.integers(0, 220), st.integers(0, 220)))
def test_counts_of_a_span_are_those_of_its_samples(span):
    start, stop = sorted(span)
    lost = {5, 6, 7, 60, 61, 150}
    _, conditioner = conditioned(without(lost))
    counts = conditioner.counts(start, stop)
    inside = list(range(start, min(stop, 200)))
    assert counts.missing == sum(i in lost for i in inside)
    assert counts.received == sum(i not in lost for i in inside)
