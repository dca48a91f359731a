"""The questions that open and close a session, one a screen.

An answer is a deliberate act: nothing is preselected, and skipping (None) is an answer of its own.
Pain is asked in each part that will be exercised, then elsewhere: the first closes only its items.
A stop question of the plan, told or skipped, keeps exercise for another day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from telemetry.messages.events import CheckAnswered, CloseReason, SessionClosed, SessionOpened
from therapy.plan.body_part import part_of, part_words
from therapy.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from telemetry.messages.events import SessionEvent
    from therapy.plan.limits import Limits
    from therapy.plan.plan import Plan
    from therapy.plan.plan_item import PlanItem

__all__ = [
    "ARMS",
    "ASSURING",
    "BARRIER",
    "BARRIERS",
    "FALL_SUSPECTED",
    "PAIN",
    "PAIN_ENDS",
    "SEAT",
    "Answer",
    "Question",
    "QuestionKind",
    "check_in",
    "check_out",
    "extra_pain",
    "is_answer",
    "question_words",
    "untroubled_answer",
]

Answer: TypeAlias = bool | int | float | str | None
QuestionKind: TypeAlias = Literal["yes or no", "pain", "effort", "breathlessness", "choice"]

WHY: Final = ("pain", "tired", "time", "other")
ARMS: Final = ("crossed", "hanging", "used")
"""Where the arms were in a chair stand test: after a stroke the affected one may hang."""
SEAT: Final = ("43", "lower", "higher")
"""The seat's height beside the 43 cm at which the tests are published."""
BARRIER: Final = "barrier"
BARRIERS: Final = ("time", "pain", "tired", "forgot", "other")
"""What got in the way of planned days; it changes nothing of the session."""
ASSURING: Final = frozenset({"settled", "support", "helper"})
"""Questions whose yes lets a session go on."""
SCALES: Final = ("pain", "effort", "breathlessness")


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        id: as `check.answered` names it.
        at: check-in or check-out.
        kind: a yes or no; 0 to 10 of pain, effort or breathlessness; or one of `choices`.
        part: of the body that pain is asked in; empty: no certain one.
        labels: what "no" and "yes" are called.
    """

    id: str
    at: Literal["in", "out"]
    kind: QuestionKind
    text: Wording
    choices: tuple[str, ...] = ()
    part: str = ""
    labels: tuple[Wording, Wording] = (Wording("No", "No"), Wording("Sì", "Yes"))

    @property
    def stops(self) -> bool:
        """Whether it is one of the plan's stop questions."""
        return self.id.startswith("stop.")


def check_in(
    plan: Plan,
    items: Sequence[PlanItem] = (),
    *,
    next_morning: bool = False,
    barrier: bool = False,
) -> tuple[Question, ...]:
    """The questions that open a session.

    Args:
        plan: says which are asked.
        items: to be exercised: pain is asked in each of their parts, and whether support and helper
            are there where one of them needs it.
        next_morning: yesterday left extra pain behind.
        barrier: planned days were missed, so ask what got in the way.
    """
    asked = plan.check_in
    parts = dict.fromkeys(part_of(item) for item in items)
    wanted: list[Question] = []
    if asked.unwell:
        wanted.append(Question("unwell", "in", "yes or no", _WELL, labels=_WELL_OR_NOT))
    if asked.fallen:
        wanted.append(Question("fallen", "in", "yes or no", _FALLEN))
    if asked.medicine:
        wanted.append(Question("medicine", "in", "yes or no", _MEDICINE))
    if asked.pain:
        wanted += _pain_in(tuple(parts))
        if asked.pain_elsewhere and parts:
            wanted.append(Question("pain elsewhere", "in", "pain", _PAIN_ELSEWHERE))
    wanted += [
        Question(f"stop.{stop.id}", "in", "yes or no", Wording(stop.it, stop.en))
        for stop in plan.stop_questions
    ]
    wanted += _at_hand(items)
    if asked.next_morning and next_morning:
        wanted.append(Question("settled", "in", "yes or no", _SETTLED))
    if asked.effort:
        wanted.append(Question("effort", "in", "effort", _EFFORT_IN))
    if asked.breathlessness:
        wanted.append(Question("breathlessness", "in", "breathlessness", _BREATH_IN))
    if barrier:
        wanted.append(Question(BARRIER, "in", "choice", _BARRIER, BARRIERS))
    return tuple(wanted)


def check_out(
    *,
    why: bool = False,
    breathlessness: bool = False,
    exercised: bool = True,
    chair_test: bool = False,
) -> tuple[Question, ...]:
    """The questions that close a session.

    Args:
        why: nothing told yet why it stopped.
        breathlessness: the plan asks for it.
        exercised: an exercise was begun; else nothing could be hard.
        chair_test: a chair stand test was done: no sensor sees the arms, nor the seat's height.
    """
    asked = [Question("pain", "out", "pain", PAIN)]
    if chair_test:
        asked.append(Question("arms", "out", "choice", _ARMS, ARMS))
        asked.append(Question("seat", "out", "choice", _SEAT, SEAT))
    if exercised:
        asked.append(Question("effort", "out", "effort", _EFFORT_OUT))
    if breathlessness and exercised:
        asked.append(Question("breathlessness", "out", "breathlessness", _BREATH_OUT))
    if why:
        asked.append(Question("why", "out", "choice", _WHY, WHY))
    return tuple(asked)


def question_words(question: str, at: Literal["in", "out"], plan: Plan | None) -> Wording | None:
    """What somebody was asked, by the name that `check.answered` gives it; None: not known.

    Args:
        question: its id.
        at: check-in or check-out.
        plan: the version in force then, for its stop questions; None: it is not at hand.
    """
    if question.startswith("stop."):
        own = () if plan is None else plan.stop_questions
        found = (Wording(q.it, q.en) for q in own if f"stop.{q.id}" == question)
        return next(found, _STOP)
    if question in _ASKED:
        return _ASKED[question]
    if question == "breathlessness":
        return _BREATH_IN if at == "in" else _BREATH_OUT
    part = question.removeprefix("pain ")
    return _PAIN_THERE.filled(part=part_words(part)) if part != question else None


def untroubled_answer(question: Question) -> Answer:
    """What somebody without complaints answers: for demonstrations and tests."""
    match question.kind:
        case "yes or no":
            return question.id in ASSURING
        case "pain":
            return 0
        case "effort" | "breathlessness":
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
        case "effort" | "breathlessness":
            return type(answer) in (int, float) and 0 <= float(answer) <= 10
        case "choice":
            return answer in question.choices


def extra_pain(events: Iterable[SessionEvent], limits: Limits) -> bool:
    """Whether a closed session left more pain behind than it began with.

    If so, the next session opens with the next-morning question. Pain without a value at
    check-in counts from 0, that of several parts from the highest; a session that pain ended
    always asks.
    """
    before: dict[str, int] = {}
    after, ended_by_pain = None, False
    for event in events:
        match event:
            case SessionOpened():
                before, after, ended_by_pain = {}, None, False
            case CheckAnswered(at="in", answer=int(pain)) if event.question.startswith("pain"):
                before[event.question] = int(pain)
            case CheckAnswered(at="out", question="pain", answer=int(pain)):
                after = int(pain)
            case SessionClosed(reason=CloseReason.PAIN):
                ended_by_pain = True
            case _:
                pass
    rise = None if after is None else after - max(before.values(), default=0)
    return ended_by_pain or (rise is not None and rise >= limits.pain_rise)


def _at_hand(items: Sequence[PlanItem]) -> list[Question]:
    """Whether what some of the exercises need is there."""
    wanted = []
    if any(item.known.supported for item in items):
        wanted.append(Question("support", "in", "yes or no", _SUPPORT))
    if any(item.known.helped for item in items):
        wanted.append(Question("helper", "in", "yes or no", _HELPER))
    return wanted


def _pain_in(parts: tuple[str, ...]) -> list[Question]:
    """Pain in each part; of the only one it is called plainly `pain`."""
    if not parts:
        return [Question("pain", "in", "pain", PAIN)]
    return [
        Question(
            "pain" if len(parts) == 1 else f"pain {part}",
            "in",
            "pain",
            _PAIN_THERE.filled(part=part_words(part)),
            part=part,
        )
        for part in parts
    ]


_WELL = Wording("Oggi come sta?", "How are you today?")
_WELL_OR_NOT = (Wording("Bene", "Well"), Wording("Non mi sento bene", "I feel unwell"))
_FALLEN = Wording("È caduto o caduta dall'ultima volta?", "Have you fallen since last time?")
_MEDICINE = Wording("Ha medicine nuove o cambiate?", "Any new or changed medicine?")
PAIN: Final = Wording(
    "Quanto dolore sente adesso, da 0 a 10?", "How much pain do you feel now, from 0 to 10?"
)
"""The one wording of pain, on every screen that asks for it."""
PAIN_ENDS: Final = (
    Wording("nessun dolore", "no pain"),
    Wording("il dolore peggiore che si possa immaginare", "the worst pain imaginable"),
)
"""What 0 and 10 of it stand for."""
_PAIN_THERE = Wording(
    "Quanto dolore sente adesso {part}, da 0 a 10?",
    "How much pain do you feel now {part}, from 0 to 10?",
)
_PAIN_ELSEWHERE = Wording(
    "E altrove, quanto dolore sente adesso, da 0 a 10?",
    "And elsewhere, how much pain do you feel now, from 0 to 10?",
)
_SUPPORT = Wording(
    "Ha davanti a sé un appoggio saldo, per le due mani?",
    "Is there something firm in front of you, for both hands?",
)
_HELPER = Wording(
    "C'è una persona accanto a Lei, per questi esercizi?",
    "Is somebody beside you, for these exercises?",
)
_SETTLED = Wording("Il dolore in più di ieri è passato?", "Has yesterday's extra pain settled?")
_BARRIER = Wording(
    "Nei giorni scorsi, che cosa si è messo di mezzo?",
    "In the last days, what got in the way?",
)
_EFFORT_IN = Wording("Quanta fatica sente adesso?", "How much effort do you feel now?")
_EFFORT_OUT = Wording("Quanto è stato faticoso?", "How hard was it?")
_BREATH_IN = Wording("Quanto Le manca il respiro adesso?", "How short of breath are you now?")
_BREATH_OUT = Wording(
    "Quanto Le è mancato il respiro?", "How short of breath were you while you exercised?"
)
_WHY = Wording("Perché ha smesso?", "Why did you stop?")
_ARMS = Wording(
    "Nella prova della sedia, dove teneva le braccia?", "In the chair test, where were your arms?"
)
_SEAT = Wording("Quanto era alto il sedile della sedia?", "How high was the seat of the chair?")
FALL_SUSPECTED: Final = Question(
    "fallen", "in", "yes or no", Wording("È caduto o caduta adesso?", "Did you fall just now?")
)
"""Asked in mid-session; it cannot be skipped."""
_STOP: Final = Wording("Una domanda di arresto del piano:", "A stop question of the plan:")
"""Of a version that is not at hand."""
_ASKED: Final = {
    "unwell": _WELL,
    "fallen": _FALLEN,
    "medicine": _MEDICINE,
    "pain": PAIN,
    "pain elsewhere": _PAIN_ELSEWHERE,
    "support": _SUPPORT,
    "helper": _HELPER,
    "settled": _SETTLED,
    BARRIER: _BARRIER,
    "arms": _ARMS,
    "seat": _SEAT,
    "why": _WHY,
}
