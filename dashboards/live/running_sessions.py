"""Whose session is under way, as the journal tells: before anybody may see anything of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from telemetry.messages.events import UnwellReported

from .live_feed import LiveSessionSummary

if TYPE_CHECKING:
    from telemetry.clock import Clock
    from telemetry.seams import SessionIndex

    from .live_feed import LiveFeed

__all__ = ["RunningSessions", "UnwellNow"]

LOOKED_AT: Final = 200
"""Newest sessions of all homes among which those under way are."""
OF_A_PATIENT: Final = 50
"""Newest sessions of a patient among which the one under way is."""
UNWELL_TOLD_NS: Final = 600 * 1_000_000_000
"""So long after somebody felt unwell it is told of them beside the sessions that are played."""
LONGEST_NS: Final = 3 * 3600 * 1_000_000_000
"""A session that was opened longer ago and not closed is one of a box that broke down."""


class UnwellNow(BaseModel):
    """Somebody who has just felt unwell; `t_ms` by their home's clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patient: str
    session: str
    t_ms: float


class RunningSessions:
    """Each patient's session that is open in the journal.

    Args:
        reader: the clinic's journal.
        feed: knows how far those are that somebody watches.
        clock: tells how long ago one was opened.
    """

    def __init__(self, reader: SessionIndex, feed: LiveFeed, clock: Clock) -> None:
        self._reader, self._feed, self._clock = reader, feed, clock

    def all(self) -> list[LiveSessionSummary]:
        """One line a patient, the session that began last first.

        Raises:
            StoreBusy, StoreError: the journal cannot be read.
        """
        heard = {(one.patient, one.session): one.phase for one in self._feed.sessions()}
        after_ns = self._clock.now_ns() - LONGEST_NS
        found: dict[str, LiveSessionSummary] = {}
        for summary in self._reader.newest_sessions(limit=LOOKED_AT):
            if summary.closed_ns is not None or summary.opened_ns < after_ns:
                continue
            found.setdefault(
                summary.patient,
                LiveSessionSummary(
                    patient=summary.patient,
                    session=summary.session,
                    phase=heard.get((summary.patient, summary.session), "unseen"),
                    opened_ms=summary.opened_ns / 1e6,
                ),
            )
        return list(found.values())

    def unwell(self) -> list[UnwellNow]:
        """Who has said within ten minutes that they feel unwell, the newest first.

        That ends a session: none of them need be among those under way.

        Raises:
            StoreBusy, StoreError: the journal cannot be read.
        """
        now_ns, told = self._clock.now_ns(), {}
        for summary in self._reader.newest_sessions(limit=LOOKED_AT):
            if summary.patient in told or summary.opened_ns < now_ns - LONGEST_NS:
                continue
            if summary.closed_ns is not None and summary.closed_ns < now_ns - UNWELL_TOLD_NS:
                continue
            events = self._reader.events(summary.session, home=summary.home)
            felt = [e.t_ns for e in events if isinstance(e, UnwellReported)]
            if felt and felt[-1] >= now_ns - UNWELL_TOLD_NS:
                told[summary.patient] = UnwellNow(
                    patient=summary.patient, session=summary.session, t_ms=felt[-1] / 1e6
                )
        return sorted(told.values(), key=lambda one: -one.t_ms)

    def of(self, patient: str) -> str | None:
        """The patient's session; None: they do not train.

        Newest by name need not be the one under way: a clock that was ahead once names it so.

        Raises:
            StoreBusy, StoreError: the journal cannot be read.
        """
        newest = self._reader.newest_sessions(patient=patient, limit=OF_A_PATIENT)
        after_ns = self._clock.now_ns() - LONGEST_NS
        for summary in newest:
            if summary.closed_ns is None and summary.opened_ns >= after_ns:
                return summary.session
        return None
