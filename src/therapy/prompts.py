"""Persuasive prompts: which to show, in which words, in which variant.

Every prompt shown is recorded (`prompt.shown` with mechanism, variant and language), so that
its effect can be tested. Which variant a person sees on a day is a fixed function of patient,
day and mechanism: no coin is tossed twice. Texts name deeds and never blame.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from .wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from .plan import Plan
    from .streak import Streak

__all__ = ["Deed", "Mechanism", "Prompt", "after_session", "before_session"]

BARRIER_AFTER_MISSES: Final = 2


class Mechanism(StrEnum):
    """What a prompt works by."""

    GOAL = "goal"
    WHEN_AND_WHERE = "when and where"
    FIVE_MINUTES = "five minutes"
    MESSAGE = "therapist's message"
    BARRIER = "barrier question"
    PRAISE = "praise"
    STREAK = "streak"
    HELPER = "helper"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt; `choices` are the answers of a question, by id."""

    mechanism: Mechanism
    variant: str
    text: Wording
    choices: tuple[tuple[str, Wording], ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done of one exercise.

    Attributes:
        name: of the exercise.
        done, asked: in the dose's unit.
        good: repetitions slow and full, where they were counted.
    """

    name: Wording
    done: float
    asked: float
    good: int | None = None


def before_session(
    plan: Plan,
    day: date,
    *,
    misses: int = 0,
    message: str | None = None,
    streak: Streak | None = None,
) -> tuple[Prompt, ...]:
    """Prompts at the beginning, in the order in which to show them.

    Args:
        plan: its switches, the goal and the person's own plan.
        day: today.
        misses: planned days missed in a row before today.
        message: the therapist's, not yet shown.
        streak: until yesterday.
    """
    on = plan.persuasion
    found: list[Prompt] = []
    if on.message and message:
        text = Wording(f"Dal suo terapista: «{message}»", f"From your therapist: “{message}”")
        found.append(Prompt(Mechanism.MESSAGE, "a", text))
    if on.goal and plan.goal:
        found.append(_goal(plan, day))
    if on.barrier and misses >= BARRIER_AFTER_MISSES:
        found.append(Prompt(Mechanism.BARRIER, "a", _BARRIER, _BARRIERS))
    if on.five_minutes and misses:
        found.append(_varied(plan, day, Mechanism.FIVE_MINUTES, _FIVE_MINUTES))
    if on.helper and plan.helper:
        found.append(_varied(plan, day, Mechanism.HELPER, _HELPER))
    if on.streak and streak is not None and streak.days > 1:
        text = _STREAK.filled(days=streak.days, reserves=streak.reserves)
        found.append(Prompt(Mechanism.STREAK, "a", text))
    return tuple(found)


def after_session(plan: Plan, day: date, deeds: Sequence[Deed]) -> tuple[Prompt, ...]:
    """Prompts at the end: praise that names the deed, then the goal and the next time."""
    on = plan.persuasion
    found: list[Prompt] = []
    done = [deed for deed in deeds if deed.done >= 1]
    if on.praise and done:
        best = max(done, key=lambda d: (d.done / d.asked if d.asked else 0.0, d.done))
        found.append(_praise(plan, day, best))
    if on.goal and plan.goal and done:
        found.append(_goal(plan, day))
    if on.when_and_where and plan.when_and_where:
        text = _WHEN_AND_WHERE.filled(plan=plan.when_and_where)
        found.append(Prompt(Mechanism.WHEN_AND_WHERE, "a", text))
    return tuple(found)


def _goal(plan: Plan, day: date) -> Prompt:
    texts = _MAINTAIN if plan.framing == "maintain" else _IMPROVE
    prompt = _varied(plan, day, Mechanism.GOAL, texts)
    text = prompt.text.filled(goal=plan.goal)
    return Prompt(Mechanism.GOAL, f"{plan.framing}-{prompt.variant}", text)


def _praise(plan: Plan, day: date, deed: Deed) -> Prompt:
    if deed.good is None:
        prompt = _varied(plan, day, Mechanism.PRAISE, _PRAISE_DONE)
    else:
        prompt = _varied(plan, day, Mechanism.PRAISE, _PRAISE_GOOD)
    text = prompt.text.filled(
        name=Wording(deed.name.it.lower(), deed.name.en.lower()),
        done=f"{deed.done:.0f}",
        asked=f"{deed.asked:.0f}",
        good=deed.good,
    )
    return Prompt(Mechanism.PRAISE, prompt.variant, text)


def _varied(plan: Plan, day: date, mechanism: Mechanism, texts: tuple[Wording, ...]) -> Prompt:
    seed = f"{plan.patient}\n{day.isoformat()}\n{mechanism}".encode()
    place = hashlib.sha256(seed).digest()[0] % len(texts)
    return Prompt(mechanism, "abc"[place], texts[place])


_IMPROVE: Final = (
    Wording("Il suo obiettivo: {goal}.", "Your goal: {goal}."),
    Wording("Un passo verso: {goal}.", "One step towards: {goal}."),
)
_MAINTAIN: Final = (
    Wording("Mantenere è il risultato: {goal}.", "Keeping it is the success: {goal}."),
    Wording(
        "Ogni giorno tiene viva questa capacità: {goal}.", "Each day keeps this alive: {goal}."
    ),
)
_WHEN_AND_WHERE: Final = Wording(
    "La prossima volta, come ha deciso: {plan}.", "Next time, as you decided: {plan}."
)
_FIVE_MINUTES: Final = (
    Wording(
        "Oggi va bene anche la versione da cinque minuti.", "Five minutes are fine today, too."
    ),
    Wording("Poco tempo? C'è la versione da cinque minuti.", "Short of time? Try five minutes."),
)
_HELPER: Final = (
    Wording(
        "Chi l'aiuta può contare ad alta voce con lei.", "Your helper can count aloud with you."
    ),
    Wording("Chi l'aiuta può sistemare il sensore.", "Your helper can put on the sensor."),
)
_STREAK: Final = Wording(
    "{days} giorni previsti di fila. Riserve di questa settimana: {reserves}.",
    "{days} planned days in a row. Reserves left this week: {reserves}.",
)
_PRAISE_DONE: Final = (
    Wording("Ha fatto {done} su {asked}: {name}.", "You did {done} of {asked}: {name}."),
    Wording("{name}: {done} su {asked}, fatto.", "{name}: {done} of {asked}, done."),
)
_PRAISE_GOOD: Final = (
    Wording(
        "{good} su {done} lente e complete: {name}.", "{good} of {done} slow and full: {name}."
    ),
    Wording(
        "{name}: {done} su {asked}, {good} lente e complete.",
        "{name}: {done} of {asked}, {good} slow and full.",
    ),
)
_BARRIER: Final = Wording(
    "Che cosa l'ha ostacolata negli ultimi giorni?", "What got in the way in the last days?"
)
_BARRIERS: Final = (
    ("pain", Wording("dolore", "pain")),
    ("tired", Wording("stanchezza", "tiredness")),
    ("time", Wording("poco tempo", "little time")),
    ("device", Wording("problemi con il sensore", "trouble with the sensor")),
    ("mood", Wording("poca voglia", "not in the mood")),
    ("other", Wording("altro", "something else")),
)
