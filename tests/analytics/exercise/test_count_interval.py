"""What lost samples may hide of a count."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.exercise.count_interval import hidden_by_losses

RATE_HZ = 50.0
EACH = 150
"""Samples of a repetition."""


def hidden(kept, holes, length=2400):
    index = np.arange(length)
    for a, b in holes:
        index = index[(index < a) | (index >= b)]
    return hidden_by_losses(kept, index, (0, length), RATE_HZ)


def test_where_nothing_was_lost_nothing_is_hidden():
    assert hidden([(100, 250), (900, 1050)], []) == 0
    assert hidden([], []) == 0


def test_a_hole_hides_no_more_than_there_is_time_for():
    kept = [(0, EACH), (EACH + 60, 2 * EACH + 60), (2 * EACH + 90, 3 * EACH + 90)]
    assert hidden(kept, [(EACH + 10, EACH + 40)], length=3 * EACH + 90) == 0


def test_what_spans_a_hole_may_be_more_than_one():
    kept = [(0, 150), (200, 350), (400, 950), (1000, 1150), (1200, 1350)]
    assert hidden(kept, [(600, 700)], length=1400) >= 1


@given(
    st.lists(st.booleans(), min_size=3, max_size=14),
    st.integers(60, 200),
    st.integers(0, 60),
)
def test_what_holes_swallowed_is_within_what_they_may_hide(seen, each, pause):
    """Repetitions of which those not seen lie under a hole in their middle."""
    spans = [(40 + k * (each + pause), 40 + k * (each + pause) + each) for k in range(len(seen))]
    length = spans[-1][1] + 40
    holes = [
        (a + each // 3, a + 2 * each // 3) for (a, _), s in zip(spans, seen, strict=True) if not s
    ]
    kept = [span for span, s in zip(spans, seen, strict=True) if s]
    if kept:
        assert hidden(kept, holes, length) >= len(seen) - len(kept)
