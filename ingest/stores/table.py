"""The one table of stores: how each is made, kept, counted, exported, restricted and erased.

A place that holds something of a patient and does not stand here has been forgotten: a test
holds the table to the journal's tables, to the folders of home and clinic, to the topics that
a broker keeps, and to the database's buckets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["STORES", "Store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One place.

    Attributes:
        name: what the code calls it: a table, a property of the folder, a channel, a bucket.
        whose: `patient` where it holds something of one, else `nobody`.
        made: by what.
        kept: how long.
        counted: where its size is told.
        exported: how it reaches a patient who asks.
        restricted: what restricting its use changes.
        erased: which step of an erasure empties it.
    """

    name: str
    whose: str
    made: str
    kept: str
    counted: str
    exported: str
    restricted: str
    erased: str


def _journal(name: str, made: str, exported: str, restricted: str = "kept, not used") -> Store:
    return Store(
        name=name,
        whose="patient",
        made=made,
        kept="for ever, raw motion as retention has it",
        counted="ripresa journal status",
        exported=exported,
        restricted=restricted,
        erased="journal: in the erasure's transaction",
    )


def _nobodys(name: str, made: str, kept: str, counted: str = "file size") -> Store:
    return Store(
        name=name,
        whose="nobody",
        made=made,
        kept=kept,
        counted=counted,
        exported="names nobody",
        restricted="names nobody",
        erased="names nobody",
    )


def _folder(name: str, made: str, kept: str, exported: str, erased: str) -> Store:
    return Store(
        name=name,
        whose="patient",
        made=made,
        kept=kept,
        counted="files",
        exported=exported,
        restricted="kept, not used",
        erased=erased,
    )


def _at_home(name: str, made: str) -> Store:
    return _folder(
        name,
        made,
        "at the home, as long as it is one",
        "the patient's own machine",
        "home: by the command that the clinic sends, with the whole folder",
    )


def _retained(name: str, made: str, exported: str) -> Store:
    return Store(
        name=name,
        whose="patient",
        made=made,
        kept="by the broker until it is cleared",
        counted="broker: retained messages",
        exported=exported,
        restricted="goes on: the home needs it",
        erased="broker: every retained topic that names patient or box is cleared",
    )


STORES: Final[tuple[Store, ...]] = (
    # The journal's tables.
    _nobodys("meta", "the journal's first start", "with the journal"),
    _nobodys("cursor", "followers", "with the journal", "ripresa journal status"),
    _nobodys("tombstone", "an erasure", "for ever: keyed hashes", "ripresa patient audit"),
    _nobodys("audit", "every deed on a patient's data", "for ever: keyed hashes", "its numbers"),
    _journal("home", "a home's first record", "no: only ULIDs of boxes"),
    _journal("record", "homes and clinic", "sessions, care and samples"),
    _journal("session", "its first event", "sessions"),
    _journal("care", "the clinic's own records", "clinic.json"),
    _journal("dead_letter", "what could not be stored, bounded", "no: it could not be read"),
    _journal("forgone", "dead letters beyond the bound", "no: only positions"),
    _journal("set_aside", "lines that the database refused", "no: the records themselves are"),
    _journal("archived", "ripresa journal archive", "samples"),
    _journal("consent", "ripresa patient withdraw, restrict", "clinic.json", "says that it is"),
    _journal("skipped", "withdrawn patients' positions", "no: only positions"),
    _journal("erasure", "an erasure that is not finished", "no: it is about to go"),
    # Folders of a clinic.
    _folder(
        "clinic_journal",
        "clinic run",
        "for ever",
        "ripresa patient export",
        "journal rewritten: by VACUUM",
    ),
    _folder("archive", "ripresa journal archive", "for ever", "samples", "files"),
    _folder("exports", "ripresa patient export", "until deleted by hand", "is one", "files"),
    _folder("plans", "ripresa plan import", "for ever", "plans", "files"),
    _folder("outbox", "plans, messages, commands", "until the next one", "plans", "outbox"),
    _folder("logs", "programs that a home or a demo starts", "until deleted", "no names", "files"),
    _nobodys("audit_key", "clinic init", "as long as the audit log is to be read"),
    _nobodys("survey_answers", "anonymous answers", "for ever: marks without names"),
    _nobodys("survey_keys", "clinic run, one a survey", "for ever: keyed hashes of homes"),
    _nobodys("survey_key", "clinic run: public keys", "by the broker, the open surveys'"),
    _nobodys("pictures", "games without a screen", "until deleted"),
    _folder(
        "broker users",
        "clinic enrol: passwd, acl, join file",
        "until revoked",
        "no: passwords",
        "user at the broker, with the join file where it lies beside the compose file",
    ),
    # Folders of a home.
    _at_home("home_journal", "sessions"),
    _at_home("therapist_message", "the clinic"),
    _at_home("levels", "games"),
    _at_home("reminder", "reminders"),
    _at_home("takes", "the physiotherapist"),
    _at_home("surveys", "questionnaires, until delivered"),
    _at_home("devices", "ripresa devices bind: address and serial number of each wearable"),
    _at_home("withdrawn", "ripresa patient withdraw"),
    _at_home("unlocking", "ripresa patient unlock"),
    # What the clinic's broker keeps.
    _retained("plan", "the outbox", "plans"),
    _retained("message", "the outbox", "no: it was meant for one session"),
    _retained("command", "the outbox", "no"),
    _retained("state", "a box, and its last will", "no: it names a box"),
    # The database's buckets.
    *(
        Store(
            name=bucket,
            whose="patient",
            made="ripresa influx setup, filled by followers",
            kept=kept,
            counted="ripresa influx verify",
            exported="drawn from the journal, which is exported",
            restricted="database: deleted, and not written any more",
            erased="database: deleted until a query finds nothing",
        )
        for bucket, kept in (
            ("motion", "90 days, or as set"),
            ("motion_minutes", "for ever"),
            ("therapy", "for ever"),
        )
    ),
)
"""Every place there is."""
