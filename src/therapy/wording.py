"""A sentence in each language that the product speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Language", "Wording"]

Language: TypeAlias = Literal["it", "en"]


@dataclass(frozen=True, slots=True)
class Wording:
    """The same text in Italian and English."""

    it: str
    en: str

    def text(self, language: Language) -> str:
        """It in one language."""
        return self.it if language == "it" else self.en

    def filled(self, **values: object) -> Wording:
        """Both with their `{placeholders}` filled in.

        Raises:
            KeyError: a placeholder has no value.
        """
        return Wording(self.it.format(**values), self.en.format(**values))
