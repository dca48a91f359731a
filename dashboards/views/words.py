"""Words in both languages, as pages get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from therapy.exercises.item_reading import observable_wording
from therapy.exercises.library import EXERCISES

if TYPE_CHECKING:
    from therapy.wording import Wording

__all__ = ["Words", "exercise_words", "observable_words", "words"]


class Words(BaseModel):
    """The same in Italian and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    it: str
    en: str


def words(wording: Wording) -> Words:
    """A wording of the therapy room, for a page."""
    return Words(it=wording.it, en=wording.en)


def exercise_words(exercise: str) -> Words:
    """An exercise as a person calls it; its id where the library does not know it."""
    known = EXERCISES.get(exercise)
    return Words(it=exercise, en=exercise) if known is None else words(known.name)


def observable_words(what: str, *known: Wording | None) -> Words:
    """What a result names in English, in both languages where the therapy room knows it."""
    return words(observable_wording(what, *known))
