"""Whose session is under way, as the journal tells: before anybody may see anything of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .live_feed import LiveSessionSummary

if TYPE_CHECKING:
    from telemetry.clock import Clock
    from telemetry.seams import SessionIndex

    from .live_feed import LiveFeed

__all__ = ["RunningSessions"]

LOOKED_AT: Final = 200
"""Newest sessions of all homes among which those under way are."""
LONGEST_NS: Final = 3 * 3600 * 1_000_000_000
"""A session that was opened longer ago and not closed is one of a box that broke down."""


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

    def of(self, patient: str) -> str | None:
        """The patient's session; None: they do not train.

        Raises:
            StoreBusy, StoreError: the journal cannot be read.
        """
        newest = self._reader.newest_sessions(patient=patient, limit=1)
        after_ns = self._clock.now_ns() - LONGEST_NS
        for summary in newest:
            if summary.closed_ns is None and summary.opened_ns >= after_ns:
                return summary.session
        return None
