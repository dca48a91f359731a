"""Reminders: a calendar file for any calendar, and a desktop notification.

At most one for each planned day, never in the quiet hours, and off at once when switched off.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from games.look import Language

__all__ = ["VARIANT", "Reminders", "calendar", "notify", "reminder_due"]

VARIANT: Final = "invite"
"""How the one text there is asks; logged with each reminder that a session followed."""

TEXT: Final = {
    "it": "È il momento dei Suoi esercizi, se Le va",
    "en": "It is the time for your exercises, if you like",
}


@dataclass(frozen=True, slots=True)
class Reminders:
    """When somebody wants to be reminded.

    Attributes:
        on: False switches all of them off.
        at: time of day, in `time_zone`.
        quiet_from, quiet_to: no reminder in between; may span midnight.
    """

    on: bool = True
    at: time = time(10, 0)
    quiet_from: time = time(20, 0)
    quiet_to: time = time(8, 0)
    time_zone: str = "Europe/Rome"

    def is_quiet(self, moment: time) -> bool:
        """Whether a time of day lies in the quiet hours."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= moment < self.quiet_to
        return moment >= self.quiet_from or moment < self.quiet_to


def reminder_due(
    wanted: Reminders, now_ns: int, *, planned_today: bool, done_today: bool, reminded_today: bool
) -> bool:
    """Whether to remind now."""
    if not wanted.on or not planned_today or done_today or reminded_today:
        return False
    local = datetime.fromtimestamp(now_ns / 1e9, ZoneInfo(wanted.time_zone)).time()
    return local >= wanted.at and not wanted.is_quiet(local)


def calendar(
    wanted: Reminders,
    planned: Callable[[date], bool],
    first: date,
    language: Language,
    *,
    days: int = 28,
    stamp_ns: int = 0,
) -> str:
    """An iCalendar file (RFC 5545) with one entry and one alarm for each planned day.

    It carries neither a name nor a pseudonym nor an exercise.

    Raises:
        ConfigurationError: the time asked for lies in the quiet hours.
    """
    if wanted.is_quiet(wanted.at):
        raise ConfigurationError(
            f"reminder at {wanted.at:%H:%M} lies in the quiet hours "
            f"{wanted.quiet_from:%H:%M}-{wanted.quiet_to:%H:%M}: choose another time"
        )
    stamp = datetime.fromtimestamp(stamp_ns / 1e9, UTC)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ripresa//reminders//EN"]
    for n in range(days if wanted.on else 0):
        day = first + timedelta(days=n)
        if planned(day):
            lines += _entry(wanted, day, stamp, TEXT[language])
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _entry(wanted: Reminders, day: date, stamp: datetime, text: str) -> list[str]:
    starts = datetime.combine(day, wanted.at, ZoneInfo(wanted.time_zone)).astimezone(UTC)
    return [
        "BEGIN:VEVENT",
        f"UID:{day:%Y%m%d}-exercise@ripresa",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{starts:%Y%m%dT%H%M%SZ}",
        "DURATION:PT20M",
        f"SUMMARY:{text.replace(',', chr(92) + ',')}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:PT0S",
        f"DESCRIPTION:{text.replace(',', chr(92) + ',')}",
        "END:VALARM",
        "END:VEVENT",
    ]


def notify(language: Language) -> bool:
    """Show a desktop notification; False where the desktop offers none."""
    program = shutil.which("notify-send")
    if program is None:
        return False
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [program, "--app-name=Ripresa", "Ripresa", TEXT[language]],
            check=False,
            capture_output=True,
            timeout=5,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
