"""The clinic's figures, folded from its journal, and what it writes there of its patients."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from typing import TYPE_CHECKING

from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from analytics.monitoring.worklist import MonitoredHours, work_line
from dashboards.views.care_record import known_alert
from telemetry.errors import DecodeError, RipresaError, StoreBusy
from telemetry.messages.care import (
    AlertShown,
    CareRecord,
    HomeHeard,
    decode_care,
    encode_care,
)
from telemetry.messages.events import decode_event
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import SessionResult, decode_result

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from analytics.monitoring.figures import PatientFigures
    from analytics.monitoring.worklist import WorkLine
    from ingest.journal.journal import Journal
    from ingest.journal.reading import Arrival, JournalReader
    from telemetry.clock import Clock
    from telemetry.messages.care import AlertSeen
    from therapy.plan.plan import Plan

    from .figure_table import FigureTable

__all__ = ["JournalCareRecord", "care_record", "fact_of", "fold_journal", "placements"]

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
KEEP_EVERY_NS = 900 * 1_000_000_000
NS_PER_MINUTE = 60_000_000_000
NS_PER_HOUR = 3_600_000_000_000


class JournalCareRecord:
    """The figures of all patients, kept up with the journal; may be used from several threads.

    At the start they are folded from all records, or from those that came after what `table` has
    kept, then from what is new. What was erased is forgotten.

    Args:
        journal: the clinic's.
        local_plan: a version that was never published, from the plans at hand.
        clock: says which day it is, and stamps what is written.
        hours: when somebody looks at alerts.
        restricted: whose data must not be used: no figures are shown of them.
        heard: when each patient's home was last heard of; whoever hears of one writes it here.
        clock_wrong: whether the clock is plainly wrong.
        table: what was kept of an earlier run, and where this one is kept; None: nowhere.
        restricted_among: the same of many at once; None: each is asked for.
        erased: of whom nothing is written any more, whoever still tells of them.
    """

    def __init__(
        self,
        journal: Journal,
        local_plan: Callable[[str, int], Plan | None],
        clock: Clock,
        hours: MonitoredHours | None = None,
        *,
        restricted: Callable[[str], bool] = lambda _patient: False,
        heard: Mapping[str, int] | None = None,
        clock_wrong: Callable[[], bool] = lambda: False,
        table: FigureTable | None = None,
        restricted_among: Callable[[Iterable[str]], set[str]] | None = None,
        erased: Callable[[str], bool] = lambda _patient: False,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._restricted = restricted
        self._restricted_among = restricted_among or (lambda some: set(filter(restricted, some)))
        self._erased = erased
        self._clock_wrong = clock_wrong
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._changes = 0
        self._local_plan = local_plan
        self._fold = Fold(local_plan, placements(journal))
        self._heard = {} if heard is None else heard
        self.set_aside: dict[str, int] = {}
        """Of whom how many sessions lie on a day that cannot be, as of the last look."""
        self._seq = 0
        self._stones: int | None = None
        self._waits: dict[tuple[str, str], int] = {}
        self._table = table
        self._unkept: set[str] = set()
        self._kept_ns = 0
        self._shown: set[tuple[str, str, str, str]] = set()
        self._as_of: tuple[int, int, int, int] | None = None
        self._wrong = False
        self._lines: dict[str, tuple[PatientFigures, WorkLine]] = {}
        self.hours = hours or MonitoredHours()

    @property
    def left_out(self) -> dict[str, int]:
        """Of which home how many facts are beyond what the figures of one patient may hold."""
        return dict(self._fold.left_out)

    async def run(self) -> None:
        """Look every few seconds for what is new, until cancelled.

        A look that is under way then ends with the page of records, or the patient, in hand: years
        of them would keep a program that is told to stop.
        """
        self._stopping.clear()
        try:
            while True:
                try:
                    await asyncio.to_thread(self.look)
                    if self._clock.now_ns() - self._kept_ns >= KEEP_EVERY_NS:
                        await asyncio.to_thread(self.keep)
                except RipresaError as e:
                    log.warning("figures wait: %s", e)
                await self._clock.sleep(LOOK_EVERY_S)
        finally:
            self._stopping.set()

    def look(self) -> set[str]:
        """Read what is new, and compute what it changes; returns whose figures were computed.

        Raises:
            StoreBusy, StoreError: the journal cannot be read now, or the figures' program ends.
        """
        with self._lock:
            self._go_on()
            wrong = self._wrong = self._clock_wrong()
            # Before anything is written of those who were there: of the erased nothing is.
            self._forget_erased()
            if not wrong:
                self._note_heard()
            begun = self._seq
            self._seq = _read_into(self._fold, self._journal, begun, self._go_on)
            waits = self._fold.waiting()
            self._waits = {key: self._waits.get(key, begun) for key in waits}
            if wrong:
                return set()  # by a clock that is plainly wrong no day has passed
            looked = self._fold.look(self._clock.now_ns(), self._go_on)
            aside = {f.patient: len(f.set_aside) for f in self._fold.all_figures() if f.set_aside}
            barred = self._restricted_among(aside)
            self.set_aside = {p: n for p, n in aside.items() if p not in barred}
            self._tell_shown(looked)
            self._unkept |= looked
            self._changes += bool(looked)
            return looked

    def keep(self) -> None:
        """Keep the figures for the next start, where there is a place for them.

        Raises:
            StoreError: they cannot be written; nothing else is lost.
        """
        with self._lock:
            if self._table is None or not (self._unkept or self._kept_ns == 0):
                return
            seq = min(self._waits.values(), default=self._seq)
            self._table.write(self._fold, self._journal, seq, self._unkept)
            self._unkept.clear()
            self._kept_ns = self._clock.now_ns()

    def figures(self, patient: str) -> PatientFigures | None:
        """All that is shown of a patient, as of now."""
        with self._lock:
            self._look_again()
            return None if self._restricted(patient) else self._fold.figures(patient)

    def folded(self) -> Fold:
        """The facts as of now, for whoever is about to write by them."""
        with self._lock:
            self._look_again()
            return self._fold

    def all_figures(self) -> list[PatientFigures]:
        """Everybody's."""
        with self._lock:
            self._look_again()
            barred = self._restricted_among(self._fold.patients())
            return [f for f in self._fold.all_figures() if f.patient not in barred]

    def figures_through(self) -> tuple[list[PatientFigures], int]:
        """Everybody's, and the last record of the journal that they hold."""
        with self._lock:
            return self.all_figures(), self._seq

    def last_seq(self) -> int:
        """The last record of the journal."""
        return self._journal.last_seq()

    @contextlib.contextmanager
    def held(self) -> Iterator[Fold]:
        """The facts as of now, with nothing new taken in while somebody looks at them and writes.

        Raises:
            StoreBusy, StoreError: the journal cannot be read now.
        """
        with self._lock:
            self._look_again()
            yield self._fold

    def barred(self, patient: str) -> bool:
        """Whether a patient's data must not be used, as it stands at this moment."""
        return self._restricted(patient)

    def stamp(self) -> Hashable:
        """Is another whenever the worklist may be: other figures, or others who may be shown."""
        with self._lock:
            self._look_again()
            return self._changes, frozenset(self._restricted_among(self._fold.patients()))

    def worklist(self) -> Sequence[WorkLine]:
        """Everybody, who needs a look first."""
        known, lines = self._lines, {}
        for figures in self.all_figures():
            line = known.get(figures.patient)
            if line is None or line[0] is not figures:
                line = figures, work_line(figures)
            lines[figures.patient] = line
        self._lines = lines
        listed = (line for figures, line in lines.values() if figures.on_worklist)
        return sorted(listed, key=lambda line: line.order)

    def acknowledge(self, seen: AlertSeen) -> None:
        """Write down who looked at an alert and what was done.

        Raises:
            ConfigurationError: there is no such alert.
            StoreBusy: try again later; nothing was written.
        """
        with self._lock:
            self.note([known_alert(self.figures(seen.patient), seen)])

    def note(self, records: Iterable[CareRecord]) -> None:
        """Write records of what the clinic did or heard; of the erased none.

        Raises:
            StoreBusy: try again later; nothing was written.
        """
        new = [care_record(record) for record in records if not self._erased(record.patient)]
        if new:
            self._journal.append_now(new)

    def _go_on(self) -> None:
        """Ends a look whose program was ended.

        Raises:
            StoreBusy: it was; what has been read so far is read again by whoever starts anew.
        """
        if self._stopping.is_set():
            raise StoreBusy("the clinic is about to stop: ask again once it runs")

    def _look_again(self) -> None:
        """Look, unless nothing can have changed: no record, no erasure, and the minute is the same.

        Years of everybody's facts need not be gone through for each page that is asked for.
        """
        stones = int(self._journal.rows("SELECT count(*) FROM tombstone")[0][0])
        heard_hours = sum(t_ns // NS_PER_HOUR for t_ns in list(self._heard.values()))
        minute = self._clock.now_ns() // NS_PER_MINUTE
        now = self._journal.last_seq(), stones, minute, heard_hours
        if now != self._as_of or self._wrong:
            self.look()
            self._as_of = now

    def _note_heard(self) -> None:
        """Write down which homes were heard of; once an hour of each is enough."""
        told = []
        for patient, t_ns in list(self._heard.items()):
            facts = self._fold.facts(patient)
            if facts is not None and t_ns - facts.heard_ns >= NS_PER_HOUR:
                told.append(HomeHeard(patient=patient, t_ns=t_ns))
        self.note(told)

    def _forget_erased(self) -> None:
        """Fold anew where somebody was erased: nothing of them is in the journal any more."""
        stones = int(self._journal.rows("SELECT count(*) FROM tombstone")[0][0])
        if self._stones is None:
            # The first look: what an earlier run has kept, where it is of this journal.
            self._stones = stones
            if self._table is not None:
                self._seq = self._table.read(self._fold, self._journal)
        elif stones != self._stones:
            if self._table is not None:
                self._table.drop()
            self._fold = Fold(self._local_plan, placements(self._journal))
            self._seq, self._stones, self._kept_ns = 0, stones, 0
            self._changes += 1

    def _shows(self, figures: PatientFigures) -> bool:
        """Whether the patient stands in the worklist."""
        return figures.on_worklist and not self._restricted(figures.patient)

    def _tell_shown(self, looked: Iterable[str]) -> None:
        """Note which alerts stand in the worklist with which evidence, each once."""
        told = []
        for patient in looked:
            figures, facts = self._fold.figures(patient), self._fold.facts(patient)
            if figures is None or facts is None or not self._shows(figures):
                continue
            if patient not in {key[0] for key in self._shown}:
                self._shown |= {
                    (patient, r.kind, r.opened.isoformat(), r.digest) for r in facts.shown()
                }
            for alert in figures.waiting:
                key = (patient, alert.kind, alert.opened.isoformat(), alert.digest)
                if key not in self._shown:
                    self._shown.add(key)
                    told.append(
                        AlertShown(
                            patient=patient,
                            t_ns=self._clock.now_ns(),
                            kind=alert.kind,
                            opened=alert.opened,
                            digest=alert.digest,
                        )
                    )
        self.note(told)


def fold_journal(
    reader: JournalReader, local_plan: Callable[[str, int], Plan | None], now_ns: int
) -> Fold:
    """The figures of a whole journal, at a moment.

    Raises:
        StoreError: it cannot be read.
    """
    fold = Fold(local_plan, placements(reader))
    _read_into(fold, reader, 0)
    fold.look(now_ns)
    return fold


def care_record(record: CareRecord) -> NewRecord:
    """A care record as a journal takes it."""
    return NewRecord(t_ns=record.t_ns, kind=RecordKind.CARE, body=encode_care(record))


def fact_of(arrival: Arrival, own_home: str) -> Fact | None:
    """A record as the fold takes it; None where it is none of its facts.

    Raises:
        DecodeError: the body cannot be read.
    """
    record = arrival.record
    own = record.home == own_home
    origin = FactOrigin(own=own, home=record.subject or record.home, position=record.position)
    match record.kind:
        case RecordKind.EVENT:
            return Fact(origin, decode_event(record.body), record.session)
        case RecordKind.CARE if origin.own:
            return Fact(origin, decode_care(record.body))
        case RecordKind.RESULT if record.session is not None:
            result = decode_result(record.body)
            return (
                Fact(origin, result, record.session) if isinstance(result, SessionResult) else None
            )
    return None


def _read_into(
    fold: Fold, reader: JournalReader, after: int, go_on: Callable[[], None] = lambda: None
) -> int:
    """Give a fold all that arrived after a place; one record that cannot be read stops no other.

    `go_on` is called before each page; what it raises ends the reading there.
    """
    while page := reader.told(after):
        go_on()
        after = page[-1].seq
        for arrival in page:
            try:
                fact = fact_of(arrival, reader.home)
            except DecodeError as e:
                log.warning("a record is left out of the figures: %s", e)
                continue
            if fact is not None:
                fold.take(fact)
    return after


def placements(reader: JournalReader) -> Callable[[str, str], str | None]:
    """Where a stream's wearable was worn, by stream and home."""

    def placement(stream: str, home: str) -> str | None:
        opened = reader.stream_opened(stream, home=home)
        return None if opened is None else opened.placement

    return placement
