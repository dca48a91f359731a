"""Who has withdrawn a consent of their own, as a clinic's journal tells."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telemetry.errors import DecodeError
from telemetry.messages.around.agreements import ConsentTold
from telemetry.messages.care import decode_care

from .consent import restricted_patients

if TYPE_CHECKING:
    from ingest.journal.reading import JournalReader
    from telemetry.messages.around.agreements import Agreement

__all__ = ["not_for_research", "withdrawn"]

log = logging.getLogger(__name__)

CONSENT = "care.consent"


def withdrawn(journal: JournalReader, what: Agreement) -> set[str]:
    """Those whose last word on something is that they withdraw it.

    Raises:
        StoreBusy, StoreError: the journal cannot be read.
    """
    newest: dict[str, ConsentTold] = {}
    for body in journal.care_records(CONSENT):
        try:
            told = decode_care(body)
        except DecodeError as e:
            log.warning("a consent cannot be read: %s", e)
            continue
        if isinstance(told, ConsentTold) and told.what == what:
            before = newest.get(told.patient)
            if before is None or before.t_ns <= told.t_ns:
                newest[told.patient] = told
    return {patient for patient, told in newest.items() if not told.given}


def not_for_research(journal: JournalReader) -> set[str]:
    """Whose sessions go into no cohort and no export: restricted, or consent withdrawn.

    Raises:
        StoreBusy, StoreError: the journal cannot be read.
    """
    return set(restricted_patients(journal)) | withdrawn(journal, "research")
