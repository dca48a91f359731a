"""What one screen of the session holds, before anybody draws it: pure.

`page_of` turns therapy's screen into a title, a text and choices; each choice knows which
request it makes. Therapy decides what comes next, never this room.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from games.persuasion.prompts import Mechanism
from games.persuasion.questionnaire import ITEMS
from telemetry.messages.events import StopReason
from telemetry.messages.requests import (
    AnswerCheck,
    CalibrateRange,
    CalibrateSegment,
    CloseSession,
    EndAssessment,
    EndExercise,
    GoBack,
    ReportBreathlessness,
    ReportEffort,
    StartAssessment,
    StartExercise,
)
from therapy.session.alignment import AlignmentPhase
from therapy.session.questions import PAIN_ENDS
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

from .session_texts import BREATH_WORDS, EFFORT_WORDS, SESSION

if TYPE_CHECKING:
    from games.persuasion.prompts import Prompt
    from telemetry.messages.requests import Request
    from therapy.plan.plan_item import PlanItem
    from therapy.session.questions import Answer, Question
    from therapy.wording import Language, Wording

__all__ = [
    "Begin",
    "Choice",
    "Leave",
    "Mark",
    "Page",
    "Stay",
    "breath_page",
    "confirm_page",
    "effort_page",
    "leave_page",
    "opening_page",
    "page_of",
    "questionnaire_page",
    "resume_page",
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
class Stay:
    """Go back to what was on the screen before a card lay over it."""


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
        word: beside a scale's number.
    """

    text: str
    asks: Request | Begin | Mark | Leave | Stay
    small: bool = False
    word: str = ""

    @property
    def skips(self) -> bool:
        """Whether it leaves the question out: an answer of its own."""
        match self.asks:
            case AnswerCheck(answer=None) | Mark(mark=None) | ReportEffort(effort=None):
                return True
            case ReportBreathlessness(breathlessness=None):
                return True
        return False

    @property
    def quiet(self) -> bool:
        """Whether it stands apart from the answers: back and skip."""
        return self.skips or isinstance(self.asks, GoBack)


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
        posture: of the figure, as the plan asks for it.
        still: nothing is to be moved now, so the figure rests.
        seen, of: repetitions to count on this page; `of` 0: none.
        spoken: said aloud when the page opens.
        lines: one kind sentence each, set apart.
        clinical: it asks for an answer: nothing is preselected, and what motion takes is confirmed.
        ends: what the lowest and the highest number of a scale stand for.
        guard_s: for how long Enter chooses nothing, so that a second press by mistake is harmless.
    """

    title: str
    text: str = ""
    mistake: str = ""
    exercise: str | None = None
    side: str = "right"
    posture: str = ""
    still: bool = False
    seen: int = 0
    of: int = 0
    choices: tuple[Choice, ...] = ()
    spoken: str = ""
    lines: tuple[str, ...] = ()
    guard_s: float = 0.0
    clinical: bool = False
    ends: tuple[str, str] = ("", "")

    @property
    def last(self) -> bool:
        """Whether every choice ends the screens."""
        return bool(self.choices) and all(isinstance(choice.asks, Leave) for choice in self.choices)


def page_of(  # noqa: PLR0911 - one case a screen
    screen: SessionScreen, language: Language, *, back: bool = False
) -> Page:
    """The page for one of therapy's screens; `back`: a question was answered before this one."""

    def said(key: str, **values: object) -> str:
        return SESSION[key][language].format(**values)

    match screen:
        case Ask(question):
            return _question(question, language, back=back)
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
                posture=item.in_posture,
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
                posture=item.in_posture,
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
            return _test(screen, language)


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
    moves = screen.of > 0 or (not screen.measured and screen.level == "functional")
    return Page(
        screen.title.text(language),
        words if told is None else told,
        exercise=screen.exercise,
        side=screen.side,
        posture=screen.posture,
        still=not moves,
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
        posture=item.in_posture,
        seen=seen,
        of=of,
        choices=choices,
        spoken=text if seen == 0 else "",
    )


def _test(screen: Play, language: Language) -> Page:
    """A field test has a page instead of a game: whoever stands beside ends it."""
    item = screen.item
    if not item.known.test:
        return Page("")
    counted = min(round(screen.done), round(screen.dose)), round(screen.dose)
    over = Choice(SESSION["done"][language], EndExercise(reason=StopReason.DONE))
    tired = Choice(SESSION["tired"][language], EndExercise(reason=StopReason.TIRED))
    return _moving(item, item.known.cue.text(language), counted, (over, tired), language)


def _question(question: Question, language: Language, *, back: bool) -> Page:
    text = question.text.text(language)

    def answer(words: str, value: Answer, *, small: bool = False) -> Choice:
        return Choice(words, AnswerCheck(question=question.id, answer=value), small=small)

    ends = ("", "")
    choices: tuple[Choice, ...]
    if question.kind == "yes or no":
        no, yes = (label.text(language) for label in question.labels)
        choices = (answer(no, value=False), answer(yes, value=True))
    elif question.kind == "choice":
        choices = tuple(
            answer(SESSION[f"{question.id}.{c}"][language], c) for c in question.choices
        )
    elif question.kind == "pain":
        choices = tuple(answer(str(n), n, small=True) for n in SCALE)
        ends = (PAIN_ENDS[0].text(language), PAIN_ENDS[1].text(language))
    else:
        words = EFFORT_WORDS if question.kind == "effort" else BREATH_WORDS
        choices = tuple(
            replace(answer(str(n), n, small=True), word=words[n].text(language)) for n in SCALE
        )
    skip = answer(SESSION["skip"][language], None)
    before = (Choice(SESSION["back"][language], GoBack()),) if back else ()
    asked = (*choices, *before, skip)
    return Page(text, choices=asked, spoken=text, clinical=True, ends=ends)
