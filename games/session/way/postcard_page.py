"""A postcard as a page: seen, read aloud, and hidden at will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.session.page import Choice, Leave, Page

from .way_steps import SeeWay
from .way_texts import WAY

if TYPE_CHECKING:
    from games.postcards.postcard import Postcard
    from therapy.wording import Language

__all__ = ["postcard_page"]


def postcard_page(card: Postcard, language: Language, *, after: bool) -> Page:
    """One card.

    Args:
        card: what is shown.
        language: of what can be pressed.
        after: the session is closed: one may leave from here.
    """
    title = WAY["postcard_from"][language].format(sender=card.sender)
    choices = [
        Choice(WAY["to_map"][language], SeeWay("map")),
        Choice(WAY["hide"][language], SeeWay("map", hide=True)),
    ]
    if after:
        choices.append(Choice(WAY["close"][language], Leave()))
    return Page(title, choices=tuple(choices), spoken=f"{title}. {card.text}", card=card)
