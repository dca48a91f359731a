"""One stream inside the core: its samples conditioned, oriented, and kept as a thin history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .conditioning import Conditioner, Segment
from .orientation import OrientationFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telemetry.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened

    from .orientation import Quaternion

__all__ = ["FRAME_RATE_HZ", "Frames", "Oriented", "StreamTrack"]

FRAME_RATE_HZ = 25.0
"""Least rate at which movement is looked at; no voluntary movement needs more."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frames:
    """Every so-many-th sample of a stream, as repetitions are found in; structure of arrays.

    Attributes:
        index: [n] int64 sample indices.
        t_us: [n] float64 host times, whole microseconds since the Unix epoch.
        q: [n, 4] float64 orientations, sensor to earth, w x y z.
        acc, gyr: [n, 3] float64, m/s² and rad/s.
        interpolated: [n] whether the sample was filled in.
        restarted: [n] whether the filter started afresh since the frame before.
    """

    index: npt.NDArray[np.int64]
    t_us: Floats
    q: Floats
    acc: Floats
    gyr: Floats
    interpolated: npt.NDArray[np.bool_]
    restarted: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.index)

    def at(self, numbers: npt.NDArray[np.int64]) -> Frames:
        """Some of the frames, by their numbers."""
        return Frames(
            index=self.index[numbers],
            t_us=self.t_us[numbers],
            q=self.q[numbers],
            acc=self.acc[numbers],
            gyr=self.gyr[numbers],
            interpolated=self.interpolated[numbers],
            restarted=self.restarted[numbers],
        )

    @property
    def speed(self) -> Floats:
        """[n] norm of the angular rate, rad/s."""
        speed: Floats = np.sqrt((self.gyr * self.gyr).sum(axis=1))
        return speed


@dataclass(frozen=True, slots=True)
class Oriented:
    """A segment with its orientations, for whoever needs every sample."""

    segment: Segment
    quaternions: Floats


class StreamTrack:
    """Conditions, orients and remembers one stream.

    Frames are the samples whose index is a multiple of `stride`, so that they are the same
    however the stream was cut. They are all that is remembered: about 9 MB an hour.
    """

    def __init__(self, opened: StreamOpened) -> None:
        self.opened = opened
        self.stride = max(1, int(opened.rate_hz // FRAME_RATE_HZ))
        self.frame_rate_hz = opened.rate_hz / self.stride
        self.ended = False
        self._conditioner = Conditioner.for_ranges(opened.acc_range_m_s2, opened.gyr_range_rad_s)
        self._filter = OrientationFilter(opened.rate_hz, gyroscope=opened.gyroscope)
        self._restarted = False
        self._restarts: set[int] = set()
        self._rows: Floats = np.empty((256, 12))
        self._n = 0

    @property
    def position(self) -> int:
        """Index up to which the stream is settled; all of it once it has ended."""
        return self._conditioner.position

    @property
    def conditioner(self) -> Conditioner:
        """The stream's conditioner, for its counts."""
        return self._conditioner

    def push(self, batch: MotionBatch) -> list[Oriented]:
        """Take a batch; its samples, and holes that it closed, come back with orientations."""
        oriented = []
        for segment in self._conditioner.push(batch):
            quaternions = self._filter.push(segment)
            self._remember(segment, quaternions, batch)
            oriented.append(Oriented(segment, quaternions))
        return oriented

    def gap(self, gap: StreamGap) -> None:
        """Take note of a declared gap."""
        self._conditioner.declare_gap(gap.first_index, gap.count)

    def end(self, ended: StreamEnded) -> None:
        """No sample will come any more."""
        self._conditioner.declare_gap(ended.next_index, 0)
        self.ended = True

    def frames(self, from_index: int, to_index: int) -> Frames:
        """The remembered frames with a sample index from `from_index` up to `to_index`."""
        rows = self._rows[self.frame_at(from_index) : self.frame_at(to_index)]
        index = rows[:, 0].astype(np.int64)
        q, gyr, acc = (np.ascontiguousarray(rows[:, a:b]) for a, b in ((1, 5), (5, 8), (8, 11)))
        return Frames(
            index=index,
            t_us=rows[:, 11].copy(),
            q=q,
            acc=acc,
            gyr=gyr,
            interpolated=self._conditioner.is_interpolated(index),
            restarted=np.isin(index, list(self._restarts)),
        )

    def frames_between(self, from_us: float, to_us: float) -> Frames:
        """The remembered frames with a host time from `from_us` up to and with `to_us`."""
        times = self._rows[: self._n, 11]
        a, b = np.searchsorted(times, (from_us, np.nextafter(to_us, np.inf)))
        a, b = max(0, int(a) - 1), min(self._n, int(b) + 1)
        if a >= b:
            return self.frames(0, 0)
        return self.frames(int(self._rows[a, 0]), int(self._rows[b - 1, 0]) + 1)

    def fresh(self, after: int) -> Iterator[tuple[int, Quaternion, bool]]:
        """Index, orientation and `restarted` of the frames from the `after`-th on."""
        for i, w, x, y, z in self._rows[after : self._n, :5].tolist():
            yield int(i), (w, x, y, z), i in self._restarts

    def frame_at(self, index: int) -> int:
        """Number of the first remembered frame with at least this sample index."""
        return int(np.searchsorted(self._rows[: self._n, 0], index))

    def _remember(self, segment: Segment, quaternions: Floats, batch: MotionBatch) -> None:
        self._restarted |= segment.restart and self._n > 0
        skip = -segment.first_index % self.stride
        picked = quaternions[skip :: self.stride]
        n = len(picked)
        if not n:
            return
        while self._n + n > len(self._rows):
            self._rows = np.concatenate((self._rows, np.empty_like(self._rows)))
        rows = self._rows[self._n : self._n + n]
        self._n += n
        first = segment.first_index + skip
        rows[:, 0] = range(first, first + n * self.stride, self.stride)
        rows[:, 1:5] = picked
        rows[:, 5:8] = segment.gyr[skip :: self.stride]
        rows[:, 8:11] = segment.acc[skip :: self.stride]
        rows[:, 11] = self._times_us(batch, segment, rows[:, 0])
        if self._restarted:
            self._restarts.add(first)
            self._restarted = False

    def _times_us(self, batch: MotionBatch, segment: Segment, index: Floats) -> Floats:
        """Host times of frames; of those filled in, by the rate before the next good sample."""
        t0_us = float(batch.t0_ns // 1000)
        if not segment.interpolated:
            first = int(index[0]) - batch.first_index
            picked = batch.dt_us[first : first + len(index) * self.stride : self.stride]
            times: Floats = picked.astype(np.float64) + t0_us
            return times
        good = segment.first_index + segment.interpolated
        offsets = np.maximum(index, good).astype(np.int64) - batch.first_index
        before_us = np.round(np.maximum(good - index, 0) * 1e6 / self.opened.rate_hz)
        filled: Floats = (batch.dt_us[offsets] + t0_us - before_us).astype(np.float64)
        return filled

    def state(self) -> dict[str, Any]:
        """All that it remembers but its opening, as plain values."""
        return {
            "ended": self.ended,
            "conditioner": self._conditioner.state(),
            "filter": self._filter.state(),
            "restarted": self._restarted,
            "restarts": sorted(self._restarts),
            "rows": self._rows[: self._n].tobytes(),
        }

    @classmethod
    def restore(cls, opened: StreamOpened, state: dict[str, Any]) -> StreamTrack:
        """Go on where `state` was taken."""
        track = cls(opened)
        track._resume(state)
        return track

    def _resume(self, state: dict[str, Any]) -> None:
        self.ended = state["ended"]
        self._conditioner = Conditioner.restore(state["conditioner"])
        self._filter.resume(state["filter"])
        self._restarted = state["restarted"]
        self._restarts = set(state["restarts"])
        rows = np.frombuffer(state["rows"]).reshape(-1, 12)
        self._rows = np.concatenate((rows, np.empty((256, 12))))
        self._n = len(rows)
