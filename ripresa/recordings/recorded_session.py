"""Recorded sessions for notebooks: events, results, motion and angles as tables."""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from research.tables.motion_table import Motion, marker_table, motion_of, stamps_of
from research.tables.session_tables import Angle, event_table, item_table, repetition_table
from research.tables.table import Table, table_of
from ripresa.session.parts import streams_of
from telemetry.errors import ConfigurationError, NotObservable
from telemetry.messages.events import AssessmentStarted, ExerciseStarted, SessionOpened
from telemetry.messages.live import ControlBatch
from telemetry.messages.motion import StreamOpened
from telemetry.messages.results import SessionResult
from telemetry.seams import SessionSummary

from .gated_angles import taken_back
from .replay import replayed
from .session_source import SessionSource, session_source

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.results import Result

    from .gated_angles import ItemSpan
    from .replay import Replayed

__all__ = ["RecordedSession", "SessionList", "load_session", "sessions"]

_NOBODY_SAYS_WHY = "no angle of it could be observed"


class SessionList(list[SessionSummary]):
    """Sessions, oldest first."""

    def to_table(self) -> Table:
        """One row a session: `session`, `patient`, `day`, `opened_ns`, `closed_ns`, ..."""
        columns = ("session", "patient", "day", "opened_ns", "closed_ns", "reason", "home")
        return table_of((asdict(summary) for summary in self), columns)

    def to_pandas(self) -> Any:
        """The same as a `pandas.DataFrame`.

        Raises:
            ConfigurationError: pandas is not installed.
        """
        return self.to_table().to_pandas()


class RecordedSession:
    """One recorded session; motion is read on demand.

    Args:
        session: ULID.
        source: where it is kept.
        home: whose session, where several have one of that name.

    Attributes:
        records: its events, in order.
        results: its results, in the order in which they were written.
        streams: recorded in it; those that its exercises span come first.

    Raises:
        AmbiguousName: several have, and nobody says whose.
        ConfigurationError: there is no such session.
        StoreError: the place cannot be read.
    """

    def __init__(self, session: str, source: SessionSource, home: str | None = None) -> None:
        self.session = session
        self.source = source
        self.home = home
        with source.reading() as reader:
            self.records: list[SessionEvent] = reader.events(session, home=home)
            self.results: list[Result] = reader.results(session, home=home)
            recorded = reader.streams(session, home=home)
        self.streams: list[str] = list(dict.fromkeys((*streams_of(self.records), *recorded)))
        if not self.records:
            raise ConfigurationError(f"no session {session} in {source.path}: check the ULID")

    @property
    def opened(self) -> SessionOpened:
        """How it was opened: patient, site, day, posture, wearables.

        Raises:
            ConfigurationError: that event is not there.
        """
        found = next((e for e in self.records if isinstance(e, SessionOpened)), None)
        if found is None:
            raise ConfigurationError(f"session {self.session} lacks its first event")
        return found

    @property
    def item_names(self) -> list[str]:
        """The exercise items and assessments that were begun, in order."""
        begun = [e.item for e in self.records if isinstance(e, ExerciseStarted | AssessmentStarted)]
        return list(dict.fromkeys(begun))

    @property
    def result(self) -> SessionResult | None:
        """The result that counts: the last one that is not provisional."""
        counting = [r for r in self.results if isinstance(r, SessionResult) and not r.provisional]
        return counting[-1] if counting else None

    def events(self) -> Table:
        """Its events: one row each, one column a field."""
        return event_table(self.records)

    def repetitions(self) -> Table:
        """All repetitions of the result that counts."""
        return repetition_table(self.result)

    def items(self) -> Table:
        """All exercise items and assessments of the result that counts."""
        return item_table(self.result)

    def motion(self, stream: str | None = None) -> Motion:
        """One stream's samples; without a name the only one's.

        Raises:
            ConfigurationError: it has no such stream, or several and none is named.
            StoreError: the stream cannot be read.
        """
        stream = self._stream(stream)
        found = motion_of(self.stream_items(stream))
        if found is None:
            raise ConfigurationError(f"stream {stream} has no sample in {self.source.path}")
        return found

    def stamps(self, stream: str | None = None) -> Table:
        """When each sample was taken, by device and host, and when it arrived.

        Raises:
            ConfigurationError, StoreError: as `motion`.
        """
        stream = self._stream(stream)
        items = self.stream_items(stream)
        found = motion_of(items)
        if found is None:
            raise ConfigurationError(f"stream {stream} has no sample in {self.source.path}")
        opened = next((i for i in items if isinstance(i, StreamOpened)), None)
        placement = "unknown" if opened is None else opened.placement
        return stamps_of(found, stream=stream, placement=placement)

    def markers(self, stream: str | None = None) -> Table:
        """What bounds and breaks a stream: openings, gaps, changes of quality, ends.

        Raises:
            ConfigurationError, StoreError: as `motion`.
        """
        return marker_table(self.stream_items(self._stream(stream)))

    def angle(self, item: str | None = None) -> Angle:
        """What the sensors saw of one exercise item; without a name the only one's.

        The core of today runs once for the session, however often it is asked. What the session's
        close takes back is not in it: where the closing result has no angle, there is none here.

        Raises:
            ConfigurationError: it has no such item, or the session's plan is not at hand.
            NotObservable: the sensors could not see an angle of it; says why.
        """
        item = _the_one(item, self.item_names, f"session {self.session}", "item")
        refused = [(span, why) for span, why in self._taken_back if span.item == item]
        seen = [
            (batch.t0_ns + np.asarray(batch.dt_us, np.int64) * 1000, batch.angle_deg, batch.control)
            for batch in self.live_messages
            if isinstance(batch, ControlBatch)
            and batch.item == item
            and batch.angle_deg is not None
            and not any(span.holds(batch.t0_ns) for span, _ in refused)
        ]
        if not seen:
            why = next((why for _, why in refused), None) or self._why_unseen(item)
            raise NotObservable(f"{item} of session {self.session}: {why}")
        return Angle(
            t_ns=np.concatenate([t_ns for t_ns, _, _ in seen]),
            angle_deg=np.concatenate([np.asarray(deg, np.float64) for _, deg, _ in seen]),
            control=np.concatenate([np.asarray(control, np.float64) for _, _, control in seen]),
        )

    @property
    def live_messages(self) -> list[LiveMessage]:
        """Control and repetitions as the live path would have shown them: provisional.

        Raises:
            ConfigurationError: the session's plan is not at hand.
        """
        return self._replayed.messages

    @cached_property
    def _replayed(self) -> Replayed:
        with self.source.reading() as reader:
            return replayed(reader, self.session, self.source.plans, home=self.home)

    @cached_property
    def _taken_back(self) -> list[tuple[ItemSpan, str]]:
        told = self._replayed
        return taken_back(told.spans, (told.result, self.result))

    def stream_items(self, stream: str) -> list[StreamItem]:
        """One stream's batches and markers, as the core gets them.

        Raises:
            StoreError: the stream cannot be read.
        """
        with self.source.reading() as reader:
            return list(reader.stream_items(stream, home=self.home))

    def _stream(self, stream: str | None) -> str:
        return _the_one(stream, self.streams, f"session {self.session}", "stream")

    def _why_unseen(self, item: str) -> str:
        told = [i for i in (self.result.items if self.result else ()) if i.item == item]
        return next((i.not_observable for i in told if i.not_observable), _NOBODY_SAYS_WHY)


def sessions(journal: Path | str | None = None) -> SessionList:
    """All sessions of a journal, an archive or an export, oldest first.

    Args:
        journal: the file, or a folder that is an archive or an export, see `session_source`; None:
            this machine's.

    Raises:
        ConfigurationError: there is none.
        StoreError: it cannot be read.
    """
    with session_source(journal).reading() as reader:
        return SessionList(reader.sessions())


def load_session(
    session: str,
    journal: Path | str | None = None,
    *,
    home: str | None = None,
    plans: Path | str | None = None,
) -> RecordedSession:
    """One recorded session.

    Args:
        session: ULID.
        journal: the file, or a folder that is an archive or an export; None: this machine's.
        home: whose session, where several have one of that name.
        plans: the folder of plans, where it does not lie beside the place.

    Raises:
        AmbiguousName: several have, and nobody says whose.
        ConfigurationError: there is no such place, or no such session in it.
        StoreError: the place cannot be read.
    """
    return RecordedSession(session, session_source(journal, plans=plans), home)


def _the_one(named: str | None, known: list[str], where: str, what: str) -> str:
    """The name that is meant.

    Raises:
        ConfigurationError: there is none of that name, or several and none is named.
    """
    if named is None and len(known) == 1:
        return known[0]
    if named in known:
        return named
    there = ", ".join(known) or "none"
    asked = f"several {what}s: name one" if named is None else f"no {what} {named!r}"
    raise ConfigurationError(f"{where} has {asked if known else 'no ' + what}; there is: {there}")
