"""What homes have counted of their samples, beside what is stored here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from dashboards.views.loss_ledger import LossLedger
from ingest.journal.ledger import balance
from telemetry.errors import DecodeError
from telemetry.messages.notices import LedgerNotice
from telemetry.messages.record import RecordKind
from telemetry.transport.topics import HomeTopics, parse_topic

if TYPE_CHECKING:
    from ingest.journal.journal import Journal
    from telemetry.clock import Clock
    from telemetry.seams import SessionSummary
    from telemetry.transport.bus import Bus, Message

__all__ = ["LedgerBoard"]

log = logging.getLogger(__name__)

MOST_PATIENTS: Final = 100_000


class LedgerBoard:
    """The loss ledger of the newest session: what its home counted, and what is stored here.

    While a session runs, sums are taken from the journal's index; once it is closed its
    streams are added up index by index, once.

    Args:
        bus: the homes' notices come from it.
        site: whose.
        journal: the clinic's.
        clock: the clinic's.
    """

    def __init__(self, bus: Bus, site: str, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self.heard: dict[str, int] = {}
        """When each patient's home was last heard of, by the clinic's clock."""
        self.offset_s: dict[str, float] = {}
        """How far each patient's home's clock is ahead of the clinic's, by its last notice."""
        self._notices: dict[str, LedgerNotice] = {}
        self._balanced: dict[tuple[str | None, str], LossLedger] = {}
        self._refused = 0
        bus.subscribe(HomeTopics(site, "+").ledger, self._take, qos=1)

    def ledger(self) -> LossLedger:
        """The account so far."""
        sessions = self._journal.sessions()
        if not sessions:
            return LossLedger(refused=self._refused)
        newest = sessions[-1]
        told = self._notices.get(newest.patient)
        counted = self._stored(newest)
        if told is None:
            return counted.model_copy(update={"refused": self._refused})
        # A home tells once a second; what is stored here has been sent and received.
        update = {
            "emitted": None if told.emitted is None else max(told.emitted, counted.stored),
            "received": max(told.received, counted.stored),
            "lost": max(counted.lost, told.declared_lost),
            "resent": told.resent,
            "clock_offset_s": self.offset_s.get(newest.patient),
            "refused": self._refused + told.refused,
        }
        return counted.model_copy(update=update)

    def _stored(self, session: SessionSummary) -> LossLedger:
        if session.closed_ns is None:
            counts = self._journal.counts(session=session.session, home=session.home)
            motion = counts.get(RecordKind.MOTION)
            return LossLedger(stored=0 if motion is None else motion.samples)
        key = session.home, session.session
        known = self._balanced.get(key)
        if known is None:
            streams = self._journal.streams(session.session, home=session.home)
            sums = balance(self._journal, streams, home=session.home)
            known = LossLedger(stored=sums.stored, lost=sums.lost, duplicates=sums.duplicates)
            self._balanced = {key: known}
        return known

    def _take(self, message: Message) -> None:
        message.acknowledge()
        try:
            notice = _notice(message)
        except DecodeError as e:
            self._refused += 1
            log.warning("refused: %s", e)
            return
        if message.retained:
            return  # an old word, kept by the broker: it tells nothing of now
        patient = notice.patient
        if patient not in self._notices and len(self._notices) >= MOST_PATIENTS:
            return
        self._notices[patient] = notice
        now_ns = self._clock.now_ns()
        self.heard[patient] = now_ns
        if notice.home_ns is not None:
            self.offset_s[patient] = (notice.home_ns - now_ns) / 1e9


def _notice(message: Message) -> LedgerNotice:
    """What a home has told, held against its topic.

    Raises:
        DecodeError: it cannot be read, or names another patient.
    """
    notice = LedgerNotice.decode(message.payload)
    if notice.patient != parse_topic(message.topic).values["patient"]:
        raise DecodeError("ledger notice", "names another patient than its topic")
    return notice
