"""One turn of the session: what an occurrence records, and the stage it leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from telemetry.messages.events import (
    AssessmentEnded,
    AssessmentStarted,
    CloseReason,
    ExerciseEnded,
    ExerciseReported,
    ExerciseStarted,
    RangeCalibrated,
    RestEnded,
    RestStarted,
    SegmentCalibrated,
    SessionClosed,
    StopReason,
)
from telemetry.messages.rests import Rests
from therapy.exercises.observable import Observable, Quantity
from therapy.plan.body_part import part_of

from .alignment import Measuring, alignments_of
from .alignment_words import EASIER
from .calibration import RangeFinding, TodayRange, levels_to_try
from .questions import check_out
from .safety import (
    Verdict,
    ceiling_deg,
    judge_breathlessness,
    judge_effort,
    locked,
    may_start,
)
from .session_state import SessionStage, SessionState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from telemetry.messages.events import HingeCalibration, SessionEvent

    from .questions import Answer
    from .session_state import Moment

__all__ = ["Turn"]

_CLOSES: Final = {
    StopReason.PAIN: CloseReason.PAIN,
    StopReason.TIRED: CloseReason.TIRED,
    StopReason.TIME: CloseReason.TIME,
    StopReason.LOST_SENSOR: CloseReason.OTHER,
}
"""Reasons to end an exercise that lead straight to the check-out."""


class Turn:
    """Gathers the events of one occurrence, numbered on, and the state after them."""

    def __init__(self, state: SessionState, moment: Moment) -> None:
        self.state = state
        self.events: list[SessionEvent] = []
        self.spans = dict(moment.spans)
        self.t_ns = max(moment.t_ns, state.last_event_ns)

    def record(self, kind: Callable[..., SessionEvent], **fields: Any) -> None:
        """One more event, with the next number."""
        event = kind(session=self.state.session, number=self.state.number, t_ns=self.t_ns, **fields)
        self.events.append(event)
        self.to(number=self.state.number + 1, last_event_ns=self.t_ns)

    def to(self, **changes: Any) -> None:
        """Change the state; a new stage is entered now."""
        if "stage" in changes:
            changes["stage_ns"] = self.t_ns
        self.state = replace(self.state, **changes)

    def after_question(self) -> None:
        """Leave check-in or check-out once no question is left."""
        if self.state.asking:
            return
        if self.state.stage is SessionStage.CHECK_OUT:
            self.close(self.state.reason)
        else:
            self._checked_in()

    def _checked_in(self) -> None:
        """Take the check-in's answers together; a stop question, told or skipped, ends here."""
        state, limits = self.state, self.state.plan.limits
        answers = [(q, a) for q, a in state.answered if q.at == "in"]
        told = {q.id: a for q, a in answers}
        pains = {q.part: a for q, a in answers if q.kind == "pain" and type(a) is int}
        effort, breath = told.get("effort"), told.get("breathlessness")
        asked = {q.id for q, _ in answers}
        self.to(
            answered=(),
            pains_in=tuple(pains.items()),
            pain=max(pains.values(), default=None),
            fallen="fallen" in asked and told["fallen"] is not False,
            unsettled=told.get("settled") is False,
            halted_by=next((q for q, a in answers if q.stops and a is not False), None),
        )
        tired = effort is not None and judge_effort(float(effort), limits) is Verdict.END_SET
        breathless = (
            breath is not None and judge_breathlessness(float(breath), limits) is Verdict.END_SET
        )
        if self.state.halted_by is not None:
            self.check_out(CloseReason.OTHER)
        elif not may_start(pains.get(""), limits):
            self.check_out(CloseReason.PAIN)
        elif tired or breathless:
            self.check_out(CloseReason.TIRED)
        else:
            self._drop_locked(pains, support=told.get("support"), helper=told.get("helper"))
            self.place_next()

    def _drop_locked(self, pains: Mapping[str, int], *, support: Answer, helper: Answer) -> None:
        """Leave out what is locked, and what works on a part with too much pain.

        Support and helper are there only where that was said: a skipped question is no yes.
        """
        state, limits = self.state, self.state.plan.limits
        fallen = state.fallen or state.settings.standing_locked
        upright = [a for a in state.agenda if locked(a.item, limits, fallen=fallen) is None]
        free = [
            a
            for a in upright
            if locked(a.item, limits, support=support is True, helper=helper is True) is None
        ]
        self.to(
            fall_locks=fallen and len(upright) < len(state.agenda),
            unattended=len(free) < len(upright),
        )
        kept = [a for a in free if may_start(pains.get(part_of(a.item)), limits)]
        alignments = alignments_of(
            [a.item for a in kept], [worn.placement for worn in state.settings.worn]
        )
        self.to(agenda=tuple(kept), alignments=alignments)
        if not kept and free:
            self.to(reason=CloseReason.PAIN)

    def place_next(self) -> None:
        """Go to the next sensor to calibrate, or to the first exercise."""
        if not self.state.agenda:
            self.check_out(self.state.reason)
        elif self.state.alignments:
            levels = levels_to_try(
                self.state.plan,
                helper_present=self.state.settings.helper_present,
                stored=self.state.alignments[0].placement in self.state.settings.stored,
                alignment=self.state.alignments[0],
            )
            measuring = Measuring(attempt=self.state.measuring.attempt + 1)
            self.to(stage=SessionStage.ALIGN, levels=levels, measuring=measuring)
        else:
            self.to(stage=SessionStage.READY)

    def placed(
        self,
        *,
        passed: bool,
        note: str = "",
        axis: tuple[float, float, float] | None = None,
        hinge: HingeCalibration | None = None,
    ) -> None:
        """The current calibration went well or not; then the next level, or the next sensor.

        Where the home measures, the end of the ladder is a level that the person sees, too.
        """
        level, *lower = self.state.levels
        alignment, *others = self.state.alignments
        went_well = passed and level != "none"
        self.record(
            SegmentCalibrated,
            placement=alignment.placement,
            level=level,
            passed=went_well,
            note=note[:200],
            axis=axis if went_well else None,
            hinge=hinge if went_well else None,
        )
        if not went_well and lower and (self.state.measured or lower[0] != "none"):
            told = None if lower[0] == "none" else EASIER
            measuring = Measuring(attempt=self.state.measuring.attempt + 1, told=told)
            self.to(levels=tuple(lower), measuring=measuring)
            return
        own = set(alignment.placements)
        unplaced = self.state.unplaced - own if went_well else self.state.unplaced | own
        self.to(unplaced=unplaced)
        self.to(alignments=tuple(others), levels=())
        self.place_next()

    def start_item(self) -> None:
        """Open the current item; its first slow repetitions find the range."""
        item = self.state.current.item
        self.record(
            ExerciseStarted,
            item=item.id,
            exercise=item.exercise,
            side=item.side,
            assisted=item.assisted,
            spans=self.spans,
        )
        recorded = self.state.settings.range_source == "first repetitions of the recording"
        self.to(
            stage=SessionStage.RANGE,
            finding=RangeFinding(item.limit_deg, any_speed=recorded),
            today=None,
            unfollowed=False,
            counted=0,
            rests=Rests(),
            reported=None,
            last_number=-1,
            active_ns=0,
            tick_ns=self.t_ns,
            reached=(),
            flagged=False,
            effort_asked=False,
            breath_asked=False,
            assessment_due=self.state.current.assess,
        )
        if self.state.by_keys or not item.known.ranged:
            self.to(stage=SessionStage.PLAY, today=TodayRange((), None, item.limit_deg))
        elif set(item.placements) & self.state.unplaced and not self._shows_its_size():
            self.use_clinicians_range()

    def _shows_its_size(self) -> bool:
        """Whether today's range can be looked for though the calibration failed.

        Two sensors of a joint tell how large a movement is without any; a range that the clinician
        set goes before that.
        """
        item = self.state.current.item
        seen = item.sees()
        return (
            item.clinician_range_deg is None
            and isinstance(seen, Observable)
            and seen.quantity is Quantity.FLEXION
            and self.state.unplaced.issuperset(seen.placements)
        )

    def rest(self, *, resting: bool) -> None:
        """A rest of the open item begins or ends; nothing where it is so already."""
        state = self.state
        if resting is state.resting:
            return
        kind = RestStarted if resting else RestEnded
        self.record(kind, item=state.current.item.id, spans=self.spans)
        rests = state.rests.begun(self.t_ns) if resting else state.rests.ended(self.t_ns)
        self.to(rests=rests)

    def report(self) -> None:
        """Record what keys did of the open item since the last time."""
        state = self.state
        done = state.done if state.counted else 0.0
        if state.reported is None or done > state.reported:
            item, fresh = state.current.item, done - (state.reported or 0.0)
            self.record(ExerciseReported, item=item.id, amount=fresh, unit=item.asked.unit)
            self.to(reported=done)

    def use_clinicians_range(self) -> None:
        """Play in the range that the clinician set: never "you can't play"."""
        item = self.state.current.item
        target_deg = ceiling_deg(item.clinician_range_deg, item.limit_deg)
        self._calibrated(TodayRange((), target_deg, item.limit_deg), "clinician")

    def found_range(self) -> None:
        """Take today's range from the repetitions seen; a retest takes nothing away."""
        found, before = self.state.finding.found(), self.state.today
        if before is not None and before.target_deg is not None:
            higher_deg = max(before.target_deg, found.target_deg or 0.0)
            found = replace(found, target_deg=higher_deg)
        self._calibrated(found, self.state.settings.range_source)

    def _calibrated(self, today: TodayRange, source: str) -> None:
        self.record(
            RangeCalibrated,
            item=self.state.current.item.id,
            peaks_deg=today.peaks_deg,
            target_deg=today.target_deg,
            limit_deg=today.limit_deg,
            source=source,
        )
        # Right after the range, so that painful days enter the trend; nothing is assessed by a
        # range that was not measured.
        assess = self.state.assessment_due and source != "clinician"
        stage = SessionStage.READY_TO_ASSESS if assess else SessionStage.PLAY
        self.to(stage=stage, today=today, reached=(), assessment_due=False)
        self._end_if_done()

    def end_item(self, reason: StopReason) -> None:
        """End the open item, and an assessment in it; then the next item, or the check-out."""
        if self.state.stage is SessionStage.ASSESS:
            self._assessed(reason)
        self._ended(reason)
        self.to(stage=SessionStage.READY)
        if reason in _CLOSES:
            self.check_out(_CLOSES[reason])
        else:
            self.next_item()

    def start_assessment(self) -> None:
        """Open three untargeted repetitions of the current item."""
        self.rest(resting=False)
        item = self.state.current.item
        self.record(
            AssessmentStarted,
            item=item.id,
            exercise=item.exercise,
            side=item.side,
            spans=self.spans,
        )
        self.to(stage=SessionStage.ASSESS, assessed=0)

    def end_assessment(self, reason: StopReason) -> None:
        """End them, or leave them out; then play, or, where it is the reason, the check-out."""
        if self.state.stage is SessionStage.ASSESS:
            self._assessed(reason)
        self.to(stage=SessionStage.PLAY)
        if reason in _CLOSES:
            self.end_item(reason)
        self._end_if_done()

    def _end_if_done(self) -> None:
        """Whose range took all of the dose is asked for no more of it."""
        if self.state.stage is SessionStage.PLAY and self.state.dose_done:
            self.end_item(StopReason.DONE)

    def next_item(self) -> None:
        """Go to the next item of the agenda, or to the check-out after the last."""
        if self.state.at + 1 < len(self.state.agenda):
            self.to(at=self.state.at + 1, stage=SessionStage.READY, today=None)
        else:
            self.check_out(CloseReason.DONE)

    def stop(self, reason: StopReason) -> None:
        """End whatever is open, for `reason`, and go to the check-out."""
        if self.state.open_item:
            self.end_item(reason)
        self.check_out(_CLOSES.get(reason, CloseReason.OTHER), why=reason is StopReason.OTHER)

    def check_out(self, reason: CloseReason, *, why: bool = False) -> None:
        """Ask the closing questions, among them why where nothing told it yet."""
        asking = check_out(
            why=why,
            breathlessness=self.state.plan.check_in.breathlessness,
            exercised=bool(self.state.totals),
            chair_test=self._chair_tested,
        )
        self.to(stage=SessionStage.CHECK_OUT, reason=reason, asking=asking, answered=())

    @property
    def _chair_tested(self) -> bool:
        done = {item_id for item_id, _ in self.state.totals}
        return any(e.item.id in done and e.item.known.test for e in self.state.agenda)

    def close(self, reason: CloseReason) -> None:
        """The session's last event."""
        self.record(SessionClosed, reason=reason)
        self.to(stage=SessionStage.CLOSED, reason=reason, asking=())

    def close_at_once(self, item_reason: StopReason, reason: CloseReason) -> None:
        """End whatever is open and close, without a question."""
        if self.state.stage is SessionStage.ASSESS:
            self._assessed(item_reason)
        if self.state.open_item:
            self._ended(item_reason)
        self.close(reason)

    def _assessed(self, reason: StopReason) -> None:
        item = self.state.current.item
        self.record(AssessmentEnded, item=item.id, spans=self.spans, reason=reason)

    def _ended(self, reason: StopReason) -> None:
        item, done = self.state.current.item, self.state.done
        self.rest(resting=False)
        self.record(ExerciseEnded, item=item.id, spans=self.spans, reason=reason)
        if self.state.by_keys:
            self.report()
        self.to(totals=(*self.state.totals, (item.id, done)))
