"""Reminders: a calendar file for any calendar, and a desktop notification.

At most one for each planned day, never in the quiet hours, and off at once when switched off.
"""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from therapy.plan.persuasion import Reminders
    from therapy.wording import Language

__all__ = ["VARIANT", "calendar", "notify", "reminder_due"]

VARIANT: Final = "invite"
"""How the one text there is asks; logged with each reminder that a session followed."""

TEXT: Final = {
    "it": "È il momento dei Suoi esercizi, se Le va",
    "en": "It is the time for your exercises, if you like",
}


def reminder_due(
    wanted: Reminders,
    time_zone: str,
    now_ns: int,
    *,
    planned_today: bool,
    done_today: bool,
    reminded_today: bool,
) -> bool:
    """Whether to remind now; times of day are those of `time_zone`."""
    if not wanted.on or not planned_today or done_today or reminded_today:
        return False
    local = datetime.fromtimestamp(now_ns / 1e9, ZoneInfo(time_zone)).time()
    return local >= wanted.at and not wanted.is_quiet(local)


def calendar(
    wanted: Reminders,
    time_zone: str,
    planned: Callable[[date], bool],
    first: date,
    language: Language,
    *,
    days: int = 28,
    stamp_ns: int = 0,
) -> bytes:
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
    stamp = datetime.fromtimestamp(stamp_ns / 1e9, UTC).replace(microsecond=0)
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//Ripresa//reminders//EN")
    for n in range(days if wanted.on else 0):
        day = first + timedelta(days=n)
        if planned(day):
            starts = datetime.combine(day, wanted.at, ZoneInfo(time_zone)).astimezone(UTC)
            made.add_component(_entry(day, starts, stamp, TEXT[language]))
    return bytes(made.to_ical())


def _entry(day: date, starts: datetime, stamp: datetime, text: str) -> Event:
    entry = Event()
    entry.add("uid", f"{day:%Y%m%d}-exercise@ripresa")
    entry.add("dtstamp", stamp)
    entry.add("dtstart", starts)
    entry.add("duration", timedelta(minutes=20))
    entry.add("summary", text)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(0))
    alarm.add("description", text)
    entry.add_component(alarm)
    return entry


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
