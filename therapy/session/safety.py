"""The safety rules as functions of a patient's limits; the session and the games only apply them.

Every rule errs on the side of stopping: an unknown pain at check-in counts as none, so a rise
is seen early; a person whose usual pain is 6 gets limits in the plan that let them play.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

from therapy.wording import Wording

if TYPE_CHECKING:
    from therapy.plan.limits import Limits
    from therapy.plan.plan import PlanItem

__all__ = [
    "Verdict",
    "ceiling_deg",
    "hold_asked_s",
    "judge_effort",
    "judge_pain",
    "locked",
    "may_get_harder",
    "may_start",
]


class Verdict(Enum):
    """What a report of pain or effort asks for."""

    GO_ON = "go on"
    EASE = "ease"
    """Easier at once, and no harder for the rest of the session."""
    END_SET = "end set"


def judge_pain(pain: int, limits: Limits, *, at_check_in: int | None) -> Verdict:
    """Traffic light for pain during exercise.

    Red at `pain_stop`, or at `pain_amber` together with a rise of `pain_rise` over check-in.
    """
    rise = pain - (at_check_in or 0)
    if pain >= limits.pain_stop or (pain >= limits.pain_amber and rise >= limits.pain_rise):
        return Verdict.END_SET
    return Verdict.EASE if pain >= limits.pain_amber else Verdict.GO_ON


def judge_effort(effort_borg: float, limits: Limits) -> Verdict:
    """Red at the clinician's stop value, amber one step of the Borg scale below."""
    if effort_borg >= limits.effort_stop_borg:
        return Verdict.END_SET
    return Verdict.EASE if effort_borg >= limits.effort_stop_borg - 1 else Verdict.GO_ON


def may_start(pain: int | None, limits: Limits) -> bool:
    """Whether exercise may begin with the pain told at check-in."""
    return pain is None or pain < limits.pain_stop


def locked(item: PlanItem, limits: Limits, *, fallen: bool = False) -> Wording | None:
    """Why an exercise may not be started; None if it may."""
    if not item.needs_clearance:
        return None
    if fallen:
        return Wording(
            "in piedi: in pausa oggi, dopo la caduta riferita",
            "standing: paused today, after the fall that was told",
        )
    if not limits.cleared_for_standing:
        return Wording(
            "in piedi: bloccato finché il terapista non dà il via libera",
            "standing: locked until the therapist clears it",
        )
    return None


def ceiling_deg(today_deg: float | None, limit_deg: float | None) -> float | None:
    """The highest angle that may be asked for: today's range, within the clinician's limit.

    None where there is no angle to go by; then nothing is asked for in degrees.
    """
    if today_deg is None or not math.isfinite(today_deg):
        return None
    return max(0.0, today_deg if limit_deg is None else min(today_deg, limit_deg))


def hold_asked_s(wanted_s: float, limits: Limits) -> float:
    """A hold within the cap."""
    return max(0.0, min(wanted_s, limits.hold_cap_s))


def may_get_harder(*, held_back: bool, flagged: bool, done: float, dose: float) -> bool:
    """Whether the next step may be harder.

    Args:
        held_back: pain, effort or unsettled pain of yesterday forbid it for this session.
        flagged: the last repetition was too fast or compensated.
        done: of the dose so far.
        dose: nothing is gained beyond it.
    """
    return not held_back and not flagged and done < dose
