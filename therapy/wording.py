"""A sentence in each language that the product speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from telemetry.errors import ConfigurationError

__all__ = ["Language", "ToldError", "WordedError", "Wording"]

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
        """Both with their `{placeholders}` filled in; a wording by its own language.

        Raises:
            KeyError: a placeholder has no value.
        """
        return Wording(
            self.it.format(**{k: _in("it", v) for k, v in values.items()}),
            self.en.format(**{k: _in("en", v) for k, v in values.items()}),
        )


class ToldError(ValueError):
    """A value that cannot be, told in both languages; a model's own checks raise it."""

    def __init__(self, it: str, en: str) -> None:
        self.wording = Wording(it, en)
        super().__init__(en)


class WordedError(ConfigurationError):
    """A setting, a plan or an argument is wrong, told in both languages."""

    def __init__(self, it: str, en: str) -> None:
        self.wording = Wording(it, en)
        super().__init__(en)


def _in(language: Language, value: object) -> object:
    return value.text(language) if isinstance(value, Wording) else value
