"""The fault matrix names the scene that went wrong, so that it can be played again."""

import pytest

from edge.rehearsal.radio_faults import account
from edge_streams import batch
from ripresa.bench.fault_matrix import what_is_amiss


@pytest.mark.parametrize(
    ("emitted", "items", "wrong"),
    [
        (100, [batch(0, 90)], {"undeclared_lost": 10, "duplicates": 0, "surplus": 0}),
        (100, [batch(0, 100), batch(91, 9)], {"undeclared_lost": 0, "duplicates": 9, "surplus": 0}),
        (91, [batch(0, 100)], {"undeclared_lost": 0, "duplicates": 0, "surplus": 9}),
    ],
)
def test_a_scene_that_lost_or_doubled_samples_is_named_with_its_seed(emitted, items, wrong):
    found = what_is_amiss(account("link lost", 13, emitted, items))
    assert found == {"fault": "link lost", "seed": 13} | wrong


def test_a_scene_that_kept_its_promise_is_not_named():
    assert what_is_amiss(account("link lost", 13, 100, [batch(0, 100)])) == {}
