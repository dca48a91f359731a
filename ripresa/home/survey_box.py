"""The anonymous questionnaire of a home: now and then, and nothing in it tells whose it is."""

from __future__ import annotations

import logging
import os
import secrets
from typing import TYPE_CHECKING

from games.persuasion.questionnaire import SurveyAnswer
from telemetry.errors import DecodeError, StoreError
from telemetry.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SurveyBox"]

log = logging.getLogger(__name__)


class SurveyBox:
    """A folder of answers without times, each under a random name.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def waiting(self) -> dict[str, SurveyAnswer]:
        """By their files' random names, the answers that have not left the home."""
        return {token: answer for token, answer in self._known().items() if answer.marks}

    def delivered(self, token: str) -> None:
        """Forget an answer that is at the clinic: that the survey was answered stays, no mark.

        A disk that refuses costs another delivery, which counts once.
        """
        answer = self._known().get(token)
        if answer is None:
            return
        self.keep(SurveyAnswer(survey=answer.survey, marks={}))
        try:
            (self._folder / f"{token}.json").unlink(missing_ok=True)
        except OSError as e:
            log.warning("an answer that was delivered cannot be deleted: %s", e)

    def answered(self) -> frozenset[str]:
        """The surveys that were answered here."""
        return frozenset(answer.survey for answer in self.answers())

    def answers(self) -> list[SurveyAnswer]:
        """All answers; one that cannot be read is told and left out."""
        return list(self._known().values())

    def _known(self) -> dict[str, SurveyAnswer]:
        found = {}
        for path in sorted(self._folder.glob("*.json")):
            try:
                found[path.stem] = SurveyAnswer.decode(path.read_bytes())
            except (OSError, DecodeError) as e:
                log.warning("an answer is left out: %s", e)
        return found

    def keep(self, answer: SurveyAnswer) -> None:
        """Keep an answer; a disk that refuses costs only that."""
        path = self._folder / f"{secrets.token_hex(16)}.json"
        try:
            with replacing(path) as scratch:
                scratch.write_bytes(answer.encode())
                # The file's own time would tell when the answer was given.
                os.utime(scratch, (0, 0))
        except StoreError as e:
            log.warning("the answer is not kept: %s", e)
