"""A thinned curve has every peak and every gap of the whole one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dashboards.curves.envelope import envelope, unsampled
from dashboards.curves.session_curve import item_curve

ANGLES = st.floats(-30, 190) | st.just(float("nan"))


@given(
    n=st.integers(1, 700),
    steps=st.integers(1, 90),
    data=st.data(),
)
def test_the_extremes_of_every_step_are_those_of_its_samples(n, steps, data):
    values = data.draw(arrays.arrays(np.float64, n, elements=ANGLES))
    t_s = np.sort(data.draw(arrays.arrays(np.float64, n, elements=st.floats(0, 50))))
    found = envelope(t_s, values, seconds=50.0, steps=steps)
    at = np.minimum((t_s / 50.0 * steps).astype(int), steps - 1)
    for step in range(steps):
        inside = values[(at == step) & np.isfinite(values)]
        if len(inside) == 0:
            assert found.low[step] is None
            assert found.high[step] is None
        else:
            assert found.low[step] == pytest.approx(inside.min(), abs=0.051)
            assert found.high[step] == pytest.approx(inside.max(), abs=0.051)


def test_one_sample_of_a_peak_is_seen_however_coarse_the_screen():
    angle = np.full(6000, 20.0)
    angle[3456] = 168.0
    found = envelope(np.arange(6000) / 60, angle, seconds=100.0, steps=50)
    assert max(v for v in found.high if v is not None) == 168.0


@given(st.lists(st.tuples(st.floats(1, 80), st.floats(0.3, 5)), max_size=4))
def test_what_was_lost_is_a_gap_and_nothing_else_is(cuts):
    t_s = np.arange(6000) / 60
    kept = np.ones(6000, bool)
    for begin, length in cuts:
        kept &= (t_s < begin) | (t_s >= begin + length)
    gaps = unsampled(t_s[kept], seconds=100.0)
    assert all(
        np.count_nonzero((t_s[kept] > a + 0.01) & (t_s[kept] < b - 0.01)) == 0 for a, b in gaps
    )
    for missing in t_s[~kept]:
        assert any(a <= missing + 0.02 and missing - 0.02 <= b for a, b in gaps)


def test_where_nothing_came_all_is_a_gap():
    assert unsampled(np.empty(0), seconds=30.0) == ((0.0, 30.0),)


def test_what_came_and_was_not_told_stands_apart_from_what_was_lost():
    t_s = np.arange(600) / 60
    angle = np.where((t_s > 6) & (t_s < 8), np.nan, 50.0)
    kept = (t_s < 2) | (t_s > 3)
    curve = item_curve(("a", False), t_s[kept], angle[kept], seconds=10.0, steps=100)
    assert [tuple(round(x) for x in span) for span in curve.lost] == [(2, 3)]
    assert [tuple(round(x) for x in span) for span in curve.unseen] == [(6, 8)]
    assert curve.low_deg[25] is None
    assert curve.low_deg[70] is None
    assert curve.low_deg[50] == 50.0
