"""One file as one sensor's stream: in SI units, on its grid, checked against itself.

1. Columns are read as the map names them; rows in which a channel is no number are losses.
2. The samples say in which unit they are (`likely_units`): another one than the map states is an
   error that names the likely one.
3. The grid and its gaps are found (`sample_grid`).
4. What no worn sensor could send (`analytics.signals.plausibility`) is told, and imported as it is:
   the core doubts it again by itself.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from research.units.likely_units import ACCELERATION_UNITS, RATE_UNITS
from telemetry.errors import ConfigurationError
from telemetry.messages.motion import (
    MotionBatch,
    StreamEnded,
    StreamGap,
    StreamOpened,
    TimeQuality,
)

from .file_columns import read_columns
from .import_map import TIME_UNITS
from .sample_grid import FoundGrid, sample_grid
from .stated_units import check_units, implausible_parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from telemetry.messages.motion import StreamItem

    from .file_columns import FileColumns
    from .import_map import Channel, ImportMap

__all__ = ["ImportedStream", "import_stream"]

MISSING: Final = "missing in the file"
SPLIT_S: Final = 1.0
MOST: Final = 1e30
DAY_S: Final = 86_400.0
YEAR_S: Final = 365.25 * DAY_S
EARLIEST_S, LATEST_S = 20 * YEAR_S, 130 * YEAR_S
"""Seconds since 1970 between which recordings of worn sensors lie."""
_TIME_OF_DAY: Final = re.compile(r"(\d{1,2})[_:](\d{1,2})[_:](\d{1,2})(?:[_:.,](\d+))?")


@dataclass(frozen=True, slots=True, eq=False)
class ImportedStream:
    """A sensor's recording.

    Attributes:
        placement: where it was worn.
        model: of the wearable.
        long_axis: how it lay on its segment; None: not known.
        grid: of its samples.
        acc, gyr, mag: [n, 3] in m/s², rad/s and units of the local field; None: no such channel.
        begins_ns: of the first sample, Unix epoch; None: the file does not tell.
        device_us: [n] as the device stamped them; None: it did not.
        sha256: of the file.
        notes: what was found on the way, for the person who imports it.
    """

    placement: str
    model: str
    long_axis: tuple[float, float, float] | None
    grid: FoundGrid
    acc: npt.NDArray[np.float32]
    gyr: npt.NDArray[np.float32] | None
    mag: npt.NDArray[np.float32] | None
    begins_ns: int | None
    device_us: npt.NDArray[np.int64] | None
    sha256: str
    notes: tuple[str, ...]

    @property
    def samples(self) -> int:
        """How many there are."""
        return len(self.acc)

    @property
    def end_index(self) -> int:
        """The index after the last sample."""
        return int(self.grid.index[-1]) + 1

    def items(self, stream: str, wearable: str, begins_ns: int) -> Iterator[StreamItem]:
        """The stream as a gateway would have recorded it.

        Args:
            stream: ULID.
            wearable: name.
            begins_ns: host time of the first sample.
        """
        yield StreamOpened(
            stream=stream,
            wearable=wearable,
            model=self.model,
            placement=self.placement,
            rate_hz=self.grid.rate_hz,
            opened_ns=begins_ns,
            time_quality=self.grid.quality,
            numbered=self.grid.quality is TimeQuality.MAPPED,
            gyroscope=self.gyr is not None,
        )
        index = self.grid.index
        t_us = np.round(self.grid.t_s * 1e6).astype(np.int64)
        begins_us = begins_ns // 1000
        cuts = np.flatnonzero(np.diff(index) != 1) + 1
        for run in np.split(np.arange(len(index)), cuts):
            if run[0]:
                before = int(index[run[0] - 1]) + 1
                count = int(index[run[0]]) - before
                yield StreamGap(stream=stream, first_index=before, count=count, reason=MISSING)
            size = max(1, round(SPLIT_S * self.grid.rate_hz))
            for first in range(int(run[0]), int(run[-1]) + 1, size):
                part = slice(first, min(first + size, int(run[-1]) + 1))
                yield MotionBatch(
                    stream=stream,
                    first_index=int(index[first]),
                    t0_ns=int(begins_us + t_us[first]) * 1000,
                    dt_us=(t_us[part] - t_us[first]).astype(np.int32),
                    lag_us=np.zeros(part.stop - part.start, np.int32),
                    acc=self.acc[part],
                    gyr=None if self.gyr is None else self.gyr[part],
                    mag=None if self.mag is None else self.mag[part],
                    device_us=None if self.device_us is None else self.device_us[part],
                )
        yield StreamEnded(stream=stream, next_index=self.end_index, reason="end of the file")


def import_stream(path: Path, layout: ImportMap, *, placement: str | None = None) -> ImportedStream:
    """Read one file by a map.

    Args:
        path: the file.
        layout: the map.
        placement: where the sensor was worn; None: as the map says.

    Raises:
        ConfigurationError: the file cannot be read, or is not what the map says; says what.
    """
    columns = read_columns(path, layout)
    placement = placement or layout.worn.placement
    if placement is None:
        raise ConfigurationError(
            f"{path.name}: where the sensor was worn is not said: give --placement, or set it in "
            "the map's [worn] or [placements]"
        )
    acc, gyr, mag = (
        _vectors(columns, channel)
        for channel in (layout.acceleration, layout.gyroscope, layout.magnetometer)
    )
    if acc is None:
        raise ConfigurationError(f"{path.name}: no acceleration")
    stamps, unix = _stamps(columns, layout)
    counter = None if layout.time.counter is None else columns.numbers(layout.time.counter)
    lengths = {len(part) for part in (acc, gyr, mag, stamps, counter) if part is not None}
    if len(lengths) != 1:
        raise ConfigurationError(
            f"{path.name}: its columns are of {' and '.join(map(str, sorted(lengths)))} rows: name "
            "columns of one recording"
        )
    # What float32 cannot hold is no number either.
    sound = (np.abs(acc) < MOST).all(axis=1)
    for more in (gyr, mag):
        if more is not None:
            sound &= (np.abs(more) < MOST).all(axis=1)
    if stamps is not None:
        sound &= np.isfinite(stamps)
    notes = [f"{int((~sound).sum())} rows hold no numbers"] if not sound.all() else []
    notes += _zone_note(columns, layout)
    if not sound.any():
        raise ConfigurationError(f"{path.name}: no row holds numbers in all channels")
    if stamps is not None and counter is None:
        twice = _repeated(stamps, acc, gyr) & sound
        sound &= ~twice
        notes += [f"{int(twice.sum())} rows repeat the row before: left out"] if twice.any() else []
    del columns
    grid = _grid(path, layout, sound, stamps, counter)
    acc = acc[sound]
    gyr = None if gyr is None else gyr[sound]
    mag = None if mag is None else mag[sound]
    notes += check_units(path.name, layout, acc, gyr, grid.rate_hz)
    acc *= ACCELERATION_UNITS[layout.acceleration.unit]
    gyr = (
        None if gyr is None or layout.gyroscope is None else gyr * RATE_UNITS[layout.gyroscope.unit]
    )
    notes += implausible_parts(grid, acc, gyr)
    if grid.lost:
        notes.append(f"{grid.lost} samples are missing")
    kept = None if stamps is None else stamps[sound]
    return ImportedStream(
        placement=placement,
        model=layout.worn.model,
        long_axis=layout.worn.long_axis,
        grid=grid,
        acc=acc.astype(np.float32),
        gyr=None if gyr is None else gyr.astype(np.float32),
        mag=None if mag is None else _relative(mag, layout),
        begins_ns=None if kept is None or not unix else _begins_ns(path.name, float(kept[0])),
        device_us=None if kept is None or unix else np.round(kept * 1e6).astype(np.int64),
        sha256=_sha256(path),
        notes=tuple(notes),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _vectors(columns: FileColumns, channel: Channel | None) -> Any:
    if channel is None:
        return None
    parts = [sign * columns.numbers(name) for name, sign in channel.signed]
    if len({len(part) for part in parts}) != 1:
        raise ConfigurationError(
            f"columns {', '.join(channel.columns)} are of {', '.join(str(len(p)) for p in parts)} "
            "rows: name columns of one recording"
        )
    return np.column_stack(parts)


def _repeated(stamps: Any, acc: Any, gyr: Any) -> Any:
    """[n] whether a row says again what the row before says, stamp and samples."""
    same = np.append(False, np.diff(stamps) == 0)
    for values in (acc, gyr):
        if values is not None:
            same[1:] &= (values[1:] == values[:-1]).all(axis=1)
    return same


def _begins_ns(where: str, first_s: float) -> int:
    if not EARLIEST_S < first_s < LATEST_S:
        raise ConfigurationError(
            f"{where}: the map says that its stamps count from 1970, and the first would be "
            f"{first_s / YEAR_S:+.3g} years from there: correct their unit, or set clock = "
            '"device" in [time] and give --start'
        )
    return round(first_s * 1e6) * 1000


def _stamps(columns: FileColumns, layout: ImportMap) -> tuple[Any, bool]:
    """[n] seconds or None, and whether they count from 1970 UTC."""
    time = layout.time
    if time.column is None:
        return None, False
    values = np.asarray(columns.values(time.column))
    if values.dtype.kind == "M":
        # A column of moments says itself what it is.
        told_ns = values.astype("datetime64[ns]")
        return np.where(np.isnat(told_ns), np.nan, told_ns.astype(np.int64) / 1e9), True
    if time.unit == "iso":
        return np.array([_iso_s(text) for text in values]), True
    if time.unit == "hms":
        of_day = np.array([_of_day_s(text) for text in values])
        midnights = np.cumsum(np.diff(of_day, prepend=of_day[:1]) < -DAY_S / 2)
        return of_day + DAY_S * midnights, False
    stamps = columns.numbers(time.column)
    if time.wraps is not None:
        steps = np.diff(stamps)
        stamps = stamps + time.wraps * np.concatenate(([0], np.cumsum(steps < -time.wraps / 2)))
    return stamps * TIME_UNITS[time.unit], time.clock == "unix"


def _of_day_s(text: Any) -> float:
    """Seconds since midnight of `16_30_49_5120000` or `16:30:49.512`; NaN where it is none."""
    found = _TIME_OF_DAY.fullmatch(str(text).strip())
    if found is None:
        return float("nan")
    hours, minutes, seconds, fraction = found.groups()
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")


def _iso_s(text: Any) -> float:
    """Seconds since 1970 of a date and time; without a zone it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(str(text).strip())
    except ValueError:
        return float("nan")
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()  # noqa: UP017


def _zone_note(columns: FileColumns, layout: ImportMap) -> list[str]:
    """That times were taken as UTC, where they are local for all that the file says."""
    if layout.time.column is None or layout.time.unit != "iso":
        return []
    for text in columns.values(layout.time.column):
        try:
            moment = datetime.fromisoformat(str(text).strip())
        except ValueError:
            continue
        if moment.tzinfo is None:
            return [
                "its times have no time zone: taken as UTC, so a local clock's are off by hours"
            ]
        break
    return []


def _grid(path: Path, layout: ImportMap, sound: Any, stamps: Any, counter: Any) -> FoundGrid:
    """The grid of the sound rows; those that are not are lost, where nothing else numbers them."""
    time = layout.time
    if stamps is None and counter is None:
        # Evenly spaced: a row that cannot be used is a sample that is lost.
        counter = np.arange(len(sound), dtype=np.float64)
    return sample_grid(
        int(sound.sum()),
        t_s=None if stamps is None else stamps[sound],
        counter=None if counter is None else counter[sound],
        counter_wraps=time.counter_wraps,
        rate_hz=time.rate_hz,
        where=path.name,
    )


def _relative(mag: Any, layout: ImportMap) -> npt.NDArray[np.float32]:
    """In units of the local field: what is in other units is taken relative to its own median."""
    scale = 1.0
    if layout.magnetometer is not None and layout.magnetometer.unit != "relative":
        scale = float(np.median(np.linalg.norm(mag, axis=1))) or 1.0
    return np.asarray(mag / scale, np.float32)
