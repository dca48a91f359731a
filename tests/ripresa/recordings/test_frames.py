"""However a stream was stored, a replay cuts it alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from builders import STREAM, batch, opened, quality
from ripresa.recordings.frames import in_frames
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import MotionBatch, StreamGap

LENGTH = 6
"""A tenth of a second at the builder's 60 Hz."""


def stored(sizes):
    """The same forty samples, a loss and five more, cut into batches of so many."""
    whole, at, items = batch(40), 0, [opened()]
    for size in sizes:
        if at < 40:
            items.append(whole.cut(at, min(40, at + size)))
            at += size
    if at < 40:
        items.append(whole.cut(at, 40))
    gap = StreamGap(stream=STREAM, first_index=40, count=3, reason="radio")
    return [*items, gap, quality(first_index=43), batch(5, first_index=43)]


@given(st.lists(st.integers(1, 30), max_size=30))
def test_frames_do_not_depend_on_how_the_samples_were_stored(sizes):
    cut = [encode_item(item) for item in in_frames(stored(sizes))]
    assert cut == [encode_item(item) for item in in_frames(stored([40]))]


def test_frames_begin_at_multiples_of_their_length_and_a_marker_ends_one():
    frames = [i for i in in_frames(stored([7, 7])) if isinstance(i, MotionBatch)]
    begins = [frame.first_index for frame in frames]
    assert begins == [0, 6, 12, 18, 24, 30, 36, 43]
    assert [len(frame) for frame in frames] == [6] * 6 + [4, 5]
