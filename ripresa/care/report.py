"""One patient's figures without everybody's: for a report, whatever the size of the clinic."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from dashboards.report.patient_report import report_pdf
from dashboards.views.care_record import MemoryCareRecord
from dashboards.web.patient_api import Patients
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from ingest.rights.audit import AuditKey
from ripresa.access.access_audit import deed_writer
from ripresa.platform.configuration import audit_key_at_hand
from ripresa.session.plan_folder import PlanFolder
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.files import write_atomically
from telemetry.messages.care import decode_care
from telemetry.messages.results import AdherenceResult, SurveyTold

from .care_journal import placements
from .clinic_store import TIME_ZONE, monitored_hours
from .worklist_report import unused_at_hand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock
    from therapy.wording import Language

__all__ = ["facts_of_patient", "write_report"]

log = logging.getLogger(__name__)


def write_report(
    folder: Folder, patient: str, file: Path, clock: Clock, language: Language
) -> None:
    """Write a patient's report as PDF, as their page is at this moment; audited as an export is.

    Raises:
        ConfigurationError: nobody of that pseudonym is known, or their data must not be used; what
            makes a PDF is not installed.
        StoreError: the journal cannot be read, or the file not be written.
    """
    with JournalReader(folder.clinic_journal) as reader:
        if unused_at_hand(reader, folder)(patient):
            raise ConfigurationError(f"the data of {patient} must not be used: no report is made")
        plans = PlanFolder(folder.plans)
        fold = Fold(plans.version, placements(reader))
        facts = facts_of_patient(reader, patient)
        care = MemoryCareRecord(facts, clock, fold, monitored_hours(TIME_ZONE))
        view = Patients(reader, plans.version, care, clock).view(patient)
    if view is None:
        raise ConfigurationError(
            f"nobody is known as {patient!r}: 'ripresa clinic worklist' shows who is"
        )
    made = report_pdf(view, language)
    _note(folder, patient, clock)
    write_atomically(file, made)


def _note(folder: Folder, patient: str, clock: Clock) -> None:
    """Note in the audit log that a report was made; a copy without the clinic's key has none."""
    key = audit_key_at_hand(folder)
    if key is None or not key.is_file():
        return
    with contextlib.closing(Journal.open(folder.clinic_journal, clock)) as journal:
        deed_writer(journal, AuditKey.at(key), clock)("command line", "report", patient)


def facts_of_patient(reader: JournalReader, patient: str) -> Iterator[Fact]:
    """What is known of one patient; a record that cannot be read is left out, and told."""
    for place, body in enumerate(reader.care_of(patient)):
        try:
            record = decode_care(body)
        except DecodeError as e:
            log.warning("a record is left out of the report: %s", e)
            continue
        yield Fact(FactOrigin(own=True, home=reader.home, position=place), record)
    for summary in reader.sessions(patient=patient):
        session, home = summary.session, summary.home
        told = (*reader.events(session, home=home), *reader.results(session, home=home))
        for place, found in enumerate(told):
            if not isinstance(found, AdherenceResult | SurveyTold):
                yield Fact(FactOrigin(own=False, home=home or "", position=place), found, session)
