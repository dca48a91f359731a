"""A way into position, or out of it, spoils neither a joint's axes nor whether it is believed."""

from __future__ import annotations

import pytest

from research.session_cases.done_otherwise import done_otherwise
from research.session_cases.outcome import judged
from research.session_cases.spliced import spliced


@pytest.mark.parametrize(
    ("name", "cases"),
    [
        # The item's beginning cuts a way into position that bends the joint as far.
        ("positioning-before-elbow-01", lambda: spliced("positioning", [1])),
        # The set's own axes, which tell no side of a thigh that keeps still.
        ("positioning-before-knee-410", lambda: spliced("positioning", [410])),
        # It bends the same hinge, and shows the side of the still arm's axis wrong.
        pytest.param(
            "otherwise-positioning-before-slowly-elbow-00",
            lambda: done_otherwise("positioning", [0]),
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_a_joint_is_told_beside_a_way_into_position(name, cases):
    (spec,) = (c for c in cases() if c.name == name)
    found = judged(spec)
    assert found.shown.reason is None
    assert found.holds
