"""How much of an exercise, and how fast."""

from __future__ import annotations

from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from therapy.wording import ToldError

__all__ = ["Dose", "DoseUnit", "PhaseBounds", "Tempo"]

DoseUnit: TypeAlias = Literal["repetitions", "minutes", "holds"]

FASTEST_SHARE = 0.3
"""A phase shorter than this share of the prescribed one is too fast, unless the plan says else."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Dose(_Frozen):
    """Sets of so many repetitions, minutes or holds; exactly one of the three is given."""

    sets: int = Field(default=1, ge=1, le=20)
    repetitions: int | None = Field(default=None, ge=1, le=200)
    minutes: float | None = Field(default=None, gt=0, le=60)
    holds: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        given = [self.repetitions, self.minutes, self.holds]
        if sum(value is not None for value in given) != 1:
            raise ToldError(
                "dia solo una di ripetizioni, minuti e tenute",
                "give exactly one of 'repetitions', 'minutes' and 'holds'",
            )
        return self

    @property
    def unit(self) -> DoseUnit:
        """What is counted."""
        if self.repetitions is not None:
            return "repetitions"
        return "minutes" if self.minutes is not None else "holds"

    @property
    def per_set(self) -> float:
        """Of the unit, in one set."""
        return float(self.repetitions or self.minutes or self.holds or 0)

    @property
    def amount(self) -> float:
        """Of the unit, in all sets."""
        return self.sets * self.per_set


class PhaseBounds(_Frozen):
    """One phase of a repetition, seconds: as prescribed, and what is too fast or too slow.

    None stands for no bound.
    """

    s: float = Field(ge=0, le=60)
    min_s: float | None = Field(default=None, ge=0, le=60)
    max_s: float | None = Field(default=None, gt=0, le=120)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_s is not None and self.min_s > self.s:
            raise ToldError(
                f"il minimo, {self.min_s:g} s, è sopra i {self.s:g} s prescritti",
                f"min_s {self.min_s:g} is above the prescribed {self.s:g} s",
            )
        if self.max_s is not None and self.max_s < self.s:
            raise ToldError(
                f"il massimo, {self.max_s:g} s, è sotto i {self.s:g} s prescritti",
                f"max_s {self.max_s:g} is below the prescribed {self.s:g} s",
            )
        return self

    def flag(self, duration_s: float) -> str | None:
        """`too fast`, `too slow`, or None."""
        if self.min_s is not None and duration_s < self.min_s:
            return "too fast"
        if self.max_s is not None and duration_s > self.max_s:
            return "too slow"
        return None


class Tempo(_Frozen):
    """Up, hold and down."""

    up: PhaseBounds
    hold: PhaseBounds
    down: PhaseBounds

    @classmethod
    def of(cls, up_s: float, hold_s: float, down_s: float, *, bounded: bool = True) -> Tempo:
        """A tempo from its three durations; `bounded` sets the usual upper speed."""

        def moving(s: float) -> PhaseBounds:
            return PhaseBounds(s=s, min_s=round(FASTEST_SHARE * s, 2) if bounded else None)

        return cls(up=moving(up_s), hold=PhaseBounds(s=hold_s), down=moving(down_s))

    def flags(self, up_s: float, hold_s: float, down_s: float) -> list[str]:
        """What of a repetition is out of bounds, by phase: e.g. `up too fast`."""
        found = (
            ("up", self.up.flag(up_s)),
            ("hold", self.hold.flag(hold_s)),
            ("down", self.down.flag(down_s)),
        )
        return [f"{phase} {flag}" for phase, flag in found if flag is not None]

    @property
    def repetition_s(self) -> float:
        """Duration of one repetition as prescribed."""
        return self.up.s + self.hold.s + self.down.s
