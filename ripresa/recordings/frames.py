"""A recorded stream in frames of its own sample grid, however it was stored.

A home's journal holds about a second a batch, an archive a thousand samples; what is shown live
depends on which samples came before an event. So a replay cuts every stream alike: frames of
`FRAME_S` that begin at multiples of their length in sample indices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from telemetry.messages.motion import MotionBatch, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from telemetry.messages.motion import StreamItem

__all__ = ["FRAME_S", "in_frames"]

FRAME_S: Final = 0.1


def in_frames(items: Iterable[StreamItem]) -> Iterator[StreamItem]:
    """The same samples and markers, in order, the samples in frames."""
    length = 1
    held: list[MotionBatch] = []
    for item in items:
        if not isinstance(item, MotionBatch):
            yield from _joined(held)
            held = []
            if isinstance(item, StreamOpened):
                length = max(1, round(FRAME_S * item.rate_hz))
            yield item
            continue
        if held and not item.follows(held[-1]):
            yield from _joined(held)
            held = []
        for piece in _pieces(item, length):
            held.append(piece)
            if piece.next_index % length == 0:
                yield from _joined(held)
                held = []
    yield from _joined(held)


def _pieces(batch: MotionBatch, length: int) -> Iterator[MotionBatch]:
    start = 0
    while start < len(batch):
        stop = min(len(batch), start + length - (batch.first_index + start) % length)
        yield batch.cut(start, stop)
        start = stop


def _joined(held: list[MotionBatch]) -> Iterator[MotionBatch]:
    if held:
        yield MotionBatch.join(held) if len(held) > 1 else held[0]
