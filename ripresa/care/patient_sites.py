"""At which site each patient is treated, as the clinic itself has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.errors import DecodeError
from telemetry.messages.care import Enrolled, decode_care

if TYPE_CHECKING:
    from ingest.journal.reading import JournalReader

__all__ = ["PatientSites"]


class PatientSites:
    """Tells the site of a patient: of the last enrolment, else of the topics of their homes.

    A pseudonym whose homes send from several sites without any enrolment is at none: only who sees
    all sites sees it.

    Args:
        journal: the clinic's.
    """

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal

    def __call__(self, patient: str) -> str | None:
        """The site; None where none is known.

        Raises:
            StoreError: the journal cannot be read.
        """
        enrolled = self._journal.rows(
            "SELECT r.body FROM care c JOIN record r ON r.seq = c.seq "
            "WHERE c.patient = ? AND c.type = 'care.enrolled' ORDER BY c.seq DESC LIMIT 1",
            (patient,),
        )
        for (body,) in enrolled:
            try:
                record = decode_care(body)
            except DecodeError:
                continue
            if isinstance(record, Enrolled):
                return record.site
        heard = self._journal.rows(
            "SELECT DISTINCT site FROM home WHERE patient = ? AND site IS NOT NULL", (patient,)
        )
        return str(heard[0][0]) if len(heard) == 1 else None
