"""What a record alone does not say: whose it is, where it was worn, when a sample was taken."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ingest.journal.ledger import ARCHIVED
from telemetry.messages.codec import decode_item
from telemetry.messages.motion import MotionBatch, StreamGap, StreamOpened
from telemetry.messages.results import AdherenceResult, SessionResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ingest.journal.reading import JournalReader
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.motion import StreamItem
    from telemetry.messages.record import Record
    from telemetry.messages.results import Result
    from telemetry.seams import SessionSummary

__all__ = ["RecordContext", "Whose", "cut", "home_of"]

UNKNOWN = "unknown"


class Whose(tuple[str, str]):
    """Site and pseudonym."""

    __slots__ = ()

    @property
    def patient(self) -> str:
        """The pseudonym."""
        return self[1]

    @property
    def tags(self) -> dict[str, str]:
        """The two tags that every point carries."""
        return {"site": self[0], "patient": self[1]}


class RecordContext:
    """Looks things up in a clinic's journal, and remembers the last of them.

    Sessions and streams are asked for by their home: two may give one the same name.

    Args:
        journal: the clinic's; where older motion lies in an archive, a reader of both.
        restricted: whether a patient's data must not be used: it is nobody's then.
    """

    def __init__(
        self,
        journal: JournalReader,
        restricted: Callable[[str], bool] = lambda _patient: False,
    ) -> None:
        self._journal = journal
        self._restricted = restricted
        self._whose_home = lru_cache(4096)(self._find_home)
        self._opened = lru_cache(4096)(self._find_opened)
        self._times = lru_cache(16)(self._find_times)
        self._kept = lru_cache(4)(self._find_batches)

    def whose(self, record: Record, content: object = None) -> Whose | None:
        """Site and patient of a record.

        None where neither home, session nor result tells, and where its use is restricted.
        """
        found = self._find_whose(record, content)
        return None if found is None or self._restricted(found.patient) else found

    def whose_home(self, home: str) -> Whose | None:
        """Site and patient of a home; None where it is unknown, or its use is restricted."""
        found = self._whose_home(home)
        return None if found is None or self._restricted(found.patient) else found

    def barred(self, patient: str) -> bool:
        """Whether nothing of a patient may be used, as it stands at this moment."""
        return self._restricted(patient)

    def motion(self, record: Record) -> list[MotionBatch]:
        """The samples of a record; those that have moved to the archive are read from there.

        Raises:
            DecodeError: the body is not what the record's kind says.
            StoreError: the archive's file is gone.
        """
        item = decode_item(record.body)
        if isinstance(item, MotionBatch):
            return [item]
        if not isinstance(item, StreamGap) or item.reason != ARCHIVED or item.count is None:
            return []
        stop = item.first_index + item.count
        found = self._kept(item.stream, home_of(record))
        return [part for b in found if (part := cut(b, item.first_index, stop)) is not None]

    def placement(self, stream: str, home: str) -> str:
        """Where a stream's wearable was worn."""
        opened = self._opened(stream, home)
        return UNKNOWN if opened is None else opened.placement

    def session(self, session: str, home: str) -> SessionSummary | None:
        """The session's line in the list of sessions."""
        return self._journal.session(session, home=home)

    def beside(self, session: SessionSummary, stop_ns: int) -> list[SessionSummary]:
        """The patient's other sessions that were opened within a session's time."""
        return [
            other
            for other in self._journal.sessions(patient=session.patient)
            if (other.session, other.home) != (session.session, session.home)
            and other.opened_ns <= stop_ns
            and (other.closed_ns is None or session.opened_ns <= other.closed_ns)
        ]

    def counting_beside(
        self, session: SessionSummary, stop_ns: int
    ) -> Iterator[tuple[SessionResult, str]]:
        """Of those sessions the results that count, each with its home.

        Their points go with a superseded session's, as the database takes them away by time.
        """
        for other in self.beside(session, stop_ns):
            if other.home is None:
                continue
            results = self.results(other.session, other.home)
            counted = [r for r in results if isinstance(r, SessionResult) and not r.provisional]
            if counted:
                yield counted[-1], other.home

    def events(self, session: str, home: str) -> list[SessionEvent]:
        """The session's events."""
        return self._journal.events(session, home=home)

    def results(self, session: str, home: str) -> list[Result]:
        """The session's results."""
        return self._journal.results(session, home=home)

    def streams(self, session: str, home: str) -> list[str]:
        """The session's streams."""
        return self._journal.streams(session, home=home)

    def stream_items(self, stream: str, home: str) -> Iterable[StreamItem]:
        """A stream's items, from the archive too."""
        return self._journal.stream_items(stream, home=home)

    def sample_ns(self, stream: str, home: str, index: int) -> int | None:
        """Host time of a sample; the next stored one's where it is missing; else None."""
        indices, t_ns = self._times(stream, home)
        at = int(np.searchsorted(indices, index))
        return int(t_ns[at]) if at < len(indices) else None

    def forget_times(self) -> None:
        """Drop remembered sample times: the streams may have grown since."""
        self._times.cache_clear()

    def _find_whose(self, record: Record, content: object) -> Whose | None:
        if (found := self._whose_home(home_of(record))) is not None:
            return found
        if isinstance(content, AdherenceResult):
            return self._whose_patient(content.patient)
        return None

    def _find_home(self, home: str) -> Whose | None:
        found = self._journal.patient_of(home)
        return None if found is None else Whose(found)

    def _whose_patient(self, patient: str) -> Whose:
        return Whose((self._journal.site_of(patient) or UNKNOWN, patient))

    def _find_opened(self, stream: str, home: str) -> StreamOpened | None:
        return self._journal.stream_opened(stream, home=home)

    def _find_batches(self, stream: str, home: str) -> list[MotionBatch]:
        items = self._journal.stream_items(stream, home=home)
        return [item for item in items if isinstance(item, MotionBatch)]

    def _find_times(self, stream: str, home: str) -> tuple[np.ndarray, np.ndarray]:
        batches = self._find_batches(stream, home)
        if not batches:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        indices = np.concatenate([np.arange(b.first_index, b.next_index) for b in batches])
        t_ns = np.concatenate([b.t_ns for b in batches])
        order = np.argsort(indices, kind="stable")
        return indices[order], t_ns[order]


def home_of(record: Record) -> str:
    """The home that a record is about; a clinic's own records may be about another's session."""
    return record.subject or record.home


def cut(batch: MotionBatch, first: int, stop: int) -> MotionBatch | None:
    """The part of a batch from one sample index to another; None where there is none."""
    part = slice(max(first - batch.first_index, 0), max(min(stop, batch.next_index), 0))
    part = slice(part.start, part.stop - batch.first_index)
    if part.start >= part.stop:
        return None
    dt_us = batch.dt_us[part]
    arrays: dict[str, np.ndarray | None] = {
        name: None if (values := getattr(batch, name)) is None else values[part]
        for name in ("lag_us", "device_us", "acc", "gyr", "mag")
    }
    return dataclasses.replace(
        batch,
        first_index=batch.first_index + part.start,
        t0_ns=batch.t0_ns + int(dt_us[0]) * 1000,
        dt_us=dt_us - dt_us[0],
        **arrays,  # type: ignore[arg-type]
    )
