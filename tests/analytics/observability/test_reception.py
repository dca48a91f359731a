"""What every kind of item tells of how its stream was received."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics import offline
from analytics.exercise.observation import Method, Observation
from arm_motion import exercise, one_batch, raises, whole_stream
from builders import SESSION, STREAM
from telemetry.messages.motion import StreamEnded, StreamGap

MEASURED = [m for m in Method if m is not Method.FLEXION]


def observe_by(method):
    def observe(_started, streams, _known):
        (stream,) = streams
        axis = (1.0, 0.0, 0.0) if method is Method.ELEVATION else None
        return Observation(stream=stream, method=method, axis=axis, what="a limb")

    return observe


def item_of(streams, method, span):
    events = exercise(span[1], from_index=span[0])
    return offline.run(SESSION, events, [streams], observe_by(method), plan_version=1).items[0]


@pytest.mark.parametrize("method", MEASURED)
@pytest.mark.parametrize("how", ["lost", "no numbers"])
def test_an_item_of_which_nothing_of_use_came_is_unknown_and_not_zero(method, how):
    batch = one_batch(raises(4))
    half = len(batch) // 2
    if how == "lost":
        streams = [*whole_stream(batch.cut(0, half))[:-1]]
        streams += [
            StreamGap(stream=STREAM, first_index=half, count=half, reason="radio"),
            StreamEnded(stream=STREAM, next_index=2 * half, reason="stopped"),
        ]
    else:
        acc = batch.acc.copy()
        acc[half:] = np.nan
        streams = whole_stream(replace(batch, acc=acc))
    item = item_of(streams, method, (half, 2 * half))
    assert item.repetitions == ()
    assert (item.count_low, item.count_high) == (None, None)
    assert not item.judged
    assert not item.received
    assert [d.kind for d in item.doubts] == ["nothing received"]
    assert item.range_of_motion is item.active_peak is None
