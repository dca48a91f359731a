"""What of the look is kept at a home from session to session; a command's option goes before."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from telemetry.files import write_atomically
from telemetry.messages.newer import first_problem

if TYPE_CHECKING:
    from pathlib import Path

    from games.look import Look

__all__ = ["KeptLook"]

log = logging.getLogger(__name__)

Volume = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class KeptLook(BaseModel):
    """Each as `games.look.Look` has it; None: as it is there by itself."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    music: Volume | None = None
    sound: Volume | None = None
    speech: Volume | None = None
    captions: bool | None = None
    points: bool | None = None

    @classmethod
    def load(cls, path: Path) -> KeptLook:
        """What is kept; nothing where there is none, or it is damaged."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as e:
            why = first_problem(e) if isinstance(e, ValidationError) else e.strerror
            log.warning("volumes are as they begin: %s cannot be read (%s)", path.name, why)
            return cls()

    def save(self, path: Path) -> None:
        """Keep it.

        Raises:
            StoreError: it cannot be written.
        """
        write_atomically(path, self.model_dump_json(exclude_none=True))

    def over(self, before: KeptLook) -> KeptLook:
        """What is set here, and the rest as it was before."""
        own = self.model_dump(exclude_none=True)
        return KeptLook.model_validate(before.model_dump(exclude_none=True) | own)

    def applied(self, look: Look) -> Look:
        """A look with what is set here."""
        return replace(look, **self.model_dump(exclude_none=True))
