"""Columns of a file by name: CSV, Parquet, XDF and MATLAB alike.

A column is asked for by its name, by a pattern with `*` that fits exactly one, or, of a matrix, as
`name:1`; parts of a MATLAB structure are joined by dots, as `data.Test4.0.acc` for the first of an
array of structures.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from telemetry.errors import ConfigurationError

from .text_table import read_text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .import_map import ImportMap

__all__ = ["FileColumns", "read_columns"]

_ENDINGS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xdf": "xdf",
    ".mat": "mat",
}
_CAPTURED: Final = frozenset({".amc", ".asf", ".bvh", ".c3d", ".trc", ".mot"})
"""Motion capture: positions of markers, or joint angles."""

GRID_WITHIN, MOSTLY = 0.25, 0.95


class FileColumns:
    """What a file holds.

    Args:
        path: of the file, for messages.
        columns: by name; a matrix is [n, k].
    """

    def __init__(self, path: Path, columns: Mapping[str, Any]) -> None:
        self._path, self._columns = path, columns

    def named(self, wanted: str) -> str:
        """The name of the one column that is meant, matrix index included.

        Raises:
            ConfigurationError: none fits, or several do.
        """
        name, _, index = wanted.rpartition(":")
        if not (name and index.isdigit()):
            name, index = wanted, ""
        if name not in self._columns:
            fitting = [known for known in self._columns if fnmatchcase(known, name)]
            if len(fitting) != 1:
                there = ", ".join(list(self._columns)[:30])
                many = f"fits {', '.join(fitting)}" if fitting else "is not there"
                raise ConfigurationError(
                    f"{self._path.name}: column {name!r} {many}; there are: {there}"
                )
            (name,) = fitting
        return f"{name}:{index}" if index else name

    def numbers(self, wanted: str) -> Any:
        """[n] float64.

        Raises:
            ConfigurationError: no such column, or it is not of numbers.
        """
        values = np.asarray(self.values(wanted))
        if values.ndim != 1:
            raise ConfigurationError(
                f"{self._path.name}: {wanted!r} is {values.shape}: name one column, as {wanted}:0"
            )
        if np.iscomplexobj(values):
            raise ConfigurationError(f"{self._path.name}: {wanted!r} holds complex numbers")
        try:
            return np.asarray(values, np.float64)
        except (TypeError, ValueError) as e:
            raise ConfigurationError(
                f"{self._path.name}: column {wanted!r} does not hold numbers only ({e})"
            ) from e

    def values(self, wanted: str) -> Any:
        """[n] as it stands in the file.

        Raises:
            ConfigurationError: no such column.
        """
        name, _, index = self.named(wanted).rpartition(":")
        if not (name and index.isdigit()):
            return self._columns[self.named(wanted)]
        matrix = np.asarray(self._columns[name])
        if matrix.ndim != 2 or int(index) >= matrix.shape[1]:
            raise ConfigurationError(
                f"{self._path.name}: {name!r} is {matrix.shape}, it has no column {index}"
            )
        return matrix[:, int(index)]


def read_columns(path: Path, layout: ImportMap) -> FileColumns:
    """Read a file.

    Raises:
        ConfigurationError: it cannot be read, or is of a format that is not known.
    """
    kind = layout.file.format or _ENDINGS.get(path.suffix.lower())
    readers: dict[str, Callable[[Path, ImportMap], Mapping[str, Any]]] = {
        "csv": read_text_table,
        "parquet": _parquet,
        "xdf": _xdf,
        "mat": _mat,
    }
    if kind is None and path.suffix.lower() in _CAPTURED:
        raise ConfigurationError(
            f"{path.name}: motion capture holds where bodies were or how joints were bent, and no "
            "sensor's samples: there is nothing to import; what sensors felt would be made up"
        )
    if kind not in readers:
        raise ConfigurationError(
            f"{path.name}: what it is does not show from its ending; set format in the map's [file]"
        )
    if not path.is_file():
        raise ConfigurationError(f"no file {path}: check the name")
    try:
        return FileColumns(path, readers[kind](path, layout))
    except (OSError, ValueError, KeyError, TypeError, NotImplementedError) as e:
        raise ConfigurationError(f"{path.name} cannot be read as {kind} ({e})") from e


def _parquet(path: Path, _: ImportMap) -> Mapping[str, Any]:
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(path)
    except pa.ArrowException as e:
        raise ValueError(str(e)) from e
    return {name: table[name].to_numpy() for name in table.column_names}


def _on_grid(stamps: Any, rate_hz: float) -> bool:
    """Whether nearly all steps are whole periods of the stated rate, within a quarter of one."""
    if rate_hz <= 0 or len(stamps) < 2:
        return True
    steps = np.diff(stamps) * rate_hz
    near = (np.abs(steps - np.round(steps)) < GRID_WITHIN) & (np.round(steps) >= 1)
    return bool(near.mean() > MOSTLY)


def _xdf(path: Path, layout: ImportMap) -> Mapping[str, Any]:
    """The stream that is named, else the only one with the columns; `time_stamps` are its own.

    A line through the stamps takes out a network's jitter, and losses with it: so it is drawn only
    through stamps that lie on no grid.
    """
    import pyxdf  # noqa: PLC0415 - only where such a file is read

    streams, _ = pyxdf.load_xdf(str(path), verbose=False, dejitter_timestamps=False)
    fitted, _ = pyxdf.load_xdf(str(path), verbose=False)
    found = []
    for stream, smooth in zip(streams, fitted, strict=True):
        info = stream["info"]
        if layout.file.stream not in {None, info["name"][0], info["type"][0]}:
            continue
        series = np.asarray(stream["time_series"])
        if series.ndim != 2:
            continue
        columns = {name: series[:, i] for i, name in enumerate(_labels(info, series.shape[1]))}
        stamps = np.asarray(stream["time_stamps"], np.float64)
        steady = _on_grid(stamps, float(info["nominal_srate"][0]))
        columns["time_stamps"] = stamps if steady else np.asarray(smooth["time_stamps"], np.float64)
        fits = all(any(fnmatchcase(c, w) or c == w for c in columns) for w in layout.wanted)
        if fits or layout.file.stream is not None:
            found.append(columns)
    if len(found) != 1:
        there = ", ".join(stream["info"]["name"][0] for stream in streams)
        raise ValueError(f"{len(found)} streams fit, of {there}: name one in the map's [file]")
    return found[0]


def _labels(info: Any, channels: int) -> list[str]:
    described = (info.get("desc") or [None])[0] or {}
    listed = ((described.get("channels") or [None])[0] or {}).get("channel", [])
    labels = [entry.get("label", [""])[0] for entry in listed]
    return labels if len(labels) == channels else [f"channel_{i}" for i in range(channels)]


def _of_structures(value: Any) -> bool:
    """Whether it is an array or cell array of structures, which are numbered from 0."""
    listed = isinstance(value, np.ndarray) and value.dtype == object
    return listed and any(hasattr(one, "_fieldnames") for one in np.ravel(value))


def _mat(path: Path, _: ImportMap) -> Mapping[str, Any]:
    from scipy.io import loadmat  # noqa: PLC0415 - slow to import
    from scipy.io.matlab import MatReadError  # noqa: PLC0415

    try:
        raw = loadmat(path, squeeze_me=True, struct_as_record=False)
    except MatReadError as e:
        raise ValueError(str(e)) from e
    columns: dict[str, Any] = {}

    def gather(name: str, value: Any) -> None:
        if hasattr(value, "_fieldnames"):
            for part in value._fieldnames:  # noqa: SLF001 - scipy's structures tell them only there
                gather(f"{name}.{part}" if name else part, getattr(value, part))
        elif _of_structures(value):
            for at, one in enumerate(np.ravel(value)):
                gather(f"{name}.{at}", one)
        else:
            columns[name] = np.atleast_1d(value)

    for name, value in raw.items():
        if not name.startswith("__"):
            gather(name, value)
    return columns
