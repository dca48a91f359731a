"""Who belongs to the new half of a clinic that is cut in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.rights.journal_halves import patients_and_sites
from ripresa.clinic.outbox import Outbox
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    import sqlite3

    from ripresa.platform.configuration import Folder
    from telemetry.transport.partition import Partition

__all__ = ["who_leaves"]

MOST_NAMED = 5


def who_leaves(
    db: sqlite3.Connection, folder: Folder, half: Partition, site: str | None
) -> set[str]:
    """The patients whose homes the new half will hear.

    A patient is known here by pseudonym alone, a home by site and pseudonym: one pseudonym at two
    sites whose homes would part belongs to neither half.

    Args:
        db: the journal.
        folder: of the part.
        half: the new one.
        site: of patients of whom nothing tells one.

    Raises:
        ConfigurationError: somebody's site is not known, or homes of one pseudonym would part.
    """
    found = patients_and_sites(db)
    for letter in Outbox(folder.outbox).letters():
        if not found.setdefault(letter.patient, set()):
            found[letter.patient].add(letter.site)
    for place in (folder.plans, folder.drafts, folder.archive, folder.exports, folder.curves):
        for path in place.iterdir() if place.is_dir() else ():
            if name := path.name.split(".")[0].split("@")[0]:
                found.setdefault(name, set())
    if site is not None:
        found = {patient: sites or {site} for patient, sites in found.items()}
    if unknown := [patient for patient, sites in found.items() if not sites]:
        raise ConfigurationError(
            f"of {len(unknown)} patients nothing tells the site ({_some(unknown)}): nothing was "
            "cut; give it with --site"
        )
    sides = {
        patient: {half.holds(one, patient) for one in sites} for patient, sites in found.items()
    }
    if split := [patient for patient, there in sides.items() if len(there) > 1]:
        raise ConfigurationError(
            f"homes of one pseudonym at several sites would part ({_some(split)}): nothing was "
            "cut; enrol one of them under another pseudonym, and erase it here"
        )
    return {patient for patient, there in sides.items() if there == {True}}


def _some(patients: list[str]) -> str:
    named = sorted(patients)[:MOST_NAMED]
    return ", ".join(named) + (", ..." if len(patients) > len(named) else "")
