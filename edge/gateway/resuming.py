"""A gateway that was killed goes on with the streams it left open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamItem, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["RESTARTED", "ResumePoint", "abandoned", "resume_point", "resume_points"]

RESTARTED = "gateway restarted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePoint:
    """Where a stream that was never ended stopped.

    Attributes:
        stream, wearable: which one.
        epoch: of its `StreamOpened`.
        next_index: the first one neither recorded nor declared lost.
        last_index: the last one recorded, whose times the next two are.
        device_us: device time of the last recorded sample, unwrapped; None for a wearable
            without device time, or where nothing was recorded.
        t_ns: host time of that sample.
    """

    stream: str
    wearable: str
    epoch: int
    next_index: int = 0
    last_index: int = -1
    device_us: int | None = None
    t_ns: int = 0


def resume_point(items: Iterable[StreamItem]) -> ResumePoint | None:
    """Where one stream's recorded items break off; None when it was ended, or never opened."""
    point: ResumePoint | None = None
    for item in items:
        match item:
            case StreamOpened():
                point = ResumePoint(
                    stream=item.stream,
                    wearable=item.wearable,
                    epoch=item.epoch,
                    t_ns=item.opened_ns,
                )
            case StreamEnded():
                return None
            case MotionBatch() if point is not None:
                point = ResumePoint(
                    stream=point.stream,
                    wearable=point.wearable,
                    epoch=point.epoch,
                    next_index=item.next_index,
                    last_index=item.next_index - 1,
                    device_us=None if item.device_us is None else int(item.device_us[-1]),
                    t_ns=int(item.t_ns[-1]),
                )
            case StreamGap() if point is not None and item.count:
                point = ResumePoint(
                    stream=point.stream,
                    wearable=point.wearable,
                    epoch=point.epoch,
                    next_index=item.first_index + item.count,
                    last_index=point.last_index,
                    device_us=point.device_us,
                    t_ns=point.t_ns,
                )
    return point


def resume_points(streams: Iterable[Iterable[StreamItem]]) -> dict[str, ResumePoint]:
    """The points of all streams that were left open, by wearable; of several the newest.

    Args:
        streams: the recorded items of each stream, streams in the order in which they opened.
    """
    points = (resume_point(items) for items in streams)
    return {p.wearable: p for p in points if p is not None}


def abandoned(point: ResumePoint, t_ns: int) -> list[StreamItem]:
    """Markers that close a stream whose wearable did not come back after the restart."""
    return [
        StreamGap(
            stream=point.stream,
            first_index=point.next_index,
            count=None,
            reason=RESTARTED,
            t_ns=t_ns,
        ),
        StreamEnded(stream=point.stream, next_index=point.next_index, reason=RESTARTED, t_ns=t_ns),
    ]
