"""Reads sessions from a folder of Parquet and JSON, with no journal at hand.

The folder is an archive (`PATIENT/sessions`, `PATIENT/streams`), one patient's part of it, or what
`ripresa patient export` wrote.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from telemetry.errors import AmbiguousName, StoreError
from telemetry.messages.events import decode_event
from telemetry.messages.results import decode_result
from telemetry.seams import SessionSummary

from .archive import home_of_stream, read_stream
from .session_head import head_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import Result

__all__ = ["ArchiveFolder", "holds_sessions"]


def holds_sessions(folder: Path) -> bool:
    """Whether a folder is an archive, a patient's part of one, or an export."""
    return any(any(folder.glob(pattern)) for pattern in ("sessions/*.json", "*/sessions/*.json"))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A session's file, read."""

    path: Path
    body: dict[str, Any]

    @property
    def home(self) -> str | None:
        return None if self.body.get("home") is None else str(self.body["home"])


class ArchiveFolder:
    """A `SessionReader` over a folder.

    Args:
        folder: see the module's head.

    Raises:
        StoreError: it holds no session.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not holds_sessions(folder):
            raise StoreError(
                f"{folder} holds no sessions/*.json: name an archive, a patient's folder in one, "
                "or what `ripresa patient export` wrote"
            )

    def sessions(self, *, patient: str | None = None) -> list[SessionSummary]:
        """All sessions, oldest first.

        Raises:
            StoreError: a session's file cannot be read.
        """
        found = [_listed(path) for path in self._files("sessions", "*.json")]
        chosen = [s for s in found if patient is None or s.patient == patient]
        return sorted(chosen, key=lambda s: (s.opened_ns, s.session, s.home or ""))

    def homes_of(self, session: str) -> list[str]:
        """The homes that have a session of that name."""
        return [kept.home for kept in self._kept(session) if kept.home is not None]

    def events(self, session: str, *, home: str | None = None) -> list[SessionEvent]:
        """A session's events in order; empty where the session is unknown."""
        kept = self._one(session, home)
        return [] if kept is None else [decode_event(_json(e)) for e in kept.body["events"]]

    def results(self, session: str, *, home: str | None = None) -> list[Result]:
        """A session's results in the order in which they were written."""
        kept = self._one(session, home)
        return [] if kept is None else [decode_result(_json(r)) for r in kept.body["results"]]

    def streams(self, session: str, *, home: str | None = None) -> list[str]:
        """The streams of a session, oldest first."""
        kept = self._one(session, home)
        return [] if kept is None else [str(stream) for stream in kept.body["streams"]]

    def stream_items(self, stream: str, *, home: str | None = None) -> Iterator[StreamItem]:
        """A stream's items in order.

        Raises:
            AmbiguousName: several homes have one of that name, and nobody says whose.
            StoreError: the stream's file is not there, or damaged.
        """
        paths = self._files("streams", f"{stream}*.parquet")
        homes = {path: home_of_stream(path) for path in paths} if len(paths) > 1 else {}
        if home is not None and homes:
            paths = [path for path in paths if homes[path] in {home, None}]
        if len(paths) > 1:
            raise AmbiguousName("stream", stream, tuple(str(homes[path]) for path in paths))
        if not paths:
            raise StoreError(f"{self.folder} has no streams/{stream}.parquet: restore it")
        yield from read_stream(paths[0])

    def _kept(self, session: str) -> list[_Kept]:
        return [_read(path) for path in self._files("sessions", f"{session}*.json")]

    def _one(self, session: str, home: str | None) -> _Kept | None:
        found = [kept for kept in self._kept(session) if home in {None, kept.home}]
        if len(found) > 1:
            raise AmbiguousName("session", session, tuple(str(kept.home) for kept in found))
        return found[0] if found else None

    def _files(self, part: str, pattern: str) -> list[Path]:
        own = self.folder.glob(f"{part}/{pattern}")
        # Names compare faster than paths.
        return sorted([*own, *self.folder.glob(f"*/{part}/{pattern}")], key=str)


def _read(path: Path) -> _Kept:
    try:
        body = from_json(path.read_bytes())
        if not body["events"]:
            raise ValueError("without events")  # noqa: TRY301 - told as what cannot be read
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise StoreError(f"{path} is no session of an archive ({e}): restore it") from e
    return _Kept(path, body)


def _listed(path: Path) -> SessionSummary:
    try:
        told = head_of(path)
    except OSError as e:
        raise StoreError(f"{path} is no session of an archive ({e}): restore it") from e
    return told or _summary(_read(path))


def _summary(kept: _Kept) -> SessionSummary:
    first, last = kept.body["events"][0], kept.body["events"][-1]
    closed = last if last.get("type") == "session.closed" else {}
    return SessionSummary(
        session=str(kept.body["session"]),
        patient=str(first.get("patient", kept.path.parent.parent.name)),
        day=str(kept.body.get("day", first.get("day"))),
        opened_ns=int(first["t_ns"]),
        closed_ns=closed.get("t_ns"),
        reason=closed.get("reason"),
        home=kept.home,
    )


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()
