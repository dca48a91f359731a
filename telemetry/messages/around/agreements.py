"""What a person, and a carer for themselves, has agreed to; each by itself."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from pydantic import Field

from telemetry.identity import UlidText

from .care_body import CareBody, Who

__all__ = ["Agreement", "CarerRole", "CarerTold", "ConsentTold"]

Agreement: TypeAlias = Literal["motion", "live view", "postcards", "research"]
CarerRole: TypeAlias = Literal["partner", "family", "friend", "professional", "other"]


class ConsentTold(CareBody):
    """The person gave or withdrew one consent on a day; of two the later record counts."""

    type: Literal["care.consent"] = "care.consent"
    what: Agreement
    given: bool
    day: date
    by: Who


class CarerTold(CareBody):
    """Somebody helps at home, and agreed for themselves that this is kept, or did not.

    Attributes:
        carer: tells one carer from another; of two records the later one counts.
        role: what they are to the person; no name.
        agreed: their own consent; withdrawn, no more is kept of them than that there was one.
        lifted: they help no more.
    """

    type: Literal["care.carer"] = "care.carer"
    carer: UlidText
    role: CarerRole
    agreed: bool
    day: date
    note: str = Field(default="", max_length=200)
    by: Who
    lifted: bool = False
