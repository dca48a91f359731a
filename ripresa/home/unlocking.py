"""When a clinician last unlocked standing here, and whether it is locked again since."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, replace
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
    """The newest unlocking: when, as the clinic has it, and by whom.

    Attributes:
        covers_ns: by this box's clock, the last fall that the clinic knew of then: one that it had
            not heard of locks still. None: whatever was before the moment.
        fallen_ns: a fall that keeps standing locked though this box may not know of it, as it was
            told to a box before. None: there is none.
    """

    t_ns: int
    actor: str
    covers_ns: int | None = None
    fallen_ns: int | None = None

    @property
    def covered_ns(self) -> int:
        """Up to when it covers what locks."""
        return self.t_ns if self.covers_ns is None else self.covers_ns

    @classmethod
    def of(cls, command: Command) -> Unlocking:
        """What an `unlock` command says; one without a time unlocks nothing."""
        told = {name: value for name, value in command.value.items() if isinstance(value, int)}
        return cls(
            told.get("t_ns", 0),
            str(command.value.get("actor") or ""),
            told.get("covers_ns"),
            told.get("fallen_ns"),
        )

    @classmethod
    def load(cls, path: Path) -> Unlocking | None:
        """The one kept here; None: none, or a damaged note, and then what was locked stays so."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            more = {name: found.get(name) for name in ("covers_ns", "fallen_ns")}
            told = {name: None if n is None else int(n) for name, n in more.items()}
            return cls(int(found["t_ns"]), str(found["actor"]), **told)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as e:
            log.warning("standing stays locked: %s cannot be read (%s)", path.name, e)
            return None

    def keep(self, path: Path) -> None:
        """Write it down; an older one than is kept changes nothing.

        Raises:
            StoreError: it cannot be written.
        """
        kept = Unlocking.load(path)
        if kept is None or kept.t_ns < self.t_ns:
            write_atomically(path, json.dumps(asdict(self)))

    def take_back(self, path: Path) -> None:
        """Take back what was unlocked up to this moment; a later unlocking stays.

        Where a fall is told, standing is locked by it, whatever is known here.

        Raises:
            StoreError: it cannot be written.
        """
        kept = Unlocking.load(path)
        if kept is None and self.fallen_ns is None:
            return
        if kept is None or kept.t_ns <= self.t_ns:
            left = replace(self, t_ns=0, covers_ns=None)
            write_atomically(path, json.dumps(asdict(left)))


def standing_locked(reader: SessionReader, patient: str, unlocked: Unlocking | None) -> bool:
    """Whether a fall keeps standing locked, by the sessions recorded here or the clinic's word."""
    if unlocked is not None and unlocked.fallen_ns is not None:
        return True
    sessions = (reader.events(summary.session) for summary in reader.sessions(patient=patient))
    since_ns = standing_locked_since(sessions, None if unlocked is None else unlocked.covered_ns)
    return since_ns is not None
