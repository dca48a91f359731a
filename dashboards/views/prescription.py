"""What the plan in force asks of one session, as a page compares it with what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from therapy.exercises.observable import Observable, Unobservable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telemetry.body import Side
    from therapy.exercises.dose import DoseUnit
    from therapy.plan.plan import Plan
    from therapy.wording import Wording

__all__ = ["Prescribed", "prescribed_for"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescribed:
    """One item of the plan.

    Attributes:
        dose: None where as many are asked for as the person can.
        due: whether it is asked for on the session's day.
        what: what its range is of; None where the sensors worn cannot see one.
        not_observable: why they cannot, or None.
    """

    item: str
    exercise: str
    side: Side
    dose: float | None
    unit: DoseUnit
    due: bool
    what: Wording | None
    not_observable: Wording | None


def prescribed_for(
    plan: Plan | None, day: str, worn: Sequence[str], done_days: Iterable[date] = ()
) -> tuple[Prescribed, ...]:
    """The plan's items for a session, in the plan's order; none without a plan.

    Args:
        plan: the version in force.
        day: the session's day, ISO.
        worn: placements of the wearables; empty: unknown, the plan's own are taken.
        done_days: earlier days on which the plan was followed, for "n times a week".
    """
    if plan is None:
        return ()
    on, done = date.fromisoformat(day), frozenset(done_days)
    found = []
    for item in plan.items:
        sees = item.sees(tuple(worn) or None)
        found.append(
            Prescribed(
                item=item.id,
                exercise=item.exercise,
                side=item.side,
                dose=None if item.known.as_many else item.asked.amount,
                unit=item.asked.unit,
                due=plan.schedule_of(item).due(on, done),
                what=sees.what if isinstance(sees, Observable) else None,
                not_observable=sees.reason if isinstance(sees, Unobservable) else None,
            )
        )
    return tuple(found)
