"""What a page may do with surveys by code, whoever keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from therapy.questionnaires.surveys import Survey

__all__ = ["SurveyPort"]


class SurveyPort(Protocol):
    """The clinic's codes; called from the server's worker threads.

    Each raises `ConfigurationError` where what is asked for cannot be, and `StoreError` where it
    cannot be written down: then nothing has happened.
    """

    def issue(self, survey: str, count: int = 1) -> list[str]:
        """Make codes of a survey."""
        ...

    def opened(self, code: str) -> Survey | None:
        """The survey that a code opens."""
        ...

    def take(self, code: str, answers: Mapping[str, int | str], words: str = "") -> bool:
        """Keep what was answered; False where the code opens nothing."""
        ...
