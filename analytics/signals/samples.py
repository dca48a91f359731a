"""The conditioned samples of one stream, kept whole: what a second look is taken at."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .arrays import Array, Indices
    from .conditioning import Segment

__all__ = ["Run", "SampleStore"]


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive samples without a break: [n, 3] acceleration m/s² and angular rate rad/s."""

    first_index: int
    acc: Array
    gyr: Array

    def __len__(self) -> int:
        return len(self.acc)


class SampleStore:
    """Samples as float32, as they come over the wire: 24 bytes each, 9 MB an hour at 100 Hz.

    A place is a sample's position in the store; a run is what lies between two restarts of the
    orientation filter, in which places and indices go hand in hand.
    """

    def __init__(self) -> None:
        self._values: npt.NDArray[np.float32] = np.empty((1024, 6), np.float32)
        self._n = 0
        self._runs: list[tuple[int, int]] = []
        """First index and place of each run."""

    def __len__(self) -> int:
        return self._n

    def add(self, segment: Segment) -> int:
        """Keep a segment's samples; returns the place of the first."""
        place, n = self._n, len(segment.acc)
        if segment.restart or not self._runs:
            self._runs.append((segment.first_index, place))
        while place + n > len(self._values):
            self._values = np.concatenate((self._values, np.empty_like(self._values)))
        self._values[place : place + n, :3] = segment.acc
        self._values[place : place + n, 3:] = segment.gyr
        self._n += n
        return place

    def at(self, places: Indices) -> tuple[Array, Array]:
        """Acceleration and angular rate [n, 3] of the samples at these places."""
        return _parted(self._values[places])

    def runs(self, from_index: int, to_index: int, lead: int) -> Iterator[Run]:
        """The runs within samples [from_index, to_index), each with up to `lead` before it."""
        # Whoever asks for the newest samples passes over no earlier run.
        begin = max(0, bisect_right(self._runs, from_index - lead, key=itemgetter(0)) - 1)
        for number in range(begin, len(self._runs)):
            first, place = self._runs[number]
            if first >= to_index:
                return
            end = self._runs[number + 1][1] if number + 1 < len(self._runs) else self._n
            start = max(first, from_index - lead)
            stop = min(first + end - place, to_index)
            if stop > max(start, from_index):
                shift = place - first
                yield Run(start, *_parted(self._values[start + shift : stop + shift]))

    def state(self) -> dict[str, Any]:
        """All that it remembers, as plain values."""
        return {"values": self._values[: self._n].tobytes(), "runs": [list(r) for r in self._runs]}

    def resume(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        values = np.frombuffer(state["values"], np.float32).reshape(-1, 6)
        self._values = np.concatenate((values, np.empty((1024, 6), np.float32)))
        self._n = len(values)
        self._runs = [(first, place) for first, place in state["runs"]]


def _parted(values: npt.NDArray[np.float32]) -> tuple[Array, Array]:
    return (
        np.ascontiguousarray(values[:, :3], dtype=np.float64),
        np.ascontiguousarray(values[:, 3:], dtype=np.float64),
    )
