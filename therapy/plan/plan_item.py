"""One exercise of a plan: how much, where sensors are worn, within which limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from telemetry.body import Side
from telemetry.identity import Name
from therapy.exercises.dose import Dose, Tempo
from therapy.exercises.exercise import Exercise, suggestion
from therapy.exercises.library import EXERCISES
from therapy.exercises.observable import Observable, Unobservable, observable_of
from therapy.wording import ToldError

from .schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PlanItem"]


class PlanItem(BaseModel):
    """One exercise of the plan.

    Attributes:
        id: names the item in events and results, e.g. `1`.
        exercise: id of the library.
        side: which arm or leg.
        posture: None takes the exercise's usual one.
        assisted: the other limb or a helper carries part of the movement.
        placements: where sensors are worn for it, e.g. `wrist-right`.
        dose, schedule, tempo: None takes the exercise's defaults, and every day.
        limit_deg: nothing beyond it is ever asked for.
        target_deg: what the clinician aims at; never a target of a game by itself.
        clinician_range_deg: range to play in where calibration failed.
        assessment: on which of its days three untargeted repetitions are asked for.
        game: which game it is played as; None: the person's choice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: Name
    exercise: str
    side: Side
    posture: str | None = None
    assisted: bool = False
    placements: tuple[str, ...] = ()
    dose: Dose | None = None
    schedule: Schedule | None = None
    tempo: Tempo | None = None
    limit_deg: float | None = Field(default=None, gt=0)
    target_deg: float | None = Field(default=None, gt=0)
    clinician_range_deg: float | None = Field(default=None, gt=0)
    assessment: Literal["never", "every day", "weekly"] = "weekly"
    game: Name | None = None

    @field_validator("exercise")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in EXERCISES:
            raise ToldError(
                f"esercizio sconosciuto: {name!r}",
                f"unknown exercise {name!r}: {suggestion(name, EXERCISES)}",
            )
        return name

    @field_validator("posture")
    @classmethod
    def _possible(cls, posture: str | None, info: ValidationInfo) -> str | None:
        known = EXERCISES.get(info.data.get("exercise", ""))
        if posture is not None and known is not None and posture not in known.postures:
            raise ToldError(
                f"la posizione {posture!r} non è di questo esercizio",
                f"posture {posture!r} is none of {known.id}'s: use {_either(known.postures)}",
            )
        return posture

    @field_validator("limit_deg", "target_deg", "clinician_range_deg")
    @classmethod
    def _within(cls, angle_deg: float | None, info: ValidationInfo) -> float | None:
        known = EXERCISES.get(info.data.get("exercise", ""))
        if angle_deg is None or known is None:
            return angle_deg
        if known.most_deg is None:
            raise ToldError(
                "questo esercizio non ha un angolo: lasci vuoto",
                f"{known.id} has no angle to limit: leave this out",
            )
        if angle_deg > known.most_deg:
            raise ToldError(
                f"{angle_deg:g}° è oltre il massimo di questo esercizio, {known.most_deg:g}°",
                f"{angle_deg:g} is beyond {known.most_deg:g}, the most for {known.id}: "
                f"give at most {known.most_deg:g}",
            )
        limit_deg = info.data.get("limit_deg")
        if limit_deg is not None and angle_deg > limit_deg:
            raise ToldError(
                f"{angle_deg:g}° è oltre il limite, {limit_deg:g}°: lo abbassi, o alzi il limite",
                f"{angle_deg:g} is beyond the item's limit_deg {limit_deg:g}: "
                "lower it, or raise the limit",
            )
        return angle_deg

    @property
    def known(self) -> Exercise:
        """The library's entry."""
        return EXERCISES[self.exercise]

    @property
    def in_posture(self) -> str:
        """The posture asked for."""
        return self.posture or self.known.postures[0]

    @property
    def asked(self) -> Dose:
        """The dose asked for."""
        return self.dose or self.known.dose

    @property
    def paced(self) -> Tempo:
        """The tempo asked for."""
        return self.tempo or self.known.tempo

    @property
    def needs_clearance(self) -> bool:
        """Whether it stays locked until standing is cleared."""
        return self.known.needs_clearance(self.in_posture)

    def sees(self, worn: Sequence[str] | None = None) -> Observable | Unobservable:
        """What may be reported of it; `worn` None: by the placements that it names.

        Without any it is judged by the exercise's best site.
        """
        placements = self.placements if worn is None else tuple(worn)
        if worn is None and not placements:
            placements = (f"{self.known.sites[0]}-{self.side}",)
        return observable_of(self.exercise, self.in_posture, placements)


def _either(names: Sequence[str]) -> str:
    return " or ".join(repr(n) for n in names)
