"""Adverse events: what happened to a person while they were treated."""

from __future__ import annotations

from datetime import date
from typing import Literal, TypeAlias

from pydantic import Field

from telemetry.identity import UlidText

from .care_body import CareBody, Who

__all__ = ["AdverseEventNoted", "AdverseEventWithdrawn", "Relation", "Severity"]

Severity: TypeAlias = Literal["mild", "moderate", "severe"]
"""mild: noticed, daily life as before; moderate: daily life changed, or it was treated; severe: \
in hospital, in danger of life, or with lasting harm."""

Relation: TypeAlias = Literal["unrelated", "possible", "probable", "certain", "not known"]
"""To the treatment, as whoever wrote it down judges it."""


class AdverseEventNoted(CareBody):
    """What happened; of two with one `event` the later one counts."""

    type: Literal["care.adverse-event"] = "care.adverse-event"
    event: UlidText
    day: date
    what: str = Field(min_length=1, max_length=500)
    severity: Severity
    relation: Relation
    by: Who


class AdverseEventWithdrawn(CareBody):
    """It was none, or was written down of the wrong person; it stays readable, and counts not."""

    type: Literal["care.adverse-event-withdrawn"] = "care.adverse-event-withdrawn"
    event: UlidText
    why: str = Field(default="", max_length=300)
    by: Who
