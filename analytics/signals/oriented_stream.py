"""One stream inside the core: its samples conditioned, oriented, and kept for a second look."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from telemetry.messages.codec import decode_item, encode_item
from telemetry.messages.motion import StreamQuality

from .arrays import lengths
from .conditioning import Conditioner, Segment
from .gaps import gap_sigmas_rad
from .orientation import (
    CALIBRATED_MAGNETOMETERS,
    OrientationFilter,
    Orientations,
    orientations_afterwards,
)
from .samples import SampleStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened

    from .arrays import Array, Indices, Mask, Quaternion
    from .orientation import Heading
    from .samples import Run

__all__ = ["FRAME_RATE_HZ", "Frames", "Oriented", "StreamTrack"]

FRAME_RATE_HZ = 25.0
"""Least rate at which movement is looked at; no voluntary movement needs more."""
LEAD_S = 30.0
"""How much before an item helps to see its orientations: the gyroscope's bias is known sooner."""

Look: TypeAlias = Literal["back", "joint", "forward"]
"""How orientations are seen: from the frames' end, thus for a joint, or as a live filter does."""

_UNSEEN = (np.nan,) * 4
FEW = 4
"""Frames at once, up to which they are remembered value by value."""


@dataclass(frozen=True)
class Frames:
    """Every so-many-th sample of a stream, as repetitions are found in; structure of arrays.

    Attributes:
        index: [n] int64 sample indices.
        t_us: [n] float64 host times, whole microseconds since the Unix epoch.
        acc, gyr: [n, 3] float64, m/s² and rad/s.
        interpolated: [n] whether it, or a sample since the frame before, was filled in.
        bridged_rad: [n] standard deviation of the turn in what was filled in there, radians.
        restarted: [n] whether the filter started afresh since the frame before.
        orient: gives `q`, `q_joint` or `q_forward`; called once each is asked for.
        gyroscope: whether there is one; else `gyr` is zero.
    """

    index: Indices
    t_us: Array
    acc: Array
    gyr: Array
    interpolated: Mask
    restarted: Mask
    orient: Callable[[Look], Array]
    bridged_rad: Array
    gyroscope: bool = True

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def q(self) -> Array:
        """[n, 4] orientations, sensor to earth, w x y z, seen from the frames' end."""
        return self.orient("back")

    @cached_property
    def q_joint(self) -> Array:
        """The same as two sensors on a joint are compared by (`BIAS_OF_JOINTS_DEG_S`)."""
        return self.orient("joint")

    @cached_property
    def q_forward(self) -> Array:
        """The same as a live filter finds them."""
        return self.orient("forward")

    def at(self, numbers: Indices) -> Frames:
        """Some of the frames, by their numbers."""
        return Frames(
            index=self.index[numbers],
            t_us=self.t_us[numbers],
            acc=self.acc[numbers],
            gyr=self.gyr[numbers],
            interpolated=self.interpolated[numbers],
            restarted=self.restarted[numbers],
            orient=lambda look: self._seen(look)[numbers],
            bridged_rad=self.bridged_rad[numbers],
            gyroscope=self.gyroscope,
        )

    def _seen(self, look: Look) -> Array:
        match look:
            case "back":
                return self.q
            case "joint":
                return self.q_joint
            case "forward":
                return self.q_forward

    @cached_property
    def speed(self) -> Array:
        """[n] norm of the angular rate, rad/s."""
        return lengths(self.gyr)


class Oriented(NamedTuple):
    """A segment with its orientations as they are known live, for whoever needs every sample.

    Attributes:
        segment: the samples.
        quaternions: [n, 4] sensor to earth, heading free.
        heading: the same with a heading, where a calibrated magnetometer gives one.
    """

    segment: Segment
    quaternions: Array
    heading: Heading | None = None


class StreamTrack:
    """Conditions, orients and remembers one stream.

    Frames are the samples whose index is a multiple of `stride`, so that they are the same
    however the stream was cut. Live, each sample is oriented as it comes; an item's frames are
    oriented once more when it is looked back at, from its samples and LEAD_S before them and from
    nothing after its end, so that a session's end and its recording give the same.

    Args:
        opened: the stream's opening.
        live: whether samples are oriented as they come; else only looking back.
    """

    def __init__(self, opened: StreamOpened, *, live: bool = True) -> None:
        self.opened = opened
        self.stride = max(1, int(opened.rate_hz // FRAME_RATE_HZ))
        self.frame_rate_hz = opened.rate_hz / self.stride
        self.ended = False
        self._qualities: list[StreamQuality] = []
        self._conditioner = Conditioner.for_ranges(opened.acc_range_m_s2, opened.gyr_range_rad_s)
        self._filter = OrientationFilter(
            opened.rate_hz,
            gyroscope=opened.gyroscope,
            magnetometer=opened.model in CALIBRATED_MAGNETOMETERS,
        )
        self._live = live
        self._samples = SampleStore()
        self._restarted = False
        self._restarts: set[int] = set()
        self._rows: Array = np.empty((256, 7))
        """Of each frame its index, live orientation, host time in µs, and place in the store."""
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
        """Take a batch; live, its samples and holes that it closed come back with orientations."""
        oriented = []
        for segment in self._conditioner.push(batch):
            found = self._filter.push(segment) if self._live else None
            self._remember(segment, found, batch)
            if found is not None:
                oriented.append(Oriented(segment, found.quaternions, found.heading))
        return oriented

    def gap(self, gap: StreamGap) -> None:
        """Take note of a declared gap."""
        self._conditioner.declare_gap(gap.first_index, gap.count)

    def mark(self, quality: StreamQuality) -> None:
        """Take note of what a marker says of the samples from its index on."""
        self._qualities.append(quality)

    def qualities(self, from_index: int, to_index: int) -> Iterator[tuple[StreamQuality, int, int]]:
        """The markers that hold somewhere in [from_index, to_index), and from where to where."""
        for number, quality in enumerate(self._qualities):
            later = (q for q in self._qualities[number + 1 :] if q.kind is quality.kind)
            until = next((q.first_index for q in later), to_index)
            a, b = max(from_index, quality.first_index), min(to_index, until)
            if a < b:
                yield quality, a, b

    def measured(self, from_index: int, to_index: int) -> tuple[Indices, Array, Array]:
        """Index, acceleration and angular rate of the samples in [from_index, to_index)."""
        runs = list(self._samples.runs(from_index, to_index, 0))
        if not runs:
            return np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 3))
        indices = [np.arange(r.first_index, r.first_index + len(r)) for r in runs]
        if len(runs) == 1:
            return indices[0], runs[0].acc, runs[0].gyr
        accs, gyrs = [r.acc for r in runs], [r.gyr for r in runs]
        return np.concatenate(indices), np.concatenate(accs), np.concatenate(gyrs)

    def end(self, ended: StreamEnded) -> None:
        """No sample will come any more."""
        self._conditioner.declare_gap(ended.next_index, 0)
        self.ended = True

    def frames(self, from_index: int, to_index: int) -> Frames:
        """The remembered frames with a sample index from `from_index` up to `to_index`."""
        a, b = self.frame_at(from_index), self.frame_at(to_index)
        return self._frames(a, b, from_index, to_index)

    def frames_between(self, from_us: float, to_us: float) -> Frames:
        """The frames with a host time from `from_us` to `to_us`, and the next ones around them.

        What lies around them is oriented as the frame beside it.
        """
        times = self._rows[: self._n, 5]
        a, b = map(int, np.searchsorted(times, (from_us, np.nextafter(to_us, np.inf))))
        if a >= b:
            return self.frames(0, 0)
        first, last = int(self._rows[a, 0]), int(self._rows[b - 1, 0])
        return self._frames(max(0, a - 1), min(self._n, b + 1), first, last + 1)

    def _frames(self, a: int, b: int, from_index: int, to_index: int) -> Frames:
        rows = self._rows[a:b]
        index = rows[:, 0].astype(np.int64)
        acc, gyr = self._samples.at(rows[:, 6].astype(np.int64))
        bridged_rad = self._bridged(index)
        seen = _Looks(self, index, from_index, to_index)
        return Frames(
            index=index,
            t_us=rows[:, 5].copy(),
            acc=acc,
            gyr=gyr,
            interpolated=bridged_rad >= 0,
            restarted=np.isin(index, list(self._restarts)),
            orient=seen.orientations,
            bridged_rad=np.maximum(bridged_rad, 0.0),
            gyroscope=self.opened.gyroscope,
        )

    def _bridged(self, index: Indices) -> Array:
        """[n] what holes since the frame before leave uncertain, radians; -1 where there are none.

        Holes may lie between frames, so that none of them shows which samples were lost.
        """
        found = np.full(len(index), -1.0)
        if not len(index):
            return found
        first, stop = int(index[0]) - self.stride + 1, int(index[-1]) + 1
        holes = self._conditioner.holes(first, stop)
        if not len(holes):
            return found
        least, most = int(holes[:, 0].min()) - 1, int(holes.sum(axis=1).max()) + 1
        at, _, gyr = self.measured(least, most)
        before = gyr[np.maximum(np.searchsorted(at, holes[:, 0]) - 1, 0)]
        after = gyr[np.minimum(np.searchsorted(at, holes.sum(axis=1)), len(gyr) - 1)]
        sigmas = gap_sigmas_rad(before, after, (holes[:, 1] + 1) / self.opened.rate_hz)
        starts = np.searchsorted(index, holes[:, 0])
        stops = np.searchsorted(index, holes.sum(axis=1) - 1 + self.stride)
        for a, b, sigma in zip(starts.tolist(), stops.tolist(), sigmas.tolist(), strict=True):
            found[a:b] = np.maximum(found[a:b], sigma)
        return found

    def leading(self, from_index: int, to_index: int) -> list[Run]:
        """The samples in [from_index, to_index), and up to LEAD_S before each beginning."""
        lead = round(LEAD_S * self.opened.rate_hz)
        return list(self._samples.runs(from_index, to_index, lead))

    def fresh(self, after: int) -> Iterator[tuple[int, Quaternion, bool]]:
        """Index, orientation and `restarted` of the frames from the `after`-th on."""
        for i, w, x, y, z in self._rows[after : self._n, :5].tolist():
            yield int(i), (w, x, y, z), i in self._restarts

    def times_us(self, first: int, stop: int) -> Array:
        """Host times of the frames from number `first` up to `stop`, without anything else."""
        times: Array = self._rows[first:stop, 5]
        return times

    def frame_since(self, t_us: float) -> int:
        """Number of the frame before the first one with at least this host time."""
        found = int(np.searchsorted(self._rows[: self._n, 5], t_us))
        return max(0, found - 1) if found < self._n else self._n

    def runs(self, from_index: int) -> Iterator[Run]:
        """The conditioned samples from this index on, without breaks inside a run."""
        return self._samples.runs(from_index, self.position, 0)

    def frame_at(self, index: int) -> int:
        """Number of the first remembered frame with at least this sample index."""
        return int(np.searchsorted(self._rows[: self._n, 0], index))

    def _remember(self, segment: Segment, found: Orientations | None, batch: MotionBatch) -> None:
        self._restarted |= segment.restart and self._n > 0
        place = self._samples.add(segment)
        skip = -segment.first_index % self.stride
        n = len(range(skip, len(segment.acc), self.stride))
        if not n:
            return
        while self._n + n > len(self._rows):
            self._rows = np.concatenate((self._rows, np.empty_like(self._rows)))
        rows = self._rows[self._n : self._n + n]
        self._n += n
        first = segment.first_index + skip
        if self._restarted:
            self._restarts.add(first)
            self._restarted = False
        frames = range(first, first + n * self.stride, self.stride)
        q = None if found is None else found.quaternions[skip :: self.stride]
        if n <= FEW and q is not None and not segment.interpolated:
            # One assignment of plain values: quicker than a column at a time.
            t0_us, shift = float(batch.t0_ns // 1000), place - segment.first_index
            dt_us = batch.dt_us[first - batch.first_index :: self.stride][:n].tolist()
            rows[:] = [
                (i, *turned, t0_us + dt, i + shift)
                for i, turned, dt in zip(frames, q.tolist(), dt_us, strict=True)
            ]
            return
        index = rows[:, 0]
        index[:] = np.arange(frames.start, frames.stop, frames.step)
        rows[:, 1:5] = _UNSEEN if q is None else q
        rows[:, 5] = self._times_us(batch, segment, index)
        rows[:, 6] = index + (place - segment.first_index)

    def _times_us(self, batch: MotionBatch, segment: Segment, index: Array) -> Array:
        """Host times of frames; of those filled in, by the rate before the next good sample."""
        t0_us = float(batch.t0_ns // 1000)
        if not segment.interpolated:
            first = int(index[0]) - batch.first_index
            picked = batch.dt_us[first : first + len(index) * self.stride : self.stride]
            return np.asarray(picked + t0_us, np.float64)
        good = segment.first_index + segment.interpolated
        offsets = np.maximum(index, good).astype(np.int64) - batch.first_index
        before_us = np.round(np.maximum(good - index, 0) * 1e6 / self.opened.rate_hz)
        return np.asarray(batch.dt_us[offsets] + t0_us - before_us, np.float64)

    def state(self) -> dict[str, Any]:
        """All that it remembers but its opening, as plain values."""
        return {
            "ended": self.ended,
            "conditioner": self._conditioner.state(),
            "filter": self._filter.state(),
            "restarted": self._restarted,
            "restarts": sorted(self._restarts),
            "samples": self._samples.state(),
            "qualities": [encode_item(quality) for quality in self._qualities],
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
        self._samples.resume(state["samples"])
        kept = (decode_item(quality) for quality in state["qualities"])
        self._qualities = [quality for quality in kept if isinstance(quality, StreamQuality)]
        rows = np.frombuffer(state["rows"]).reshape(-1, 7)
        self._rows = np.concatenate((rows, np.empty((256, 7))))
        self._n = len(rows)


class _Looks:
    """Looks at the orientations of some frames, looking back from their end or forward.

    Args:
        track: whose frames they are.
        index: [n] their sample indices.
        from_index, to_index: between which they are looked at; others are as the nearest of them.
    """

    def __init__(self, track: StreamTrack, index: Indices, from_index: int, to_index: int) -> None:
        self._track, self._index = track, index
        self._from_index, self._to_index = from_index, to_index

    @cached_property
    def _runs(self) -> list[Run]:
        return self._track.leading(self._from_index, self._to_index)

    def orientations(self, look: Look) -> Array:
        """[n, 4] of the frames."""
        index = self._index
        q = np.empty((len(index), 4))
        rate_hz, gyroscope = self._track.opened.rate_hz, self._track.opened.gyroscope
        for run in self._runs:
            if look == "forward":
                seen = OrientationFilter(rate_hz, gyroscope=gyroscope).push(_whole(run))
            else:
                seen = orientations_afterwards(
                    *(run.acc, run.gyr, None, rate_hz),
                    gyroscope=gyroscope,
                    of_joint=look == "joint",
                )
            a, b = np.searchsorted(index, (run.first_index, run.first_index + len(run)))
            q[a:b] = seen.quaternions[index[a:b] - run.first_index]
        inside = np.flatnonzero((index >= self._from_index) & (index < self._to_index))
        if len(inside):
            q[: inside[0]] = q[inside[0]]
            q[inside[-1] + 1 :] = q[inside[-1]]
        return q


def _whole(run: Run) -> Segment:
    return Segment(run.first_index, run.acc, run.gyr, interpolated=0, restart=True)
