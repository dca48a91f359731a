"""Pages of the screens' own, beside therapy's: opening, effort in mid-exercise, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.persuasion.prompts import Mechanism
from games.persuasion.questionnaire import ITEMS
from telemetry.messages.requests import CloseSession, ReportBreathlessness, ReportEffort

from .page import SCALE, Begin, Choice, Mark, Page, Stay
from .session_texts import BREATH_WORDS, EFFORT_WORDS, SESSION

if TYPE_CHECKING:
    from games.persuasion.prompts import Prompt
    from telemetry.messages.requests import Request
    from therapy.wording import Language, Wording

__all__ = [
    "breath_page",
    "confirm_page",
    "effort_page",
    "leave_page",
    "opening_page",
    "questionnaire_page",
    "resume_page",
]


def questionnaire_page(item: str, language: Language) -> Page:
    """One statement of the anonymous questionnaire, to be marked from 1 to 5."""
    text = ITEMS[item][language]
    marks = tuple(Choice(str(n), Mark(item, n), small=True) for n in range(1, 6))
    skip = Choice(SESSION["skip"][language], Mark(item))
    why = SESSION["anonymous"][language]
    ends = (SESSION["not_at_all"][language], SESSION["very_much"][language])
    return Page(text, why, choices=(*marks, skip), spoken=text, clinical=True, ends=ends)


def resume_page(language: Language) -> Page:
    """After a session that broke off: to go on, with what is left of today."""
    title, text = SESSION["broken_off"][language], SESSION["broken_off_kept"][language]
    go_on = Choice(SESSION["stay"][language], Begin())
    stop = Choice(SESSION["stop"][language], CloseSession())
    return Page(title, text, choices=(go_on, stop), spoken=f"{title} {text}")


def opening_page(prompts: list[Prompt], language: Language) -> Page:
    """Before the check-in: up to three kind lines, and where offered the short version."""
    begin = Choice(SESSION["begin"][language], Begin())
    short = Choice(SESSION["five_minutes"][language], Begin(five_minutes=True))
    offered = any(prompt.mechanism is Mechanism.FIVE_MINUTES for prompt in prompts)
    lines = tuple(prompt.text for prompt in prompts)
    return Page(
        SESSION["today"][language],
        lines=lines,
        choices=(begin, short) if offered else (begin,),
        spoken=" ".join(lines[:1]),
    )


def effort_page(language: Language) -> Page:
    """Half-way through an item: how hard is it?"""
    asks = tuple(ReportEffort(effort=n) for n in SCALE)
    return _middle(
        SESSION["effort"][language], EFFORT_WORDS, asks, ReportEffort(effort=None), language
    )


def breath_page(language: Language) -> Page:
    """Half-way through an item: how short of breath?"""
    asks = tuple(ReportBreathlessness(breathlessness=n) for n in SCALE)
    return _middle(
        SESSION["breath"][language],
        BREATH_WORDS,
        asks,
        ReportBreathlessness(breathlessness=None),
        language,
    )


def leave_page(language: Language) -> Page:
    """Before a session is ended: what is left stays on the agenda."""
    stay = Choice(SESSION["stay"][language], Stay())
    stop = Choice(SESSION["stop"][language], CloseSession())
    title = SESSION["leave"][language]
    kept = SESSION["leave_kept"][language]
    return Page(title, kept, choices=(stay, stop), spoken=f"{title} {kept}")


def confirm_page(choice: Choice, language: Language) -> Page:
    """What motion chose, once more: no answer is recorded that was not meant."""
    told = choice.text if not choice.word else f"{choice.text}, {choice.word}"
    title = SESSION["confirm"][language].format(answer=told)
    choices = (
        Choice(SESSION["other"][language], Stay()),
        Choice(SESSION["right"][language], choice.asks),
    )
    return Page(title, choices=choices, spoken=title, clinical=True)


def _middle(
    text: str,
    words: tuple[Wording, ...],
    asks: tuple[Request, ...],
    skip: Request,
    language: Language,
) -> Page:
    choices = tuple(
        Choice(str(n), ask, small=True, word=word.text(language))
        for n, (word, ask) in enumerate(zip(words, asks, strict=True))
    )
    left_out = Choice(SESSION["skip"][language], skip)
    return Page(text, choices=(*choices, left_out), spoken=text, clinical=True)
