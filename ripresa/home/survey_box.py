"""The anonymous questionnaire of a home: now and then, and nothing in it tells whose it is."""

from __future__ import annotations

import logging
import os
import secrets
from typing import TYPE_CHECKING

from games.persuasion.questionnaire import WaveAnswer, wave_due
from telemetry.errors import DecodeError
from telemetry.transport.topics import SiteTopics

from .survey_post import WavePost, anonymous_bus

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from .home import Home, HomeAtWork

__all__ = ["WaveBox", "wave_for", "wave_of", "wave_post"]

log = logging.getLogger(__name__)


def wave_of(day: date) -> str:
    """The wave that a day lies in: a quarter of a year."""
    return f"{day.year}-q{(day.month + 2) // 3}"


class WaveBox:
    """A folder of answers without times, each under its random one-time token.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def waiting(self) -> dict[str, WaveAnswer]:
        """By one-time token, the answers that have not left the home."""
        return {token: answer for token, answer in self._known().items() if answer.marks}

    def delivered(self, token: str) -> None:
        """Forget an answer that is at the clinic: that the wave was answered stays, no mark.

        A disk that refuses costs another delivery, which counts once.
        """
        answer = self._known().get(token)
        if answer is None:
            return
        self.keep(WaveAnswer(wave=answer.wave, marks={}))
        try:
            (self._folder / f"{token}.json").unlink(missing_ok=True)
        except OSError as e:
            log.warning("an answer that was delivered cannot be deleted: %s", e)

    def answered(self) -> frozenset[str]:
        """The waves that were answered here."""
        return frozenset(answer.wave for answer in self.answers())

    def answers(self) -> list[WaveAnswer]:
        """All answers; one that cannot be read is told and left out."""
        return list(self._known().values())

    def _known(self) -> dict[str, WaveAnswer]:
        found = {}
        for path in sorted(self._folder.glob("*.json")):
            try:
                found[path.stem] = WaveAnswer.decode(path.read_bytes())
            except (OSError, DecodeError) as e:
                log.warning("an answer is left out: %s", e)
        return found

    def keep(self, answer: WaveAnswer) -> None:
        """Keep an answer; a disk that refuses costs only that."""
        path = self._folder / f"{secrets.token_hex(16)}.json"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(answer.encode())
            os.utime(path, (0, 0))
        except OSError as e:
            log.warning("the answer is not kept: %s", e)


def wave_for(at_work: HomeAtWork) -> Callable[[dict[str, int]], None] | None:
    """What takes the marks of this session's questionnaire; None where none is due."""
    plan, clock = at_work.plan, at_work.home.clock
    box = WaveBox(at_work.home.folder.waves)
    wave = wave_of(plan.day_of(clock.now_ns()))
    sessions = len(at_work.box.journal.sessions(patient=plan.patient))
    if not wave_due(sessions, box.answered(), wave):
        return None
    return lambda marks: box.keep(WaveAnswer(wave=wave, marks=marks))


def wave_post(home: Home) -> WavePost | None:
    """What takes a home's answers to the clinic; None where they have no way there."""
    settings, folder = home.waves, home.folder
    if settings is None:
        return None
    return WavePost(
        WaveBox(folder.waves),
        lambda: anonymous_bus(settings),
        SiteTopics(home.identity.site),
        home.clock,
        may_send=lambda: not folder.withdrawn.exists(),
    )
