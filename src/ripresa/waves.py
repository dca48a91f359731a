"""The anonymous questionnaire of a home: now and then, and nothing in it tells whose it is."""

from __future__ import annotations

import logging
import os
import secrets
from typing import TYPE_CHECKING

from games.persuasion.questionnaire import WaveAnswer, wave_due
from telemetry.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from .home import HomeAtWork

__all__ = ["WaveBox", "wave_for", "wave_of"]

log = logging.getLogger(__name__)


def wave_of(day: date) -> str:
    """The wave that a day lies in: a quarter of a year."""
    return f"{day.year}-q{(day.month + 2) // 3}"


class WaveBox:
    """A folder of answers under random names, without times.

    Args:
        folder: made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answered(self) -> frozenset[str]:
        """The waves that were answered here."""
        return frozenset(answer.wave for answer in self.answers())

    def answers(self) -> list[WaveAnswer]:
        """All answers; one that cannot be read is told and left out."""
        found = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                found.append(WaveAnswer.decode(path.read_bytes()))
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
