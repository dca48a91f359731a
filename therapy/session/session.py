"""The therapy session as a pure state machine: check-in to close, one numbering of its events.

`open_session` makes the first state, `advance` makes each next one out of what happened;
both return the events to record, in order and numbered, and `screens.screen_of(state)` says
what to show. Nothing here waits, reads a clock or writes.

How the session service drives it:

1. Mint the session's ULID, build the agenda with `agenda_of(plan, plan.day_of(now), past)`
   (for one recording: `only={item_id}, assess=False`), put what is known into
   `SessionSettings`, call `open_session`.
2. For every `Request` from a screen or game, every `RepetitionCounted`, `SensorSilent` and
   `Unfollowed` of the live core, `FallSuspected` for its `FallNoticed`, and a
   `Tick(last_sample_ns)` about once a second:
   `step = advance(state, what, Moment(now_ns, spans))`. `spans` maps each open stream to the
   index its next sample will have (`MotionBatch.next_index`), so the same mapping bounds an
   item at both ends. Append `step.events` to the journal first, in one call, then publish
   them, keep `step.state`, show `screen_of(step.state)`. If the append fails, keep the old
   state and try the same call again. `step.refused` says in words why a request changed
   nothing; a repeated request (same ULID) changes nothing and is not refused.
3. Nobody but this machine makes session events. Games and screens send the requests of
   `telemetry.messages.requests`.
4. `exercise.started` opens the item, and its first three slow repetitions are the range
   calibration: they count in the dose and lie inside the item's span. The machine takes their
   peaks from `RepetitionCounted.peak_deg` (of a joint without a zero, which has none, their sizes
   from `range_deg`) and then records `range.calibrated` by itself. An assessment that is due comes
   right after them, within the item: repetitions go on being numbered by the item's own count.
   An item ends by the game's `exercise.ended`, or here: at the cap on the dose, on pain,
   effort, session time, or a lost sensor.
5. A demo opens with `range_source="first repetitions of the recording"`: then any of the
   recording's first three repetitions calibrate, whatever their speed, and the event declares
   it. It answers while `screen_of(state)` is an `Ask` (with `answered_by: "demo"`), sends
   `CalibrateSegment(passed=True)` for each `AlignSensor`, `StartExercise` with the spans of
   the first sample, and `EndExercise` with the spans after the last.
   `questions.untroubled_answer(question)` gives an answer that lets the session go on.
6. Where the home measures the segment calibrations (`measured=True`), screens only ask: a
   `begin` makes `state.measuring.phase` STILL; the home then puts in `SegmentProgress` and at
   last one `SegmentFound`, both with that `attempt`. `alignment_words` has the words.
7. After a crash: `interrupted(events, Moment(last_sample_ns, spans))` gives what closes an
   orphan session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from telemetry.errors import RipresaError
from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    CloseReason,
    ExerciseEnded,
    ExerciseStarted,
    SessionClosed,
    SessionOpened,
    StopReason,
    SuspectedFall,
)
from telemetry.messages.live import RepetitionCounted, SensorSilent, Unfollowed
from telemetry.messages.requests import RequestEnvelope
from telemetry.messages.rests import moved_in_rest

from .alignment import SegmentFound, SegmentProgress, alignments_of
from .calibration import CALIBRATION_REPETITIONS
from .questions import FALL_SUSPECTED, check_in
from .session_alignment import end_of_time, take_outcome, take_progress
from .session_requests import apply_request
from .session_state import FallSuspected, Moment, SessionStage, SessionState, Tick
from .session_turn import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.messages.events import SessionEvent

    from .session_settings import SessionSettings
    from .session_state import Occurrence

__all__ = ["Advance", "SessionNotAllowed", "advance", "interrupted", "open_session"]

NS_PER_S = 1_000_000_000
BARRIER_FROM = 2
"""Planned days missed in a row, from which on it is asked what got in the way."""


class SessionNotAllowed(RipresaError):  # noqa: N818 - a rule, not a fault
    """No session may be opened now; the message says why."""


@dataclass(frozen=True, slots=True)
class Advance:
    """What an occurrence led to.

    Attributes:
        state: to keep.
        events: to record, in order.
        refused: why a request changed nothing; None where it was taken, or needed nothing.
    """

    state: SessionState
    events: tuple[SessionEvent, ...] = ()
    refused: str | None = None


def open_session(settings: SessionSettings, *, session: str, moment: Moment) -> Advance:
    """Open a session: `session.opened`, then the first question.

    Args:
        settings: plan, agenda, what is worn and what is known from before.
        session: its fresh ULID.
        moment: now.

    Raises:
        SessionNotAllowed: the day's sessions are done.
    """
    plan, agenda = settings.plan, settings.agenda
    if settings.sessions_today >= plan.limits.sessions_a_day:
        raise SessionNotAllowed(
            f"{settings.sessions_today} sessions today, the plan allows "
            f"{plan.limits.sessions_a_day} a day: come back tomorrow"
        )
    day = plan.day_of(moment.t_ns)
    placements = [worn.placement for worn in settings.worn]
    state = SessionState(
        session=session,
        settings=settings,
        day=day,
        opened_ns=moment.t_ns,
        last_event_ns=moment.t_ns,
        last_sample_ns=moment.t_ns,
        asking=check_in(
            plan,
            [entry.item for entry in agenda.items],
            next_morning=settings.next_morning,
            barrier=plan.persuasion.barrier_question
            and settings.missed >= BARRIER_FROM
            and settings.sessions_today == 0,
        ),
        alignments=alignments_of([entry.item for entry in agenda.items], placements),
        agenda=agenda.items,
    )
    turn = Turn(state, moment)
    in_posture = agenda.items[0].item.in_posture if agenda.items else "seated"
    turn.record(
        SessionOpened,
        patient=plan.patient,
        site=settings.site,
        plan_version=plan.version,
        day=day.isoformat(),
        posture=settings.posture or in_posture,
        wearables=tuple(settings.worn),
        replay_of=settings.replay_of,
        clock_synchronised=settings.clock_synchronised,
    )
    turn.after_question()
    return Advance(turn.state, tuple(turn.events))


def advance(state: SessionState, what: Occurrence, moment: Moment) -> Advance:
    """The session after one occurrence."""
    if state.closed:
        refused = (
            "the session is closed: open a new one" if isinstance(what, RequestEnvelope) else None
        )
        return Advance(state, refused=refused)
    turn = Turn(state, moment)
    match what:
        case RepetitionCounted():
            _counted(turn, what)
        case SensorSilent():
            _silence(turn, what)
        case Unfollowed():
            _unfollowed(turn, what)
        case FallSuspected():
            _suspected(turn, what)
        case SegmentProgress():
            take_progress(turn, what)
        case SegmentFound():
            take_outcome(turn, what)
        case Tick():
            turn = _ticked(turn, what, moment)
        case _:
            refused = apply_request(turn, what)
            if refused is not None:
                return Advance(state, refused=refused)
    return Advance(turn.state, tuple(turn.events))


def _counted(turn: Turn, repetition: RepetitionCounted) -> None:
    state = turn.state
    if not state.exercising or repetition.item != state.current.item.id:
        return
    if repetition.session != state.session or repetition.number <= state.last_number:
        return
    turn.to(last_number=repetition.number)
    if not moved_in_rest(repetition, state.rests):
        _done(turn, repetition)


def _done(turn: Turn, repetition: RepetitionCounted) -> None:
    """One that belongs to the item."""
    state = turn.state
    if state.stage is SessionStage.ASSESS:
        turn.to(assessed=state.assessed + 1)
        if turn.state.assessed >= CALIBRATION_REPETITIONS:
            turn.end_assessment(StopReason.DONE)
        return
    flagged = repetition.too_fast or bool(repetition.flags)
    turn.to(counted=state.counted + 1, flagged=flagged)
    if state.by_keys:
        # Keys give no samples: what they counted shows that somebody is there.
        turn.to(last_sample_ns=max(state.last_sample_ns, repetition.t_ns))
        turn.report()
    if state.stage is SessionStage.RANGE:
        finding = state.finding.after(
            repetition.peak_deg, size_deg=repetition.range_deg, too_fast=repetition.too_fast
        )
        turn.to(finding=finding)
        if finding.complete:
            turn.found_range()
        elif finding.exhausted:
            turn.use_clinicians_range()
    elif not repetition.too_fast and not state.by_keys:
        turn.to(reached=(*state.reached, repetition.reached))
    _cap_dose(turn)


def _suspected(turn: Turn, fall: FallSuspected) -> None:
    """Record it at once, since nobody may be able to answer; ask once at a time."""
    state = turn.state
    if state.interrupting is not None or state.stage in (
        SessionStage.CHECK_IN,
        SessionStage.CHECK_OUT,
    ):
        return
    if state.open_item:
        turn.rest(resting=True)
    turn.record(SuspectedFall, placement=fall.placement)
    turn.to(interrupting=FALL_SUSPECTED)


def _cap_dose(turn: Turn) -> None:
    """End the item at its cap; what an assessment counts is no dose, only its minutes are."""
    state = turn.state
    if not state.exercising:
        return
    in_minutes = state.current.item.asked.unit == "minutes"
    counts = in_minutes or state.stage is not SessionStage.ASSESS
    if counts and state.done >= state.plan.limits.dose_cap * state.current.dose:
        turn.end_item(StopReason.DONE)


def _silence(turn: Turn, heard: SensorSilent) -> None:
    streams = turn.state.silent
    if heard.silent:
        since_ns = turn.state.silent_ns if streams else turn.t_ns
        turn.to(silent=streams | {heard.stream}, silent_ns=since_ns)
    else:
        turn.to(silent=streams - {heard.stream})


def _unfollowed(turn: Turn, given_up: Unfollowed) -> None:
    """Go on with the next exercise: what cannot be counted asks nobody to go on."""
    state = turn.state
    ours = given_up.session == state.session and state.open_item
    if ours and given_up.item == state.current.item.id:
        turn.to(unfollowed=True)
        turn.end_item(StopReason.OTHER)


def _ticked(turn: Turn, tick: Tick, moment: Moment) -> Turn:
    if tick.last_sample_ns is not None:
        turn.to(last_sample_ns=max(turn.state.last_sample_ns, tick.last_sample_ns))
    state, limits = turn.state, turn.state.plan.limits
    last_ns = max(state.last_event_ns, state.last_sample_ns)
    if moment.t_ns - last_ns >= limits.idle_min * 60 * NS_PER_S:
        closing = Turn(state, replace(moment, t_ns=last_ns))
        closing.close_at_once(StopReason.OTHER, CloseReason.INTERRUPTED)
        return closing
    if state.exercising and not state.paused and not state.resting:
        turn.to(active_ns=state.active_ns + max(0, moment.t_ns - state.tick_ns))
    turn.to(tick_ns=max(moment.t_ns, state.tick_ns))
    exercising = state.stage not in (SessionStage.CHECK_OUT, SessionStage.CLOSED)
    if exercising and moment.t_ns - state.opened_ns >= limits.session_cap_min * 60 * NS_PER_S:
        turn.stop(StopReason.TIME)
    elif state.stage is SessionStage.ALIGN:
        end_of_time(turn)
    elif state.silent and moment.t_ns - state.silent_ns >= limits.lost_s * NS_PER_S:
        if state.open_item:
            turn.stop(StopReason.LOST_SENSOR)
    else:
        _cap_dose(turn)
    return turn


def interrupted(events: Sequence[SessionEvent], moment: Moment) -> tuple[SessionEvent, ...]:
    """What closes a session that a crash left open; nothing where it is closed or empty.

    Args:
        events: all that were recorded of it, in order.
        moment: its last sample, and the indices after the last sample of each stream.
    """
    if not events or isinstance(events[-1], SessionClosed):
        return ()
    last = events[-1]
    closing: list[SessionEvent] = []
    head = {"session": last.session, "t_ns": max(moment.t_ns, last.t_ns)}
    number = last.number + 1
    spans = dict(moment.spans)
    assessment = _left_open(events, AssessmentStarted, AssessmentEnded)
    exercise = _left_open(events, ExerciseStarted, ExerciseEnded)
    fields = {"spans": spans, "reason": StopReason.OTHER}
    if assessment is not None:
        closing.append(AssessmentEnded(**head, number=number, item=assessment, **fields))
    if exercise is not None:
        closing.append(ExerciseEnded(**head, number=number + len(closing), item=exercise, **fields))
    number += len(closing)
    closing.append(SessionClosed(**head, number=number, reason=CloseReason.INTERRUPTED))
    return tuple(closing)


def _left_open(
    events: Sequence[SessionEvent],
    begins: type[ExerciseStarted | AssessmentStarted],
    ends: type[ExerciseEnded | AssessmentEnded],
) -> str | None:
    """The item whose bound is open at the end; None: none."""
    for event in reversed(events):
        if isinstance(event, ends):
            return None
        if isinstance(event, begins):
            return event.item
    return None
