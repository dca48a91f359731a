"""At which site each patient is treated, as the clinic itself has it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

from telemetry.errors import DecodeError
from telemetry.messages.care import Enrolled, decode_care

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.journal.reading import JournalReader

__all__ = ["PatientSites"]

COUNTS_S: Final = 5.0
MOST_KEPT: Final = 5000


class PatientSites:
    """Tells the site of a patient: of the last enrolment, else of the topics of their homes.

    A pseudonym whose homes send from several sites without any enrolment is at none: only who sees
    all sites sees it.

    What was found counts for a few seconds: a list asks for everybody, every two seconds.

    Args:
        journal: the clinic's.
        now_s: a clock that only goes on.
    """

    def __init__(self, journal: JournalReader, now_s: Callable[[], float] = time.monotonic) -> None:
        self._journal = journal
        self._now_s = now_s
        self._found: dict[str, tuple[float, str | None]] = {}

    def __call__(self, patient: str) -> str | None:
        """The site; None where none is known.

        Raises:
            StoreError: the journal cannot be read.
        """
        now_s = self._now_s()
        found_s, site = self._found.get(patient, (-math.inf, None))
        if now_s - found_s < COUNTS_S:
            return site
        site = self._look(patient)
        if len(self._found) >= MOST_KEPT:
            self._found.clear()
        self._found[patient] = (now_s, site)
        return site

    def _look(self, patient: str) -> str | None:
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
