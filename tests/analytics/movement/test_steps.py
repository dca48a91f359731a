"""Steps are told from a tremor, and a swing of a walk from a stroke that only feels like steps."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from analytics.movement.steps import step_period_s

RATE_HZ = 60.0


def felt(hz, *, amplitude=2.0, seconds=12):
    """Frames in which the force swings so often."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    acc = np.zeros((len(t), 3))
    acc[:, 2] = 9.81 + amplitude * np.sin(2 * np.pi * hz * t)
    return SimpleNamespace(acc=acc)


@pytest.mark.parametrize("hz", [1.1, 1.6, 2.2])
def test_steps_are_told_with_their_period(hz):
    period = step_period_s(felt(hz), RATE_HZ)
    assert (period > 0).all()
    steps = np.median(period) * hz
    assert steps == pytest.approx(round(steps), abs=0.1)


@pytest.mark.parametrize("hz", [4.2, 5.0, 5.8])
def test_a_tremor_is_no_walk(hz):
    assert not step_period_s(felt(hz, amplitude=4.0), RATE_HZ).any()


def test_who_stands_makes_no_steps():
    assert not step_period_s(felt(1.6, amplitude=0.2), RATE_HZ).any()
