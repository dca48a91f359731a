"""A survey is a quarter of a year, the same for everybody, e.g. `2026-q4`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

__all__ = ["is_over", "last_day", "open_surveys", "survey_of"]

GRACE: Final = timedelta(days=31)
"""Credentials are issued so long after a survey's end: a home may have been off."""

KEPT: Final = timedelta(days=92)
"""A survey's private key is kept so long after its end: a quarter for a clock that is wrong."""


def survey_of(day: date) -> str:
    """The survey that a day lies in."""
    return f"{day.year}-q{(day.month + 2) // 3}"


def last_day(survey: str) -> date:
    """The last day of a survey."""
    year, quarter = int(survey[:4]), int(survey[-1])
    following = date(year + (quarter == 4), 1 if quarter == 4 else 3 * quarter + 1, 1)
    return following - timedelta(days=1)


def is_over(survey: str, today: date) -> bool:
    """Whether nothing will be issued for a survey any more, whatever a clock of a quarter ago."""
    return last_day(survey) + KEPT < today


def open_surveys(today: date) -> list[str]:
    """The surveys that credentials are issued for; where a home lives it may be tomorrow."""
    days = (today - GRACE, today, today + timedelta(days=1))
    return list(dict.fromkeys(survey_of(day) for day in days))
