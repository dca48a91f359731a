"""A template of a plan: a proposal with where its numbers come from, and what must be cleared.

Nothing in it is advice: every number is a start that a physiotherapist changes and answers for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from telemetry.identity import Name
from therapy.exercises.dose import Dose
from therapy.exercises.library import EXERCISES
from therapy.exercises.observable import placement_at
from therapy.plan.limits import Limits
from therapy.plan.plan import CheckIn, StopQuestion
from therapy.wording import Wording

if TYPE_CHECKING:
    from telemetry.body import Side

__all__ = ["Clearance", "PlanTemplate", "Said", "TemplateItem", "TemplateSource"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Said(_Frozen):
    """A sentence in both languages."""

    it: str = Field(min_length=1, max_length=300)
    en: str = Field(min_length=1, max_length=300)

    @property
    def wording(self) -> Wording:
        """As the rest of the house has it."""
        return Wording(self.it, self.en)


class Clearance(_Frozen):
    """Something that a clinician ticks before a plan can be signed.

    Attributes:
        id: names it beside the signature.
        it, en: what is cleared.
        exercises: asked for only where the plan has one of them; empty: always.
    """

    id: Name
    it: str = Field(min_length=1, max_length=300)
    en: str = Field(min_length=1, max_length=300)
    exercises: tuple[str, ...] = ()


class TemplateSource(_Frozen):
    """Where a template's numbers come from, and how well that is known.

    Attributes:
        name: as it is cited.
        strength: `read`: an abstract or excerpt was read; `memory`: it has yet to be verified, and
            is never shown as a source.
        what: of it, e.g. "the title only"; None: what the template takes from it.
    """

    name: str = Field(min_length=1, max_length=120)
    strength: Literal["read", "memory"]
    what: Said | None = None


class TemplateItem(_Frozen):
    """One exercise of a template.

    Attributes:
        exercise: id of the library.
        dose: of a day.
        times_per_week: days.
        posture: None takes the usual one.
        limit_deg: nothing beyond it is asked for.
        assisted: the other limb carries part of the movement.
        later: proposed for a later step; it is not in the plan that the template starts.
    """

    exercise: str
    dose: Dose
    times_per_week: int = Field(ge=1, le=7)
    posture: str | None = None
    limit_deg: float | None = Field(default=None, gt=0)
    assisted: bool = False
    later: bool = False

    @property
    def missing(self) -> bool:
        """Whether the library does not have it."""
        return self.exercise not in EXERCISES


class OtherName(_Frozen):
    """What a template is called where the plan has none of these exercises."""

    exercises: tuple[str, ...]
    it: str
    en: str


class PlanTemplate(_Frozen):
    """One template.

    Attributes:
        id: names it beside the signature.
        it, en: the condition.
        limb: whose side is asked for at the start.
        framing, neutral_pose, limits, check_in, stop_questions: as in a plan; stop questions are
            the condition's red flags.
        clearances: what must be ticked beside what the exercises themselves ask for.
        items: the exercises, in order.
        notes: how it goes on, and what else to mind.
        missing: what no exercise or sensor of this house covers.
        sources: of its numbers.
        without: what it is called without some of its exercises.
    """

    id: Name
    it: str = Field(min_length=1, max_length=80)
    en: str = Field(min_length=1, max_length=80)
    limb: Literal["arm", "leg"]
    framing: Literal["improve", "maintain"] = "improve"
    neutral_pose: bool = True
    limits: Limits = Limits()
    check_in: CheckIn = CheckIn()
    stop_questions: tuple[StopQuestion, ...] = ()
    clearances: tuple[Clearance, ...] = ()
    items: tuple[TemplateItem, ...] = Field(min_length=1)
    notes: tuple[Said, ...] = ()
    missing: tuple[Said, ...] = ()
    sources: tuple[TemplateSource, ...] = Field(min_length=1)
    without: OtherName | None = None

    @model_validator(mode="after")
    def _starts_with_something(self) -> Self:
        if all(item.later for item in self.items):
            raise ValueError(f"template {self.id} starts with no exercise")
        if self.limits.cleared_for_standing:
            raise ValueError(f"template {self.id} clears standing: only a person does")
        return self

    @property
    def missing_exercises(self) -> tuple[str, ...]:
        """Ids of exercises that the library does not have: such a template cannot be signed."""
        return tuple(item.exercise for item in self.items if item.missing)

    def called(self, exercises: frozenset[str] | None = None) -> Wording:
        """What it is called, given the exercises of the plan; None: those it starts with."""
        if exercises is None:
            exercises = frozenset(item.exercise for item in self.items if not item.later)
        other = self.without
        if other is not None and not exercises & set(other.exercises):
            return Wording(other.it, other.en)
        return Wording(self.it, self.en)

    def body(self, side: Side) -> dict[str, Any]:
        """What of a plan it fills in, as a plan's JSON has it; the rest is the patient's.

        Args:
            side: which arm or leg.
        """
        items = [_item(one, side) for one in self.items if not (one.later or one.missing)]
        return {
            "framing": self.framing,
            "neutral_pose": self.neutral_pose,
            "limits": self.limits.model_dump(mode="json"),
            "check_in": self.check_in.model_dump(mode="json"),
            "stop_questions": [one.model_dump(mode="json") for one in self.stop_questions],
            "items": items,
        }


def _item(one: TemplateItem, side: Side) -> dict[str, Any]:
    known = EXERCISES[one.exercise]
    found: dict[str, Any] = {
        "id": one.exercise,
        "exercise": one.exercise,
        "side": side,
        "posture": one.posture or known.postures[0],
        "assisted": one.assisted,
        "placements": [placement_at(known.sites[0], side)],
        "dose": one.dose.model_dump(mode="json", exclude_none=True),
        "schedule": {"times_per_week": one.times_per_week},
        "assessment": "weekly" if known.ranged else "never",
    }
    if one.limit_deg is not None:
        found["limit_deg"] = one.limit_deg
    return found
