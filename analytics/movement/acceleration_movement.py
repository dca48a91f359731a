"""The movement of a sensor without a gyroscope while the item goes on: what it feels."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from .counting import FELT_LEAST_DEG, GRAVITY_M_S2
from .movement import AlongMainAxis, dot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Quaternion, Vector
    from analytics.signals.oriented_stream import StreamTrack

__all__ = ["Felt"]

STAGE_S = 0.15
"""Time constant of each stage of the low-pass; together they are 0.45 s late."""
STAGES = 3
FULL_DEG = math.degrees(1.0) / GRAVITY_M_S2


class Felt(AlongMainAxis):
    """`counting` in the smoothed acceleration, frame by frame: a `movement.Movement`.

    1. Each sample's acceleration passes STAGES low-passes of first order, the nearest to the
       recorded run's bell that looks at nothing to come. In degrees: those by which gravity would
       have to tilt.
    2. The main axis of that is looked for again and again, as in `movement.Turning`, and the
       repetitions are counted along it.
    3. Between frames, what moves a game is gravity's direction along the same axis: it comes
       sooner, and counts nothing.

    Args:
        track: the stream; its samples are read along with its frames.
        from_index: the item's first sample.
    """

    least_deg = FELT_LEAST_DEG

    def __init__(self, track: StreamTrack, from_index: int) -> None:
        super().__init__(track.frame_rate_hz)
        self._track = track
        self._next_index = from_index
        self._share = 1 - math.exp(-1 / (STAGE_S * track.opened.rate_hz))
        self._stages: list[list[float]] = []
        self._waiting: deque[Vector] = deque()

    def add(self, q: Quaternion, *, restarted: bool) -> float:  # noqa: ARG002 - reads samples
        """Take the next frame: the samples up to it."""
        if not self._waiting:
            self._read()
        self._vectors.append(self._waiting.popleft())
        return dot(self._vectors[-1], self._axis)

    def values(self, orientations: Sequence[Quaternion]) -> list[float]:
        """Gravity's part along the main axis, degrees."""
        return [
            math.degrees(
                dot(
                    (2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z),
                    self._axis,
                )
            )
            for w, x, y, z in orientations
        ]

    def _read(self) -> None:
        """Smooth the samples that have come; those of frames wait to be taken."""
        stride = self._track.stride
        for run in self._track.runs(self._next_index):
            if run.first_index > self._next_index:
                self._stages = []
            for index, acc in enumerate(run.acc.tolist(), run.first_index):
                smooth = self._smooth(acc)
                if index % stride == 0:
                    self._waiting.append(smooth)
            self._next_index = run.first_index + len(run)

    def _smooth(self, acc: list[float]) -> Vector:
        if not self._stages:
            self._stages = [list(acc) for _ in range(STAGES)]
        passed = acc
        for stage in self._stages:
            for i, value in enumerate(passed):
                stage[i] += self._share * (value - stage[i])
            passed = stage
        x, y, z = passed
        return (x * FULL_DEG, y * FULL_DEG, z * FULL_DEG)
