"""The desktop reminder of a home: one on a planned day, logged with the session it came before.

A reminder lies outside every session, so it is written down here and told as `prompt.shown` in
the next session of the same day; where none follows, it was shown in vain and nothing is told.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from games.persuasion.reminders import VARIANT, notify, reminder_due
from telemetry.errors import StoreError
from telemetry.files import write_atomically
from telemetry.messages.requests import NotePrompt

from .history import sessions_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from therapy.wording import Language

    from .home_at_work import HomeAtWork

__all__ = ["Reminding"]

log = logging.getLogger(__name__)

LOOK_EVERY_S = 20.0


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is remembered: the day of the last reminder, and whether a session told of it."""

    day: str = ""
    told: bool = True


class Reminding:
    """Reminds on planned days, and tells of it; `run` as a task until cancelled.

    Args:
        at_work: the home.
        language: of the reminder; None: the plan's.
        show: shows it; False where the desktop offers no way, and then nothing is said.
    """

    def __init__(
        self,
        at_work: HomeAtWork,
        language: Language | None = None,
        *,
        show: Callable[[Language], bool] = notify,
    ) -> None:
        self._at_work = at_work
        self._language = language or at_work.plan.language
        self._show = show
        self._path: Path = at_work.home.folder.reminder
        self._tried: date | None = None

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await self.look()
            await self._at_work.home.clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Remind where one is due; tell of one in the session that followed it."""
        now_ns = self._at_work.home.clock.now_ns()
        today = self._at_work.plan.day_of(now_ns)
        kept = self._load()
        if self._at_work.box.service.session is not None:
            self._tell(kept, today)
        elif self._tried != today and self._is_due(kept, today, now_ns):
            self._tried = today
            if await asyncio.to_thread(self._show, self._language):
                self._save(_Kept(today.isoformat(), told=False))

    def _is_due(self, kept: _Kept, today: date, now_ns: int) -> bool:
        plan = self._at_work.plan
        return reminder_due(
            plan.persuasion.reminders,
            plan.time_zone,
            now_ns,
            planned_today=plan.suggests(today) and not self._at_work.home.folder.withdrawn.exists(),
            done_today=sessions_on(self._at_work.box.journal, plan, today) > 0,
            reminded_today=kept.day == today.isoformat(),
        )

    def _tell(self, kept: _Kept, today: date) -> None:
        if kept.told or kept.day != today.isoformat():
            return
        self._at_work.request(
            NotePrompt(mechanism="reminder", variant=VARIANT, language=self._language)
        )
        self._save(_Kept(kept.day, told=True))

    def _load(self) -> _Kept:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return _Kept(str(found["day"]), told=bool(found["told"]))
        except FileNotFoundError:
            return _Kept()
        except (OSError, ValueError, TypeError, KeyError) as e:
            log.warning("reminders begin anew: %s cannot be read (%s)", self._path.name, e)
            return _Kept()

    def _save(self, kept: _Kept) -> None:
        try:
            write_atomically(self._path, json.dumps({"day": kept.day, "told": kept.told}))
        except StoreError as e:
            log.warning("the reminder is not remembered: %s", e)
