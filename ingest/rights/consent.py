"""What may be done with a patient's data: withdraw, keep motion out, restrict, erase are apart.

withdrawn   nothing new is collected; what is there stays
no motion   no raw motion is collected any more; events, results and what is there stay
restricted  what is there is kept and not used: not in the database, not in exports for others
erased      nothing is there, and nothing may come back: a tombstone stands for it
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ingest.transfer.intake import Bar

from .audit import AuditKey, note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.journal.journal import Journal
    from ingest.journal.reading import JournalReader

__all__ = ["Consent", "ConsentState", "consent_states", "restricted_patients", "set_consent"]


class ConsentState(StrEnum):
    """What a patient has asked for."""

    WITHDRAWN = "withdrawn"
    RESTRICTED = "restricted"
    NO_MOTION = "no motion"


class Consent:
    """Answers what may be done, as the journal says at this moment."""

    def __init__(self, journal: JournalReader, key: AuditKey) -> None:
        self._journal = journal
        self._key = key

    def barred(self, _home: str, patient: str) -> Bar | None:
        """Why nothing of a home may be stored any more: `Receiver` asks for each message.

        The patient of the topic decides: a home's ULID may be anybody's word.
        """
        if self.erased(patient):
            return Bar.ERASED
        states = self.states(patient)
        if ConsentState.WITHDRAWN in states:
            return Bar.WITHDRAWN
        return Bar.MOTION if ConsentState.NO_MOTION in states else None

    def restricted(self, patient: str) -> bool:
        """Whether a patient's data must not be used."""
        return ConsentState.RESTRICTED in self.states(patient)

    def unused(self, patient: str) -> bool:
        """Whether nothing of a patient may be in use: restricted, or erased."""
        return self.restricted(patient) or self.erased(patient)

    def unused_among(self, patients: Iterable[str]) -> set[str]:
        """Those of whom nothing may be in use, by two looks into the journal for all of them."""
        restricted = set(restricted_patients(self._journal))
        rows = self._journal.rows("SELECT hash FROM tombstone WHERE kind = 'patient'")
        stones = {bytes(row[0]) for row in rows}
        return {
            patient
            for patient in patients
            if patient in restricted or (stones and self._key.hash("patient", patient) in stones)
        }

    def erased(self, patient: str) -> bool:
        """Whether a pseudonym's data was erased."""
        found = self._journal.rows(
            "SELECT 1 FROM tombstone WHERE kind = 'patient' AND hash = ?",
            (self._key.hash("patient", patient),),
        )
        return bool(found)

    def states(self, patient: str) -> set[ConsentState]:
        """What a patient has asked for."""
        return consent_states(self._journal, patient)


def consent_states(journal: JournalReader, patient: str) -> set[ConsentState]:
    """What a patient has asked for.

    Raises:
        StoreBusy, StoreError: the journal cannot be read.
    """
    rows = journal.rows("SELECT state FROM consent WHERE patient = ?", (patient,))
    return {ConsentState(row[0]) for row in rows}


def restricted_patients(journal: JournalReader) -> list[str]:
    """Whose data must not be used.

    Raises:
        StoreBusy, StoreError: the journal cannot be read.
    """
    rows = journal.rows(
        "SELECT patient FROM consent WHERE state = ? ORDER BY patient",
        (str(ConsentState.RESTRICTED),),
    )
    return [row[0] for row in rows]


def set_consent(
    journal: Journal,
    key: AuditKey,
    patient: str,
    state: ConsentState,
    *,
    on: bool,
    actor: str,
    now_ns: int,
    ground: str,
) -> None:
    """Note that a patient withdraws or restricts, or takes that back; audited.

    Raises:
        StoreBusy, StoreError: nothing has changed.
    """
    with journal.writing() as db:
        if on:
            db.execute(
                "INSERT OR IGNORE INTO consent VALUES (?, ?, ?)", (patient, str(state), now_ns)
            )
        else:
            db.execute("DELETE FROM consent WHERE patient = ? AND state = ?", (patient, str(state)))
        action = str(state) if on else f"{state} lifted"
        note(db, key, t_ns=now_ns, actor=actor, action=action, patient=patient, detail=ground)
