"""The questions that open and close a session, one a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from telemetry.messages.events import CheckAnswered, CloseReason, SessionClosed, SessionOpened
from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from telemetry.messages.events import SessionEvent
    from therapy.plan.limits import Limits
    from therapy.plan.plan import Plan

__all__ = [
    "FALL_SUSPECTED",
    "Answer",
    "Question",
    "check_in",
    "check_out",
    "extra_pain",
    "is_answer",
    "untroubled_answer",
]

Answer: TypeAlias = bool | int | float | str | None

WHY: Final = ("pain", "tired", "time", "other")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        id: as `check.answered` names it.
        at: check-in or check-out.
        kind: a yes or no; 0 to 10; Borg CR10; or one of `choices`.
    """

    id: str
    at: Literal["in", "out"]
    kind: Literal["yes or no", "pain", "borg", "choice"]
    text: Wording
    choices: tuple[str, ...] = ()


def check_in(plan: Plan, *, next_morning: bool = False) -> tuple[Question, ...]:
    """The questions that open a session; `next_morning`: yesterday left extra pain behind."""
    asked = plan.check_in
    wanted = (
        asked.unwell and Question("unwell", "in", "yes or no", _UNWELL),
        asked.fallen and Question("fallen", "in", "yes or no", _FALLEN),
        asked.medicine and Question("medicine", "in", "yes or no", _MEDICINE),
        asked.pain and Question("pain", "in", "pain", _PAIN),
        asked.next_morning and next_morning and Question("settled", "in", "yes or no", _SETTLED),
        asked.effort and Question("effort", "in", "borg", _EFFORT_IN),
    )
    return tuple(question for question in wanted if question)


def check_out(*, why: bool = False) -> tuple[Question, ...]:
    """The questions that close it; `why`: nothing told yet why it stopped."""
    asked = (
        Question("pain", "out", "pain", _PAIN),
        Question("effort", "out", "borg", _EFFORT_OUT),
    )
    return (*asked, Question("why", "out", "choice", _WHY, WHY)) if why else asked


def untroubled_answer(question: Question) -> Answer:
    """What somebody without complaints answers: for demonstrations and tests."""
    match question.kind:
        case "yes or no":
            return question.id == "settled"
        case "pain":
            return 0
        case "borg":
            return 1 if question.at == "in" else 3
        case "choice":
            return question.choices[-1]


def is_answer(question: Question, answer: Answer) -> bool:
    """Whether a question can be answered so; None skips any question."""
    if answer is None:
        return True
    match question.kind:
        case "yes or no":
            return isinstance(answer, bool)
        case "pain":
            return type(answer) is int and 0 <= answer <= 10
        case "borg":
            return type(answer) in (int, float) and 0 <= float(answer) <= 10
        case "choice":
            return answer in question.choices


def extra_pain(events: Iterable[SessionEvent], limits: Limits) -> bool:
    """Whether a closed session left more pain behind than it began with.

    If so, the next session opens with the next-morning question. Pain without a value at
    check-in counts from 0; a session that pain ended always asks.
    """
    before, after, ended_by_pain = 0, None, False
    for event in events:
        match event:
            case SessionOpened():
                before, after, ended_by_pain = 0, None, False
            case CheckAnswered(at="in", question="pain", answer=int(pain)):
                before = int(pain)
            case CheckAnswered(at="out", question="pain", answer=int(pain)):
                after = int(pain)
            case SessionClosed(reason=CloseReason.PAIN):
                ended_by_pain = True
            case _:
                pass
    return ended_by_pain or (after is not None and after - before >= limits.pain_rise)


_UNWELL = Wording("Oggi si sente male?", "Do you feel unwell today?")
_FALLEN = Wording("È caduto o caduta dall'ultima volta?", "Have you fallen since last time?")
_MEDICINE = Wording("Ha medicine nuove o cambiate?", "Any new or changed medicine?")
_PAIN = Wording("Quanto dolore sente adesso, da 0 a 10?", "How much pain now, 0 to 10?")
_SETTLED = Wording("Il dolore in più di ieri è passato?", "Has yesterday's extra pain settled?")
_EFFORT_IN = Wording("Quanta fatica sente adesso, da 0 a 10?", "How tired are you, 0 to 10?")
_EFFORT_OUT = Wording("Quanto è stato faticoso, da 0 a 10?", "How hard was it, 0 to 10?")
_WHY = Wording("Perché ha smesso?", "Why did you stop?")
FALL_SUSPECTED: Final = Question(
    "fallen", "in", "yes or no", Wording("È caduto o caduta adesso?", "Did you fall just now?")
)
"""Asked in mid-session; it cannot be skipped."""
