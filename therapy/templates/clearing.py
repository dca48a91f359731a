"""What must be cleared before a plan is signed: by its template, and by its exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from therapy.exercises.library import EXERCISES
from therapy.wording import Wording

from .catalogue import templates
from .template import Clearance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from therapy.exercises.exercise import Exercise

    from .template import PlanTemplate

__all__ = ["STANDING", "clearances_of", "cleared_words"]

STANDING: Final = "standing"
"""Ticked, it unlocks the exercises on the feet."""

_BY_EXERCISE: Final = (
    (
        STANDING,
        "Può alzarsi e stare in piedi da solo a casa: {what}",
        "Cleared to rise and to stand at home without the clinician: {what}",
    ),
    (
        "support",
        "A casa c'è un appoggio fermo, provato: {what}",
        "A firm support is there at home, and was tried: {what}",
    ),
    (
        "beside",
        "Qualcuno sta accanto ogni volta, ed è d'accordo: {what}",
        "Somebody stands beside each time, and has agreed: {what}",
    ),
)


_NAMED: Final = ": {what}"


def clearances_of(
    items: Iterable[tuple[str, str]],
    template: PlanTemplate | None,
    before: Iterable[str] = (),
) -> tuple[Clearance, ...]:
    """All that must be ticked, one by one, each naming what it is for.

    Args:
        items: exercise and posture of each item; what the library does not know asks for nothing.
        template: that the plan was started from; None: from none.
        before: ids of what was ticked for the version before, of whichever template.
    """
    asked = [(EXERCISES[name], posture) for name, posture in items if name in EXERCISES]
    present = {known.id for known, _ in asked}
    own = {c.id: c for c in (() if template is None else template.clearances)}
    of_all = {c.id: c for t in templates() for c in t.clearances}
    own |= {name: of_all[name] for name in before if name in of_all and name not in own}
    found = [c for c in own.values() if not c.exercises or present & set(c.exercises)]
    for name, it, en in _BY_EXERCISE:
        whose = {known.id: known for known, posture in asked if _asks(name, known, posture)}
        if whose:
            found.append(
                Clearance(
                    id=name,
                    it=_shortened(it, [known.name.it for known in whose.values()]),
                    en=_shortened(en, [known.name.en for known in whose.values()]),
                    exercises=tuple(whose),
                )
            )
    return tuple(found)


def cleared_words(cleared: Iterable[str]) -> tuple[Wording, ...]:
    """What was ticked, as it is read later; an id that nobody knows any more stands for itself.

    Args:
        cleared: ids, each of one template or of none.
    """
    own = {c.id: Wording(c.it, c.en) for t in templates() for c in t.clearances}
    known = {
        name: Wording(it.removesuffix(_NAMED), en.removesuffix(_NAMED))
        for name, it, en in _BY_EXERCISE
    }
    return tuple(own.get(one) or known.get(one) or Wording(one, one) for one in cleared)


def _asks(name: str, known: Exercise, posture: str) -> bool:
    if name == STANDING:
        return known.needs_clearance(posture or known.postures[0])
    return known.supported if name == "support" else known.helped


def _shortened(text: str, names: list[str]) -> str:
    """The text with the exercises' names; many of them are cut, as a tick names what it is for."""
    said = text.format(what=", ".join(names))
    return said if len(said) <= 300 else f"{said[:299]}…"
