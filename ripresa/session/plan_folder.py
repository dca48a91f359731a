"""The plans at hand: a folder with every version of every patient's plan."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

from telemetry.errors import ConfigurationError
from telemetry.files import write_atomically
from therapy.plan.plan import plan_in_force
from therapy.plan.plan_file import parse_plan_json
from therapy.wording import WordedError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from therapy.plan.plan import Plan

__all__ = ["PlanFolder"]

log = logging.getLogger(__name__)


class PlanFolder:
    """Plans as files `PATIENT.VERSION.json`; a version once written is never changed.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Plan] = {}

    def add(self, plan: Plan) -> None:
        """Keep a version.

        Raises:
            ConfigurationError: this version is there with other content.
            StoreError: it cannot be written.
        """
        path = self._folder / f"{plan.patient}.{plan.version}.json"
        there = self._plan_at(path)
        if there is not None and there.canonical_json() != plan.canonical_json():
            raise WordedError(
                f"la versione {plan.version} del piano di {plan.patient} c'è già con altro "
                "contenuto: dia alla nuova un numero più alto",
                f"plan {plan.patient} version {plan.version} is there with other content: "
                "give the new one a higher version",
            )
        # What cannot be read as a plan is no version of it: the sound one takes its place.
        if there is None:
            write_atomically(path, plan.canonical_json())

    def patients(self) -> list[str]:
        """Everybody who has a plan."""
        return sorted({path.name.split(".")[0] for path in self._folder.glob("*.*.json")})

    def versions(self, patient: str) -> list[Plan]:
        """All versions of one patient's plan; one that cannot be read is told and left out."""
        found = []
        for path in sorted(self._folder.glob(f"{patient}.*.json")):
            plan = self._read.get(path.name) or self._plan_at(path)
            if plan is None:
                log.warning("plan %s is left out: it cannot be read, publish it again", path.name)
                continue
            self._read[path.name] = plan
            found.append(plan)
        return sorted(found, key=lambda plan: plan.version)

    def _plan_at(self, path: Path) -> Plan | None:
        # What is wrong with it stays untold: a plan's text holds the patient's own goal.
        with contextlib.suppress(ConfigurationError, OSError, UnicodeDecodeError):
            return parse_plan_json(path.read_bytes(), path.name)
        return None

    def in_force(self, patient: str, day: date) -> Plan | None:
        """The version that `day` is judged by."""
        return plan_in_force(self.versions(patient), day)

    def version(self, patient: str, version: int) -> Plan | None:
        """One version; None where it is not at hand."""
        return next((p for p in self.versions(patient) if p.version == version), None)

    def repetitions(self, patient: str, plan_version: int, exercise: str, side: str) -> int | None:
        """Repetitions that a version asks for in a session; None where it asks for none."""
        plan = self.version(patient, plan_version)
        if plan is None:
            return None
        asked = [i for i in plan.items if (i.exercise, i.side) == (exercise, side)]
        counted = [i.asked.amount for i in asked if i.asked.unit == "repetitions"]
        return round(sum(counted)) if counted else None
