"""The loss ledger of one session: where its samples are, hop by hop, and why some are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.journal.ledger import stream_account
from ingest.journal.reading import UPLINK
from telemetry.errors import AmbiguousName, ConfigurationError
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamGap, StreamOpened
from telemetry.messages.record import RecordKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.journal.reading import JournalReader
    from telemetry.messages.motion import StreamItem

__all__ = ["SessionLedger", "StreamLedger", "session_ledger"]

ON_THE_WAY = ("journal full", "gateway restarted")
"""Reasons of gaps whose samples the gateway had received, or may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLedger:
    """One stream, in samples; None: unknown.

    Attributes:
        wearable, placement: of the stream.
        sent: by the wearable, where it numbers its samples; else None.
        received: by the gateway.
        journalled: durable in the home's journal.
        acknowledged: of these, confirmed by the clinic.
        at_clinic: in the clinic's journal; None where that is not at hand.
        lost: declared, by reason.
        duplicates: stored twice at the place that was looked at last.
        undeclared: neither stored nor declared lost; there should be none.
        ended: whether the stream's end is recorded.
    """

    stream: str
    wearable: str
    placement: str
    sent: int | None
    received: int
    journalled: int
    acknowledged: int | None
    at_clinic: int | None
    lost: dict[str, int]
    duplicates: int
    undeclared: int
    ended: bool

    @property
    def balanced(self) -> bool:
        """Whether every sample sent is stored once or declared lost."""
        stored = self.journalled if self.at_clinic is None else self.at_clinic
        whole = self.sent is None or self.sent == stored + sum(self.lost.values())
        return whole and not self.duplicates and not self.undeclared


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLedger:
    """A session's streams."""

    session: str
    streams: tuple[StreamLedger, ...]

    @property
    def balanced(self) -> bool:
        """Whether all of them balance."""
        return all(stream.balanced for stream in self.streams)


def session_ledger(
    session: str,
    *,
    home: JournalReader | None,
    clinic: JournalReader | None,
    of: str | None = None,
) -> SessionLedger:
    """Add a session up.

    Args:
        session: ULID.
        home: the home's journal; None where only the clinic's is at hand.
        clinic: the clinic's journal, or None.
        of: whose session at the clinic, where several have one of that name; with the home's
            journal at hand it is that one's.

    Raises:
        AmbiguousName: several have, and nobody says whose.
        ConfigurationError: neither journal knows the session.
        StoreError: a journal cannot be read.
    """
    if clinic is not None and of is None:
        of = _home_at_clinic(session, home, clinic)
    streams = [] if home is None else home.streams(session)
    if not streams and clinic is not None:
        streams = clinic.streams(session, home=of)
    if not streams:
        raise ConfigurationError(f"no session {session} in these journals: check the ULID")
    return SessionLedger(
        session=session,
        streams=tuple(_stream(stream, home=home, clinic=clinic, of=of) for stream in streams),
    )


def _home_at_clinic(session: str, home: JournalReader | None, clinic: JournalReader) -> str | None:
    """Whose the session is at the clinic, by what the home's journal sends as."""
    known = clinic.homes_of(session)
    if home is not None:
        sent_as = {found.home: found.sent_as for found in clinic.homes()}
        known = [ulid for ulid in known if sent_as.get(ulid) == home.home] or known
    if len(known) > 1:
        raise AmbiguousName("session", session, tuple(known))
    return known[0] if known else None


def _stream(
    stream: str, *, home: JournalReader | None, clinic: JournalReader | None, of: str | None
) -> StreamLedger:
    at_clinic = clinic_items = None
    if clinic is not None:
        clinic_items = list(clinic.stream_items(stream, home=of))
        at_clinic = stream_account(stream, clinic_items)
    items = list(home.stream_items(stream)) if home is not None else clinic_items or []
    account = stream_account(stream, items)
    opened = next((item for item in items if isinstance(item, StreamOpened)), None)
    last = at_clinic or account
    received_then_lost = sum(n for reason, n in account.reasons.items() if reason in ON_THE_WAY)
    return StreamLedger(
        stream=stream,
        wearable="unknown" if opened is None else opened.wearable,
        placement="unknown" if opened is None else opened.placement,
        sent=_sent(items) if account.numbered else None,
        received=account.stored + received_then_lost,
        journalled=account.stored,
        acknowledged=None if home is None else _acknowledged(home, stream),
        at_clinic=None if at_clinic is None else at_clinic.stored,
        lost=last.reasons,
        duplicates=last.duplicates,
        undeclared=last.undeclared,
        ended=last.ended,
    )


def _sent(items: Iterable[StreamItem]) -> int:
    """The index after the last sample that the wearable is known to have sent."""
    end = 0
    for item in items:
        match item:
            case MotionBatch() | StreamEnded():
                end = max(end, item.next_index)
            case StreamGap(count=int(count)):
                end = max(end, item.first_index + count)
            case _:
                pass
    return end


def _acknowledged(home: JournalReader, stream: str) -> int:
    """Samples of a stream at positions that the clinic has confirmed."""
    confirmed = home.cursor(UPLINK)
    everything = home.counts(stream=stream).get(RecordKind.MOTION)
    waiting = home.counts(stream=stream, after=confirmed).get(RecordKind.MOTION)
    samples = 0 if everything is None else everything.samples
    return samples - (0 if waiting is None else waiting.samples)
