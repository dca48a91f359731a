"""Two followers of the clinic's journal that fill InfluxDB's buckets.

Wiring, at the clinic::

    settings = InfluxSettings.from_environment()   # None: no InfluxDB configured
    with InfluxWriter(settings) as writer:
        followers = influx_followers(journal, writer, settings, clock, doses=plans)
        async with asyncio.TaskGroup() as tasks:
            for follower in followers:
                tasks.create_task(follower.run())            # until cancelled
        # or, when everything is in the journal already (a demo's end, a test):
        for follower in followers:
            await follower.catch_up()

`follower.status()` tells the cursor, the backlog and what was set aside. The database may be
away for days: the journal keeps, the cursor waits, memory stays as it is. What stands in the
buckets, and what becomes of each answer of the server: docs/influx.md.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from telemetry.errors import DecodeError, StoreError
from telemetry.messages.record import RecordKind

from .answers import LinesRefused, LinesTooMany
from .lines import motion_lines
from .record_context import RecordContext, home_of
from .refused import refused_lines
from .therapy_lines import PrescribedDose, Superseded, superseded_points, therapy_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ingest.journal.journal import Journal
    from ingest.journal.reading import JournalReader
    from telemetry.clock import Clock
    from telemetry.messages.record import Record

    from .server import InfluxSettings, LineWriter

__all__ = ["MOTION", "THERAPY", "FollowerStatus", "InfluxFollower", "influx_followers"]

log = logging.getLogger(__name__)

MOTION: Final = "influx:motion"
THERAPY: Final = "influx:therapy"
THERAPY_KINDS: Final = (
    RecordKind.EVENT,
    RecordKind.RESULT,
    RecordKind.STREAM,
    RecordKind.DROPPED,
    RecordKind.CARE,
)
MOTION_KINDS: Final = (RecordKind.MOTION, RecordKind.DROPPED)
"""What was dropped may lie in the archive."""
BLOCK_RECORDS: Final = 64
MOST_REASONS: Final = 100
CALLS_FOR_ONE: Final = 40
"""So many calls narrow down which lines of one record are refused; the rest goes with them."""
DAY_NS: Final = 86_400 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class FollowerPart:
    """The lines of one record."""

    seq: int
    t_ns: int
    lines: tuple[bytes, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerStatus:
    """How far a follower is."""

    name: str
    cursor: int
    last: int
    points: int
    set_aside: int
    trouble: str | None
    error: StoreError | None = None

    @property
    def backlog(self) -> int:
        """Arrivals that it has not looked at."""
        return self.last - self.cursor


def influx_followers(
    journal: Journal,
    writer: LineWriter,
    settings: InfluxSettings,
    clock: Clock,
    *,
    doses: PrescribedDose | None = None,
    restricted: Callable[[str], bool] = lambda _patient: False,
    whole: JournalReader | None = None,
) -> tuple[InfluxFollower, InfluxFollower]:
    """The followers of both buckets; each has its own cursor in `journal`.

    Nothing of a patient whose data is `restricted` is written. `whole` reads the journal and the
    archive beside it; without it the journal alone.
    """
    context = RecordContext(whole or journal, restricted)

    def motion(record: Record) -> list[bytes]:
        whose = context.whose(record)
        if whose is None:
            return []
        lines = []
        for batch in context.motion(record):
            placement = context.placement(batch.stream, home_of(record))
            lines.append(motion_lines(batch, whose.tags | {"placement": placement}))
        return [text for text in lines if text]

    days = settings.motion_days
    return (
        InfluxFollower(
            journal,
            writer,
            clock,
            name=MOTION,
            bucket=settings.motion_bucket,
            kinds=MOTION_KINDS,
            lines_of=motion,
            context=context,
            keeps_ns=None if days is None else round(days * DAY_NS),
        ),
        InfluxFollower(
            journal,
            writer,
            clock,
            name=THERAPY,
            bucket=settings.therapy_bucket,
            kinds=THERAPY_KINDS,
            lines_of=lambda record: therapy_lines(record, context, doses),
            context=context,
            superseded_by=lambda record: superseded_points(record, context),
        ),
    )


class InfluxFollower:
    """Reads the journal by cursor and writes one bucket; the cursor moves on success only.

    Args:
        journal: the clinic's.
        writer: the database.
        clock: paces polling and repeats, and judges age.
        name: the cursor's.
        bucket: where to write.
        kinds: of records that make lines.
        lines_of: a record's lines, several separated by newlines in one value allowed.
        context: whose a record is, and whether anything of that patient may stand there.
        superseded_by: points that go before a record's own are written.
        keeps_ns: what is older than the bucket keeps is set aside untried.
    """

    def __init__(
        self,
        journal: Journal,
        writer: LineWriter,
        clock: Clock,
        *,
        name: str,
        bucket: str,
        kinds: Collection[RecordKind],
        lines_of: Callable[[Record], list[bytes]],
        context: RecordContext,
        superseded_by: Callable[[Record], list[Superseded]] = lambda _record: [],
        keeps_ns: int | None = None,
        poll_s: float = 1.0,
        max_pause_s: float = 60.0,
    ) -> None:
        self._journal = journal
        self._writer = writer
        self._clock = clock
        self._name = name
        self._bucket = bucket
        self._kinds = kinds
        self._lines_of = lines_of
        self._context = context
        self._superseded_by = superseded_by
        self._keeps_ns = keeps_ns
        self._poll_s = poll_s
        self._max_pause_s = max_pause_s
        self._cursor = journal.cursor(name)
        self._too_old_ns = -(1 << 63)
        self._last = self._points = self._set_aside = 0
        self._error: StoreError | None = None
        self._told: set[str] = set()

    async def run(self) -> None:
        """Follow until cancelled."""
        pause_s = self._poll_s
        while True:
            try:
                busy = await asyncio.to_thread(self.step)
            except StoreError as e:
                self._error = e
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, self._max_pause_s)
                continue
            self._error, pause_s = None, self._poll_s
            if not busy:
                await self._clock.sleep(self._poll_s)

    async def catch_up(self, progress: Callable[[FollowerStatus], None] | None = None) -> None:
        """Write all that the journal holds; returns when nothing is left.

        Raises:
            StoreBusy, StoreError: the database or the journal is not to be used now.
        """
        while await asyncio.to_thread(self.step):
            if progress is not None:
                progress(self.status())

    def rewind(self) -> None:
        """Begin anew with the journal's first record.

        Raises:
            StoreBusy, StoreError: the cursor has not moved.
        """
        self._journal.move_cursor(self._name, 0)
        self._cursor = 0

    def status(self) -> FollowerStatus:
        """How far it is."""
        return FollowerStatus(
            name=self._name,
            cursor=self._cursor,
            last=max(self._last, self._cursor),
            points=self._points,
            set_aside=self._set_aside,
            trouble=None if self._error is None else str(self._error),
            error=self._error,
        )

    def step(self) -> bool:
        """Write one block; False where nothing was left.

        Raises:
            StoreBusy, StoreError: the cursor has not moved.
        """
        self._last = self._journal.last_seq()
        arrivals = self._journal.arrivals(self._cursor, kinds=self._kinds, limit=BLOCK_RECORDS)
        parts: list[FollowerPart] = []
        patients: set[str] = set()
        for arrival in arrivals:
            if (whose := self._context.whose(arrival.record)) is not None:
                patients.add(whose.patient)
            try:
                lines = self._lines_of(arrival.record)
                if superseded := self._superseded_by(arrival.record):
                    self._write(self._young_enough(parts))
                    parts = []
                    self._delete(superseded)
            except DecodeError as e:
                self._put_aside(FollowerPart(arrival.seq, arrival.record.t_ns, (), 1), str(e))
                continue
            if lines:
                count = sum(1 + text.count(b"\n") for text in lines)
                parts.append(FollowerPart(arrival.seq, arrival.record.t_ns, tuple(lines), count))
        self._write(self._young_enough(parts))
        self._take_back(patients)
        done = arrivals[-1].seq if arrivals else self._last
        if done > self._cursor:
            self._journal.move_cursor(self._name, done)
            self._cursor = done
        return bool(arrivals)

    def _take_back(self, patients: Collection[str]) -> None:
        """Take out who was erased or restricted while these lines were in our hands."""
        for patient in patients:
            if self._context.barred(patient):
                self._writer.delete_patient(self._bucket, patient)

    def _delete(self, superseded: Sequence[Superseded]) -> None:
        for points in superseded:
            self._writer.delete_points(
                self._bucket,
                points.measurement,
                points.patient,
                start_ns=points.start_ns,
                stop_ns=points.stop_ns,
            )

    def _young_enough(self, parts: Sequence[FollowerPart]) -> list[FollowerPart]:
        oldest_ns = self._too_old_ns
        if self._keeps_ns is not None:
            oldest_ns = max(oldest_ns, self._clock.now_ns() - self._keeps_ns)
        for part in parts:
            if part.t_ns <= oldest_ns:
                self._put_aside(part, "older than the bucket keeps")
        return [part for part in parts if part.t_ns > oldest_ns]

    def _write(self, parts: Sequence[FollowerPart]) -> None:
        """Write all of `parts`; what is refused is set aside, and the rest is there.

        An answer that names a field and how many points it dropped has written all others: where
        exactly so many lines have that field, they are set aside without another call. What it
        does not name is found by halving, record by record and then, boundedly, line by line.
        """
        if not parts:
            return
        try:
            self._writer.write(
                self._bucket, b"\n".join(text for part in parts for text in part.lines)
            )
        except (LinesRefused, LinesTooMany) as e:
            if named := refused_lines(str(e), [part.lines for part in parts]):
                self._set_apart(parts, named, str(e))
            elif len(parts) > 1:
                half = len(parts) // 2
                self._write(parts[:half])
                self._write(self._young_enough(parts[half:]))
            elif "retention policy" in str(e):
                self._too_old_ns = max(self._too_old_ns, parts[0].t_ns)
                self._put_aside(parts[0], "older than the bucket keeps")
            elif parts[0].count > 1:
                self._narrow(parts[0], str(e))
            else:
                self._put_aside(parts[0], str(e))
        else:
            self._points += sum(part.count for part in parts)

    def _set_apart(
        self, parts: Sequence[FollowerPart], named: Sequence[Sequence[bytes]], reason: str
    ) -> None:
        """Set aside the lines of each part that were dropped, as the others were written."""
        for part, lines in zip(parts, named, strict=True):
            if lines:
                # One of them says it all: the journal has them.
                self._put_aside(replace(part, lines=(lines[0],), count=len(lines)), reason)
            self._points += part.count - len(lines)

    def _narrow(self, part: FollowerPart, reason: str) -> None:
        """Halve one record's lines until the bad ones stand alone, in so many calls at most."""
        groups, calls = [_singles(part)], 0
        while groups:
            group = groups.pop()
            if calls >= CALLS_FOR_ONE:
                self._put_aside(replace(part, count=len(group)), reason)
                continue
            calls += 1
            try:
                self._writer.write(self._bucket, b"\n".join(group))
            except (LinesRefused, LinesTooMany) as e:
                if len(group) == 1:
                    self._put_aside(replace(part, lines=(group[0],), count=1), str(e))
                else:
                    half = len(group) // 2
                    groups += [group[half:], group[:half]]
            else:
                self._points += len(group)

    def _put_aside(self, part: FollowerPart, reason: str) -> None:
        # A whole record is noted without its lines: the journal has them.
        text = part.lines[0] if len(part.lines) == 1 and b"\n" not in part.lines[0] else b""
        with self._journal.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO set_aside (follower, seq, t_ns, lines, reason, line) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (self._name, part.seq, self._clock.now_ns(), part.count, reason, text),
            )
        self._set_aside += part.count
        kind = _without_numbers(reason)
        if kind not in self._told and len(self._told) < MOST_REASONS:
            # Once for a reason: how many there are stands on the board.
            self._told.add(kind)
            log.warning("%s sets lines aside, from record %d on: %s", self._name, part.seq, reason)


def _without_numbers(reason: str) -> str:
    return re.sub(r"\d+", "#", reason)


def _singles(part: FollowerPart) -> list[bytes]:
    return [text for block in part.lines for text in block.split(b"\n")]
