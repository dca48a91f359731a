"""The protocols at the seams between rooms; everything is wired by them, in `ripresa`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from telemetry.messages.motion import StreamItem

if TYPE_CHECKING:
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.record import NewRecord
    from telemetry.messages.results import Result

__all__ = [
    "ItemSink",
    "Recorder",
    "SessionIndex",
    "SessionReader",
    "SessionSummary",
    "WearableSource",
]

ItemSink: TypeAlias = Callable[[StreamItem], None]
"""Takes one stream item; returns at once and never raises."""


@runtime_checkable
class Recorder(Protocol):
    """Keeps records for good."""

    async def append(self, records: Sequence[NewRecord]) -> int:
        """Store all of `records`, in order; durable when it returns.

        Returns:
            The position of the last one.

        Raises:
            StoreBusy: locked or full at the moment; nothing of them was stored.
            StoreError: the store refuses for good; nothing of them was stored.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One line of a list of sessions.

    Attributes:
        day: that it belongs to: as its home told, or as a clinician has put it right. Whoever
            asks for a session's day asks for this one; `SessionOpened.day` is what was told.
        home: the journal that it was recorded in.
    """

    session: str
    patient: str
    day: str
    opened_ns: int
    closed_ns: int | None
    reason: str | None
    home: str | None = None


@runtime_checkable
class SessionReader(Protocol):
    """Reads what was recorded; never writes.

    Two homes may give one name to a session or a stream: `home` says whose is meant. Without it
    `AmbiguousName` is raised where there are several, so that nobody is shown another's.
    """

    def sessions(self, *, patient: str | None = None) -> list[SessionSummary]:
        """All sessions, oldest first."""
        ...

    def events(self, session: str, *, home: str | None = None) -> list[SessionEvent]:
        """A session's events in order; empty where the session is unknown."""
        ...

    def results(self, session: str, *, home: str | None = None) -> list[Result]:
        """A session's results in the order in which they were written."""
        ...

    def streams(self, session: str, *, home: str | None = None) -> list[str]:
        """All streams that were recorded in a session, oldest first."""
        ...

    def stream_items(self, stream: str, *, home: str | None = None) -> Iterator[StreamItem]:
        """A stream's items in order, as the wire gave them."""
        ...


@runtime_checkable
class SessionIndex(SessionReader, Protocol):
    """Finds sessions among years of them without going through all: for pages."""

    def newest_sessions(
        self, *, limit: int, patient: str | None = None, before: tuple[str, str] | None = None
    ) -> list[SessionSummary]:
        """The newest sessions by their names, which begin with the time; the newest first.

        Args:
            limit: how many at most.
            patient: whose; None: everybody's.
            before: session and home of the last one that is known already.
        """
        ...

    def session(self, session: str, *, home: str | None = None) -> SessionSummary | None:
        """One session's line of that list; None where it is unknown."""
        ...


@runtime_checkable
class WearableSource(Protocol):
    """Something that produces streams: a gateway, a replay, a simulator."""

    async def run(self, sink: ItemSink) -> None:
        """Give items to `sink` until the source is exhausted or the task is cancelled."""
        ...
