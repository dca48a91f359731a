"""An episode of treatment: what it is for, who answers for it meanwhile, what comes back."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from telemetry.messages.bounds import Int64

from .care_body import CareBody, Who

__all__ = ["EpisodeNoted", "HandedOver", "SensorsReturned", "StandingUnlocked", "TakenOver"]


class EpisodeNoted(CareBody):
    """What is known of an episode, whole; of two the later one counts.

    Attributes:
        referral: why, and by whom the person was sent.
        precautions: what to mind, beside what the plan says.
        review: the day on which treatment is to be looked at again; None: none is set.
    """

    type: Literal["care.episode-noted"] = "care.episode-noted"
    referral: str = Field(default="", max_length=300)
    precautions: str = Field(default="", max_length=600)
    review: date | None = None
    by: Who


class SensorsReturned(CareBody):
    """The wearables are back at the clinic, or are not (`returned` False takes it back)."""

    type: Literal["care.sensors-returned"] = "care.sensors-returned"
    returned: bool = True
    note: str = Field(default="", max_length=300)
    by: Who


class StandingUnlocked(CareBody):
    """Standing exercises are allowed again after a fall, or that is taken back (`lifted`).

    Attributes:
        covers_ns: by the home's clock, the last fall that was known here then: one that was heard
            of later locks still, whenever it was. None: whatever was before the moment.
    """

    type: Literal["care.standing-unlocked"] = "care.standing-unlocked"
    by: Who
    lifted: bool = False
    covers_ns: Int64 | None = None

    @property
    def covered_ns(self) -> int | None:
        """Up to when it covers what locks; None: nothing, as it was taken back."""
        if self.lifted:
            return None
        return self.t_ns if self.covers_ns is None else self.covers_ns


class HandedOver(CareBody):
    """Somebody is away and another stands in, or that is taken back (`lifted`).

    Of two the later one counts. `last` None: until further notice.
    """

    type: Literal["care.handed-over"] = "care.handed-over"
    to: Who
    first: date
    last: date | None = None
    note: str = Field(default="", max_length=300)
    by: Who
    lifted: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"last day {self.last} is before the first, {self.first}")
        return self


class TakenOver(CareBody):
    """Whoever stands in has taken over what was handed over last."""

    type: Literal["care.taken-over"] = "care.taken-over"
    by: Who
