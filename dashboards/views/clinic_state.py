"""How the running clinic is, as the page shows it: what is wrong, and how each part does."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["ClinicState"]


class ClinicState(BaseModel):
    """One look; each line in the language of its name.

    Attributes:
        well: the clinic does what it is there for.
        troubles_it, troubles_en: what is wrong and what to do, a line each.
        lines_it, lines_en: as `ripresa clinic status` prints it.
    """

    model_config = ConfigDict(frozen=True)

    well: bool
    troubles_it: tuple[str, ...] = ()
    troubles_en: tuple[str, ...] = ()
    lines_it: tuple[str, ...] = ()
    lines_en: tuple[str, ...] = ()
