"""How what homes send enters the clinic's journal: sorted, then stored in one transaction.

Each home's records are stored strictly in order of position. One that is already stored is a
duplicate and does no harm; one beyond the next position waits for its turn at its home, which
sends it again. A record whose body cannot be read becomes a dead letter *at its position*, so
that it blocks nobody and can be tried again.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from ulid import ULID

from ingest.journal.insertion import insert_record
from ingest.journal.record_bodies import Examined, examine
from ingest.journal.withheld import without_motion
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.messages.events import SessionOpened
from telemetry.messages.record import Record, RecordKind, decode_block, encode_block
from telemetry.messages.results import AdherenceResult, SurveyTold
from telemetry.printable import printable
from telemetry.transport.topics import HomeTopics, parse_topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.journal.journal import Journal

__all__ = ["Bar", "Barred", "DeadLetter", "IntakeOutcome", "Parcel", "open_parcel", "store_parcels"]


LETTERS_A_PATIENT: Final = 200
LETTER_BYTES_A_PATIENT: Final = 2 << 20
LETTERS: Final = 5000
SESSIONS_A_PATIENT: Final = 5_000
"""One a day for more than 13 years: each costs memory and time of everybody's figures."""
HOMES_A_PATIENT: Final = 20
"""Each journal that is lost, and each box, is a home of its own."""


class Bar(StrEnum):
    """Why nothing of a home may be stored."""

    ERASED = "erased"
    """Not even that it sends: it is acknowledged and forgotten."""
    WITHDRAWN = "withdrawn"
    """Its positions are passed over for good: taking it back does not bring them in."""
    MOTION = "motion"
    """A gap stands where raw motion came; all else is stored."""


Barred: TypeAlias = Callable[[str, str], Bar | None]
"""Whether something of this (home, patient) may be stored; None: it may."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What could not be stored, and why.

    `payload` is a block of the one record, or the whole message where that is unreadable;
    home and position are None then. `names` is a patient that the content names and the topic
    does not.
    """

    topic: str
    reason: str
    payload: bytes
    home: str | None = None
    position: int | None = None
    names: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message, taken apart: each record with its content, or with why it has none."""

    topic: str
    site: str = ""
    patient: str = ""
    home: str = ""
    records: tuple[tuple[Record, Examined | DeadLetter], ...] = ()
    unreadable: DeadLetter | None = None
    payload: bytes = field(default=b"", repr=False)

    def refused(self, reason: str) -> Parcel:
        """The same message as one that cannot be stored, because of `reason`."""
        return Parcel(self.topic, unreadable=DeadLetter(self.topic, reason, self.payload))


@dataclass(slots=True)
class IntakeOutcome:
    """What a transaction did."""

    committed: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(site, patient, home) -> the highest position up to which nothing is missing."""
    counts: Counter[str] = field(default_factory=Counter)
    """stored, samples, duplicates, early, dead_letters, forgone, barred."""
    bad: Counter[str] = field(default_factory=Counter)
    """Of each topic: how many messages or records could not be stored."""
    erased: set[tuple[str, str]] = field(default_factory=set)
    """(site, patient) of homes that sent although their patient is erased."""
    homes: dict[tuple[str, str], int] = field(default_factory=dict)
    """(site, patient) of a home that was heard for the first time -> how many there are now."""


def open_parcel(topic: str, payload: bytes) -> Parcel:
    """Take a message apart; never raises, whatever the bytes."""
    try:
        values = parse_topic(topic).values
        HomeTopics(values["site"], values["patient"])
        records = decode_block(payload)
        opened = tuple((r, _content(topic, values["site"], values["patient"], r)) for r in records)
    except Exception as e:  # noqa: BLE001 - whatever it is, it is this message's and no other's
        known = isinstance(e, DecodeError | ConfigurationError)
        reason = str(e) if known else f"cannot be read ({type(e).__name__})"
        return Parcel(topic, unreadable=DeadLetter(topic, printable(reason), payload))
    ordered = tuple(sorted(opened, key=lambda pair: pair[0].position))
    return Parcel(
        topic, values["site"], values["patient"], records[0].home, ordered, payload=payload
    )


def store_parcels(
    journal: Journal, parcels: Sequence[Parcel], *, now_ns: int, barred: Barred | None = None
) -> IntakeOutcome:
    """Store what is new of `parcels` in one transaction.

    Raises:
        StoreBusy, StoreError: nothing of them was stored.
    """
    outcome = IntakeOutcome()
    with journal.writing() as db:
        for parcel in parcels:
            if parcel.unreadable is not None:
                _, patient = _whose(parcel.topic)
                if barred is not None and patient is not None and barred("", patient) is not None:
                    outcome.counts["barred"] += 1
                else:
                    _keep(db, parcel.unreadable, now_ns, outcome)
                continue
            match barred and barred(parcel.home, parcel.patient):
                case Bar.ERASED:
                    _turn_away(parcel, outcome)
                case Bar.WITHDRAWN:
                    _pass_over(db, parcel, outcome)
                case Bar.MOTION:
                    _store(db, _moved_out(parcel, outcome), outcome, now_ns)
                case _:
                    _store(db, parcel, outcome, now_ns)
    return outcome


def keep_letter(db: sqlite3.Connection, letter: DeadLetter, now_ns: int) -> bool:
    """Keep a dead letter; the same one again is kept once.

    Returns:
        False where its patient, or the journal, has as many as are kept: then it is gone, and
        where it has a position that is noted as gone, so that the numbers still add up.
    """
    site, patient = _whose(letter.topic)
    if _has_room(db, patient, len(letter.payload)):
        digest = hashlib.sha256(letter.payload).digest()
        values = (now_ns, letter.topic, site, patient, letter.names, letter.home, letter.position)
        db.execute(
            "INSERT OR IGNORE INTO dead_letter (t_ns, topic, site, patient, names, home, position,"
            " reason, payload, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, letter.reason, letter.payload, digest),
        )
        return True
    if letter.home is not None and letter.position is not None:
        db.execute("INSERT OR IGNORE INTO forgone VALUES (?, ?)", (letter.home, letter.position))
    return False


def _has_room(db: sqlite3.Connection, patient: str | None, size: int) -> bool:
    count, kept = db.execute(
        "SELECT count(*), coalesce(sum(length(payload)), 0) FROM dead_letter WHERE patient IS ?",
        (patient,),
    ).fetchone()
    if count >= LETTERS_A_PATIENT or kept + size > LETTER_BYTES_A_PATIENT:
        return False
    last = db.execute("SELECT count(*) FROM dead_letter").fetchone()[0]
    return bool(last < LETTERS)


def _keep(db: sqlite3.Connection, letter: DeadLetter, now_ns: int, outcome: IntakeOutcome) -> None:
    outcome.bad[letter.topic] += 1
    kept = keep_letter(db, letter, now_ns)
    outcome.counts["dead_letters" if kept else "forgone"] += 1


def _whose(topic: str) -> tuple[str | None, str | None]:
    try:
        values = parse_topic(topic).values
    except DecodeError:
        return None, None
    return values.get("site"), values.get("patient")


def _content(topic: str, site: str, patient: str, record: Record) -> Examined | DeadLetter:
    """What a record holds, held against its topic: that alone says whose it is."""
    named = None
    try:
        examined = examine(record)
    except DecodeError as e:
        reason = printable(str(e))
    except Exception as e:  # noqa: BLE001 - what no check foresaw takes its own position only
        reason = f"{record.kind} record: cannot be read ({type(e).__name__})"
    else:
        match examined.content:
            case _ if record.kind is RecordKind.CARE:
                reason = "a care record comes from a home: only the clinic writes them"
                named = getattr(examined.content, "patient", None)
            case (
                SessionOpened(patient=other)
                | AdherenceResult(patient=other)
                | SurveyTold(patient=other)
            ) if other != patient:
                reason, named = f"{record.kind} record names another patient than its topic", other
            case SessionOpened(site=other) if other != site:
                reason = f"{record.kind} record names another site than its topic"
            case _:
                return examined
    return DeadLetter(topic, reason, encode_block([record]), record.home, record.position, named)


def _store(db: sqlite3.Connection, parcel: Parcel, outcome: IntakeOutcome, now_ns: int) -> None:
    row = _home(db, parcel, outcome)
    if row is None:
        reason = "this patient has more homes than anybody can have"
        first = parcel.records[0][0]
        _keep(db, DeadLetter(parcel.topic, reason, encode_block([first])), now_ns, outcome)
        return
    home, committed, known_as = row
    before = committed
    for record, content in parcel.records:
        if record.position <= committed:
            clash = _clash(db, home, record, parcel.topic)
            if clash is None:
                outcome.counts["duplicates"] += 1
            else:
                _keep(db, replace(clash, home=known_as), now_ns, outcome)
        elif record.position > committed + 1:
            outcome.counts["early"] += 1
        else:
            committed = record.position
            letter = _put(db, home, parcel.topic, record, content)
            if letter is not None:
                _keep(db, replace(letter, home=known_as), now_ns, outcome)
            elif isinstance(content, Examined):
                outcome.counts["stored"] += 1
                outcome.counts["samples"] += content.samples
    if committed != before:
        db.execute("UPDATE home SET committed = ? WHERE id = ?", (committed, home))
    outcome.committed[parcel.site, parcel.patient, parcel.home] = committed


def _put(
    db: sqlite3.Connection, home: int, topic: str, record: Record, content: Examined | DeadLetter
) -> DeadLetter | None:
    """Store one record in its place; what cannot be stored comes back as a dead letter."""
    if isinstance(content, DeadLetter):
        return content
    if isinstance(content.content, SessionOpened) and _has_all_sessions(
        db, content.content.patient
    ):
        reason = "this patient has more sessions than anybody can have"
        return DeadLetter(topic, reason, encode_block([record]), record.home, record.position)
    try:
        insert_record(db, home, record.position, record, content)
    except sqlite3.OperationalError:
        raise  # the journal's own state, not the record's fault: waited for
    except Exception as e:  # noqa: BLE001 - what nobody has foreseen takes its own position only
        db.execute("DELETE FROM record WHERE home = ? AND position = ?", (home, record.position))
        reason = printable(f"{record.kind} record: cannot be stored ({type(e).__name__}: {e})")
        return DeadLetter(topic, reason, encode_block([record]), record.home, record.position)
    return None


def _has_all_sessions(db: sqlite3.Connection, patient: str) -> bool:
    (known,) = db.execute("SELECT count(*) FROM session WHERE patient = ?", (patient,)).fetchone()
    return bool(known >= SESSIONS_A_PATIENT)


def _home(
    db: sqlite3.Connection, parcel: Parcel, outcome: IntakeOutcome
) -> tuple[int, int, str] | None:
    """Row, committed position and name here of the home that a topic's patient sends from.

    Another patient may send as the same ULID, by a copied file or on purpose: each is a home of
    its own. None where the patient has more homes than anybody can have.
    """
    wanted = (parcel.home, parcel.site, parcel.patient)
    find = "SELECT id, committed, ulid FROM home WHERE sent_as = ? AND site = ? AND patient = ?"
    row: tuple[int, int, str] | None = db.execute(find, wanted).fetchone()
    if row is not None:
        return row
    (known,) = db.execute(
        "SELECT count(*) FROM home WHERE site = ? AND patient = ?", wanted[1:]
    ).fetchone()
    if known >= HOMES_A_PATIENT:
        return None
    taken = db.execute("SELECT 1 FROM home WHERE ulid = ?", (parcel.home,)).fetchone()
    name = parcel.home if taken is None else _another_name(*wanted)
    db.execute(
        "INSERT INTO home (ulid, sent_as, site, patient) VALUES (?, ?, ?, ?)", (name, *wanted)
    )
    outcome.homes[wanted[1:]] = known + 1
    return db.execute(find, wanted).fetchone()  # type: ignore[no-any-return]


def _another_name(home: str, site: str, patient: str) -> str:
    """A ULID for a home whose own is taken: the same again for the same one."""
    digest = hashlib.sha256(f"{home}/{site}/{patient}".encode()).digest()
    return str(ULID.from_bytes(digest[:16]))


def _clash(db: sqlite3.Connection, home: int, record: Record, topic: str) -> DeadLetter | None:
    """A position that is stored already: None for a repeat, a dead letter for other content.

    Other content under a known number means that the home's file is an older copy which has
    numbered anew: it is kept aside, never overwritten, never lost.
    """
    known = db.execute(
        "SELECT kind, body FROM record WHERE home = ? AND position = ?", (home, record.position)
    ).fetchone()
    if known is None or record.kind is RecordKind.DROPPED or known[0] == RecordKind.DROPPED:
        return None
    if known[1] == record.body:
        return None
    reason = "position is stored with other content: the home's journal was an older copy"
    return DeadLetter(topic, reason, encode_block([record]), record.home, record.position)


def _moved_out(parcel: Parcel, outcome: IntakeOutcome) -> Parcel:
    """The same without its motion; what should be motion and cannot be read is kept nowhere."""
    kept: list[tuple[Record, Examined | DeadLetter]] = []
    for record, content in parcel.records:
        if record.kind is not RecordKind.MOTION:
            kept.append((record, content))
            continue
        outcome.counts["barred"] += 1
        if isinstance(content, DeadLetter):
            emptied = encode_block([replace(record, body=b"")])
            kept.append((record, replace(content, payload=emptied)))
        else:
            gap = without_motion(record)
            kept.append((gap, examine(gap)))
    return replace(parcel, records=tuple(kept), payload=b"")


def _turn_away(parcel: Parcel, outcome: IntakeOutcome) -> None:
    # Acknowledged all the same: the home must not go on sending what may not be kept.
    outcome.counts["barred"] += len(parcel.records)
    outcome.erased.add((parcel.site, parcel.patient))
    last = max(record.position for record, _ in parcel.records)
    outcome.committed[parcel.site, parcel.patient, parcel.home] = last


def _pass_over(db: sqlite3.Connection, parcel: Parcel, outcome: IntakeOutcome) -> None:
    row = _home(db, parcel, outcome)
    if row is None:
        return
    home, committed, _ = row
    outcome.counts["barred"] += len(parcel.records)
    first = committed + 1
    for record, _ in parcel.records:
        if record.position == committed + 1:
            committed = record.position
    if committed >= first:
        db.execute("INSERT INTO skipped VALUES (?, ?, ?)", (home, first, committed))
        db.execute("UPDATE home SET committed = ? WHERE id = ?", (committed, home))
    outcome.committed[parcel.site, parcel.patient, parcel.home] = committed
