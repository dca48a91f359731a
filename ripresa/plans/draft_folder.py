"""Drafts of plans, a file a patient."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pydantic import ValidationError

from telemetry.files import write_atomically
from therapy.templates.plan_draft import PlanDraft

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DraftFolder"]

log = logging.getLogger(__name__)


class DraftFolder:
    """Files `PATIENT.json`.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def draft(self, patient: str) -> PlanDraft | None:
        """A patient's draft; None where there is none, or it cannot be read."""
        try:
            return PlanDraft.model_validate_json(self._path(patient).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            # What is wrong with it stays untold: a plan's text holds the patient's own goal.
            log.warning("a draft is left out: it cannot be read")
            return None

    def keep(self, draft: PlanDraft) -> None:
        """Put a draft in place of the one before.

        Raises:
            StoreError: it cannot be written.
        """
        write_atomically(self._path(draft.patient), draft.model_dump_json(indent=1))

    def discard(self, patient: str) -> None:
        """Throw a draft away."""
        self._path(patient).unlink(missing_ok=True)

    def _path(self, patient: str) -> Path:
        return self._folder / f"{patient}.json"
