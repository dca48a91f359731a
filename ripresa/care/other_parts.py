"""Patients of a clinic's other parts, who may stand in the one database that all parts write."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.journal.reading import JournalReader
    from telemetry.transport.partition import Partition

__all__ = ["OtherParts"]


class OtherParts:
    """Tells whose points are another part's to keep.

    A point says no part, and a journal no patient that it never had: so it goes by the hash of the
    patient under each site that is known here.

    Args:
        partition: which part this is.
        journal: its journal.
    """

    def __init__(self, partition: Partition, journal: JournalReader) -> None:
        self._partition = partition
        homes = journal.homes()
        self._here = {home.patient for home in homes} | set(journal.cared_for())
        self._sites = {home.site for home in homes if home.site is not None}

    def have(self, patient: str) -> bool:
        """Whether somebody belongs to another part; never where there is only this one."""
        if self._partition.is_whole or patient in self._here:
            return False
        return not any(self._partition.holds(site, patient) for site in self._sites)
