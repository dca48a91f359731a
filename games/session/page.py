"""What one screen of the session holds, before anybody draws it: pure.

`page_of` turns therapy's screen into a title, a text and choices; each choice knows which
request it makes. Therapy decides what comes next, never this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from games.persuasion.prompts import Mechanism
from games.persuasion.questionnaire import ITEMS
from telemetry.messages.events import StopReason
from telemetry.messages.requests import (
    AnswerCheck,
    CalibrateRange,
    CalibrateSegment,
    EndAssessment,
    EndExercise,
    ReportEffort,
    StartAssessment,
    StartExercise,
)
from therapy.session.alignment import AlignmentPhase
from therapy.session.screens import (
    AlignSensor,
    Ask,
    Assess,
    Closed,
    FindRange,
    Play,
    Ready,
    ReadyToAssess,
    SessionScreen,
)

from .session_texts import SESSION

if TYPE_CHECKING:
    from games.persuasion.prompts import Prompt
    from telemetry.messages.requests import Request
    from therapy.plan.plan import PlanItem
    from therapy.session.questions import Answer, Question
    from therapy.wording import Language

__all__ = [
    "Begin",
    "Choice",
    "Leave",
    "Mark",
    "Page",
    "effort_page",
    "opening_page",
    "page_of",
    "questionnaire_page",
]

SCALE = range(11)


@dataclass(frozen=True, slots=True)
class Begin:
    """Leave the opening page for the check-in."""

    five_minutes: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A statement of the questionnaire was marked, or skipped where the mark is None."""

    item: str
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """The last card was read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to press.

    Attributes:
        text: what it says.
        asks: the request that it makes, or what the screens themselves do.
        small: one of a scale's steps.
    """

    text: str
    asks: Request | Begin | Mark | Leave
    small: bool = False


MEASURING_GUARD_S = 3.0


@dataclass(frozen=True, slots=True)
class Page:
    """One screen.

    Attributes:
        title: in large letters.
        text: below it.
        mistake: the common mistake, set apart.
        exercise: whose drawing is shown; None: none.
        side: of the exercise.
        seen, of: repetitions to count on this page; `of` 0: none.
        spoken: said aloud when the page opens.
        lines: one kind sentence each, set apart.
        guard_s: for how long Enter chooses nothing, so that a second press by mistake is harmless.
    """

    title: str
    text: str = ""
    mistake: str = ""
    exercise: str | None = None
    side: str = "right"
    seen: int = 0
    of: int = 0
    choices: tuple[Choice, ...] = ()
    spoken: str = ""
    lines: tuple[str, ...] = ()
    guard_s: float = 0.0

    @property
    def last(self) -> bool:
        """Whether every choice ends the screens."""
        return bool(self.choices) and all(isinstance(choice.asks, Leave) for choice in self.choices)


def page_of(screen: SessionScreen, language: Language) -> Page:  # noqa: PLR0911 - one case a screen
    """The page for one of therapy's screens."""

    def said(key: str, **values: object) -> str:
        return SESSION[key][language].format(**values)

    match screen:
        case Ask(question):
            return _question(question, language)
        case AlignSensor():
            return _alignment(screen, language)
        case Ready(item, cue, mistake):
            begin = Choice(said("begin"), StartExercise())
            return Page(
                item.known.name.text(language),
                cue.text(language),
                mistake.text(language),
                exercise=item.exercise,
                side=item.side,
                choices=(begin,),
                spoken=cue.text(language),
            )
        case FindRange(item, seen, of, _):
            clinician = Choice(said("cannot"), CalibrateRange(source="clinician"))
            tired = Choice(said("tired"), EndExercise(reason=StopReason.TIRED))
            return _moving(item, said("finding"), (seen, of), (tired, clinician), language)
        case ReadyToAssess(item):
            title = said("ready_to_assess")
            choices = (
                Choice(said("begin"), StartAssessment()),
                Choice(said("later"), EndAssessment(reason=StopReason.OTHER)),
            )
            return Page(
                title,
                item.known.name.text(language),
                exercise=item.exercise,
                side=item.side,
                choices=choices,
                spoken=title,
            )
        case Assess(item, seen, of):
            tired = Choice(said("tired"), EndAssessment(reason=StopReason.TIRED))
            return _moving(item, said("assessing"), (seen, of), (tired,), language)
        case Closed(_, text):
            words = text.text(language)
            return Page(
                said("done"), words, choices=(Choice(said("close"), Leave()),), spoken=words
            )
        case Play():
            return Page("")


def questionnaire_page(item: str, language: Language) -> Page:
    """One statement of the anonymous questionnaire, to be marked from 1 to 5."""
    text = ITEMS[item][language]
    marks = tuple(Choice(str(n), Mark(item, n), small=True) for n in range(1, 6))
    skip = Choice(SESSION["skip"][language], Mark(item))
    why = SESSION["anonymous"][language]
    return Page(text, why, choices=(*marks, skip), spoken=text)


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
    choices = tuple(Choice(str(n), ReportEffort(effort=n), small=True) for n in SCALE)
    text = SESSION["effort"][language]
    return Page(text, choices=choices, spoken=text)


def _alignment(screen: AlignSensor, language: Language) -> Page:
    """The calibration of a sensor: what to do, what to repeat, and how far it is."""
    words = screen.text.text(language)
    told = None if screen.told is None else screen.told.text(language)

    def choice(key: str, asks: CalibrateSegment) -> Choice:
        return Choice(SESSION[key][language], asks)

    begins, cannot = CalibrateSegment(ask="begin"), CalibrateSegment(ask="cannot")

    choices: tuple[Choice, ...]
    if not screen.measured:
        passed = choice("done", CalibrateSegment(passed=True))
        failed = choice("cannot", CalibrateSegment(passed=False))
        choices = (passed,) if screen.level == "none" else (passed, failed)
    elif screen.level == "none":
        choices = (choice("go_on", begins),)
    elif screen.phase is AlignmentPhase.WAITING:
        begin = choice("again" if screen.again else "begin", begins)
        choices = (begin, choice("leave_out", cannot))
    else:
        choices = (choice("stop_alignment", cannot),)
    return Page(
        screen.title.text(language),
        words if told is None else told,
        exercise=screen.exercise,
        side=screen.side,
        seen=screen.seen,
        of=screen.of,
        choices=choices,
        spoken=words if told is None else f"{told} {words}",
        lines=() if told is None else (words,),
        guard_s=MEASURING_GUARD_S if screen.phase is not AlignmentPhase.WAITING else 0.0,
    )


def _moving(
    item: PlanItem,
    text: str,
    counted: tuple[int, int],
    choices: tuple[Choice, ...],
    language: Language,
) -> Page:
    seen, of = counted
    return Page(
        item.known.name.text(language),
        text,
        exercise=item.exercise,
        side=item.side,
        seen=seen,
        of=of,
        choices=choices,
        spoken=text if seen == 0 else "",
    )


def _question(question: Question, language: Language) -> Page:
    text = question.text.text(language)

    def answer(words: str, value: Answer, *, small: bool = False) -> Choice:
        return Choice(words, AnswerCheck(question=question.id, answer=value), small=small)

    choices: tuple[Choice, ...]
    if question.kind == "yes or no":
        choices = (
            answer(SESSION["no"][language], value=False),
            answer(SESSION["yes"][language], value=True),
        )
    elif question.kind == "choice":
        choices = tuple(answer(SESSION[f"why.{c}"][language], c) for c in question.choices)
    else:
        choices = tuple(answer(str(n), n, small=True) for n in SCALE)
    skip = answer(SESSION["skip"][language], None)
    return Page(text, choices=(*choices, skip), spoken=text)
