"""What a record alone does not say: whose it is, where it was worn, when a sample was taken."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from telemetry.messages.motion import MotionBatch, StreamOpened
from telemetry.messages.results import AdherenceResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.journal.reading import JournalReader
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.record import Record
    from telemetry.messages.results import Result
    from telemetry.seams import SessionSummary

__all__ = ["RecordContext", "Whose"]

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

    Args:
        journal: the clinic's.
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

    def whose(self, record: Record, content: object = None) -> Whose | None:
        """Site and patient of a record.

        None where neither home, session nor result tells, and where its use is restricted.
        """
        found = self._find_whose(record, content)
        return None if found is None or self._restricted(found.patient) else found

    def placement(self, stream: str) -> str:
        """Where a stream's wearable was worn."""
        opened = self._opened(stream)
        return UNKNOWN if opened is None else opened.placement

    def session(self, session: str) -> SessionSummary | None:
        """The session's line in the list of sessions."""
        return self._journal.session(session)

    def events(self, session: str) -> list[SessionEvent]:
        """The session's events."""
        return self._journal.events(session)

    def results(self, session: str) -> list[Result]:
        """The session's results."""
        return self._journal.results(session)

    def sample_ns(self, stream: str, index: int) -> int | None:
        """Host time of a sample; the next stored one's where it is missing; else None."""
        indices, t_ns = self._times(stream)
        at = int(np.searchsorted(indices, index))
        return int(t_ns[at]) if at < len(indices) else None

    def forget_times(self) -> None:
        """Drop remembered sample times: the streams may have grown since."""
        self._times.cache_clear()

    def _find_whose(self, record: Record, content: object) -> Whose | None:
        if (found := self._whose_home(record.subject or record.home)) is not None:
            return found
        if isinstance(content, AdherenceResult):
            return self._whose_patient(content.patient)
        return None

    def _find_home(self, home: str) -> Whose | None:
        found = self._journal.patient_of(home)
        return None if found is None else Whose(found)

    def _whose_patient(self, patient: str) -> Whose:
        return Whose((self._journal.site_of(patient) or UNKNOWN, patient))

    def _find_opened(self, stream: str) -> StreamOpened | None:
        return self._journal.stream_opened(stream)

    def _find_times(self, stream: str) -> tuple[np.ndarray, np.ndarray]:
        batches = [i for i in self._journal.stream_items(stream) if isinstance(i, MotionBatch)]
        if not batches:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        indices = np.concatenate([np.arange(b.first_index, b.next_index) for b in batches])
        t_ns = np.concatenate([b.t_ns for b in batches])
        order = np.argsort(indices, kind="stable")
        return indices[order], t_ns[order]
