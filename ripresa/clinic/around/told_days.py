"""Days that somebody tells of, held against today and against what was told of later days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.around.agreements import CarerTold, ConsentTold
from telemetry.messages.around.harm import AdverseEventNoted
from telemetry.messages.around.scores import QuestionnaireAnswered
from telemetry.messages.care import DoneCorrected
from therapy.wording import WordedError

if TYPE_CHECKING:
    from datetime import date

    from analytics.monitoring.around.around import Around
    from analytics.monitoring.figures import PatientFigures
    from telemetry.messages.care import CareRecord

__all__ = ["hold_in_time"]


def hold_in_time(record: CareRecord, figures: PatientFigures | None, around: Around) -> None:
    """Hold what somebody tells of a day against the days that there were.

    A paper that is filed late gives nothing back that the person has taken away since.

    Args:
        record: what is to be written down.
        figures: of the patient, for what day it is with them; None: that is not known.
        around: what stands around their plan.

    Raises:
        ConfigurationError: the day is still to come, or that of a consent is before its withdrawal.
    """
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
