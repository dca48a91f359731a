"""Keeps a journal bounded: raw motion goes first, oldest first, events and results never.

A motion record that goes leaves a `dropped` record at its position, whose body is the gap that
it leaves: positions stay contiguous, and the ledger still adds up. At a home, what the clinic
has acknowledged goes first; if that is not enough, what it has not is declared lost. At a
clinic, raw motion that lies in the archive goes once it is older than the policy keeps.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import StoreError
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import StreamGap

from .ledger import ARCHIVED, AT_CLINIC
from .reading import UPLINK

if TYPE_CHECKING:
    import sqlite3

    from telemetry.clock import Clock

    from .journal import Journal

__all__ = ["Dropped", "HomeRetention", "drop_archived", "make_room", "used_bytes"]

log = logging.getLogger(__name__)

FULL: Final = "journal full"
STEP: Final = 50

_OWN: Final = "h.ulid = ?1"
_ACKNOWLEDGED: Final = "h.ulid = ?1 AND r.position <= ?2"
# In the archive, and past the follower that would still read it.
_IN_ARCHIVE: Final = """
    r.t_ns < ?1
    AND r.position <= (
        SELECT a.position FROM archived a WHERE a.stream = r.stream AND a.home = r.subject
    )
    AND r.seq <= coalesce((SELECT seq FROM cursor WHERE name = 'influx:motion'), r.seq)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """What went, in samples."""

    acknowledged: int = 0
    lost: int = 0


def used_bytes(journal: Journal) -> int:
    """Bytes of the file that hold something; freed pages are used again, the file stays."""
    with journal.writing() as db:
        pages, free, size = (
            int(db.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (pages - free) * size


def make_room(journal: Journal, limit_bytes: int) -> Dropped:
    """Drop a home's oldest raw motion until the journal holds at most 9/10 of `limit_bytes`.

    Does nothing while it holds no more than `limit_bytes`.

    Raises:
        StoreBusy, StoreError: what was dropped so far stays dropped.
    """
    if used_bytes(journal) <= limit_bytes:
        return Dropped()
    acknowledged = lost = 0
    goal = limit_bytes * 9 // 10
    while used_bytes(journal) > goal:
        acked = journal.cursor(UPLINK)
        with journal.writing() as db:
            samples = _drop(db, AT_CLINIC, _ACKNOWLEDGED, (journal.home, acked))
            if samples is None:
                samples = _drop(db, FULL, _OWN, (journal.home,))
                if samples is None:
                    break
                lost += samples
            else:
                acknowledged += samples
    if lost:
        log.warning("journal full: %d samples that the clinic has not are declared lost", lost)
    return Dropped(acknowledged=acknowledged, lost=lost)


def drop_archived(journal: Journal, before_ns: int) -> int:
    """Drop raw motion older than `before_ns` that lies in the archive.

    Returns:
        How many samples went.

    Raises:
        StoreBusy, StoreError: what was dropped so far stays dropped.
    """
    total = 0
    while True:
        with journal.writing() as db:
            samples = _drop(db, ARCHIVED, _IN_ARCHIVE, (before_ns,))
        if samples is None:
            return total
        total += samples


def _drop(
    db: sqlite3.Connection, reason: str, where: str, parameters: tuple[object, ...]
) -> int | None:
    """Turn the oldest raw records that match into gaps; None where there are none."""
    oldest = (
        "SELECT r.seq, r.stream, r.first_index, r.samples, r.t_ns FROM record r "  # noqa: S608
        f"JOIN home h ON h.id = r.home WHERE r.kind = 'motion' AND {where} "
        f"ORDER BY r.seq LIMIT {STEP}"
    )
    rows = db.execute(oldest, parameters).fetchall()
    for seq, stream, first_index, samples, t_ns in rows:
        gap = StreamGap(
            stream=stream, first_index=first_index, count=samples, reason=reason, t_ns=t_ns
        )
        db.execute(
            "UPDATE record SET kind = 'dropped', samples = 0, body = ? WHERE seq = ?",
            (encode_item(gap), seq),
        )
    return sum(row[3] for row in rows) if rows else None


class HomeRetention:
    """Keeps a home's journal under its limit; run it as a task until cancelled."""

    def __init__(
        self, journal: Journal, clock: Clock, *, limit_bytes: int = 4 << 30, every_s: float = 60
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._limit_bytes = limit_bytes
        self._every_s = every_s

    async def run(self) -> None:
        """Look every `every_s`."""
        while True:
            try:
                await self._journal.on_writer(lambda: make_room(self._journal, self._limit_bytes))
            except StoreError as e:
                log.warning("retention waits: %s", e)
            await self._clock.sleep(self._every_s)
