"""What a wearable says: batches of samples, and the markers that bound and break a stream.

A stream is one run of one wearable: a new ULID at every start and at every device epoch
(a reboot). Its samples are numbered on the wearable's own sample grid at `rate_hz`, so a loss
shows as a jump of the index; a `StreamGap` declares it and a `StreamEnded` closes the stream.
Nothing else decides either. What changes along the way in how far its samples can be trusted
(clock, lag, link, stamps, rate) is told by a `StreamQuality` with the index it holds from, never
by a figure that is carried over a batch: batches may be cut and joined anywhere.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Float32Array",
    "Int32Array",
    "Int64Array",
    "MotionBatch",
    "QualityKind",
    "StreamEnded",
    "StreamGap",
    "StreamItem",
    "StreamOpened",
    "StreamQuality",
    "TimeQuality",
]

Float32Array: TypeAlias = npt.NDArray[np.float32]
Int32Array: TypeAlias = npt.NDArray[np.int32]
Int64Array: TypeAlias = npt.NDArray[np.int64]
_N = TypeVar("_N", bound=np.generic)
JOINED_NS = 60_000_000_000
"""Batches that are further apart are left alone: times in a batch have 32 bits."""


class TimeQuality(StrEnum):
    """How a sample's host time came about."""

    MAPPED = "mapped"
    """The wearable stamps its samples, and a clock model maps them to the host."""
    FITTED = "fitted"
    """No device time: a sample grid was fitted to the arrivals; a loss is invisible."""
    ARRIVAL = "arrival"
    """The moment of arrival, nothing better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOpened:
    """A wearable started to measure.

    Attributes:
        stream: ULID.
        wearable: its identity (configured name or serial number), never its radio address.
        model: e.g. `movella-dot`.
        placement: where it is worn, e.g. `wrist-right`.
        rate_hz: nominal rate of the sample grid, by the wearable's own clock.
        opened_ns: host time.
        epoch: counts the wearable's reboots as the gateway sees them.
        time_quality: how its samples get their host time.
        numbered: whether the wearable numbers or stamps samples, so that loss is seen.
        gyroscope: whether its batches carry angular rates.
        acc_range_m_s2, gyr_range_rad_s: full scale; a sample there is saturated. None: unknown.
        firmware: as the wearable tells it.
    """

    stream: str
    wearable: str
    model: str
    placement: str
    rate_hz: float
    opened_ns: int
    epoch: int = 0
    time_quality: TimeQuality = TimeQuality.MAPPED
    numbered: bool = True
    gyroscope: bool = True
    acc_range_m_s2: float | None = None
    gyr_range_rad_s: float | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MotionBatch:
    """Consecutive samples of one stream, structure of arrays.

    Attributes:
        stream: ULID.
        first_index: index of the first sample in the stream; the others follow one by one.
        t0_ns: host time of the first sample, Unix epoch UTC, a whole number of microseconds.
        dt_us: [n] int32, host time of each sample after `t0_ns`.
        lag_us: [n] int32, how much later than its host time each sample arrived.
        device_us: [n] int64 raw device time, unwrapped; None where the wearable has none.
        acc: [n, 3] float32, m/s².
        gyr: [n, 3] float32, rad/s; None for a wearable without gyroscope.
        mag: [n, 3] float32, in units of the local field; None where there is none.
    """

    stream: str
    first_index: int
    t0_ns: int
    dt_us: Int32Array
    lag_us: Int32Array
    acc: Float32Array
    gyr: Float32Array | None = None
    mag: Float32Array | None = None
    device_us: Int64Array | None = None

    def __len__(self) -> int:
        return len(self.dt_us)

    @property
    def next_index(self) -> int:
        """Index of the sample that would follow."""
        return self.first_index + len(self)

    @property
    def t_ns(self) -> Int64Array:
        """[n] int64 host times."""
        return self.t0_ns + self.dt_us.astype(np.int64) * 1000

    @property
    def arrival_ns(self) -> Int64Array:
        """[n] int64 host times of arrival."""
        return self.t_ns + self.lag_us.astype(np.int64) * 1000

    def follows(self, before: MotionBatch) -> bool:
        """Whether it goes on where `before` ended, with the same channels: both can be joined."""
        return (
            self.stream == before.stream
            and self.first_index == before.next_index
            and abs(self.t0_ns - before.t0_ns) < JOINED_NS
            and (self.gyr is None) == (before.gyr is None)
            and (self.mag is None) == (before.mag is None)
            and (self.device_us is None) == (before.device_us is None)
        )

    def cut(self, start: int, stop: int) -> MotionBatch:
        """The samples `start` up to `stop` (0 is the batch's first) as a batch of their own.

        Raises:
            ValueError: the slice is empty or outside the batch.
        """
        if not 0 <= start < stop <= len(self):
            raise ValueError(f"cannot cut [{start}:{stop}] out of {len(self)} samples")
        part = slice(start, stop)
        shift_us = int(self.dt_us[start])
        return replace(
            self,
            first_index=self.first_index + start,
            t0_ns=self.t0_ns + shift_us * 1000,
            dt_us=self.dt_us[part] - np.int32(shift_us),
            lag_us=self.lag_us[part],
            acc=self.acc[part],
            gyr=None if self.gyr is None else self.gyr[part],
            mag=None if self.mag is None else self.mag[part],
            device_us=None if self.device_us is None else self.device_us[part],
        )

    @staticmethod
    def join(batches: list[MotionBatch]) -> MotionBatch:
        """Consecutive batches of one stream as one.

        Raises:
            ValueError: they are none, of different streams or channels, or not consecutive.
        """
        if not batches:
            raise ValueError("no batches to join")
        first = batches[0]
        for a, b in itertools.pairwise(batches):
            if b.stream != a.stream or b.first_index != a.next_index:
                raise ValueError(f"{b.stream}[{b.first_index}] does not follow {a.stream}")
        dt_us = [np.add(b.dt_us, (b.t0_ns - first.t0_ns) // 1000, dtype=np.int64) for b in batches]
        return replace(
            first,
            dt_us=np.concatenate(dt_us).astype(np.int32),
            lag_us=np.concatenate([b.lag_us for b in batches]),
            acc=np.concatenate([b.acc for b in batches]),
            gyr=_joined([b.gyr for b in batches], "gyr"),
            mag=_joined([b.mag for b in batches], "mag"),
            device_us=_joined([b.device_us for b in batches], "device_us"),
        )


def _joined(parts: Sequence[npt.NDArray[_N] | None], name: str) -> npt.NDArray[_N] | None:
    present = [p for p in parts if p is not None]
    if not present:
        return None
    if len(present) != len(parts):
        raise ValueError(f"{name} is missing in some of the batches")
    return np.concatenate(present)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamGap:
    """Samples of a stream that are lost for good.

    Attributes:
        first_index: index of the first one missing.
        count: how many; None where the wearable does not number them.
        reason: e.g. `radio`, `link lost`, `journal full`, `gateway restarted`, `not agreed`.
    """

    stream: str
    first_index: int
    count: int | None
    reason: str
    t_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnded:
    """A stream has no more samples.

    Attributes:
        next_index: index that the next sample would have had.
        reason: e.g. `stopped`, `rebooted`, `lost`.
    """

    stream: str
    next_index: int
    reason: str
    t_ns: int = 0


class QualityKind(StrEnum):
    """What a `StreamQuality` speaks of."""

    CLOCK = "clock"
    """How well host times hold against other streams: `uncertainty_us`."""
    LAG = "lag"
    """How much later than they were taken samples arrive, beyond the link's best: `lag_us`."""
    LINK = "link"
    """The radio link: `good`, or `lost` until it is back."""
    STAMPS = "stamps"
    """The wearable's own time stamps: `good`, or why samples are counted instead."""
    RATE = "rate"
    """Samples a second: `good`, or `half` and the like, with `rate_hz` as measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamQuality:
    """From one sample on, one thing about a stream is so, until the next of its kind.

    Before the first of a kind all is good, and nothing is known of the clock. The index is never
    before that of an earlier one of its kind; it may lie before samples that are told already,
    where what is wrong shows only afterwards.

    Attributes:
        first_index: of the first sample that it holds for.
        kind: what it speaks of.
        state: `good`, or in a short word what is not.
        uncertainty_us: standard uncertainty of host times against other streams.
        lag_us: how late samples are by the wearable's own clock, beyond the least of the link.
        rate_hz: samples a second as measured.
        t_ns: host time when it was noticed.
    """

    stream: str
    first_index: int
    kind: QualityKind
    state: str = "good"
    uncertainty_us: int | None = None
    lag_us: int | None = None
    rate_hz: float | None = None
    t_ns: int = 0


StreamItem: TypeAlias = StreamOpened | MotionBatch | StreamGap | StreamQuality | StreamEnded
