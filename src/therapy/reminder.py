"""Reminders as a calendar: at most one a planned day, out of quiet hours, or none at all."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from .wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plan import Plan

__all__ = ["calendar_of", "reminders_of"]

LINE_OCTETS: Final = 75
LENGTH: Final = timedelta(minutes=20)
TITLE: Final = Wording("È il momento dei suoi esercizi", "Time for your exercises")


def reminders_of(plan: Plan, first: date, days: int) -> tuple[datetime, ...]:
    """Moments to remind at, in the plan's time zone, over `days` days from `first`.

    With "n times a week" the days are spread over the week: there is no reminder for more
    days than the goal has.
    """
    minute = plan.persuasion.reminders.minute
    if minute is None:
        return ()
    zone = ZoneInfo(plan.time_zone)
    at = time(minute // 60, minute % 60)
    wanted = (first + timedelta(days=i) for i in range(days))
    return tuple(
        datetime.combine(day, at, zone) for day in wanted if plan.covers(day) and _due(plan, day)
    )


def calendar_of(plan: Plan, moments: Sequence[datetime], *, stamped: datetime) -> str:
    """The moments as an iCalendar file (RFC 5545), without the patient's pseudonym."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ripresa//Reminders//EN"]
    for moment in moments:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_utc(moment)}@ripresa",
            f"DTSTAMP:{_utc(stamped)}",
            f"DTSTART:{_utc(moment)}",
            f"DTEND:{_utc(moment + LENGTH)}",
            f"SUMMARY:{_escaped(TITLE.text(plan.language))}",
            *([f"DESCRIPTION:{_escaped(plan.when_and_where)}"] if plan.when_and_where else []),
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{_escaped(TITLE.text(plan.language))}",
            "TRIGGER:PT0S",
            "END:VALARM",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _due(plan: Plan, day: date) -> bool:
    return any(_asks(plan, i, day) for i in range(len(plan.items)))


def _asks(plan: Plan, place: int, day: date) -> bool:
    schedule = plan.schedule_of(plan.items[place])
    if schedule.weekdays is not None:
        return schedule.due(day)
    n, weekday = schedule.per_week, day.weekday()
    return (weekday * n) // 7 != ((weekday - 1) * n) // 7


def _utc(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo("UTC")).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for plain, safe in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"), ("\r", "")):
        text = text.replace(plain, safe)
    return text


def _folded(line: str) -> str:
    """At most 75 octets a line; what follows begins with a space."""
    parts, octets = [""], 0
    for character in line:
        size = len(character.encode())
        if octets + size > LINE_OCTETS:
            parts.append(" ")
            octets = 1
        parts[-1] += character
        octets += size
    return "\r\n".join(parts)
