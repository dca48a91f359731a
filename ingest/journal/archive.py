"""Closed sessions as Parquet: one file a stream, readable by any tool, and back by Ripresa.

    {archive}/{patient}/streams/{stream}.parquet    samples, one row each
    {archive}/{patient}/sessions/{session}.json     events, results, and which streams

Where two homes of a patient gave one name to two things, the later one's file has the home's
name behind its own: `{stream}.{home}.parquet`.

A row is a sample: `index`, `t_ns`, `lag_us`, `device_us`, `acc_x` ... `mag_z`; channels that
the wearable lacks have no column, and each column's unit stands in its field's metadata. Integers
are delta-coded, floats split by byte, all of it compressed by zstd. The stream's markers stand in
the file's metadata under `ripresa` as JSON, each with the row that it precedes, so that
`read_stream` gives back the same samples, gaps and ends that the journal held.
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from telemetry.errors import DecodeError, StoreDamaged, StoreError
from telemetry.files import replacing, write_atomically
from telemetry.messages.codec import decode_item
from telemetry.messages.events import encode_event
from telemetry.messages.motion import MotionBatch
from telemetry.messages.results import encode_result

from .archived_markers import marker_from_json, marker_to_json
from .reading import JournalReader
from .session_head import session_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from telemetry.messages.motion import StreamItem
    from telemetry.seams import SessionSummary

    from .journal import Journal

__all__ = [
    "ArchiveReader",
    "ArchivedStream",
    "archive_closed",
    "archive_session",
    "home_of_stream",
    "left_out",
    "read_stream",
    "whole_store",
    "write_stream",
]

VERSION: Final = 2
"""Of a stream's file; a session's has `session_head.VERSION`."""
ROWS_A_GROUP: Final = 360_000
BATCH_ROWS: Final = 1000
_AXES: Final = [f"{name}_{axis}" for name in ("acc", "gyr", "mag") for axis in "xyz"]
_INTEGERS: Final = {
    "index": np.int64,
    "t_ns": np.int64,
    "lag_us": np.int32,
    "device_us": np.int64,
}
_UNITS: Final = {
    "index": "1",
    "t_ns": "ns",
    "lag_us": "us",
    "device_us": "us",
    **{name: {"a": "m/s2", "g": "rad/s", "m": "local field"}[name[0]] for name in _AXES},
}
"""Times in `t_ns` count from 1970 UTC; the magnetic field is relative to the local one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedStream:
    """A file that was written."""

    path: Path
    samples: int
    size_bytes: int


class ArchiveReader(JournalReader):
    """Reads a journal whose older motion may lie in its archive; a `SessionReader`."""

    def __init__(self, path: Path, archive: Path) -> None:
        super().__init__(path)
        self._archive = archive

    def stream_items(
        self, stream: str, *, after: int = 0, home: str | None = None
    ) -> Iterator[StreamItem]:
        """A stream's items in order: from the archive, then what the journal has beyond it.

        Raises:
            StoreError: the journal says that a part lies in the archive, and its file is gone.
        """
        known = self.archived_to(stream, home=home)
        if known > after:
            yield from read_stream(self._file(stream, home))
        yield from super().stream_items(stream, after=max(after, known), home=home)

    def _file(self, stream: str, home: str | None) -> Path:
        rows = self.rows(
            "SELECT a.patient, h.ulid FROM archived a JOIN home h ON h.id = a.home "
            "WHERE a.stream = ? AND a.home = ?",
            (stream, self._subject("stream", stream, home)),
        )
        patient, ulid = rows[0]
        path = _stream_file(self._archive / str(patient), stream, str(ulid))
        if not path.is_file():
            raise StoreError(f"stream {stream} lies in the archive, and {path} is gone: restore it")
        return path


def whole_store(journal: Path) -> ArchiveReader:
    """A reader of all that is kept: the journal, and the archive that lies beside it.

    Raises:
        StoreError: no journal there, or it cannot be read.
    """
    return ArchiveReader(journal, journal.parent / "archive")


def archive_closed(journal: Journal, archive: Path, *, now_ns: int, settle_ns: int) -> list[str]:
    """Archive every closed session that is not archived yet; returns which.

    Args:
        journal: the clinic's.
        archive: its folder.
        now_ns: the clock's time.
        settle_ns: a session is left alone for so long after its close: more may come in.

    Raises:
        StoreBusy, StoreError: the sessions archived so far stay archived.
    """
    done = []
    for session in journal.sessions():
        settled = session.closed_ns is not None and session.closed_ns + settle_ns <= now_ns
        if settled and _grown(journal, archive, session):
            archive_session(journal, archive, session.session, now_ns=now_ns, home=session.home)
            done.append(session.session)
    return done


def left_out(journal: Journal, archive: Path, *, now_ns: int, settle_ns: int) -> dict[str, int]:
    """Why `archive_closed` would leave sessions alone, and how many by each reason."""
    found: dict[str, int] = {}
    for session in journal.sessions():
        if session.closed_ns is None:
            why = "still open"
        elif session.closed_ns + settle_ns > now_ns:
            why = f"closed less than {settle_ns / 60e9:g} minutes ago"
        elif not _grown(journal, archive, session):
            why = "archived already"
        else:
            continue
        found[why] = found.get(why, 0) + 1
    return found


def archive_session(
    journal: Journal, archive: Path, session: str, *, now_ns: int, home: str | None = None
) -> list[ArchivedStream]:
    """Write a session and its streams; each file appears whole or not at all.

    Raises:
        StoreError: the session is unknown, the disk refuses, or what was written does not
            read back as it was.
    """
    summary = journal.session(session, home=home)
    if summary is None:
        raise StoreError(f"no session {session} in {journal.path}: see `ripresa ledger`")
    place = archive / summary.patient
    home = str(summary.home)
    streams = journal.streams(session, home=home)
    written = [
        _archive_stream(journal, place, stream, home, now_ns)
        for stream in streams
        if journal.last_position(stream, home=home) > journal.archived_to(stream, home=home)
    ]
    body = {
        **session_head(summary),
        "session": session,
        "home": home,
        "day": summary.day,
        "streams": streams,
        "events": [json.loads(encode_event(event)) for event in journal.events(session, home=home)],
        "results": [
            json.loads(encode_result(result)) for result in journal.results(session, home=home)
        ],
    }
    write_atomically(_session_file(place, session, home), json.dumps(body, indent=1).encode())
    return written


def write_stream(path: Path, items: list[StreamItem], *, home: str | None = None) -> ArchivedStream:
    """Write one stream's items, and whose they are where that is given, and read them back.

    Raises:
        StoreError: the disk refuses, or the file does not hold what was given.
    """
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415

    batches = [item for item in items if isinstance(item, MotionBatch)]
    columns = _columns(batches)
    metadata = json.dumps({"version": VERSION, "home": home, "markers": _markers(items)})
    schema = pa.schema(
        [
            pa.field(name, pa.from_numpy_dtype(values.dtype), metadata={"unit": _UNITS[name]})
            for name, values in columns.items()
        ],
        metadata={"ripresa": metadata},
    )
    table = pa.table(columns, schema=schema)
    with replacing(path) as scratch:
        pq.write_table(
            table,
            scratch,
            compression="zstd",
            compression_level=9,
            use_dictionary=False,
            row_group_size=ROWS_A_GROUP,
            column_encoding={
                name: "DELTA_BINARY_PACKED" if name in _INTEGERS else "BYTE_STREAM_SPLIT"
                for name in columns
            },
        )
        back = list(read_stream(scratch))
        if not _same(items, back):
            raise StoreDamaged(f"{path} does not read back as it was written: check the disk")
    samples = sum(len(batch) for batch in batches)
    return ArchivedStream(path=path, samples=samples, size_bytes=path.stat().st_size)


def read_stream(path: Path) -> Iterator[StreamItem]:
    """A stream's items from its file, in order; batches are cut anew, which changes nothing.

    Raises:
        StoreError: not a file of Ripresa's archive, or damaged.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(path)
        head = json.loads(table.schema.metadata[b"ripresa"])
        markers = [(row, _marker(body)) for row, body in head["markers"]]
        stream = markers[0][1].stream if markers else path.name.split(".")[0]
        columns = {name: table[name].to_numpy() for name in table.column_names}
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError, DecodeError) as e:
        raise StoreError(f"{path} is no stream of the archive ({type(e).__name__})") from e
    rows = table.num_rows
    cuts = [0, rows, *(row for row, _ in markers)]
    cuts += (np.flatnonzero(np.diff(columns["index"]) != 1) + 1).tolist()
    edges = sorted(set(cuts))
    for at, edge in enumerate(edges):
        yield from (marker for row, marker in markers if row == edge)
        stop = edges[at + 1] if at + 1 < len(edges) else edge
        for first in range(edge, stop, BATCH_ROWS):
            yield _batch(stream, columns, slice(first, min(first + BATCH_ROWS, stop)))


def _marker(body: Any) -> StreamItem:
    """A marker as it stands in a file; in those of version 1 as text of the wire's bytes."""
    return decode_item(b64decode(body)) if isinstance(body, str) else marker_from_json(body)


def _markers(items: list[StreamItem]) -> list[tuple[int, dict[str, Any]]]:
    row, found = 0, []
    for item in items:
        if isinstance(item, MotionBatch):
            row += len(item)
        else:
            found.append((row, marker_to_json(item)))
    return found


def _columns(batches: list[MotionBatch]) -> dict[str, Any]:
    def joined(parts: list[Any], dtype: Any) -> Any:
        return np.concatenate(parts) if parts else np.empty(0, dtype)

    columns = {
        "index": joined([np.arange(b.first_index, b.next_index) for b in batches], np.int64),
        "t_ns": joined([b.t_ns for b in batches], np.int64),
        "lag_us": joined([b.lag_us for b in batches], np.int32),
    }
    if any(b.device_us is not None for b in batches):
        columns["device_us"] = np.concatenate([b.device_us for b in batches])
    for name in ("acc", "gyr", "mag"):
        parts = [getattr(b, name) for b in batches]
        if any(part is not None for part in parts):
            values = np.concatenate(parts)
            for i, axis in enumerate("xyz"):
                columns[f"{name}_{axis}"] = np.ascontiguousarray(values[:, i])
    return columns


def _batch(stream: str, columns: dict[str, Any], part: slice) -> MotionBatch:
    t_ns = columns["t_ns"][part]
    vectors: dict[str, Any] = {
        name: np.column_stack([columns[f"{name}_{axis}"][part] for axis in "xyz"])
        for name in ("acc", "gyr", "mag")
        if f"{name}_x" in columns
    }
    return MotionBatch(
        stream=stream,
        first_index=int(columns["index"][part.start]),
        t0_ns=int(t_ns[0]),
        dt_us=((t_ns - t_ns[0]) // 1000).astype(np.int32),
        lag_us=columns["lag_us"][part],
        device_us=columns["device_us"][part] if "device_us" in columns else None,
        **vectors,
    )


def _same(before: list[StreamItem], after: list[StreamItem]) -> bool:
    if _markers(before) != _markers(after):
        return False
    first, second = (
        _columns([item for item in items if isinstance(item, MotionBatch)])
        for items in (before, after)
    )
    return first.keys() == second.keys() and all(
        np.array_equal(first[name].view(np.uint8), second[name].view(np.uint8)) for name in first
    )


def _stream_file(place: Path, stream: str, home: str) -> Path:
    """Where a home's stream lies, or is to lie, among its patient's."""
    return _own(place / "streams" / f"{stream}.parquet", home, home_of_stream)


def _session_file(place: Path, session: str, home: str) -> Path:
    """Where a home's session lies, or is to lie, among its patient's."""
    return _own(place / "sessions" / f"{session}.json", home, _home_of_session)


def _own(path: Path, home: str, home_of: Callable[[Path], str | None]) -> Path:
    """The path, or the one with the home's name where another home's file has that."""
    own = path.with_name(f"{path.stem}.{home}{path.suffix}")
    if own.exists():
        return own
    return own if path.exists() and home_of(path) not in {None, home} else path


def home_of_stream(path: Path) -> str | None:
    """The home that a stream's file was written for; None where it does not tell."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        head = json.loads(pq.read_schema(path).metadata[b"ripresa"])
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        return None
    return None if head.get("home") is None else str(head["home"])


def _home_of_session(path: Path) -> str | None:
    try:
        home = json.loads(path.read_bytes()).get("home")
    except (OSError, ValueError, AttributeError):
        return None
    return None if home is None else str(home)


def _archive_stream(
    journal: Journal, place: Path, stream: str, home: str, now_ns: int
) -> ArchivedStream:
    """Write a stream, or what came since to what is there: the journal may have dropped that."""
    path = _stream_file(place, stream, home)
    known = journal.archived_to(stream, home=home)
    last = journal.last_position(stream, home=home)
    before = list(read_stream(path)) if known else []
    new = journal.stream_items(stream, after=known, home=home)
    written = write_stream(path, [*before, *new], home=home)
    with journal.writing() as db:
        db.execute(
            "INSERT OR REPLACE INTO archived (stream, home, patient, position, t_ns, samples,"
            " size_bytes) SELECT ?, id, ?, ?, ?, ?, ? FROM home WHERE ulid = ?",
            (
                stream,
                place.name,
                last,
                now_ns,
                written.samples,
                written.size_bytes,
                home,
            ),
        )
    return written


def _grown(journal: Journal, archive: Path, summary: SessionSummary) -> bool:
    home = str(summary.home)
    if not _session_file(archive / summary.patient, summary.session, home).exists():
        return True
    return any(
        journal.last_position(s, home=home) > journal.archived_to(s, home=home)
        for s in journal.streams(summary.session, home=home)
    )
