"""What was measured in a session, after its last card: a page an exercise, then its repetitions.

The words are those of every page and report (`therapy.exercises.item_reading`); figures come from
the result that counts, never from what moved the game.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from therapy.exercises.item_reading import item_reading
from therapy.exercises.library import EXERCISES

from .page import Choice, Leave, Page, SeeMeasured
from .session_texts import SESSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.messages.results import ItemResult, SessionResult
    from therapy.wording import Language

__all__ = ["MeasuredPages", "measured_pages"]

REPETITIONS_A_PAGE: Final = 4
"""In large letters there is room for so many."""


class MeasuredPages:
    """What was measured, and which page of it is looked at.

    Args:
        found: the result that counts, once it was made; else None.
        language: of the pages.

    Attributes:
        turned_to: number of the page; None: none yet.
    """

    def __init__(self, found: Callable[[], SessionResult | None], language: Language) -> None:
        self.turned_to: int | None = None
        self._found, self._language = found, language
        self._pages: list[Page] = []

    def after(self, last: Page) -> Page:
        """The page that is looked at, or the last card, with a way to them where there are some."""
        if not self._pages and (found := self._found()) is not None:
            self._pages = measured_pages(found, self._language)
        if not self._pages:
            return last
        if self.turned_to is not None:
            return self._pages[self.turned_to]
        see = Choice(SESSION["measured"][self._language], SeeMeasured())
        return replace(last, choices=(*last.choices, see))


def measured_pages(result: SessionResult, language: Language) -> list[Page]:
    """All pages in order; each leads to the next one, and from each one may leave."""
    pages = [page for item in result.items for page in _of(item, language)]
    return [_leading(page, number, len(pages), language) for number, page in enumerate(pages, 1)]


def _of(item: ItemResult, language: Language) -> list[Page]:
    told = item_reading(item)
    title = _title(item, language)
    count = SESSION["repetitions"][language].format(count=told.count.text(language))
    figures = [f.text(language) for f in told.figures]
    if told.refused is not None:
        figures = [SESSION["no_angle"][language].format(why=told.refused.text(language))]
    lines = [*figures[1:], *(b.text(language) for b in told.beside)]
    spoken = " ".join(f"{part.rstrip('.')}." for part in (title, count, *figures))
    first = Page(title, count, lines=(*figures[:1], *lines), spoken=spoken)
    each = [
        f"{number}: {one.text(language)}"
        for number, one in enumerate(told.repetitions, 1)
        if one is not None
    ]
    return [
        first,
        *(
            Page(title, SESSION["each"][language], lines=tuple(each[n : n + REPETITIONS_A_PAGE]))
            for n in range(0, len(each), REPETITIONS_A_PAGE)
        ),
    ]


def _title(item: ItemResult, language: Language) -> str:
    known = EXERCISES.get(item.exercise)
    name = item.exercise if known is None else known.name.text(language)
    side = SESSION[f"side.{item.side}"][language]
    measure = SESSION["measure"][language] if item.assessment else ""
    return ", ".join(part for part in (name, side, measure) if part)


def _leading(page: Page, number: int, count: int, language: Language) -> Page:
    close = Choice(SESSION["close"][language], Leave())
    onward = Choice(SESSION["go_on"][language], SeeMeasured(number))
    choices = (onward, close) if number < count else (close,)
    # Of its own place, so that two pages of one exercise are two for who presses and listens.
    place = SESSION["page_of"][language].format(n=number, of=count)
    return replace(page, title=f"{page.title} ({place})", choices=choices)
