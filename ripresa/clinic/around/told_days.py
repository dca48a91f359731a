"""Days that somebody tells of, held against today and against what was told of later days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from telemetry.messages.around.agreements import CarerTold, ConsentTold
from telemetry.messages.around.episode import EpisodeNoted
from telemetry.messages.around.harm import AdverseEventNoted
from telemetry.messages.around.scores import QuestionnaireAnswered
from telemetry.messages.care import DoneCorrected
from therapy.wording import WordedError

if TYPE_CHECKING:
    from datetime import date

    from analytics.monitoring.around.around import Around
    from analytics.monitoring.figures import PatientFigures
    from telemetry.messages.care import CareRecord

__all__ = ["hold_excused", "hold_in_time"]

LONGEST_EXCUSE: Final = timedelta(days=92)
"""Whoever stays away for longer is paused or discharged, and stands so on the page."""
LONGEST_REVIEW: Final = timedelta(days=3 * 366)
"""Treatments are looked at again within these: a slip in the year would be one of never."""


def hold_in_time(record: CareRecord, figures: PatientFigures | None, around: Around) -> None:
    """Hold what somebody tells of a day against the days that there were.

    A paper that is filed late gives nothing back that the person has taken away since.

    Args:
        record: what is to be written down.
        figures: of the patient, for what day it is with them; None: that is not known.
        around: what stands around their plan.

    Raises:
        ConfigurationError: the day is still to come, so far ahead that nobody would be reminded, or
            that of a consent is before its withdrawal.
    """
    if isinstance(record, EpisodeNoted) and record.review is not None and figures is not None:
        _hold_near(record.review, figures.today, LONGEST_REVIEW)
    day = _told_of(record)
    if day is None or figures is None:
        return
    if day > figures.today:
        raise WordedError(
            f"{day} deve ancora venire: oggi è {figures.today}",
            f"{day} is still to come: today is {figures.today}",
        )
    known = around.consents.get(record.what) if isinstance(record, ConsentTold) else None
    if known is not None and not known.given and day < known.day:
        raise WordedError(
            f"questo consenso è stato ritirato il {known.day}: uno del {day} viene prima",
            f"this consent was withdrawn on {known.day}: one of {day} comes before that",
        )


def hold_excused(first: date, last: date, today: date, *, lifted: bool) -> None:
    """Hold days that are to be excused to what somebody may mean: they silence what is missed.

    `lifted`: that is taken back, however far it goes.

    Raises:
        ConfigurationError: they are in no order, or go on for too long.
    """
    if last < first:
        raise WordedError(
            f"{last} viene prima di {first}: dia prima il primo giorno",
            f"{last} is before {first}: give the first day first",
        )
    if not lifted:
        _hold_near(last, max(first, today), LONGEST_EXCUSE)


def _hold_near(day: date, after: date, most: timedelta) -> None:
    if day - after > most:
        raise WordedError(
            f"{day} è troppo lontano: dia al più tardi {after + most}",
            f"{day} is too far away: give {after + most} at the latest",
        )


def _told_of(record: CareRecord) -> date | None:
    """The day that something was, or was said, on; None: it may be of days to come."""
    match record:
        case (
            DoneCorrected(day=day)
            | AdverseEventNoted(day=day)
            | ConsentTold(day=day)
            | CarerTold(day=day)
            | QuestionnaireAnswered(day=day)
        ):
            return day
        case _:
            return None
