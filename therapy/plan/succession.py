"""Whether a version of a plan may come after the one that was published before it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from therapy.wording import Wording

if TYPE_CHECKING:
    from datetime import date

    from .plan import Plan

__all__ = ["earliest_start", "why_not_after"]


def why_not_after(plan: Plan, before: int, valid_from: str | None) -> Wording | None:
    """Why a plan cannot follow the version that was published before it; None where it can.

    Args:
        plan: the new version.
        before: the highest version that was published.
        valid_from: the first day, ISO, of the highest version that no home has refused; None: there
            is none. A version that was refused was never in force, and keeps no day.
    """
    if plan.version < before:
        return Wording(
            f"la versione {before} del piano di {plan.patient} è già pubblicata: "
            f"la versione {plan.version} verrebbe dopo una più nuova",
            f"version {before} of {plan.patient}'s plan is published already: "
            f"version {plan.version} would come after a later one",
        )
    if valid_from is not None and plan.valid_from.isoformat() <= valid_from:
        return Wording(
            f"la versione {plan.version} vale dal {plan.valid_from}, quella di prima dal "
            f"{valid_from}: le dia un inizio più tardi, i giorni passati tengono la loro versione",
            f"version {plan.version} is valid from {plan.valid_from}, and the one before from "
            f"{valid_from}: give it a later valid_from, past days keep the version they had",
        )
    return None


def earliest_start(today: date, before: date | None) -> date:
    """The first day from which a new version may count: today, or the day after the last began."""
    return today if before is None else max(today, before + timedelta(days=1))
