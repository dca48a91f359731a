"""The plan that a home works by today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ripresa.session.plan_folder import PlanFolder

from .not_ready import NotReady

if TYPE_CHECKING:
    from therapy.plan.plan import Plan

    from .home import Home

__all__ = ["plan_for_today"]


def plan_for_today(home: Home) -> Plan:
    """The plan in force.

    Raises:
        ConfigurationError: there is none.
    """
    plans = PlanFolder(home.folder.plans)
    known = plans.versions(home.identity.patient)
    days = {plan.day_of(home.clock.now_ns()) for plan in known}
    in_force = [p for day in days if (p := plans.in_force(home.identity.patient, day))]
    if not in_force:
        raise NotReady(
            "no plan",
            f"no plan is in force for {home.identity.patient} today: "
            "the clinic publishes one, or import one with 'ripresa plan import FILE'",
        )
    return max(in_force, key=lambda plan: plan.version)
