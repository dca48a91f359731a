"""What screens and games may ask of a session, and what each request leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from telemetry.messages.events import (
    BreathlessnessReported,
    CheckAnswered,
    CloseReason,
    EffortReported,
    HeartMeasured,
    PainReported,
    PromptShown,
    StopReason,
    UnwellReported,
)
from telemetry.messages.requests import (
    AnswerCheck,
    CalibrateRange,
    CalibrateSegment,
    CloseSession,
    EndAssessment,
    EndExercise,
    GoBack,
    NoteHeartRate,
    NotePrompt,
    OpenSession,
    ReportBreathlessness,
    ReportEffort,
    ReportPain,
    ReportRest,
    ReportUnwell,
    StartAssessment,
    StartExercise,
)

from .calibration import RangeFinding, retest_due
from .questions import is_answer
from .safety import (
    Verdict,
    judge_breathlessness,
    judge_effort,
    judge_pain,
    may_start,
)
from .session_alignment import ask_to_measure
from .session_state import SessionStage

if TYPE_CHECKING:
    from telemetry.messages.requests import Request

    from .session_turn import Turn

__all__ = ["apply_request"]


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """A request that does not fit; the message says why."""


def apply_request(turn: Turn, request: Request) -> str | None:
    """Let a request work on the turn; a repeated one does nothing.

    Returns:
        Why it was refused, and then the turn is to be thrown away; None where it was taken.
    """
    state = turn.state
    if request.request is None:
        return f"{request.what}: it carries no ULID"
    if request.request in state.seen:
        return None
    if request.session is not None and request.session != state.session:
        return f"request for session {request.session}, which is not open"
    try:
        _apply(turn, request)
    except _Refused as e:
        return f"{request.what}: {e}"
    turn.to(seen=turn.state.seen | {request.request})
    return None


def _apply(turn: Turn, request: Request) -> None:  # noqa: C901, PLR0912 - one case a request
    match request:
        case AnswerCheck():
            _answered(turn, request)
        case GoBack():
            _back(turn)
        case CalibrateSegment():
            _segment(turn, request)
        case StartExercise(item=item):
            _start(turn, item)
        case EndExercise(reason=reason):
            _end(turn, reason)
        case ReportRest(resting=resting):
            _rest(turn, resting=resting)
        case StartAssessment():
            _assess(turn)
        case EndAssessment(reason=reason):
            _end_assessment(turn, reason)
        case CalibrateRange():
            _range(turn, request)
        case ReportPain(pain=pain):
            _pain(turn, pain)
        case ReportEffort():
            _effort(turn, request)
        case ReportBreathlessness():
            _breathless(turn, request)
        case ReportUnwell():
            _unwell(turn)
        case NotePrompt():
            _prompt(turn, request)
        case NoteHeartRate():
            _heart(turn, request)
        case CloseSession():
            _close(turn)
        case OpenSession():
            raise _Refused("a session is open already")


def _answered(turn: Turn, told: AnswerCheck) -> None:
    state = turn.state
    if state.interrupting is not None:
        _answered_fall(turn, told)
        return
    if not state.asking:
        raise _Refused("no question is open")
    question, answer = state.asking[0], told.answer
    if told.question not in (None, question.id):
        raise _Refused(f"the question now is {question.id!r}")
    if not is_answer(question, answer):
        raise _Refused(f"{answer!r} is no answer to {question.id!r} ({question.kind})")
    turn.to(asking=state.asking[1:], answered=(*state.answered, (question, answer)))
    at: Literal["before", "after"] = "before" if question.at == "in" else "after"
    if question.kind == "effort" and answer is not None:
        turn.record(EffortReported, effort=answer, at=at)
    elif question.kind == "breathlessness" and answer is not None:
        turn.record(BreathlessnessReported, breathlessness=answer, at=at)
    else:
        turn.record(
            CheckAnswered,
            at=question.at,
            question=question.id,
            answer=answer,
            answered_by=told.answered_by,
        )
    if question.id == "unwell" and answer is True:
        _unwell(turn)
        return
    turn.after_question()


def _back(turn: Turn) -> None:
    """Ask the last question of this stage once more; its next answer is the one that counts."""
    state = turn.state
    if state.interrupting is not None or not state.answered:
        raise _Refused("there is no question before this one")
    *before, (question, _) = state.answered
    turn.to(answered=tuple(before), asking=(question, *state.asking))


def _answered_fall(turn: Turn, told: AnswerCheck) -> None:
    answer = told.answer
    if not isinstance(answer, bool):
        raise _Refused(f"{answer!r} is no answer to 'fallen' (yes or no)")
    turn.record(
        CheckAnswered, at="in", question="fallen", answer=answer, answered_by=told.answered_by
    )
    turn.to(interrupting=None)
    if answer:
        turn.to(fallen=True)
        turn.stop(StopReason.OTHER)
    elif turn.state.open_item:
        turn.rest(resting=False)


def _segment(turn: Turn, told: CalibrateSegment) -> None:
    state = turn.state
    if state.stage is not SessionStage.ALIGN:
        raise _Refused("no sensor waits for its calibration")
    placement = state.alignments[0].placement
    if told.placement not in (None, placement):
        raise _Refused(f"the sensor to calibrate now is at {placement!r}")
    if state.measured:
        refused = ask_to_measure(turn, told.ask)
        if refused is not None:
            raise _Refused(refused)
        return
    turn.placed(passed=told.passed, note=told.note)


def _start(turn: Turn, item: str | None) -> None:
    if turn.state.stage is not SessionStage.READY:
        raise _Refused(f"the session is at: {turn.state.stage.value}")
    current = turn.state.current.item.id
    if item not in (None, current):
        raise _Refused(f"the item now is {current!r}")
    turn.start_item()


def _end(turn: Turn, reason: StopReason) -> None:
    if not turn.state.open_item:
        raise _Refused("no exercise is open")
    if reason is StopReason.UNWELL:
        _unwell(turn)
    else:
        turn.end_item(reason)


def _rest(turn: Turn, *, resting: bool) -> None:
    if not turn.state.open_item:
        raise _Refused("no exercise is open")
    turn.rest(resting=resting)


def _assess(turn: Turn) -> None:
    if turn.state.stage is not SessionStage.READY_TO_ASSESS:
        raise _Refused("no assessment is due now")
    turn.start_assessment()


def _end_assessment(turn: Turn, reason: StopReason) -> None:
    if reason is StopReason.UNWELL:
        _unwell(turn)
    elif turn.state.stage in (SessionStage.ASSESS, SessionStage.READY_TO_ASSESS):
        turn.end_assessment(reason)
    else:
        raise _Refused("no assessment is open")


def _range(turn: Turn, asked: CalibrateRange) -> None:
    state = turn.state
    if state.stage is SessionStage.RANGE and asked.source == "clinician":
        turn.use_clinicians_range()
    elif state.stage is SessionStage.PLAY and asked.retest:
        if not retest_due(state.reached, state.pain):
            raise _Refused("no retest is offered now")
        finding = RangeFinding(state.current.item.limit_deg, any_speed=state.finding.any_speed)
        turn.to(stage=SessionStage.RANGE, finding=finding)
    else:
        raise _Refused("the range comes from the item's first three slow repetitions")


def _pain(turn: Turn, pain: int) -> None:
    turn.record(PainReported, pain=pain)
    turn.to(pain=pain)
    if turn.state.stage is SessionStage.CHECK_OUT:
        return
    limits = turn.state.plan.limits
    if turn.state.stage is SessionStage.CHECK_IN:
        if not may_start(pain, limits):
            turn.stop(StopReason.PAIN)
        return
    verdict = judge_pain(
        pain, limits, at_check_in=turn.state.pain_in, settled=not turn.state.unsettled
    )
    if verdict is Verdict.END_SET:
        turn.stop(StopReason.PAIN)
    elif verdict is Verdict.EASE:
        turn.to(eased=True)


def _effort(turn: Turn, told: ReportEffort) -> None:
    turn.to(effort_asked=True)
    if told.effort is None:
        turn.record(CheckAnswered, at="in", question=f"effort {told.at}", answer=None)
        return
    turn.record(EffortReported, effort=told.effort, at=told.at)
    _judged(turn, judge_effort(told.effort, turn.state.plan.limits))


def _breathless(turn: Turn, told: ReportBreathlessness) -> None:
    turn.to(breath_asked=True)
    if told.breathlessness is None:
        turn.record(CheckAnswered, at="in", question=f"breathlessness {told.at}", answer=None)
        return
    turn.record(BreathlessnessReported, breathlessness=told.breathlessness, at=told.at)
    _judged(turn, judge_breathlessness(told.breathlessness, turn.state.plan.limits))


def _judged(turn: Turn, verdict: Verdict) -> None:
    if turn.state.stage is SessionStage.CHECK_OUT:
        return
    if verdict is Verdict.END_SET:
        turn.stop(StopReason.TIRED)
    elif verdict is Verdict.EASE:
        turn.to(eased=True)


def _unwell(turn: Turn) -> None:
    turn.record(UnwellReported)
    turn.close_at_once(StopReason.UNWELL, CloseReason.UNWELL)


def _prompt(turn: Turn, shown: NotePrompt) -> None:
    turn.record(
        PromptShown,
        mechanism=shown.mechanism,
        variant=shown.variant,
        language=shown.language or turn.state.plan.language,
        message=shown.message,
    )


def _heart(turn: Turn, told: NoteHeartRate) -> None:
    """Recorded and shown, and no more: it never ends, eases or allows anything."""
    turn.record(
        HeartMeasured,
        wearable=told.wearable,
        rate_bpm=told.rate_bpm,
        contact=told.contact,
    )


def _close(turn: Turn) -> None:
    if turn.state.stage is SessionStage.CHECK_OUT:
        turn.close(turn.state.reason)
    else:
        turn.stop(StopReason.OTHER)
