"""What screens and games may ask of a session, and what each request leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from telemetry.messages.events import (
    CheckAnswered,
    CloseReason,
    EffortReported,
    HeartMeasured,
    PainReported,
    PromptShown,
    StopReason,
    UnwellReported,
    first_problem,
)

from .calibration import RangeFinding, retest_due
from .questions import is_answer
from .safety import Verdict, judge_effort, judge_pain, may_start
from .session_alignment import ask_to_measure
from .session_state import SessionStage

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.messages.live import Request

    from .questions import Answer, Question
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
    if request.request in state.seen:
        return None
    if request.session is not None and request.session != state.session:
        return f"request for session {request.session}, which is not open"
    try:
        _REQUESTS[request.what](turn, request.value)
    except _Refused as e:
        return f"{request.what}: {e}"
    except ValidationError as e:
        return f"{request.what}: {first_problem(e)}"
    turn.to(seen=turn.state.seen | {request.request})
    return None


def _answered(turn: Turn, value: dict[str, Any]) -> None:
    state = turn.state
    if state.interrupting is not None:
        _answered_fall(turn, value)
        return
    if not state.asking:
        raise _Refused("no question is open")
    question, answer = state.asking[0], value.get("answer")
    if value.get("question", question.id) != question.id:
        raise _Refused(f"the question now is {question.id!r}")
    if not is_answer(question, answer):
        raise _Refused(f"{answer!r} is no answer to {question.id!r} ({question.kind})")
    turn.to(asking=state.asking[1:])
    if question.kind == "borg" and answer is not None:
        at = "before" if question.at == "in" else "after"
        turn.record(EffortReported, effort_borg=answer, at=at)
        if question.at == "in" and judge_effort(answer, state.plan.limits) is Verdict.END_SET:
            turn.stop(StopReason.TIRED)
            return
    else:
        turn.record(
            CheckAnswered,
            at=question.at,
            question=question.id,
            answer=answer,
            answered_by=value.get("answered_by", "patient"),
        )
    if question.id == "unwell" and answer is True:
        _unwell(turn, {})
        return
    _note(turn, question, answer)
    turn.after_question()


def _note(turn: Turn, question: Question, answer: Answer) -> None:
    """Keep what an answer means for the rest of the session."""
    match question.id, answer:
        case "fallen", True:
            turn.to(fallen=True)
        case "settled", False:
            turn.to(unsettled=True)
        case "pain", int(pain) if question.at == "in":
            turn.to(pain_in=pain, pain=pain)
        case _:
            pass


def _answered_fall(turn: Turn, value: dict[str, Any]) -> None:
    answer = value.get("answer")
    if not isinstance(answer, bool):
        raise _Refused(f"{answer!r} is no answer to 'fallen' (yes or no)")
    told_by = value.get("answered_by", "patient")
    turn.record(CheckAnswered, at="in", question="fallen", answer=answer, answered_by=told_by)
    turn.to(interrupting=None)
    if answer:
        turn.to(fallen=True)
        turn.stop(StopReason.OTHER)


def _segment(turn: Turn, value: dict[str, Any]) -> None:
    state = turn.state
    if state.stage is not SessionStage.ALIGN:
        raise _Refused("no sensor waits for its calibration")
    placement = state.alignments[0].placement
    if value.get("placement", placement) != placement:
        raise _Refused(f"the sensor to calibrate now is at {placement!r}")
    if state.measured:
        refused = ask_to_measure(turn, value.get("ask"))
        if refused is not None:
            raise _Refused(refused)
        return
    passed = value.get("passed", True)
    if not isinstance(passed, bool):
        raise _Refused("'passed' is true or false")
    turn.placed(passed=passed, note=str(value.get("note") or ""))


def _start(turn: Turn, value: dict[str, Any]) -> None:
    if turn.state.stage is not SessionStage.READY:
        raise _Refused(f"the session is at: {turn.state.stage.value}")
    current = turn.state.current.item.id
    if value.get("item", current) != current:
        raise _Refused(f"the item now is {current!r}")
    turn.start_item()


def _end(turn: Turn, value: dict[str, Any]) -> None:
    if not turn.state.open_item:
        raise _Refused("no exercise is open")
    reason = _stop_reason(value)
    if reason is StopReason.UNWELL:
        _unwell(turn, value)
    else:
        turn.end_item(reason)


def _assess(turn: Turn, _value: dict[str, Any]) -> None:
    if turn.state.stage is not SessionStage.READY_TO_ASSESS:
        raise _Refused("no assessment is due now")
    turn.start_assessment()


def _end_assessment(turn: Turn, value: dict[str, Any]) -> None:
    reason = _stop_reason(value)
    if reason is StopReason.UNWELL:
        _unwell(turn, value)
    elif turn.state.stage is SessionStage.ASSESS:
        turn.end_assessment(reason)
    elif turn.state.stage is SessionStage.READY_TO_ASSESS:
        turn.next_item()
    else:
        raise _Refused("no assessment is open")


def _stop_reason(value: dict[str, Any]) -> StopReason:
    try:
        return StopReason(value.get("reason", StopReason.DONE))
    except ValueError:
        known = ", ".join(StopReason)
        raise _Refused(f"reason {value['reason']!r}: use one of {known}") from None


def _range(turn: Turn, value: dict[str, Any]) -> None:
    state = turn.state
    if state.stage is SessionStage.RANGE and value.get("source") == "clinician":
        turn.use_clinicians_range()
    elif state.stage is SessionStage.PLAY and value.get("retest") is True:
        if not retest_due(state.reached, state.pain):
            raise _Refused("no retest is offered now")
        finding = RangeFinding(state.current.item.limit_deg, any_speed=state.finding.any_speed)
        turn.to(stage=SessionStage.RANGE, finding=finding)
    else:
        raise _Refused("the range comes from the item's first three slow repetitions")


def _pain(turn: Turn, value: dict[str, Any]) -> None:
    turn.record(PainReported, pain=value.get("pain"))
    pain = int(value["pain"])
    turn.to(pain=pain)
    if turn.state.stage is SessionStage.CHECK_OUT:
        return
    limits = turn.state.plan.limits
    if turn.state.stage is SessionStage.CHECK_IN:
        if not may_start(pain, limits):
            turn.stop(StopReason.PAIN)
        return
    verdict = judge_pain(pain, limits, at_check_in=turn.state.pain_in)
    if verdict is Verdict.END_SET:
        turn.stop(StopReason.PAIN)
    elif verdict is Verdict.EASE:
        turn.to(eased=True)


def _effort(turn: Turn, value: dict[str, Any]) -> None:
    effort = value.get("effort_borg")
    turn.record(EffortReported, effort_borg=effort, at=value.get("at", "mid"))
    turn.to(effort_asked=True)
    if turn.state.stage is SessionStage.CHECK_OUT:
        return
    verdict = judge_effort(float(value["effort_borg"]), turn.state.plan.limits)
    if verdict is Verdict.END_SET:
        turn.stop(StopReason.TIRED)
    elif verdict is Verdict.EASE:
        turn.to(eased=True)


def _unwell(turn: Turn, _value: dict[str, Any]) -> None:
    turn.record(UnwellReported)
    turn.close_at_once(StopReason.UNWELL, CloseReason.UNWELL)


def _prompt(turn: Turn, value: dict[str, Any]) -> None:
    shown = {key: value.get(key) for key in ("mechanism", "variant")}
    turn.record(PromptShown, language=value.get("language", turn.state.plan.language), **shown)


def _heart(turn: Turn, value: dict[str, Any]) -> None:
    """Recorded and shown, and no more: it never ends, eases or allows anything."""
    turn.record(
        HeartMeasured,
        wearable=value.get("wearable"),
        rate_bpm=value.get("rate_bpm"),
        contact=value.get("contact"),
    )


def _close(turn: Turn, _value: dict[str, Any]) -> None:
    if turn.state.stage is SessionStage.CHECK_OUT:
        turn.close(turn.state.reason)
    else:
        turn.stop(StopReason.OTHER)


def _opened_twice(_turn: Turn, _value: dict[str, Any]) -> None:
    raise _Refused("a session is open already")


_REQUESTS: Final[dict[str, Callable[[Turn, dict[str, Any]], None]]] = {
    "check.answered": _answered,
    "segment.calibrated": _segment,
    "exercise.started": _start,
    "exercise.ended": _end,
    "assessment.started": _assess,
    "assessment.ended": _end_assessment,
    "range.calibrated": _range,
    "pain.reported": _pain,
    "effort.reported": _effort,
    "unwell.reported": _unwell,
    "prompt.shown": _prompt,
    "heart.measured": _heart,
    "session.opened": _opened_twice,
    "session.closed": _close,
}
