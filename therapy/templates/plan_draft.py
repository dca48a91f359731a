"""A draft: what somebody at the clinic is writing, which is no plan until it is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from telemetry.identity import Name, Pseudonym
from therapy.exercises.library import EXERCISES
from therapy.plan.limits import Limits
from therapy.plan.plan import Plan
from therapy.plan.plan_file import parse_plan_body
from therapy.plan.plan_item import PlanItem

from .clearing import STANDING, clearances_of

if TYPE_CHECKING:
    from datetime import date

    from telemetry.body import Side

    from .template import Clearance, PlanTemplate

__all__ = ["PlanDraft", "empty_body", "template_body", "version_body"]

PERSONAL: Final = (
    "goal",
    "when_and_where",
    "helper",
    "language",
    "time_zone",
    "day_ends",
    "agreed_days_a_week",
    "neutral_pose",
    "neutral_angles",
    "calibrations",
    "unaffected",
    "unwell_text",
    "stop_questions",
    "persuasion",
)
"""What of a plan is the person's own, whatever they exercise."""


class PlanDraft(BaseModel):
    """One patient's draft; there is one at a time.

    Attributes:
        patient: whose.
        revision: counts up with each change; whoever changes it names the one that they saw.
        template: that it was started from; None: from none.
        based_on: the newest version of the plan that its writer has seen; 0: there was none.
        body: of the plan, as far as it is written: it may be wrong still.
        cleared: ids of the clearances that were ticked.
        cleared_before: ids that were ticked for any version before: what another template asked
            for then is asked for again, as the person is the same.
        saved_ns: when, by the clinic's clock.
        by: who saved it last.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    patient: Pseudonym
    revision: int = Field(ge=1)
    template: Name | None = None
    based_on: int = Field(default=0, ge=0)
    body: dict[str, Any]
    cleared: tuple[Name, ...] = ()
    cleared_before: tuple[Name, ...] = ()
    saved_ns: int
    by: str = ""

    def plan(self, version: int) -> Plan:
        """The plan that it would be; standing is cleared by a tick and by nothing else.

        Raises:
            PlanError: it has mistakes.
        """
        body = dict(self.body) | {"patient": self.patient, "version": version}
        limits = body.get("limits", {})
        if isinstance(limits, dict):
            cleared = STANDING in self.cleared
            body["limits"] = {k: v for k, v in limits.items() if k != "cleared_for_standing"}
            if cleared:
                body["limits"]["cleared_for_standing"] = True
        return parse_plan_body(body)

    def items(self) -> list[tuple[str, str]]:
        """Exercise and posture of what could be read so far."""
        items = self.body.get("items")
        rows = [row for row in items if isinstance(row, dict)] if isinstance(items, list) else []
        return [(str(r.get("exercise")), str(r.get("posture") or "")) for r in rows]

    def clearances(self, template: PlanTemplate | None) -> tuple[Clearance, ...]:
        """What is to be ticked before it can be signed."""
        return clearances_of(self.items(), template, self.cleared_before)


def template_body(
    template: PlanTemplate, side: Side, first: date, before: Plan | None = None
) -> dict[str, Any]:
    """What a draft from a template begins with.

    What belongs to the person stays as it is: their words, times and language, what was measured
    of their joints. A zero that is ruled out stays so, and a question that was asked is asked on.
    Where the version in force is stricter, its limits stay: the plan's own, and the angle of an
    exercise that goes on at the same side.

    Args:
        template: that fills in the rest.
        side: which arm or leg.
        first: the day from which it may count.
        before: the version in force; None: there is none.
    """
    body = empty_body(first, before)
    own = template.body(side)
    own["neutral_pose"] = own["neutral_pose"] and body["neutral_pose"]
    asked = {one["id"] for one in own["stop_questions"]}
    own["stop_questions"] += [one for one in body["stop_questions"] if one["id"] not in asked]
    if before is not None:
        _keep_stricter(own, before)
    return body | own


def _keep_stricter(own: dict[str, Any], before: Plan) -> None:
    """Let nothing that a template fills in be looser than it is in force."""
    limits = before.limits.stricter(Limits.model_validate(own["limits"]))
    own["limits"] = limits.model_dump(mode="json", exclude={"cleared_for_standing"})
    asked = before.check_in.model_dump()
    own["check_in"] = {name: on or asked[name] for name, on in own["check_in"].items()}
    for item in own["items"]:
        known = [
            one.limit_deg
            for one in before.items
            if (one.exercise, one.side) == (item["exercise"], item["side"])
            and one.limit_deg is not None
        ]
        if known:
            item["limit_deg"] = min([*known, item.get("limit_deg", known[0])])


def version_body(plan: Plan, first: date) -> dict[str, Any]:
    """What a draft that changes a version begins with; what was cleared for it, is not for this."""
    body = plan.model_dump(mode="json", exclude_none=True)
    for own in ("patient", "version", "valid_to"):
        body.pop(own, None)
    body["limits"].pop("cleared_for_standing")
    return body | {"valid_from": first.isoformat()}


def empty_body(first: date, before: Plan | None = None) -> dict[str, Any]:
    """What a draft without exercises begins with: the person's own and their limits, else usual."""
    item = PlanItem(id="any", exercise=next(iter(EXERCISES)), side="right")
    usual = Plan(patient="any", version=1, valid_from=first, items=(item,))
    body = version_body(usual, first) | {"items": []}
    if before is not None:
        kept = version_body(before, first)
        body |= {name: kept[name] for name in (*PERSONAL, "limits", "check_in") if name in kept}
    return body
