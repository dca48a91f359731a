"""Sessions as Parquet or CSV, one file a table.

    OUT/PATIENT/SESSION/{items,repetitions,events}.parquet
    OUT/PATIENT/SESSION/motion-PLACEMENT-STREAM.parquet
    OUT/PATIENT/SESSION/markers-PLACEMENT-STREAM.parquet
    OUT/PATIENT/SESSION/angle-ITEM.parquet

Columns carry their units in their names, in Parquet in the field's metadata (`unit`) as well. What
a stream's markers say stands in columns beside its samples, too: how many were lost before each,
and the state of link, stamps, rate and lag that held for it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from research.tables.session_tables import event_table, item_table, repetition_table
from research.tables.table import Table
from telemetry.errors import StoreError

from .exported_session import Labels, file_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .exported_session import ExportedSession, ExportedStream

__all__ = ["unit_of", "write_tables"]

_UNITS: Final = {
    "_m_s2": "m/s2",
    "_rad_s": "rad/s",
    "_deg_s": "deg/s",
    "_deg": "deg",
    "_per_min": "1/min",
    "_bpm": "1/min",
    "_hz": "Hz",
    "_ns": "ns",
    "_us": "us",
    "_s": "s",
}
STATES: Final = ("link", "stamps", "rate", "lag")


def unit_of(column: str) -> str | None:
    """The unit in a column's name; None where it has none."""
    return next((unit for ending, unit in _UNITS.items() if column.endswith(ending)), None)


def write_tables(
    session: ExportedSession, out: Path, kind: Literal["parquet", "csv"]
) -> list[Path]:
    """Write all tables of a session; gives the files.

    Raises:
        StoreError: the folder cannot be written.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.csv as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    folder = out / session.opened.patient / session.name
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in _tables(session):
            path = folder / f"{name}.{kind}"
            made = _arrow(table)
            if kind == "parquet":
                pq.write_table(made, path, compression="zstd")
            else:
                pc.write_csv(made, path)
            written.append(path)
    except (OSError, pa.ArrowException) as e:
        raise StoreError(f"{folder} cannot be written ({e}): give another folder") from e
    return written


def _tables(session: ExportedSession) -> Iterator[tuple[str, Table]]:
    yield "items", item_table(session.result)
    yield "repetitions", repetition_table(session.result)
    yield "events", event_table(session.events)
    for stream in session.streams:
        name = f"{file_name(stream.opened.placement)}-{file_name(stream.opened.stream)}"
        yield f"motion-{name}", _with_markers(stream)
        yield f"markers-{name}", stream.markers
    items = Labels(file_name)
    for item, angle in session.angles.items():
        yield f"angle-{items.of(item)}", angle


def _with_markers(stream: ExportedStream) -> Table:
    """The samples with what was lost before each, and the states that held for it."""
    index = stream.motion.index
    lost = np.zeros(len(index), np.int64)
    lost[1:] = np.diff(index) - 1
    table = Table(stream.motion) | {"lost_before": lost}
    kinds = stream.markers.get("quality")
    for state in STATES if kinds is not None else ():
        column = np.full(len(index), "good", object)
        for at in np.flatnonzero(kinds == state):
            column[index >= stream.markers["index"][at]] = stream.markers["state"][at]
        table[state] = column
    return Table(table)


def _arrow(table: Table) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    columns, fields = [], []
    for name, values in table.items():
        column = pa.array(_plain(values))
        # A column of which nothing is known is text without a word.
        column = column.cast(pa.string()) if pa.types.is_null(column.type) else column
        unit = unit_of(name)
        columns.append(column)
        fields.append(pa.field(name, column.type, metadata={"unit": unit} if unit else None))
    return pa.table(columns, schema=pa.schema(fields))


def _plain(values: Any) -> Any:
    """Columns of several kinds of values become JSON text."""
    if values.dtype != object or all(v is None or isinstance(v, str) for v in values):
        return values
    return [None if v is None else json.dumps(v) for v in values]
