"""What is wrong at the moment: one board, one catalogue of words in two languages.

A trouble is a state, not an event: it is there since some moment and goes when its cause goes.
Page, `clinic status`, the health check and the preflight read the same board.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from .printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DATABASE_STATES", "Trouble", "TroubleBoard", "TroubleKind", "words"]


class TroubleKind(StrEnum):
    """What can be wrong."""

    BROKER_AWAY = "broker away"
    PROGRAM_FAILED = "program failed"
    PART_ABSENT = "part absent"
    STORE_WAITS = "store waits"
    BROKER_REFUSES = "broker refuses"
    TOPIC_UNHEARD = "topic unheard"
    DATABASE_AWAY = "database away"
    DATABASE_EMPTY = "database not set up"
    DATABASE_TOKEN = "database token"  # noqa: S105 - no token
    DATABASE_ORG = "database organisation"
    DATABASE_RIGHTS = "database rights"
    DATABASE_BUCKET = "database bucket"
    DATABASE_FULL = "database full"
    DATABASE_SHUT = "database shut"
    DATABASE_WAITS = "database waits"
    LINES_REFUSED = "lines refused"
    HOME_NEW = "new home"
    LETTERS_KEPT = "dead letters"
    LETTERS_GONE = "dead letters gone"
    FIGURES_BOUNDED = "figures bounded"
    HELD_RECORDS = "held records"
    QUOTA_PASSED = "quota passed"
    CLOCK_WRONG = "clock wrong"
    HOME_CLOCK = "clock at home"
    DAYS_ASIDE = "days set aside"
    LISTENS_WIDE = "listens wide"
    ERASURE_WAITS = "erasure waits"
    AUDIT_WAITS = "audit waits"
    SURVEYS_SHUT = "surveys shut"


GRAVE: Final = frozenset(
    {
        TroubleKind.BROKER_AWAY,
        TroubleKind.BROKER_REFUSES,
        TroubleKind.TOPIC_UNHEARD,
        TroubleKind.PROGRAM_FAILED,
        TroubleKind.STORE_WAITS,
    }
)
"""With one of these the clinic does not do what it is there for."""

_WORDS: Final[Mapping[TroubleKind, tuple[str, str]]] = {
    TroubleKind.BROKER_AWAY: (
        (
            "il broker {subject} non risponde: è in funzione? "
            "Le case conservano ciò che registrano e lo inviano di nuovo"
        ),
        (
            "the broker {subject} does not answer: is it running? "
            "Homes keep what they record and send it again"
        ),
    ),
    TroubleKind.BROKER_REFUSES: (
        (
            "il broker {subject} non accetta la clinica: "
            "controllare RIPRESA_MQTT_USERNAME e RIPRESA_MQTT_PASSWORD"
        ),
        (
            "the broker {subject} does not let the clinic in: "
            "check RIPRESA_MQTT_USERNAME and RIPRESA_MQTT_PASSWORD"
        ),
    ),
    TroubleKind.TOPIC_UNHEARD: (
        (
            "il broker non lascia ascoltare {subject}: nulla di ciò che vi arriva raggiunge la "
            "clinica; controllare i diritti dell'utente della clinica nel broker"
        ),
        (
            "the broker does not let the clinic hear {subject}: nothing that is sent there comes; "
            "check the rights of the clinic's user at the broker"
        ),
    ),
    TroubleKind.PROGRAM_FAILED: (
        "{subject} si è fermato ed è stato riavviato {restarts:.0f} volte",
        "{subject} stopped and was started again {restarts:.0f} times",
    ),
    TroubleKind.PART_ABSENT: (
        "una parte facoltativa non è partita: {subject}",
        "an optional part did not start: {subject}",
    ),
    TroubleKind.STORE_WAITS: (
        "l'archivio non accetta dati: {subject}",
        "the store takes nothing in: {subject}",
    ),
    TroubleKind.DATABASE_AWAY: (
        (
            "nessun InfluxDB a {subject}: è in funzione, l'indirizzo è giusto? "
            "Nulla va perso, si riprova"
        ),
        (
            "no InfluxDB at {subject}: is it running, is the address right? "
            "Nothing is lost, it will be tried again"
        ),
    ),
    TroubleKind.DATABASE_EMPTY: (
        (
            "l'InfluxDB a {subject} non è ancora configurato: "
            "eseguire `influx setup`, poi `ripresa influx setup`"
        ),
        (
            "the InfluxDB at {subject} has not been set up yet: "
            "run `influx setup`, then `ripresa influx setup`"
        ),
    ),
    TroubleKind.DATABASE_TOKEN: (
        "InfluxDB non riconosce il token: controllare {subject}",
        "InfluxDB does not know the token: check {subject}",
    ),
    TroubleKind.DATABASE_ORG: (
        "InfluxDB non ha l'organizzazione {subject}: controllare RIPRESA_INFLUX_ORG",
        "InfluxDB has no organisation {subject}: check RIPRESA_INFLUX_ORG",
    ),
    TroubleKind.DATABASE_RIGHTS: (
        (
            "il token di InfluxDB non ha il diritto: {subject}; "
            "serve un token che legga e scriva i bucket"
        ),
        "InfluxDB's token lacks a right: {subject}; give one that may read and write the buckets",
    ),
    TroubleKind.DATABASE_BUCKET: (
        "InfluxDB non ha il bucket {subject}: eseguire `ripresa influx setup`",
        "InfluxDB has no bucket {subject}: run `ripresa influx setup`",
    ),
    TroubleKind.DATABASE_FULL: (
        "il disco di InfluxDB è pieno ({subject}): fare spazio, poi prosegue da solo",
        "InfluxDB's disk is full ({subject}): make room there, then it goes on by itself",
    ),
    TroubleKind.DATABASE_SHUT: (
        (
            "InfluxDB tiene chiusa una parte dei suoi dati ({subject}), "
            "di solito dopo un disco pieno: "
            "fare spazio e riavviare InfluxDB"
        ),
        (
            "InfluxDB keeps a part of its data shut ({subject}), mostly after a full disk: "
            "make room there, then restart InfluxDB"
        ),
    ),
    TroubleKind.DATABASE_WAITS: (
        "InfluxDB non accetta dati ({subject}): si riprova; il suo registro dice di più",
        "InfluxDB takes nothing in ({subject}): it will be tried again; its log says more",
    ),
    TroubleKind.LINES_REFUSED: (
        (
            "InfluxDB ha rifiutato {lines:.0f} righe ({subject}): "
            "`ripresa influx set-aside` le mostra, il registro della clinica le ha tutte"
        ),
        (
            "InfluxDB has refused {lines:.0f} lines ({subject}): "
            "`ripresa influx set-aside` shows them, the clinic's journal has them all"
        ),
    ),
    TroubleKind.HOME_NEW: (
        "{subject} invia ora da un registro nuovo ({homes:.0f} in tutto)",
        "{subject} now sends from a new journal ({homes:.0f} in all)",
    ),
    TroubleKind.LETTERS_KEPT: (
        "{letters:.0f} messaggi non leggibili messi da parte ({subject})",
        "{letters:.0f} messages that could not be stored are kept aside ({subject})",
    ),
    TroubleKind.LETTERS_GONE: (
        (
            "{letters:.0f} messaggi non leggibili non sono stati conservati: {subject} ne ha già "
            "quanti se ne tengono; `ripresa journal letters` li mostra"
        ),
        (
            "{letters:.0f} messages that could not be stored were not kept either: {subject} has "
            "as many as are kept; `ripresa journal letters` shows them"
        ),
    ),
    TroubleKind.FIGURES_BOUNDED: (
        (
            "{facts:.0f} fatti della casa {subject} non contano nei valori: sono più di quanti ne "
            "invia una casa vera; il registro della clinica li ha tutti"
        ),
        (
            "{facts:.0f} facts of home {subject} do not count in the figures: they are more than "
            "any honest home sends; the clinic's journal has them all"
        ),
    ),
    TroubleKind.HELD_RECORDS: (
        "{records:.0f} record di una versione più recente sono conservati, non letti ({subject})",
        "{records:.0f} records of a newer version are kept and not read whole ({subject})",
    ),
    TroubleKind.QUOTA_PASSED: (
        "{subject} invia più del consentito: {messages:.0f} messaggi rifiutati",
        "{subject} sends more than it may: {messages:.0f} messages turned away",
    ),
    TroubleKind.CLOCK_WRONG: (
        "l'orologio è evidentemente sbagliato ({subject}): nessun giorno viene valutato",
        "the clock is plainly wrong ({subject}): no day is judged",
    ),
    TroubleKind.HOME_CLOCK: (
        (
            "l'orologio della casa {subject} sbaglia di {hours:.1f} ore: "
            "collegarla alla rete e riavviarla; le sedute possono avere una data sbagliata"
        ),
        (
            "the clock of home {subject} is {hours:.1f} hours off: "
            "connect it to the network and restart it; its sessions may have a wrong day"
        ),
    ),
    TroubleKind.DAYS_ASIDE: (
        (
            "{sessions:.0f} sedute di {subject} hanno una data impossibile e non contano: "
            "`ripresa clinic days` le mostra e le corregge"
        ),
        (
            "{sessions:.0f} sessions of {subject} have a day that cannot be and do not count: "
            "`ripresa clinic days` shows and corrects them"
        ),
    ),
    TroubleKind.LISTENS_WIDE: (
        "è raggiungibile dalla rete più di quanto impostato: {subject}",
        "can be reached from the network beyond its settings: {subject}",
    ),
    TroubleKind.AUDIT_WAITS: (
        (
            "il registro degli accessi non si può scrivere: {entries:.0f} voci attendono in "
            "memoria; fare spazio sul disco"
        ),
        (
            "the log of who saw what cannot be written: {entries:.0f} entries wait in memory; "
            "make room on the disk"
        ),
    ),
    TroubleKind.SURVEYS_SHUT: (
        (
            "i questionari ora non si possono conservare ({subject}): fare spazio sul disco o "
            "ripristinare l'ultima copia; il registro del programma dice di più"
        ),
        (
            "surveys cannot be kept now ({subject}): make room on the disk or restore the last "
            "back-up; the program's log says more"
        ),
    ),
    TroubleKind.ERASURE_WAITS: (
        "una cancellazione non è finita: {subject}",
        "an erasure is not finished: {subject}",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong.

    Attributes:
        kind: what.
        subject: where, or whose; never a name, an address or a secret; may be printed.
        since_ns: from when, by the clock of who tells.
        figures: the numbers in its words.
    """

    kind: TroubleKind
    subject: str
    since_ns: int
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def grave(self) -> bool:
        """Whether the program does not do what it is there for."""
        return self.kind in GRAVE


def words(trouble: Trouble, language: Literal["it", "en"]) -> str:
    """A trouble in one line."""
    text = _WORDS[trouble.kind][language == "en"]
    return text.format(subject=trouble.subject, **trouble.figures)


DATABASE_STATES: Final = frozenset(
    kind for kind in TroubleKind if kind.name.startswith("DATABASE_")
)
"""Of these the database is in one at a time."""


class TroubleBoard:
    """What is wrong now, keyed by kind and subject."""

    def __init__(self) -> None:
        self._found: dict[tuple[TroubleKind, str], Trouble] = {}

    def show(self, kind: TroubleKind, subject: str, now_ns: int, **figures: float) -> bool:
        """Say that something is wrong; True where it was not known before."""
        key = (kind, printable(subject))
        known = self._found.get(key)
        since_ns = now_ns if known is None else known.since_ns
        self._found[key] = Trouble(
            kind=kind, subject=key[1], since_ns=since_ns, figures=dict(figures)
        )
        return known is None

    def clear(self, kind: TroubleKind, subject: str | None = None) -> bool:
        """Say that it is over, for one subject or for all; True where it was there."""
        wanted = None if subject is None else printable(subject)
        gone = [k for k in self._found if k[0] is kind and wanted in (None, k[1])]
        for key in gone:
            del self._found[key]
        return bool(gone)

    def has(self, kind: TroubleKind) -> bool:
        """Whether there is one of a kind."""
        return any(known is kind for known, _ in self._found)

    def all(self) -> list[Trouble]:
        """Every trouble, the grave ones first, then the oldest."""
        return sorted(self._found.values(), key=lambda t: (not t.grave, t.since_ns, t.subject))
