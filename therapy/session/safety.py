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
    from therapy.plan.plan_item import PlanItem

__all__ = [
    "Verdict",
    "ceiling_deg",
    "hold_asked_s",
    "judge_breathlessness",
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


def judge_pain(
    pain: int, limits: Limits, *, at_check_in: int | None, settled: bool = True
) -> Verdict:
    """Pain during exercise, by the plan's profile.

    *standard*: red at `pain_stop`, or at `pain_amber` together with a rise of `pain_rise` over
    check-in; amber eases. *joint*: below `pain_stop` it goes on, while yesterday's extra pain has
    settled. *quota*: the amount counts, not the pain; red is only a new severe one, at `pain_stop`
    and risen. *cautious*: red at `pain_amber`.
    """
    risen = pain - (at_check_in or 0) >= limits.pain_rise
    severe, amber = pain >= limits.pain_stop, pain >= limits.pain_amber
    match limits.pain_profile:
        case "cautious":
            return Verdict.END_SET if severe or amber else Verdict.GO_ON
        case "quota":
            return Verdict.END_SET if severe and risen else Verdict.GO_ON
        case "joint" if settled:
            return Verdict.END_SET if severe else Verdict.GO_ON
        case _:
            if severe or (amber and risen):
                return Verdict.END_SET
            return Verdict.EASE if amber else Verdict.GO_ON


def judge_effort(effort: float, limits: Limits) -> Verdict:
    """Red at the clinician's stop value, amber one step below."""
    return _judged(effort, limits.effort_stop)


def judge_breathlessness(breathlessness: float, limits: Limits) -> Verdict:
    """As effort, by a stop value of its own."""
    return _judged(breathlessness, limits.breathlessness_stop)


def _judged(told: float, stop: float) -> Verdict:
    if told >= stop:
        return Verdict.END_SET
    return Verdict.EASE if told >= stop - 1 else Verdict.GO_ON


def may_start(pain: int | None, limits: Limits) -> bool:
    """Whether exercise may begin with the pain told at check-in."""
    if pain is None or limits.pain_profile == "quota":
        return True
    return pain < (limits.pain_amber if limits.pain_profile == "cautious" else limits.pain_stop)


def locked(
    item: PlanItem,
    limits: Limits,
    *,
    fallen: bool = False,
    support: bool = True,
    helper: bool = True,
) -> Wording | None:
    """Why an exercise may not be started; None if it may.

    Args:
        item: the exercise.
        limits: the patient's.
        fallen: a fall was told, or its question skipped.
        support: something firm for the hands is there.
        helper: somebody is beside the person.
    """
    if item.known.supported and not support:
        return Wording(
            "con appoggio: senza un appoggio saldo non si comincia",
            "supported: not begun without something firm to hold",
        )
    if item.known.helped and not helper:
        return Wording(
            "con una persona accanto: senza non si comincia",
            "with somebody beside: not begun without",
        )
    if not item.needs_clearance:
        return None
    if fallen:
        return Wording(
            "in piedi: bloccato dopo una caduta, finché il terapista non lo sblocca",
            "standing: locked after a fall, until the therapist unlocks it",
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


def hold_asked_s(wanted_s: float, limits: Limits, *, still: bool = False) -> float:
    """A hold within the cap; standing still strains nothing, and has none."""
    return max(0.0, wanted_s if still else min(wanted_s, limits.hold_cap_s))


def may_get_harder(*, held_back: bool, flagged: bool, done: float, dose: float) -> bool:
    """Whether the next step may be harder.

    Args:
        held_back: pain, effort or unsettled pain of yesterday forbid it for this session.
        flagged: the last repetition was too fast or compensated.
        done: of the dose so far.
        dose: nothing is gained beyond it.
    """
    return not held_back and not flagged and done < dose
