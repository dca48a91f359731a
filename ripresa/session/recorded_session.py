"""Recorded sessions for notebooks: events, results, motion and angles as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ingest.journal.reading import JournalReader
from ripresa.platform.configuration import Folder, journal_at_hand
from telemetry.errors import ConfigurationError
from telemetry.messages.live import ControlBatch
from telemetry.messages.motion import MotionBatch
from telemetry.messages.results import SessionResult

from .closing import streams_of
from .replay import recorded_control

if TYPE_CHECKING:
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.results import Result
    from telemetry.seams import SessionSummary

__all__ = ["Angle", "Motion", "RecordedSession", "load_session", "sessions"]


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """A stream as recorded.

    Attributes:
        index: [n] int64, sample indices; a jump is a loss.
        t_ns: [n] int64, host times, UTC.
        acc: [n, 3] float32, m/s².
        gyr: [n, 3] float32, rad/s; None without gyroscope.
    """

    index: npt.NDArray[np.int64]
    t_ns: npt.NDArray[np.int64]
    acc: npt.NDArray[np.float32]
    gyr: npt.NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, eq=False)
class Angle:
    """The observable of one exercise item over time, as the live path shows it.

    Attributes:
        t_ns: [n] int64, host times, UTC.
        angle_deg: [n] float64.
        control: [n] float64, normalised: 0 at rest, 1 at today's target.
    """

    t_ns: npt.NDArray[np.int64]
    angle_deg: npt.NDArray[np.float64]
    control: npt.NDArray[np.float64]


class RecordedSession:
    """One session of a journal; reads on demand.

    Args:
        session: ULID.
        journal: the file.
        home: whose session, where several have one of that name.
    """

    def __init__(self, session: str, journal: Path, home: str | None = None) -> None:
        self.session = session
        self.journal = journal
        self.home = home
        with JournalReader(journal) as reader:
            self.events: list[SessionEvent] = reader.events(session, home=home)
            self.results: list[Result] = reader.results(session, home=home)
        if not self.events:
            raise ConfigurationError(f"no session {session} in {journal}: check the ULID")

    @property
    def streams(self) -> list[str]:
        """The streams that its exercises span."""
        return streams_of(self.events)

    @property
    def result(self) -> SessionResult | None:
        """The result that counts: the last one that is not provisional."""
        counting = [r for r in self.results if isinstance(r, SessionResult) and not r.provisional]
        return counting[-1] if counting else None

    def motion(self, stream: str) -> Motion:
        """One stream's samples.

        Raises:
            ConfigurationError: the journal holds no sample of it.
        """
        with JournalReader(self.journal) as reader:
            items = reader.stream_items(stream, home=self.home)
            batches = [b for b in items if isinstance(b, MotionBatch)]
        if not batches:
            raise ConfigurationError(f"stream {stream} has no sample in {self.journal}")
        rates = [b.gyr for b in batches if b.gyr is not None]
        return Motion(
            index=np.concatenate([np.arange(b.first_index, b.next_index) for b in batches]),
            t_ns=np.concatenate([b.t_ns for b in batches]),
            acc=np.concatenate([b.acc for b in batches]),
            gyr=np.concatenate(rates) if len(rates) == len(batches) else None,
        )

    def angle(self, item: str) -> Angle | None:
        """What the sensors saw of one exercise item; None where no angle is observable.

        Raises:
            ConfigurationError: the session's plan is not at hand.
        """
        plans = Folder(self.journal.parent.parent).plans
        with JournalReader(self.journal) as reader:
            messages = recorded_control(reader, self.session, plans, home=self.home)
        batches = [m for m in messages if isinstance(m, ControlBatch) and m.item == item]
        seen = [b for b in batches if b.angle_deg is not None]
        if not seen:
            return None
        times = [b.t0_ns + np.asarray(b.dt_us, np.int64) * 1000 for b in seen]
        return Angle(
            t_ns=np.concatenate(times),
            angle_deg=np.concatenate([np.asarray(b.angle_deg, np.float64) for b in seen]),
            control=np.concatenate([np.asarray(b.control, np.float64) for b in seen]),
        )


def sessions(journal: Path | str | None = None) -> list[SessionSummary]:
    """All sessions of a journal, oldest first; without one this machine's.

    Raises:
        ConfigurationError: there is no journal.
        StoreError: it cannot be read.
    """
    with JournalReader(_path(journal)) as reader:
        return reader.sessions()


def load_session(
    session: str, journal: Path | str | None = None, *, home: str | None = None
) -> RecordedSession:
    """One recorded session; `home` says whose, where several have one of that name.

    Raises:
        AmbiguousName: several have, and nobody says whose.
        ConfigurationError: there is no journal, or no such session in it.
        StoreError: the journal cannot be read.
    """
    return RecordedSession(session, _path(journal), home)


def _path(journal: Path | str | None) -> Path:
    return journal_at_hand(None if journal is None else Path(journal))
