"""What a message may hold at most: every number fits where it is stored, every day exists."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field

__all__ = ["STRICT", "Count", "Day", "Int64"]

LONGEST_TEXT: Final = 4000

STRICT: Final = ConfigDict(
    frozen=True,
    extra="forbid",
    ser_json_inf_nan="null",
    allow_inf_nan=False,
    str_max_length=LONGEST_TEXT,
)
"""Of every message that is kept: frozen, no unknown field, finite numbers, bounded texts."""


def _is_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_day)]
"""A day of the calendar, `YYYY-MM-DD`; one that does not exist is refused."""

Int64 = Annotated[int, Field(ge=-(1 << 63), lt=1 << 63)]
"""A whole number that 64 bits hold, as a time in nanoseconds is."""

Count = Annotated[int, Field(ge=0, lt=1 << 53)]
"""Whole and not negative; exact in every reader, those with doubles only among them."""
