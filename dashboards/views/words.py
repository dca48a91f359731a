"""Words in both languages, as pages get them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from therapy.exercises.item_reading import observable_wording
from therapy.exercises.library import EXERCISES

if TYPE_CHECKING:
    from therapy.wording import Wording

__all__ = [
    "Words",
    "called_words",
    "exercise_words",
    "observable_words",
    "percent",
    "whole",
    "words",
]


class Words(BaseModel):
    """The same in Italian and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    it: str
    en: str


_SIDES: Final = {"left": Words(it="sinistra", en="left"), "right": Words(it="destra", en="right")}


def words(wording: Wording) -> Words:
    """A wording of the therapy room, for a page."""
    return Words(it=wording.it, en=wording.en)


def exercise_words(exercise: str) -> Words:
    """An exercise as a person calls it; its id where the library does not know it."""
    known = EXERCISES.get(exercise)
    return Words(it=exercise, en=exercise) if known is None else words(known.name)


def called_words(exercise: str, side: str) -> Words:
    """An exercise with the limb's side; what both limbs or the trunk do has none.

    There the side is only where the sensor lies: a bridge on the right is another exercise.
    """
    known, name, limb = EXERCISES.get(exercise), exercise_words(exercise), _SIDES.get(side)
    if limb is None or (known is not None and not known.sided):
        return name
    return Words(it=f"{name.it}, {limb.it}", en=f"{name.en}, {limb.en}")


def whole(value: float) -> int:
    """A number without fractions, half up, as the page's own script rounds it: paper says no other.

    Python's formats round half to even: 82.5 of a dose of 40 would be 82 on paper and 83 on screen.
    """
    return math.floor(value + 0.5)


def percent(share: float) -> int:
    """A share 0 to 1 in per cent, likewise."""
    return whole(share * 100)


def observable_words(what: str, *known: Wording | None) -> Words:
    """What a result names in English, in both languages where the therapy room knows it."""
    return words(observable_wording(what, *known))
