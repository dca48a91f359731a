"""What every care record says."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from telemetry.identity import Pseudonym
from telemetry.messages.bounds import Int64

__all__ = ["CareBody", "Who"]

Who = Annotated[str, Field(min_length=1, max_length=60)]
"""Pseudonym or role of whoever did it."""


class CareBody(BaseModel):
    """What every care record says; `t_ns` is when, by the clinic's clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    patient: Pseudonym
    t_ns: Int64
