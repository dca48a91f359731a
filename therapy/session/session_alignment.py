"""The segment calibration within a session: what may be asked of it, and what came of it.

In a session whose home measures (`SessionState.measured`) a screen asks only to begin or to
leave a level out; that one passed is the home's word (`SegmentFound`). Elsewhere, in a rehearsal
or with a recording, what the screen says counts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from .alignment import (
    MOST_ATTEMPTS,
    MOVEMENTS,
    AlignmentPhase,
    SegmentFound,
    SegmentProgress,
    neutral_deg,
)
from .alignment_words import LEFT_OUT, TOO_LONG
from .session_state import SessionStage

if TYPE_CHECKING:
    from .session_turn import Turn

__all__ = ["ask_to_measure", "end_of_time", "take_outcome", "take_progress"]

NS_PER_S = 1_000_000_000


def ask_to_measure(turn: Turn, ask: Literal["begin", "cannot"] | None) -> str | None:
    """`begin` a measurement, or leave the level out since one `cannot`; why it was refused."""
    state = turn.state
    if ask is None:
        return "the home measures it: ask is 'begin' or 'cannot'"
    if ask == "cannot" or state.levels[0] == "none":
        told = state.measuring.told if state.measuring.tried else None
        turn.placed(passed=False, note=(told or LEFT_OUT).text(state.plan.language))
    elif state.measuring.phase is AlignmentPhase.WAITING:
        measuring = replace(
            state.measuring,
            attempt=state.measuring.attempt + 1,
            phase=AlignmentPhase.STILL,
            began_ns=turn.t_ns,
            seen=0,
        )
        turn.to(measuring=measuring)
    return None


def take_progress(turn: Turn, progress: SegmentProgress) -> None:
    """The next phase, or one more movement in it."""
    measuring = turn.state.measuring
    under_way = measuring.phase is not AlignmentPhase.WAITING
    if (
        turn.state.stage is SessionStage.ALIGN
        and under_way
        and progress.attempt == measuring.attempt
    ):
        seen = min(progress.seen, MOVEMENTS)
        turn.to(measuring=replace(measuring, phase=progress.phase, seen=seen))


def take_outcome(turn: Turn, found: SegmentFound) -> None:
    """A passed level ends the ladder; a failed one is repeated, then the next one is tried."""
    state = turn.state
    if state.stage is not SessionStage.ALIGN or state.levels[0] == "none":
        return
    if (found.attempt, found.placement) != (state.measuring.attempt, state.alignments[0].placement):
        return
    note = found.note.text(state.plan.language)
    if found.passed:
        found = _permitted(turn, found)
        turn.placed(passed=True, note=note, axis=found.axis, hinge=found.hinge)
        return
    failed = state.measuring.failed + (not found.blameless)
    measuring = replace(
        state.measuring,
        attempt=state.measuring.attempt + 1,
        phase=AlignmentPhase.WAITING,
        failed=failed,
        tried=True,
        seen=0,
        told=found.note,
    )
    turn.to(measuring=measuring)
    if failed >= MOST_ATTEMPTS:
        turn.placed(passed=False, note=note)


def end_of_time(turn: Turn) -> None:
    """No calibration takes longer than its cap."""
    state, measuring = turn.state, turn.state.measuring
    cap_ns = state.plan.limits.calibration_cap_s * NS_PER_S
    if not state.measured:
        if turn.t_ns - state.stage_ns >= cap_ns:
            turn.to(levels=("none",))
            turn.placed(passed=False, note="time")
    elif measuring.phase is not AlignmentPhase.WAITING and turn.t_ns - measuring.began_ns >= cap_ns:
        placement = state.alignments[0].placement
        take_outcome(turn, SegmentFound(measuring.attempt, placement, passed=False, note=TOO_LONG))


def _permitted(turn: Turn, found: SegmentFound) -> SegmentFound:
    """Without what would have taken a forbidden neutral pose for the zero."""
    state = turn.state
    alignment = state.alignments[0]
    hinge, axis = found.hinge, found.axis
    own_pose = state.levels[0] != "stored"
    if hinge is not None and own_pose and neutral_deg(state.plan, alignment) is None:
        hinge = hinge.model_copy(update={"zero_rad": None})
    if not state.plan.neutral_pose:
        axis = None
    return replace(found, hinge=hinge, axis=axis)
