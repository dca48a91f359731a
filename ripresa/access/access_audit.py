"""The clinic's audit log takes in who saw and did what on the page, and at its users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboards.access.trail import AccessDeed, AccessTrail
from ingest.rights.audit import note
from telemetry.trouble import TroubleKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ingest.journal.journal import Journal
    from ingest.journal.reading import JournalReader
    from ingest.rights.audit import AuditKey
    from telemetry.clock import Clock
    from telemetry.trouble import TroubleBoard

__all__ = ["USER_ADDED", "access_trail", "audit_writer", "deed_writer", "had_users"]

USER_ADDED: Final = "user added"

WHERE: Final = "journal"


def access_trail(journal: Journal, key: AuditKey, clock: Clock, board: TroubleBoard) -> AccessTrail:
    """The page's trail into a clinic's journal; that it waits is told on the board."""

    def waits(held: int) -> None:
        if held:
            board.show(TroubleKind.AUDIT_WAITS, WHERE, clock.now_ns(), entries=held)
        else:
            board.clear(TroubleKind.AUDIT_WAITS)

    return AccessTrail(audit_writer(journal, key), clock, waits=waits)


def audit_writer(journal: Journal, key: AuditKey) -> Callable[[Sequence[AccessDeed]], None]:
    """Writes entries into a journal's audit log, all or none."""

    def write(deeds: Sequence[AccessDeed]) -> None:
        if not deeds:
            return
        with journal.writing() as db:
            for deed in deeds:
                # An account may be called what a patient is: the entry must not name that one.
                named = deed.actor == deed.patient
                note(
                    db,
                    key,
                    t_ns=deed.t_ns,
                    actor=f"user {deed.actor}" if named else deed.actor,
                    action=deed.action,
                    patient=deed.patient,
                    detail=deed.detail,
                )

    return write


def deed_writer(journal: Journal, key: AuditKey, clock: Clock) -> Callable[[str, str, str], None]:
    """Writes one deed at once: who, what, on whom.

    Raises:
        StoreBusy, StoreError: by the returned function; then nothing was written.
    """
    write = audit_writer(journal, key)

    def deed(actor: str, action: str, patient: str) -> None:
        write([AccessDeed(t_ns=clock.now_ns(), actor=actor, action=action, patient=patient)])

    return deed


def had_users(journal: JournalReader) -> bool:
    """Whether a clinic ever had users, as its audit log has it.

    Raises:
        StoreError: the journal cannot be read.
    """
    found = journal.rows(
        "SELECT 1 FROM audit WHERE action IN (?, 'signed in') LIMIT 1", (USER_ADDED,)
    )
    return bool(found)
