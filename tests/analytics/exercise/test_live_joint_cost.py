"""Lost packets cost the live core of a joint nothing: it never looks at the whole item again."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core import Core
from analytics.exercise.observation import Hinge, Method, Observation
from analytics.joints.axis import HingeAxes
from analytics.signals.conditioning import Conditioner
from analytics.signals.oriented_stream import StreamTrack
from arm_motion import exercise, raises, whole_stream
from builders import SESSION, STREAM
from joint_motion import PROXIMAL, two_segments

PACKET = 10


def calls_of(monkeypatch, lost):
    """How often frames are built and fillings looked up while a joint is followed live."""
    counted = {"frames": 0, "filled": 0}
    for owner, name, kind in (
        (StreamTrack, "_frames", "frames"),
        (Conditioner, "holes", "filled"),
    ):
        original = getattr(owner, name)

        def counting(self, *args, original=original, kind=kind):
            counted[kind] += 1
            return original(self, *args)

        monkeypatch.setattr(owner, name, counting)
    axis = np.array([0.0, 0.0, 1.0])
    seen = Observation(
        stream=STREAM,
        axis=None,
        what="x",
        method=Method.FLEXION,
        hinge=Hinge(PROXIMAL, HingeAxes(axis, axis), 0.0),
    )
    distal, proximal = two_segments(raises(3, top_deg=100.0, rest_deg=0.0))
    core = Core(SESSION, lambda *_: seen)
    started, _ = exercise(len(distal))
    core.take_event(started.model_copy(update={"spans": {STREAM: 0, PROXIMAL: 0}}))
    packets = [whole_stream(b, range(0, len(b), PACKET)) for b in (distal, proximal)]
    for number, pair in enumerate(zip(*packets, strict=True)):
        for item in pair:
            if number % 20 != 3 or not lost:
                core.take(item)
    return counted


@pytest.mark.parametrize("lost", [False, True])
def test_following_a_joint_live_builds_no_frames(monkeypatch, lost):
    assert calls_of(monkeypatch, lost) == {"frames": 0, "filled": 0}
