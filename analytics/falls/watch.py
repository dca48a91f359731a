"""Watches all streams of a home for falls; one fall is one notice, however many streams felt it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened

from .detector import FallDetector

if TYPE_CHECKING:
    from telemetry.messages.motion import StreamItem

    from .detector import Suspicion

__all__ = ["SAME_FALL_S", "FallNotice", "FallWatch"]

SAME_FALL_S = 30.0
"""Impacts this close are one fall, and one question."""


@dataclass(frozen=True, slots=True)
class FallNotice:
    """A suspicion, where the wearable is worn, and the host time of the impact."""

    suspicion: Suspicion
    placement: str
    t_ns: int


class FallWatch:
    """A detector for each open stream; each stream's items come in their order."""

    def __init__(self) -> None:
        self._opened: dict[str, StreamOpened] = {}
        self._detectors: dict[str, FallDetector] = {}
        self._told_ns: int | None = None

    def take(self, item: StreamItem) -> list[FallNotice]:
        """Take a stream item; items of streams that were never opened here are left out."""
        if isinstance(item, StreamOpened):
            if item.stream not in self._opened:
                self._opened[item.stream] = item
                self._detectors[item.stream] = FallDetector(item)
            return []
        detector = self._detectors.get(item.stream)
        if detector is None:
            return []
        match item:
            case MotionBatch():
                notices = [self._notice(item, found) for found in detector.push(item)]
                return [notice for notice in notices if self._is_new(notice)]
            case StreamGap():
                detector.gap(item)
            case StreamEnded():
                del self._opened[item.stream], self._detectors[item.stream]
        return []

    def _notice(self, batch: MotionBatch, found: Suspicion) -> FallNotice:
        opened = self._opened[found.stream]
        since_s = (found.found_index - found.impact_index) / opened.rate_hz
        found_ns = int(batch.t_ns[found.found_index - batch.first_index])
        return FallNotice(found, opened.placement, found_ns - round(since_s * 1e9))

    def _is_new(self, notice: FallNotice) -> bool:
        told_ns = self._told_ns
        if told_ns is not None and abs(notice.t_ns - told_ns) < SAME_FALL_S * 1e9:
            return False
        self._told_ns = notice.t_ns
        return True
