"""What a draft from a template keeps of the version before, as that is stricter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from therapy.plan.limits import TECHNICAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from therapy.plan.plan import Plan
    from therapy.templates.template import PlanTemplate

__all__ = ["kept_settings"]

_NEVER_STRICTER: Final = {"cleared_for_standing", *TECHNICAL}
_NOTHING: Final[Mapping[str, Any]] = {}


def kept_settings(body: Mapping[str, Any], template: PlanTemplate, before: Plan) -> tuple[str, ...]:
    """Paths of settings that are as before, and that the template alone would have otherwise.

    Args:
        body: of the draft; it may be wrong still.
        template: that it was started from.
        before: the version that it follows.
    """
    own, then = template.body("right"), before.model_dump(mode="json")
    found = [] if own["neutral_pose"] == body.get("neutral_pose") else ["neutral_pose"]
    if then["neutral_pose"] != body.get("neutral_pose"):
        found = []
    for table in ("limits", "check_in"):
        for name, value in _table(body.get(table)).items():
            if name not in _NEVER_STRICTER and value == then[table].get(name):
                found += [f"{table}.{name}"] if own[table].get(name) != value else []
    limits = {
        (i.exercise, str(i.side)): i.limit_deg for i in before.items if i.limit_deg is not None
    }
    proposed = {i["exercise"]: i.get("limit_deg") for i in own["items"]}
    rows = body.get("items")
    for n, row in enumerate(rows if isinstance(rows, list) else ()):
        one = _table(row)
        limit = limits.get((str(one.get("exercise")), str(one.get("side"))))
        if limit is None or one.get("limit_deg") != limit:
            continue
        if proposed.get(one["exercise"]) != limit:
            found.append(f"items.{n}.limit_deg")
    return tuple(found)


def _table(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else _NOTHING
