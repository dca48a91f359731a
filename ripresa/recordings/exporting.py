"""Sessions of a journal, an archive or an export, written in another format."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from research.exports.bids import BidsDataset
from research.exports.exported_session import ExportedSession, ExportedStream
from research.exports.fhir import write_fhir
from research.exports.opensim_files import write_opensim
from research.exports.table_files import write_tables
from research.exports.xdf_file import write_xdf
from research.tables.motion_table import marker_table, motion_of
from telemetry.errors import ConfigurationError, NotObservable, RipresaError, StoreError
from telemetry.messages.motion import StreamOpened

from .recorded_session import RecordedSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from research.tables.session_tables import Angle
    from telemetry.seams import SessionSummary

    from .session_source import SessionSource

__all__ = ["FORMATS", "ExportFormat", "exported", "write_sessions"]

ExportFormat: TypeAlias = Literal["bids", "opensim", "fhir", "parquet", "csv", "xdf"]
FORMATS: Final[tuple[str, ...]] = get_args(ExportFormat)


def write_sessions(
    source: SessionSource,
    chosen: Sequence[SessionSummary],
    to: ExportFormat,
    out: Path,
    *,
    said: Callable[[str], None],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, list[Path]]:
    """Write sessions; gives how many, and the files.

    Args:
        source: where they are kept.
        chosen: which.
        to: the format.
        out: a folder, made where it is not there.
        said: is told what could not be written of a session, and of sessions that cannot be read.
        progress: is told how many of how many are written.

    Raises:
        ConfigurationError: none is chosen, or the folder holds something already.
        StoreError: nothing can be read, or something not be written.
    """
    if not chosen:
        raise ConfigurationError(f"{source.path} holds no such session: see `ripresa session list`")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(f"{out} is not an empty folder: give a new one as --out")
    dataset = BidsDataset(out)
    written: list[Path] = []
    sessions = 0
    for done, session in enumerate(_read(source, chosen, said=said), 1):
        if session is not None:
            written += _written(session, to, out, dataset)
            sessions += 1
        if progress is not None:
            progress(done, len(chosen))
    if not sessions:
        raise StoreError(f"none of {len(chosen)} sessions in {source.path} could be read")
    if to == "bids":
        written += dataset.finish()
    return sessions, written


def _read(
    source: SessionSource, chosen: Sequence[SessionSummary], *, said: Callable[[str], None]
) -> Iterator[ExportedSession | None]:
    """Each session as it is kept; None for one that cannot be read, which is told."""
    named = Counter((summary.patient, summary.session) for summary in chosen)
    for summary in chosen:
        try:
            session = exported(RecordedSession(summary.session, source, summary.home), said=said)
        except RipresaError as e:
            said(f"session {summary.session} is left out: {e}")
            yield None
            continue
        several = named[summary.patient, summary.session] > 1
        yield replace(session, home=summary.home) if several else session


def _written(
    session: ExportedSession, to: ExportFormat, out: Path, dataset: BidsDataset
) -> list[Path]:
    match to:
        case "bids":
            return dataset.add(session)
        case "opensim":
            return write_opensim(session, out)
        case "fhir":
            return write_fhir(session, out)
        case "xdf":
            return write_xdf(session, out)
        case _:
            return write_tables(session, out, to)


def exported(session: RecordedSession, *, said: Callable[[str], None]) -> ExportedSession:
    """All of a session that an exporter may need.

    Args:
        session: as recorded.
        said: is told of streams without samples and of angles that cannot be computed here.
    """
    streams = []
    for stream in session.streams:
        items = session.stream_items(stream)
        motion = motion_of(items)
        opened = next((i for i in items if isinstance(i, StreamOpened)), None)
        if motion is None or opened is None:
            said(f"stream {stream} of session {session.session} has no samples here: left out")
            continue
        streams.append(ExportedStream(opened, motion, marker_table(items)))
    return ExportedSession(
        session=session.session,
        opened=session.opened,
        events=session.records,
        result=session.result,
        streams=streams,
        angles=_angles(session, said=said) if streams else {},
    )


def _angles(session: RecordedSession, *, said: Callable[[str], None]) -> dict[str, Angle]:
    found = {}
    for item in session.item_names:
        try:
            found[item] = session.angle(item)
        except NotObservable as e:
            said(f"no angle of {e}")
        except ConfigurationError as e:
            said(f"no angles of session {session.session}: {e}")
            break
    return found
