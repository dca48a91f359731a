"""The one table of stores: how each is made, kept, counted, exported, restricted, erased and cut.

Erasure, export, restriction and the cutting of a clinic in two run from it: they do what the rows
name, and refuse to run where a row names what nobody can do. A place that holds something of a
patient and does not stand here has been forgotten: a test holds the table to the journal's tables,
to the folders of home and clinic, to the topics that a broker keeps, and to the database's buckets.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from .noted import noted_folders

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = [
    "STORES",
    "CutStep",
    "EraseStep",
    "ExportPart",
    "RestrictStep",
    "Store",
    "folders_erased",
    "names_of",
    "unanswered",
    "unrestricted",
]


class EraseStep(StrEnum):
    """What empties a store of a patient; in the order in which it is done."""

    JOURNAL = "journal"
    REWRITTEN = "journal rewritten"
    FILES = "files"
    OUTBOX = "outbox"
    BROKER = "broker"
    USER = "user at the broker"
    HOME = "home"
    DATABASE = "database"


class RestrictStep(StrEnum):
    """What takes a patient out of use; in the order in which it is done."""

    NOTED = "consent"
    DATABASE = "database"


class ExportPart(StrEnum):
    """What of an export a store's content goes into."""

    SESSIONS = "sessions"
    STREAMS = "streams"
    PLANS = "plans"
    DRAFTS = "drafts"
    CLINIC = "clinic.json"


class CutStep(StrEnum):
    """What becomes of a store where a clinic is cut in two."""

    PARTED = "each half has its own patients'"
    BOTH = "both halves have it"
    FIRST = "the first half has it"
    ANEW = "each half makes its own"
    ELSEWHERE = "lies elsewhere, and stays"


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
        erased: how an erasure empties it.
        cut: what becomes of it where the clinic is cut in two.
        step: which step of an erasure does; None: it holds nothing of a patient.
        part: of an export that it goes into; None: into none, as `exported` says.
        out: which step takes its patient out where the use is restricted; None: it is kept, and
            whoever reads it asks the consent.
    """

    name: str
    whose: str
    made: str
    kept: str
    counted: str
    exported: str
    restricted: str
    erased: str
    cut: CutStep
    step: EraseStep | None = None
    part: ExportPart | None = None
    out: RestrictStep | None = None


def _journal(
    name: str,
    made: str,
    exported: str,
    restricted: str = "kept, not used",
    *,
    part: ExportPart | None = None,
    out: RestrictStep | None = None,
) -> Store:
    return Store(
        name=name,
        whose="patient",
        made=made,
        kept="for ever, raw motion as retention has it",
        counted="ripresa journal status",
        exported=exported,
        restricted=restricted,
        erased="journal: in the erasure's transaction",
        cut=CutStep.PARTED,
        step=EraseStep.JOURNAL,
        part=part,
        out=out,
    )


def _nobodys(
    name: str, made: str, kept: str, counted: str = "file size", cut: CutStep = CutStep.BOTH
) -> Store:
    return Store(
        name=name,
        whose="nobody",
        made=made,
        kept=kept,
        counted=counted,
        exported="names nobody",
        restricted="names nobody",
        erased="names nobody",
        cut=cut,
    )


def _folder(  # noqa: PLR0917 - one row
    name: str,
    made: str,
    kept: str,
    exported: str,
    step: EraseStep,
    erased: str,
    part: ExportPart | None = None,
    cut: CutStep = CutStep.PARTED,
) -> Store:
    return Store(
        name=name,
        whose="patient",
        made=made,
        kept=kept,
        counted="files",
        exported=exported,
        restricted="kept, not used",
        erased=erased,
        cut=cut,
        step=step,
        part=part,
    )


def _at_home(name: str, made: str, cut: CutStep = CutStep.ELSEWHERE) -> Store:
    return _folder(
        name,
        made,
        "at the home, as long as it is one",
        "the patient's own machine",
        EraseStep.HOME,
        "home: by the command that the clinic sends, with the whole folder",
        cut=cut,
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
        cut=CutStep.ELSEWHERE,
        step=EraseStep.BROKER,
    )


STORES: Final[tuple[Store, ...]] = (
    # The journal's tables.
    _nobodys("meta", "the journal's first start", "with the journal"),
    _nobodys("cursor", "followers", "with the journal", "ripresa journal status"),
    _nobodys("tombstone", "an erasure", "for ever: keyed hashes", "ripresa patient audit"),
    _nobodys(
        "audit",
        "every deed on and look at a patient's data",
        "for ever: keyed hashes",
        "its numbers",
    ),
    _journal("home", "a home's first record", "no: only ULIDs of boxes"),
    _journal("record", "homes and clinic", "sessions, care and samples", part=ExportPart.SESSIONS),
    _journal("session", "its first event", "sessions", part=ExportPart.SESSIONS),
    _journal("care", "the clinic's own records", "clinic.json", part=ExportPart.CLINIC),
    _journal("dead_letter", "what could not be stored, bounded", "no: it could not be read"),
    _journal("forgone", "dead letters beyond the bound", "no: only positions"),
    _journal("set_aside", "lines that the database refused", "no: the records themselves are"),
    _journal("archived", "ripresa journal archive", "samples", part=ExportPart.STREAMS),
    _journal(
        "consent",
        "ripresa patient withdraw, restrict",
        "clinic.json",
        "says that it is",
        part=ExportPart.CLINIC,
        out=RestrictStep.NOTED,
    ),
    _journal("skipped", "withdrawn patients' positions", "no: only positions"),
    _journal("erasure", "an erasure that is not finished", "no: it is about to go"),
    # Folders of a clinic.
    _folder(
        "clinic_journal",
        "clinic run",
        "for ever",
        "ripresa patient export",
        EraseStep.REWRITTEN,
        "by VACUUM",
    ),
    _folder(
        "archive",
        "ripresa journal archive",
        "for ever",
        "samples",
        EraseStep.FILES,
        "the patient's folder",
        ExportPart.STREAMS,
    ),
    _folder(
        "exports",
        "ripresa patient export",
        "until deleted by hand",
        "is one",
        EraseStep.FILES,
        "the patient's folders",
    ),
    _folder(
        "figures",
        "clinic run",
        "until the next start, or another version",
        "derived: the records are",
        EraseStep.FILES,
        "the patient's file",
        cut=CutStep.ANEW,
    ),
    _folder(
        "curves",
        "clinic run, one a session",
        "until another result counts",
        "derived: the samples are",
        EraseStep.FILES,
        "the patient's folder",
    ),
    _folder(
        "cohorts",
        "ripresa cohort analyse, a row a session, in the folder that --out names",
        "until the next run over the same places, or deleted by hand",
        "derived: the samples are",
        EraseStep.FILES,
        "the patient's rows, where the folder is on this machine; else by the next run",
        cut=CutStep.BOTH,
    ),
    _folder(
        "plans",
        "ripresa plan import",
        "for ever",
        "plans",
        EraseStep.FILES,
        "the patient's files",
        ExportPart.PLANS,
    ),
    _folder(
        "drafts",
        "the page's plan editor",
        "until it is signed or thrown away",
        "drafts",
        EraseStep.FILES,
        "the patient's file",
        ExportPart.DRAFTS,
    ),
    _folder(
        "outbox",
        "plans, messages, commands",
        "until the next one",
        "plans",
        EraseStep.OUTBOX,
        "the patient's letters",
    ),
    _nobodys("access", "clinic run, clinic user", "with the clinic: staff, no patient"),
    _nobodys("account", "ripresa clinic user add", "for ever: disabled, not deleted", "user list"),
    _nobodys("sign_in", "signing in", "12 h at most", cut=CutStep.FIRST),
    _nobodys(
        "api_token", "ripresa clinic token add", "for ever: revoked, not deleted", "token list"
    ),
    _nobodys("audit_key", "clinic init", "as long as the audit log is to be read"),
    _nobodys(
        "survey_answers",
        "anonymous answers",
        "for ever: marks without names",
        cut=CutStep.FIRST,
    ),
    _nobodys(
        "survey_keys",
        "clinic run, one a survey",
        "private key and keyed hashes of homes until 92 days after the quarter, then a public key",
        cut=CutStep.FIRST,
    ),
    _nobodys(
        "survey_codes",
        "clinic run: codes' hashes, answers and words without names or times",
        "answers for ever, words until ripresa survey erase-words, a code until used or over",
        "ripresa survey report",
        CutStep.FIRST,
    ),
    _nobodys(
        "survey_key",
        "clinic run: public keys",
        "by the broker, the open surveys'",
        cut=CutStep.ELSEWHERE,
    ),
    _nobodys("kept_demo", "ripresa demo --keep", "until deleted", cut=CutStep.ELSEWHERE),
    _nobodys("pictures", "games without a screen", "until deleted", cut=CutStep.ELSEWHERE),
    _folder(
        "broker users",
        "clinic enrol: passwd, acl, join file",
        "until revoked",
        "no: passwords",
        EraseStep.USER,
        "with the join file where it lies beside the compose file",
        cut=CutStep.ELSEWHERE,
    ),
    # Folders of a home.
    _at_home("home_journal", "sessions"),
    _at_home("therapist_message", "the clinic"),
    _at_home("levels", "games"),
    _at_home("reminder", "reminders"),
    _at_home("takes", "the physiotherapist", CutStep.BOTH),
    _at_home("surveys", "questionnaires, until delivered"),
    _at_home("devices", "ripresa devices bind: address and serial number of each wearable"),
    _at_home("withdrawn", "ripresa patient withdraw"),
    _at_home("unlocking", "ripresa patient unlock"),
    _at_home("motion_kept", "the clinic's page: whether raw motion stays at home"),
    _at_home("live_view", "ripresa home live-view: whether sessions may be seen live"),
    _at_home("kept_look", "ripresa home settings: volumes, captions, points"),
    _at_home("postcards", "ripresa home postcards: senders, words, redrawn pictures"),
    _at_home("logs", "programs that a home or a demo starts"),
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
            cut=CutStep.ELSEWHERE,
            step=EraseStep.DATABASE,
            out=RestrictStep.DATABASE,
        )
        for bucket, kept in (
            ("motion", "90 days, or as set"),
            ("motion_minutes", "for ever"),
            ("therapy", "for ever"),
        )
    ),
)
"""Every place there is."""


def names_of(step: EraseStep) -> tuple[str, ...]:
    """The stores that a step of an erasure empties."""
    return tuple(store.name for store in STORES if store.step is step)


def folders_erased(places: Any) -> list[Path]:
    """The folders from which an erasure removes what is named after its patient.

    Args:
        places: has a property of each store's name.

    Raises:
        StoreError: where a cohort's rows are cannot be read.
    """
    folders: list[Path] = []
    for name in names_of(EraseStep.FILES):
        place = getattr(places, name)
        folders += noted_folders(place) if name == "cohorts" else [place]
    return folders


def unanswered(known: Collection[str]) -> list[str]:
    """The steps that rows of the table name, and that are not among `known`."""
    named = dict.fromkeys(store.step for store in STORES if store.step is not None)
    return [str(step) for step in EraseStep if step in named and step not in known]


def unrestricted(known: Collection[str]) -> list[str]:
    """The steps of a restriction that rows of the table name, and that are not among `known`."""
    named = dict.fromkeys(store.out for store in STORES if store.out is not None)
    return [str(step) for step in named if step not in known]
