"""The physiotherapist's own repetition of an exercise, as a bounded curve: no motion, no person."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, Field, model_validator

from telemetry.messages.bounds import STRICT

from .care_body import CareBody, Who

__all__ = ["TAKE_POINTS", "TAKE_S", "TakeCurve", "TakeRecorded"]

TAKE_POINTS: Final = 400
TAKE_S: Final = 20
"""Some repetitions, 20 times a second."""

AtMs = Annotated[int, Field(ge=0, le=TAKE_S * 1000)]
Level = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class TakeCurve(BaseModel):
    """One curve of one exercise.

    Attributes:
        exercise: of the library.
        t_ms: from its start, rising.
        control: at each, the share of the range that was reached.
    """

    model_config = STRICT

    exercise: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    t_ms: tuple[AtMs, ...] = Field(min_length=2, max_length=TAKE_POINTS)
    control: tuple[Level, ...] = Field(min_length=2, max_length=TAKE_POINTS)

    @model_validator(mode="after")
    def _one_for_each(self) -> Self:
        if len(self.t_ms) != len(self.control):
            raise ValueError("as many times as values are wanted")
        if any(a >= b for a, b in zip(self.t_ms, self.t_ms[1:], strict=False)):
            raise ValueError("times must rise")
        return self


class TakeRecorded(CareBody):
    """A take of an exercise goes with the plan from now on, or does not any more (None).

    `version` is the plan's for which it was recorded; of two of one exercise the later one counts.
    """

    type: Literal["care.take-recorded"] = "care.take-recorded"
    exercise: str = Field(min_length=1, max_length=40)
    version: int = Field(ge=1)
    curve: TakeCurve | None
    by: Who
