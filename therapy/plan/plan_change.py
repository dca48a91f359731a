"""What changed from one version of a plan to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan

__all__ = ["PlanChange", "changes"]


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One difference.

    Attributes:
        place: e.g. `items.abduction.limit_deg`; items go by their id.
        before: None where it is new.
        after: None where it is gone.
    """

    place: str
    before: Any
    after: Any


def changes(old: Plan, new: Plan) -> tuple[PlanChange, ...]:
    """All differences, in the order of their places."""
    return tuple(sorted(_compared("", _tree(old), _tree(new)), key=lambda change: change.place))


def _tree(plan: Plan) -> dict[str, Any]:
    body = plan.model_dump(mode="json", exclude_none=True)
    body["items"] = {item.pop("id"): item for item in body["items"]}
    body["calibrations"] = {
        f"{one.pop('proximal')}+{one.pop('distal')}": one for one in body["calibrations"]
    }
    body["neutral_angles"] = {
        f"{one['side']} {one['joint']}": one["angle_deg"] for one in body["neutral_angles"]
    }
    return body


def _compared(place: str, before: Any, after: Any) -> Iterator[PlanChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            inner = f"{place}.{key}" if place else str(key)
            yield from _compared(inner, before.get(key), after.get(key))
    elif before != after:
        yield PlanChange(place, before, after)
