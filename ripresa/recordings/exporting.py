"""Sessions of a journal, an archive or an export, written in another format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from research.exports.bids import BidsDataset
from research.exports.exported_session import ExportedSession, ExportedStream
from research.exports.fhir import write_fhir
from research.exports.opensim_files import write_opensim
from research.exports.table_files import write_tables
from research.exports.xdf_file import write_xdf
from research.tables.motion_table import marker_table, motion_of
from telemetry.errors import ConfigurationError, NotObservable
from telemetry.messages.motion import StreamOpened

from .recorded_session import RecordedSession

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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
) -> list[Path]:
    """Write sessions; gives the files.

    Args:
        source: where they are kept.
        chosen: which.
        to: the format.
        out: a folder, made where it is not there.
        said: is told what could not be written of a session.
        progress: is told how many of how many are written.

    Raises:
        ConfigurationError: none is chosen, or the folder holds something already.
        StoreError: something cannot be read or written.
    """
    if not chosen:
        raise ConfigurationError(f"{source.path} holds no such session: see `ripresa session list`")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(f"{out} is not an empty folder: give a new one as --out")
    dataset = BidsDataset(out)
    written: list[Path] = []
    for done, summary in enumerate(chosen):
        session = exported(RecordedSession(summary.session, source, summary.home), said=said)
        match to:
            case "bids":
                written += dataset.add(session)
            case "opensim":
                written += write_opensim(session, out)
            case "fhir":
                written += write_fhir(session, out)
            case "xdf":
                written += write_xdf(session, out)
            case _:
                written += write_tables(session, out, to)
        if progress is not None:
            progress(done + 1, len(chosen))
    if to == "bids":
        written += dataset.finish()
    return written


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
