"""Whether the person at home lets the clinic see sessions live: kept at the home, nowhere else."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LiveConsent"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveConsent:
    """What was decided, and when.

    Nobody has allowed anything where no decision is kept, or one that cannot be read.
    """

    allowed: bool
    t_ns: int

    @classmethod
    def load(cls, path: Path) -> LiveConsent:
        """The decision that is kept here."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(found["allowed"] is True, int(found["t_ns"]))
        except FileNotFoundError:
            return cls(allowed=False, t_ns=0)
        except (OSError, ValueError, TypeError, KeyError) as e:
            log.warning("nobody may watch live: %s cannot be read (%s)", path.name, e)
            return cls(allowed=False, t_ns=0)

    def keep(self, path: Path) -> None:
        """Write it down.

        Raises:
            StoreError: it cannot be written.
        """
        write_atomically(path, json.dumps({"allowed": self.allowed, "t_ns": self.t_ns}))
