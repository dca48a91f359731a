"""Prompts: which mechanism says what, when, and in which variant.

Every mechanism can be switched off by itself. Which variant a person gets is drawn anew for each
person and calendar week from a trial's seed, so that it can be drawn again afterwards, for weeks
in which nothing was shown as well, and its effect can be tested (`ripresa cohort trial`):
`prompt.shown` is requested with mechanism and variant for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from telemetry.messages.requests import NotePrompt

from .weekly_draws import drawn_among

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from therapy.wording import Language

    from .streak import Streak

__all__ = [
    "ALL",
    "PROMPTS",
    "Mechanism",
    "Prompt",
    "Situation",
    "iso_week",
    "prompts_for",
    "trial_unit",
    "variant_of",
]


class Mechanism(StrEnum):
    """What a prompt works by."""

    GOAL = "goal"
    WHEN_AND_WHERE = "when_and_where"
    FIVE_MINUTES = "five_minutes"
    MESSAGE = "therapists_message"
    BARRIER = "barrier_question"
    MAINTAIN = "maintain_framing"
    HELPER = "helper"
    PRAISE = "praise"
    STREAK = "streak"
    SELF_MONITORING = "self_monitoring"


ALL: Final = frozenset(Mechanism)

PROMPTS: Final[dict[Mechanism, dict[str, dict[str, str]]]] = {
    Mechanism.GOAL: {
        "own_words": {"it": "Il Suo obiettivo: {goal}", "en": "Your goal: {goal}"},
        "step": {"it": "Un passo verso: {goal}", "en": "One step towards: {goal}"},
    },
    Mechanism.WHEN_AND_WHERE: {
        "recall": {"it": "Il Suo momento: {when}", "en": "Your time: {when}"},
    },
    Mechanism.FIVE_MINUTES: {
        "offer": {
            "it": "Giornata piena? C'è la versione di cinque minuti.",
            "en": "A full day? There is a version of five minutes.",
        },
        "count": {
            "it": "Anche cinque minuti oggi contano.",
            "en": "Five minutes today count, too.",
        },
    },
    # A page of its own, see `games.session.letter_page`: it is read, and that is told.
    Mechanism.MESSAGE: {
        "quote": {"it": "Dal Suo fisioterapista", "en": "From your physiotherapist"},
    },
    Mechanism.BARRIER: {
        "open": {
            "it": "Che cosa renderebbe più facile trovare il momento?",
            "en": "What would make it easier to find the time?",
        },
    },
    Mechanism.MAINTAIN: {
        "keep": {
            "it": "Oggi ha mantenuto il Suo movimento.",
            "en": "Today you kept your movement.",
        },
    },
    Mechanism.HELPER: {
        "invite": {
            "it": "Chi La aiuta può tenere il conto con Lei.",
            "en": "Whoever helps you can keep count with you.",
        },
    },
    Mechanism.PRAISE: {
        "full": {
            "it": "Complete nel gioco: {full} su {trials}",
            "en": "Complete in the game: {full} of {trials}",
        },
        "deed": {
            "it": "Nel gioco, fino in fondo: {full} su {trials}",
            "en": "In the game, all the way: {full} of {trials}",
        },
    },
    Mechanism.STREAK: {
        "row": {
            "it": "{days} giorni previsti di fila; riserve questa settimana: {reserves}",
            "en": "{days} planned days in a row; reserves this week: {reserves}",
        },
        "total": {
            "it": "{done} giorni di esercizio in tutto",
            "en": "{done} days of exercise in all",
        },
    },
    Mechanism.SELF_MONITORING: {
        "week": {
            "it": "Giorni fatti questa settimana: {week} su {planned}",
            "en": "Days done this week: {week} of {planned}",
        },
    },
}
"""Mechanism, variant, language."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a session opens or closes.

    Attributes:
        unit: whose prompts and of which week: variants are drawn from it, see `trial_unit`.
        closing: after play, else before.
        goal, when_and_where: from the plan; empty: none.
        maintain: the plan's framing.
        helper: somebody helps at home.
        missed: planned days in a row without therapy before today.
        streak: as of today.
        trials, full: of this session.
        week, planned: days done and planned this week.
    """

    unit: str
    closing: bool = False
    goal: str = ""
    when_and_where: str = ""
    maintain: bool = False
    helper: bool = False
    missed: int = 0
    streak: Streak | None = None
    trials: int = 0
    full: int = 0
    week: int = 0
    planned: int = 0


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt as shown: its text, and what is logged of it."""

    mechanism: Mechanism
    variant: str
    text: str

    def logged(self, language: Language) -> NotePrompt:
        """The request that has it recorded."""
        return NotePrompt(mechanism=self.mechanism.value, variant=self.variant, language=language)


def prompts_for(
    situation: Situation, language: Language, *, on: frozenset[Mechanism] = ALL
) -> list[Prompt]:
    """The prompts to show now, at most three, in order of weight."""
    chosen = [m for m in _fitting(situation) if m in on]
    return [_prompt(m, situation, language) for m in chosen[:3]]


def iso_week(day: date) -> str:
    """The calendar week of a day, such as `2026-W09`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def trial_unit(seed: str, patient: str, day: date) -> str:
    """What variants are drawn from: the same for all of a person's week, another for each other."""
    return f"{seed} {patient} {iso_week(day)}"


def variant_of(unit: str, mechanism: Mechanism) -> str:
    """The variant of a mechanism that is drawn for a person's week."""
    return drawn_among(unit, mechanism, PROMPTS[mechanism])


def _fitting(s: Situation) -> list[Mechanism]:
    if s.closing:
        wanted: Mapping[Mechanism, object] = {
            Mechanism.PRAISE: s.full,
            Mechanism.MAINTAIN: s.maintain and s.trials,
            Mechanism.STREAK: s.streak is not None and s.streak.days > 1,
            Mechanism.GOAL: s.goal,
            Mechanism.SELF_MONITORING: s.planned and s.week,
        }
    else:
        wanted = {
            Mechanism.BARRIER: s.missed >= 2,
            Mechanism.FIVE_MINUTES: s.missed >= 1,
            Mechanism.GOAL: s.goal,
            Mechanism.WHEN_AND_WHERE: s.when_and_where,
            Mechanism.HELPER: s.helper,
            # "0 of 7" would tell nobody anything on the first day of a week.
            Mechanism.SELF_MONITORING: s.planned and s.week,
        }
    return [mechanism for mechanism, holds in wanted.items() if holds]


def _prompt(mechanism: Mechanism, s: Situation, language: Language) -> Prompt:
    variant = variant_of(s.unit, mechanism)
    streak = s.streak
    text = PROMPTS[mechanism][variant][language].format(
        goal=s.goal,
        when=s.when_and_where,
        trials=s.trials,
        full=s.full,
        days=0 if streak is None else streak.days,
        reserves=0 if streak is None else streak.reserves_left,
        done=0 if streak is None else streak.done,
        week=s.week,
        planned=s.planned,
    )
    return Prompt(mechanism, variant, text)
