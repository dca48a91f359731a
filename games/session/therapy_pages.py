"""One page for each of therapy's screens, before anybody draws it: pure.

`page_of` turns therapy's screen into a title, a text and choices; each choice knows which
request it makes. Therapy decides what comes next, never this room.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from telemetry.messages.events import StopReason
from telemetry.messages.requests import (
    AnswerCheck,
    CalibrateRange,
    CalibrateSegment,
    EndAssessment,
    EndExercise,
    GoBack,
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

from .page import SCALE, Choice, Leave, Page
from .session_texts import BREATH_WORDS, EFFORT_WORDS, SESSION

if TYPE_CHECKING:
    from therapy.plan.plan_item import PlanItem
    from therapy.session.questions import Answer, Question
    from therapy.wording import Language

__all__ = ["page_of"]

MEASURING_GUARD_S = 3.0


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
        case Ready():
            return _ready(screen, language)
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


def _ready(screen: Ready, language: Language) -> Page:
    """The exercise that comes, after what became of the one before where that needs a word."""
    item, cue = screen.item, screen.cue.text(language)
    words = cue if screen.told is None else f"{screen.told.text(language)} {cue}"
    return Page(
        item.known.name.text(language),
        words,
        screen.mistake.text(language),
        exercise=item.exercise,
        side=item.side,
        posture=item.in_posture,
        choices=(Choice(SESSION["begin"][language], StartExercise()),),
        spoken=words,
    )


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
