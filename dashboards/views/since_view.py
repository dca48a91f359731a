"""What happened to a patient since somebody of the clinic last spoke with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from analytics.monitoring.evidence import facts_of
from telemetry.messages.events import CheckAnswered

from .work_view import ContactView, contact_view, last_contact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from analytics.monitoring.figures import PatientFigures
    from telemetry.messages.care import AlertSeen
    from telemetry.messages.events import SessionEvent

    from .trend_view import TrendSession

__all__ = ["Happened", "HappenedView", "SinceView", "since_view"]

Happened: TypeAlias = Literal[
    "unwell",
    "fall",
    "fall unanswered",
    "stop question",
    "pain stop",
    "pain not settled",
    "medicine",
]
ASKED: Final = "stop."
"""Begins the name of a plan's own stop questions."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HappenedView(_Frozen):
    """One thing that a session told, and which session."""

    day: str
    kind: Happened
    session: str
    home: str | None


class SinceView(_Frozen):
    """All of it, the newest first.

    `since` is the first day looked at: of the last contact, or of the four weeks that the page
    shows where that is later (`cut`) or nobody has spoken with the person.
    """

    contact: ContactView | None
    since: str
    cut: bool
    happened: tuple[HappenedView, ...]


def since_view(figures: PatientFigures, recent: Sequence[TrendSession], first: date) -> SinceView:
    """What these sessions tell of the time since the last contact.

    Args:
        figures: of the patient.
        recent: sessions from `first` on, oldest first.
        first: the first day that the page shows.
    """
    contact = last_contact(figures)
    cut = contact is not None and contact.day < first
    after = None if cut else contact
    found = [
        HappenedView(
            day=session.summary.day,
            kind=kind,
            session=session.summary.session,
            home=session.summary.home,
        )
        for session in reversed(recent)
        for kind in _happened(session.events if after is None else _told_after(session, after))
    ]
    since = first if contact is None or cut else contact.day
    return SinceView(
        contact=contact_view(contact), since=since.isoformat(), cut=cut, happened=tuple(found)
    )


def _told_after(session: TrendSession, contact: AlertSeen) -> Sequence[SessionEvent]:
    """What a session told after somebody spoke with the person, or may have, with its opening.

    A session may have been under way. Where a clinician has said on which day it was, its box's
    clock tells nothing of the moment.
    """
    opened = session.opened
    if opened is not None and opened.day != session.summary.day:
        return session.events if session.day >= contact.day else ()
    later = [e for e in session.events if e.t_ns > contact.t_ns]
    return later if opened is None or opened in later else [opened, *later]


def _happened(events: Sequence[SessionEvent]) -> Iterator[Happened]:
    told = facts_of(events)
    if told is None:
        return
    # Of a question that was answered again after going back the last answer counts.
    answers = {e.question: e.answer for e in events if isinstance(e, CheckAnswered)}
    if told.unwell:
        yield "unwell"
    if told.fallen:
        yield "fall"
    if told.fall_unanswered:
        yield "fall unanswered"
    if any(answer is True for asked, answer in answers.items() if asked.startswith(ASKED)):
        yield "stop question"
    if told.ended_by_pain:
        yield "pain stop"
    if answers.get("settled") is False:
        yield "pain not settled"
    if told.medicine:
        yield "medicine"
