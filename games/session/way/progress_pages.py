"""One's own progress as pages, a few lines each, and the question how near one is to one's goal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from games.session.page import Choice, Leave, Page
from therapy.wording import Wording

from .way_steps import SeeWay
from .way_texts import WAY

if TYPE_CHECKING:
    from datetime import date

    from games.journey.own_progress import OwnProgress
    from therapy.wording import Language

__all__ = ["day_told", "goal_page", "goal_told", "progress_lines", "progress_pages"]

LINES_A_PAGE: Final = 3
"""In large letters there is room for so many."""
_MONTHS: Final = (
    Wording("gennaio", "January"),
    Wording("febbraio", "February"),
    Wording("marzo", "March"),
    Wording("aprile", "April"),
    Wording("maggio", "May"),
    Wording("giugno", "June"),
    Wording("luglio", "July"),
    Wording("agosto", "August"),
    Wording("settembre", "September"),
    Wording("ottobre", "October"),
    Wording("novembre", "November"),
    Wording("dicembre", "December"),
)


def day_told(day: date, language: Language) -> str:
    """A day as it is said: `3 marzo`."""
    return f"{day.day} {_MONTHS[day.month - 1].text(language)}"


def goal_told(goal: str, language: Language) -> str:
    """One's goal as it is quoted."""
    return f"«{goal}»" if language == "it" else f"“{goal}”"


def progress_lines(own: OwnProgress, language: Language) -> list[tuple[str, list[str]]]:
    """Headings, each with its lines; a heading without any is left out."""

    def said(key: str, **values: object) -> str:
        return WAY[key][language].format(**values)

    counts = [said("days", n=own.days), said("repetitions", n=own.repetitions)]
    counts.append(said("attempts", n=own.attempts))
    if own.reported:
        counts.append(said("reported", n=own.reported))
    if own.uncounted:
        counts.append(said("uncounted", n=own.uncounted))
    parts = [(said("progress"), counts)]
    for assessed in own.ranges:
        lines = [f"{day_told(d, language)}: {told.text(language)}" for d, told in assessed.found]
        parts.append((assessed.title.text(language), lines))
    if own.pains:
        parts.append((said("pain"), [said("pains", pains=", ".join(map(str, own.pains)))]))
    if own.goal:
        rated = [
            said("rated", day=day_told(day, language), n=rating) for day, rating in own.ratings
        ]
        parts.append((said("goal"), [goal_told(own.goal, language), *rated]))
    return parts


def progress_pages(own: OwnProgress, language: Language, *, after: bool) -> list[Page]:
    """All pages in order: each leads on to the next, and each leads back to the map.

    Args:
        own: the progress.
        language: of the pages.
        after: the session is closed: one may leave from here, and nothing more is written down.
    """
    cut = [
        (title, lines[n : n + LINES_A_PAGE])
        for title, lines in progress_lines(own, language)
        for n in range(0, len(lines), LINES_A_PAGE)
    ]
    back = Choice(WAY["to_map"][language], SeeWay("map"))
    pages = []
    for number, (title, lines) in enumerate(cut, 1):
        choices = [back]
        if number < len(cut):
            choices.insert(0, Choice(WAY["go_on"][language], SeeWay("progress", page=number)))
        elif own.goal and not after:
            choices.insert(0, Choice(WAY["rate"][language], SeeWay("goal")))
        if after:
            choices.append(Choice(WAY["close"][language], Leave()))
        place = WAY["page_of"][language].format(n=number, of=len(cut))
        spoken = f"{title}. {'. '.join(lines)}."
        pages.append(
            Page(f"{title} ({place})", lines=tuple(lines), choices=tuple(choices), spoken=spoken)
        )
    return pages


def goal_page(goal: str, language: Language) -> Page:
    """How near one feels to one's own goal; nothing is preselected, to leave it out is a choice."""
    asked = WAY["how_near"][language]
    marks = [Choice(str(n), SeeWay("map", rating=n), small=True) for n in range(11)]
    skip = Choice(WAY["to_map"][language], SeeWay("map"))
    ends = (WAY["not_at_all"][language], WAY["wholly"][language])
    return Page(
        asked,
        goal_told(goal, language),
        choices=(*marks, skip),
        spoken=f"{asked} {goal}",
        clinical=True,
        ends=ends,
    )
