"""When a clinician last unlocked standing here, and whether it is locked again since."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.files import write_atomically
from therapy.session.locks import standing_locked_since

if TYPE_CHECKING:
    from pathlib import Path

    from telemetry.messages.notices import Command
    from telemetry.seams import SessionReader

__all__ = ["Unlocking", "standing_locked"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unlocking:
    """The newest unlocking: when, as the clinic has it, and by whom."""

    t_ns: int
    actor: str

    @classmethod
    def of(cls, command: Command) -> Unlocking:
        """What an `unlock` command says; one without a time unlocks nothing."""
        t_ns = command.value.get("t_ns")
        return cls(t_ns if isinstance(t_ns, int) else 0, str(command.value.get("actor") or ""))

    @classmethod
    def load(cls, path: Path) -> Unlocking | None:
        """The one kept here; None: none, or a damaged note, and then what was locked stays so."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(found["t_ns"]), str(found["actor"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as e:
            log.warning("standing stays locked: %s cannot be read (%s)", path.name, e)
            return None

    def keep(self, path: Path) -> None:
        """Write it down; an older one than is kept changes nothing.

        Raises:
            StoreError: it cannot be written.
        """
        kept = Unlocking.load(path)
        if kept is None or kept.t_ns < self.t_ns:
            write_atomically(path, json.dumps({"t_ns": self.t_ns, "actor": self.actor}))

    def take_back(self, path: Path) -> None:
        """Take back what was unlocked up to this moment; a later unlocking stays.

        Raises:
            StoreError: it cannot be written.
        """
        kept = Unlocking.load(path)
        if kept is not None and kept.t_ns <= self.t_ns:
            write_atomically(path, json.dumps({"t_ns": 0, "actor": self.actor}))


def standing_locked(reader: SessionReader, patient: str, unlocked: Unlocking | None) -> bool:
    """Whether a fall keeps standing locked, by all sessions recorded here."""
    sessions = (reader.events(summary.session) for summary in reader.sessions(patient=patient))
    since_ns = standing_locked_since(sessions, None if unlocked is None else unlocked.t_ns)
    return since_ns is not None
