"""Words in both languages, as pages get them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from therapy.exercises.library import EXERCISES
from therapy.exercises.observable import TABLE

if TYPE_CHECKING:
    from therapy.wording import Wording

__all__ = ["Words", "exercise_words", "observable_words", "words"]


class Words(BaseModel):
    """The same in Italian and English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    it: str
    en: str


_OBSERVABLES: Final = {row.what.en: row.what for row in TABLE}


def words(wording: Wording) -> Words:
    """A wording of the therapy room, for a page."""
    return Words(it=wording.it, en=wording.en)


def exercise_words(exercise: str) -> Words:
    """An exercise as a person calls it; its id where the library does not know it."""
    known = EXERCISES.get(exercise)
    return Words(it=exercise, en=exercise) if known is None else words(known.name)


def observable_words(what: str, *known: Wording | None) -> Words:
    """What a result names in English, in both languages where the therapy room knows it."""
    wordings = {w.en: w for w in known if w is not None}
    found = wordings.get(what) or _OBSERVABLES.get(what)
    return Words(it=what, en=what) if found is None else words(found)
