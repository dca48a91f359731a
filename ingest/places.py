"""Where the record path keeps its files, under the one folder of all state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from telemetry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Places"]


@dataclass(frozen=True, slots=True)
class Places:
    """The files of a home or of a clinic under `RIPRESA_HOME`."""

    root: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Places:
        """The folder that `RIPRESA_HOME` names, else the platform's data folder."""
        if named := environment.get("RIPRESA_HOME"):
            return cls(Path(named).expanduser())
        import platformdirs  # noqa: PLC0415 - only where it is needed

        return cls(Path(platformdirs.user_data_dir("ripresa", appauthor=False)))

    @property
    def home(self) -> Path:
        """The home box's folder."""
        return self.root / "home"

    @property
    def clinic(self) -> Path:
        """The clinic's folder."""
        return self.root / "clinic"

    @property
    def home_journal(self) -> Path:
        """The home box's journal."""
        return self.home / "journal.sqlite"

    @property
    def takes(self) -> Path:
        """The physiotherapist's own takes, by exercise."""
        return self.root / "takes"

    @property
    def surveys(self) -> Path:
        """A home's anonymous answers; nothing in them or about them tells whose they are."""
        return self.root / "surveys"

    @property
    def clinic_journal(self) -> Path:
        """The clinic's journal."""
        return self.clinic / "journal.sqlite"

    @property
    def archive(self) -> Path:
        """The clinic's archive."""
        return self.clinic / "archive"

    @property
    def exports(self) -> Path:
        """What was exported for patients."""
        return self.clinic / "exports"

    @property
    def figures(self) -> Path:
        """The clinic's figures as they were last computed, a file a patient; droppable."""
        return self.clinic / "figures"

    @property
    def curves(self) -> Path:
        """The curves of sessions, a folder a patient; droppable."""
        return self.clinic / "curves"

    @property
    def cohorts(self) -> Path:
        """Where the rows of cohorts are that its sessions were analysed for, a note each."""
        return self.clinic / "cohorts"

    @property
    def plans(self) -> Path:
        """Every version of every plan."""
        return self.root / "plans"

    @property
    def drafts(self) -> Path:
        """Plans that somebody is writing, a file a patient: none is a plan."""
        return self.clinic / "drafts"

    @property
    def audit_key(self) -> Path:
        """The key of the audit log's hashes: what `RIPRESA_AUDIT_KEY_FILE` names, else here."""
        named = os.environ.get("RIPRESA_AUDIT_KEY_FILE")
        return Path(named) if named else self.clinic / "audit.key"

    def journal(self, named: Path | None = None) -> Path:
        """The journal that is meant: the one named, else the clinic's, else the home's.

        Raises:
            StoreError: there is none.
        """
        candidates = (self.clinic_journal, self.home_journal) if named is None else (named,)
        for path in candidates:
            if path.is_file():
                return path
        raise StoreError(
            f"no journal at {' or '.join(map(str, candidates))}: set RIPRESA_HOME, or name one "
            "with --journal"
        )
