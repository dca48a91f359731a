"""What a stream measured, and when, sample by sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from telemetry.messages.motion import (
    MotionBatch,
    QualityKind,
    StreamEnded,
    StreamGap,
    StreamOpened,
    StreamQuality,
)

from .table import Table, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telemetry.messages.motion import StreamItem

__all__ = ["Motion", "marker_table", "motion_of", "stamps_of"]

_UNITS: Final = {"acc": "m_s2", "gyr": "rad_s", "mag": "rel"}
_MARKERS: Final = {
    StreamOpened: "opened",
    StreamGap: "gap",
    StreamQuality: "quality",
    StreamEnded: "ended",
}


class Motion(Table):
    """A stream as recorded.

    A channel that the wearable lacks has no column; one that it sends now and then is NaN between.

    Columns `index` (a jump is a loss), `t_ns` (host time, UTC), `device_us` (raw device time),
    `lag_us` (how much later it arrived), `uncertainty_us` (standard uncertainty of the host time
    against other streams, NaN where unknown), `acc_x_m_s2` ..., `gyr_x_rad_s` ..., `mag_x_rel` ...
    (in units of the local field).
    """

    @property
    def index(self) -> npt.NDArray[np.int64]:
        """[n] sample indices."""
        column: npt.NDArray[np.int64] = self["index"]
        return column

    @property
    def t_ns(self) -> npt.NDArray[np.int64]:
        """[n] host times, UTC."""
        column: npt.NDArray[np.int64] = self["t_ns"]
        return column

    @property
    def acc(self) -> npt.NDArray[np.float32]:
        """[n, 3] m/s²."""
        vectors = self._vectors("acc")
        if vectors is None:
            raise KeyError("acc")
        return vectors

    @property
    def gyr(self) -> npt.NDArray[np.float32] | None:
        """[n, 3] rad/s; None without gyroscope."""
        return self._vectors("gyr")

    @property
    def mag(self) -> npt.NDArray[np.float32] | None:
        """[n, 3] in units of the local field; None without magnetometer."""
        return self._vectors("mag")

    def _vectors(self, channel: str) -> npt.NDArray[np.float32] | None:
        names = [f"{channel}_{axis}_{_UNITS[channel]}" for axis in "xyz"]
        return np.column_stack([self[n] for n in names]) if names[0] in self else None


def motion_of(items: Iterable[StreamItem]) -> Motion | None:
    """The samples of a stream's items in their order; None where there are none."""
    held = list(items)
    batches = [item for item in held if isinstance(item, MotionBatch)]
    if not batches:
        return None
    index = np.concatenate([np.arange(b.first_index, b.next_index) for b in batches])
    columns: dict[str, Any] = {
        "index": index,
        "t_ns": np.concatenate([b.t_ns for b in batches]),
        "lag_us": np.concatenate([b.lag_us for b in batches]),
        "uncertainty_us": _uncertainty(held, index),
    }
    if all(b.device_us is not None for b in batches):
        columns["device_us"] = np.concatenate([b.device_us for b in batches])
    for channel, unit in _UNITS.items():
        parts = [getattr(b, channel) for b in batches]
        if any(part is not None for part in parts):
            # Some wearables send a channel now and then: what was not sent is not known.
            filled = [
                np.full((len(b), 3), np.nan, np.float32) if part is None else part
                for b, part in zip(batches, parts, strict=True)
            ]
            values = np.concatenate(filled)
            for i, axis in enumerate("xyz"):
                columns[f"{channel}_{axis}_{unit}"] = np.ascontiguousarray(values[:, i])
    return Motion(columns)


def stamps_of(motion: Motion, *, stream: str, placement: str) -> Table:
    """When each sample was taken, by the device and by the host, and when it arrived."""
    rows = motion.rows
    columns: dict[str, Any] = {
        "stream": _constant(stream, rows),
        "placement": _constant(placement, rows),
        "index": motion.index,
        "t_ns": motion.t_ns,
        "arrival_ns": motion.t_ns + motion["lag_us"].astype(np.int64) * 1000,
        "lag_us": motion["lag_us"],
        "uncertainty_us": motion["uncertainty_us"],
    }
    if "device_us" in motion:
        columns["device_us"] = motion["device_us"]
    return Table(columns)


def marker_table(items: Iterable[StreamItem]) -> Table:
    """What bounds and breaks a stream: openings, gaps, changes of quality, ends."""
    rows = []
    for item in items:
        if isinstance(item, MotionBatch):
            continue
        row: dict[str, Any] = {"marker": _MARKERS[type(item)], "stream": item.stream}
        match item:
            case StreamOpened():
                row |= {
                    "t_ns": item.opened_ns,
                    "placement": item.placement,
                    "model": item.model,
                    "rate_hz": item.rate_hz,
                }
            case StreamGap():
                row |= {"index": item.first_index, "count": item.count, "reason": item.reason}
            case StreamQuality():
                row |= {
                    "index": item.first_index,
                    "quality": str(item.kind),
                    "state": item.state,
                    "uncertainty_us": item.uncertainty_us,
                    "lag_us": item.lag_us,
                    "measured_rate_hz": item.rate_hz,
                }
            case _:
                row |= {"index": item.next_index, "reason": item.reason}
        rows.append(row)
    return table_of(rows, ("marker", "stream", "index"))


def _uncertainty(items: Sequence[StreamItem], index: npt.NDArray[np.int64]) -> Any:
    """[n] as the clock's quality markers tell, each from its index on."""
    told = np.full(len(index), np.nan)
    for item in items:
        if isinstance(item, StreamQuality) and item.kind is QualityKind.CLOCK:
            known = np.nan if item.uncertainty_us is None else float(item.uncertainty_us)
            told[index >= item.first_index] = known
    return told


def _constant(text: str, rows: int) -> Any:
    column = np.empty(rows, object)
    column[:] = text
    return column
