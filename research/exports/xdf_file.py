"""A session as one XDF file, as LabRecorder would have written it.

Each stream of the session is an XDF stream of doubles with its channels' labels and units, the
events are a stream of text markers (JSON). Time stamps are host times in seconds since 1970; index,
raw device time, lag and uncertainty are channels, so that nothing of the clocks is lost.

Readers fit a line through the stamps of a stream with a rate, which moves what lies about a loss by
seconds: so a stream that lost samples has none, its nominal rate stands in its description, and all
streams say that they can drop samples.

Format: XDF 1.0 (github.com/sccn/xdf, Specifications): chunks of length, tag and content.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import numpy as np

from telemetry.errors import StoreError
from telemetry.messages.events import encode_event

from .table_files import unit_of

if TYPE_CHECKING:
    from pathlib import Path

    from .exported_session import ExportedSession, ExportedStream

__all__ = ["write_xdf"]

FILE_HEADER, STREAM_HEADER, SAMPLES, STREAM_FOOTER = 1, 2, 3, 6
ROWS_A_CHUNK: Final = 65_536


def write_xdf(session: ExportedSession, out: Path) -> list[Path]:
    """Write a session's file; gives it.

    Raises:
        StoreError: the folder cannot be written.
    """
    folder = out / session.opened.patient
    path = folder / f"{session.name}.xdf"
    header = b'<?xml version="1.0"?><info><version>1.0</version></info>'
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(b"XDF:" + _chunk(FILE_HEADER, header))
            for number, stream in enumerate(session.streams, 1):
                for chunk in _motion(number, stream):
                    file.write(chunk)
            for chunk in _events(len(session.streams) + 1, session):
                file.write(chunk)
    except OSError as e:
        raise StoreError(f"{folder} cannot be written ({e}): give another folder") from e
    return [path]


def _motion(number: int, stream: ExportedStream) -> list[bytes]:
    motion, opened = stream.motion, stream.opened
    names = [name for name in motion if name != "t_ns"]
    described = "".join(
        f"<channel><label>{name}</label><unit>{escape(unit_of(name) or '1')}</unit></channel>"
        for name in names
    )
    head = _header(
        number,
        name=f"{opened.placement} {opened.stream}",
        kind="IMU",
        channels=len(names),
        rate_hz=opened.rate_hz if (np.diff(motion.index) == 1).all() else 0,
        form="double64",
        source=opened.stream,
        desc=(
            f"<channels>{described}</channels><placement>{escape(opened.placement)}</placement>"
            f"<nominal_rate_hz>{opened.rate_hz:g}</nominal_rate_hz>"
            "<synchronization><can_drop_samples>true</can_drop_samples></synchronization>"
        ),
    )
    values = np.column_stack([motion[name].astype(np.float64) for name in names])
    rows = np.zeros(
        motion.rows, np.dtype([("stamped", "u1"), ("t_s", "<f8"), ("values", "<f8", (len(names),))])
    )
    rows["stamped"], rows["t_s"], rows["values"] = 8, motion.t_ns / 1e9, values
    chunks = [head]
    for first in range(0, len(rows), ROWS_A_CHUNK):
        part = rows[first : first + ROWS_A_CHUNK]
        chunks.append(_samples(number, len(part), part.tobytes()))
    return [*chunks, _footer(number, float(rows["t_s"][0]), float(rows["t_s"][-1]), len(rows))]


def _events(number: int, session: ExportedSession) -> list[bytes]:
    head = _header(
        number,
        name="events",
        kind="Markers",
        channels=1,
        rate_hz=0,
        form="string",
        source=session.session,
        desc="",
    )
    body = b"".join(
        struct.pack("<Bd", 8, event.t_ns / 1e9) + _length(len(text)) + text
        for event in session.events
        for text in (encode_event(event),)
    )
    first, last = session.events[0].t_ns / 1e9, session.events[-1].t_ns / 1e9
    count = len(session.events)
    return [head, _samples(number, count, body), _footer(number, first, last, count)]


def _header(
    number: int,
    *,
    name: str,
    kind: str,
    channels: int,
    rate_hz: float,
    form: str,
    source: str,
    desc: str,
) -> bytes:
    xml = (
        f'<?xml version="1.0"?><info><name>{escape(name)}</name><type>{kind}</type>'
        f"<channel_count>{channels}</channel_count><nominal_srate>{rate_hz:g}</nominal_srate>"
        f"<channel_format>{form}</channel_format><source_id>{escape(source)}</source_id>"
        f"<created_at>0</created_at><desc>{desc}</desc></info>"
    )
    return _chunk(STREAM_HEADER, struct.pack("<I", number) + xml.encode())


def _samples(number: int, count: int, body: bytes) -> bytes:
    return _chunk(SAMPLES, struct.pack("<I", number) + _length(count) + body)


def _footer(number: int, first: float, last: float, count: int) -> bytes:
    xml = (
        f'<?xml version="1.0"?><info><first_timestamp>{first!r}</first_timestamp>'
        f"<last_timestamp>{last!r}</last_timestamp><sample_count>{count}</sample_count>"
        "<clock_offsets></clock_offsets></info>"
    )
    return _chunk(STREAM_FOOTER, struct.pack("<I", number) + xml.encode())


def _chunk(tag: int, content: bytes) -> bytes:
    return _length(len(content) + 2) + struct.pack("<H", tag) + content


def _length(n: int) -> bytes:
    """A variable-length integer: how many bytes, then these."""
    return struct.pack("<BI", 4, n) if n < 2**32 else struct.pack("<BQ", 8, n)
