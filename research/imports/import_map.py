"""Import maps: which column is what, in which unit, on which clock, worn where.

A map is a TOML file; those that ship lie in `ready_maps`, and `load_map` takes their names. Every
unit is stated, none is guessed: what a file's samples say against it is an error, not a correction.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from research.units.likely_units import ACCELERATION_UNITS, RATE_UNITS
from telemetry.errors import ConfigurationError
from telemetry.messages.newer import first_problem

__all__ = [
    "TIME_UNITS",
    "Channel",
    "ImportMap",
    "TimeColumn",
    "Worn3D",
    "load_map",
    "ready_maps",
]

TIME_UNITS: Final = {"s": 1.0, "ms": 1e-3, "100us": 1e-4, "us": 1e-6, "ns": 1e-9}
"""How many seconds one of each is."""
MAGNETIC_UNITS: Final = ("relative", "uT", "G", "mG")
_READY: Final = Path(__file__).parent / "ready_maps"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileLayout(_Frozen):
    """How the file is laid out; what is not said is found out.

    Attributes:
        format: None: by the file's ending.
        delimiter: of a CSV; None: found out.
        decimal: point or comma.
        stream: name or type of an XDF's stream; None: the only one with the columns.
    """

    format: Literal["csv", "parquet", "xdf", "mat"] | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] = "."
    stream: str | None = None


class TimeColumn(_Frozen):
    """When the samples were taken.

    Attributes:
        column: of time stamps; None: samples are evenly spaced at `rate_hz`.
        unit: of the stamps; `iso` for date and time as text, `hms` for a time of day as text, such
            as `16_30_49_5120000` or `16:30:49.512`.
        clock: `unix` counts from 1970 UTC; `device` from any moment.
        counter: column that numbers the samples; a jump is a loss.
        counter_wraps: the number after the counter's last.
        wraps: the stamp after the time column's last, in its unit.
        rate_hz: nominal; None: found in the stamps.
        shared: stamps of several files count on one clock.
    """

    column: str | None = None
    unit: Literal["s", "ms", "100us", "us", "ns", "iso", "hms"] = "s"
    clock: Literal["unix", "device"] = "device"
    counter: str | None = None
    counter_wraps: int | None = None
    wraps: float | None = None
    rate_hz: float | None = Field(default=None, ge=1, le=20_000)
    shared: bool = False

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.column is None and self.rate_hz is None:
            raise ValueError("[time] needs a column, or rate_hz")
        return self


class Channel(_Frozen):
    """A vector's three columns and their unit.

    Attributes:
        columns: names; `*` stands for any text, `name:1` for column 1 of a matrix, and `-name` for
            an axis that points the other way.
        unit: of all three.
    """

    columns: tuple[str, str, str]
    unit: str

    @property
    def signed(self) -> list[tuple[str, float]]:
        """Each column's name, and 1 or -1."""
        return [(c[1:], -1.0) if c.startswith("-") else (c, 1.0) for c in self.columns]


class Worn3D(_Frozen):
    """How a sensor is worn.

    Attributes:
        placement: e.g. `wrist-right`.
        model: of the wearable.
        long_axis: the segment's far end seen from the sensor, as a unit vector; None: it is not
            known how the sensor lies, and no elevation is told of it.
    """

    placement: str | None = None
    model: str = "unknown"
    long_axis: tuple[float, float, float] | None = None


class ImportMap(_Frozen):
    """A whole map.

    Attributes:
        name: of the layout.
        source: where such recordings come from, e.g. a study or a data set.
        placements: by file name pattern, where several files are one session's sensors.
    """

    name: str
    source: str = ""
    file: FileLayout = FileLayout()
    time: TimeColumn
    acceleration: Channel
    gyroscope: Channel | None = None
    magnetometer: Channel | None = None
    worn: Worn3D = Worn3D()
    placements: dict[str, str] = {}

    @property
    def wanted(self) -> list[str]:
        """Names of all columns that it asks for, the acceleration's first."""
        channels = (self.acceleration, self.gyroscope, self.magnetometer)
        names = [name for c in channels if c is not None for name, _ in c.signed]
        return names + [n for n in (self.time.column, self.time.counter) if n is not None]

    @model_validator(mode="after")
    def _units(self) -> Self:
        for what, channel, known in (
            ("acceleration", self.acceleration, ACCELERATION_UNITS),
            ("gyroscope", self.gyroscope, RATE_UNITS),
            ("magnetometer", self.magnetometer, MAGNETIC_UNITS),
        ):
            if channel is not None and channel.unit not in known:
                raise ValueError(
                    f"[{what}] unit {channel.unit!r} is not known: one of {', '.join(known)}"
                )
        return self


def ready_maps() -> list[str]:
    """Names of the maps that ship."""
    return sorted(path.stem for path in _READY.glob("*.toml"))


def load_map(named: str | Path) -> ImportMap:
    """A map by its file, or by the name of one that ships.

    Raises:
        ConfigurationError: there is none, or something in it is wrong; says what.
    """
    path = Path(named)
    if not path.is_file():
        path = _READY / f"{named}.toml"
    if not path.is_file():
        raise ConfigurationError(
            f"no import map {named}: give a TOML file, or one of {', '.join(ready_maps())}"
        )
    try:
        body: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return ImportMap.model_validate(body)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise ConfigurationError(f"import map {path} cannot be read ({e})") from e
    except ValidationError as e:
        raise ConfigurationError(f"import map {path}: {first_problem(e)}") from e
