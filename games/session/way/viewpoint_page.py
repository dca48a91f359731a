"""A viewpoint as a page: what was walked so far, the goal, and from there all of the progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.session.page import Choice, Leave, Page

from .progress_pages import goal_told
from .way_steps import SeeWay
from .way_texts import WAY

if TYPE_CHECKING:
    from games.journey.own_progress import OwnProgress
    from therapy.wording import Language

    from .way_steps import MapShown

__all__ = ["viewpoint_page"]


def viewpoint_page(
    own: OwnProgress, week: int, shown: MapShown, language: Language, *, after: bool
) -> Page:
    """One page; nothing on it is compared with anybody or anything.

    Args:
        own: the progress so far.
        week: after which one the viewpoint lies.
        shown: the map behind it.
        language: of the page.
        after: the session is closed: one may leave from here, and nothing more is written down.
    """
    title = WAY["view_after"][language].format(week=week)
    told = WAY["so_far"][language].format(days=own.days, repetitions=own.repetitions)
    choices = [Choice(WAY["progress"][language], SeeWay("progress"))]
    if own.goal and not after:
        choices.append(Choice(WAY["rate"][language], SeeWay("goal")))
    choices.append(Choice(WAY["to_map"][language], SeeWay("map")))
    if after:
        choices.append(Choice(WAY["close"][language], Leave()))
    lines = (goal_told(own.goal, language),) if own.goal else ()
    spoken = ". ".join((title, told, *([own.goal] if own.goal else ())))
    return Page(title, told, lines=lines, choices=tuple(choices), spoken=spoken, way=shown)
