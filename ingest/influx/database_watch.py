"""Watches the database: which state it is in, told once with what to do, and once when it goes on.

It asks by itself, so that a wrong token is told before there is anything to write; an empty
write meets address, token, organisation, bucket and right, and writes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, Protocol

from telemetry.errors import StoreBusy, StoreError
from telemetry.trouble import DATABASE_STATES, TroubleKind

from .answers import DatabaseWaits, LinesRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.clock import Clock
    from telemetry.trouble import TroubleBoard

    from .followers import FollowerStatus
    from .server import InfluxSettings, InfluxWriter

__all__ = ["DatabaseWatch", "Follows", "probe"]

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 2.0
ASK_EVERY_S: Final = 15.0


class Follows(Protocol):
    """Whoever writes into the database and can tell how far it is."""

    def status(self) -> FollowerStatus:
        """How far it is, and what it waits for."""
        ...


def probe(writer: InfluxWriter, settings: InfluxSettings) -> None:
    """Ask the database whether it would take records and figures, without writing any.

    Raises:
        DatabaseWaits: it would not; the message says why and what to do.
    """
    if writer.to_be_set_up():
        raise DatabaseWaits(TroubleKind.DATABASE_EMPTY, settings.url)
    for bucket in dict.fromkeys(
        (settings.motion_bucket, settings.minutes_bucket, settings.therapy_bucket)
    ):
        try:
            writer.write(bucket, b"\n")
        except LinesRefused:
            continue  # that there is nothing in it: so far it came
    try:
        writer.query(
            f'from(bucket: "{settings.therapy_bucket}") |> range(start: -1s) |> limit(n: 1)'
        )
    except DatabaseWaits as e:
        # Who may write and not read is told by 2.7 that there is no such bucket.
        if e.kind is TroubleKind.DATABASE_WAITS and "not find bucket" in e.subject:
            right = f"read {settings.therapy_bucket}"
            raise DatabaseWaits(TroubleKind.DATABASE_RIGHTS, right) from e
        raise


class DatabaseWatch:
    """Keeps the board's one line about the database; `run` until cancelled.

    Args:
        writer: asks the database.
        settings: its buckets.
        followers: who write into it.
        board: told the state.
        clock: paces and stamps.
    """

    def __init__(
        self,
        writer: InfluxWriter,
        settings: InfluxSettings,
        followers: Sequence[Follows],
        board: TroubleBoard,
        clock: Clock,
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._followers = followers
        self._board = board
        self._clock = clock
        self._asked_ns: int | None = None
        self._found: DatabaseWaits | None = None
        self._state: tuple[TroubleKind, str] | None = None
        self._since_ns = 0
        self._behind = False

    async def run(self) -> None:
        """Look, ask now and then, and tell what has changed."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Tell the state as it is now, where it is another than before."""
        now_ns = self._clock.now_ns()
        if self._asked_ns is None or now_ns - self._asked_ns >= ASK_EVERY_S * 1e9:
            self._found = await asyncio.to_thread(self._ask)
            self._asked_ns = now_ns
        self._tell(self._waits_for())
        self._tell_backlog()
        self._tell_refused()

    def _ask(self) -> DatabaseWaits | None:
        try:
            probe(self._writer, self._settings)
        except DatabaseWaits as e:
            return e
        except StoreError as e:
            return DatabaseWaits(TroubleKind.DATABASE_WAITS, str(e))
        return None

    def _waits_for(self) -> DatabaseWaits | None:
        """What the followers met goes before what was asked: it is about real lines."""
        for status in (follower.status() for follower in self._followers):
            if isinstance(status.error, DatabaseWaits):
                # The cause may lie before it: nobody home, or no word of a token, is said as such.
                return self._found or status.error
            if isinstance(status.error, StoreBusy):
                return self._found or DatabaseWaits(TroubleKind.DATABASE_WAITS, str(status.error))
        return self._found

    def _tell(self, found: DatabaseWaits | None) -> None:
        now_ns = self._clock.now_ns()
        state = None if found is None else (found.kind, found.subject)
        kind_before = None if self._state is None else self._state[0]
        if found is None:
            if self._state is not None:
                away_s = (now_ns - self._since_ns) / 1e9
                log.warning(
                    "InfluxDB goes on after %.0f s; %d records are still to be written",
                    away_s,
                    self._backlog(),
                )
                self._behind = self._backlog() > 0
        elif found.kind is not kind_before:
            log.warning("%s", found)
            if self._state is None:
                self._since_ns = now_ns
        if state != self._state:
            for kind in DATABASE_STATES:
                self._board.clear(kind)
        if found is not None:
            self._board.show(found.kind, found.subject, now_ns)
        self._state = state

    def _tell_backlog(self) -> None:
        if self._behind and self._state is None and self._backlog() == 0:
            self._behind = False
            log.warning("InfluxDB has caught up: everything is written")

    def _tell_refused(self) -> None:
        for status in (follower.status() for follower in self._followers):
            if status.set_aside:
                self._board.show(
                    TroubleKind.LINES_REFUSED,
                    status.name,
                    self._clock.now_ns(),
                    lines=status.set_aside,
                )

    def _backlog(self) -> int:
        return sum(follower.status().backlog for follower in self._followers)
