"""Where a therapy session stands: one frozen value, and what can happen to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from telemetry.messages.events import CloseReason
from telemetry.messages.live import RepetitionCounted, SensorSilent, Unfollowed
from telemetry.messages.requests import Request
from telemetry.messages.rests import Rests
from therapy.plan.body_part import part_of

from .alignment import Measuring, SegmentFound, SegmentProgress
from .calibration import RangeFinding, TodayRange
from .safety import may_get_harder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from therapy.plan.plan import Plan

    from .agenda import AgendaItem
    from .alignment import Alignment
    from .calibration import CalibrationLevel
    from .questions import Answer, Question
    from .session_settings import SessionSettings

__all__ = [
    "FallSuspected",
    "Moment",
    "Occurrence",
    "SessionStage",
    "SessionState",
    "Tick",
]

NS_PER_MIN = 60_000_000_000


class SessionStage(Enum):
    """Where the session is; it goes down this list, and from PLAY back to READY."""

    CHECK_IN = "check-in"
    ALIGN = "segment calibration"
    READY = "ready for an exercise"
    RANGE = "range calibration"
    READY_TO_ASSESS = "ready for assessment"
    ASSESS = "assessment"
    PLAY = "play"
    CHECK_OUT = "check-out"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened.

    Attributes:
        t_ns: host time.
        spans: for each open stream the index that its next sample will have; events take it
            over as they bound motion.
    """

    t_ns: int
    spans: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on; `last_sample_ns` is the host time of the newest sample of any stream."""

    last_sample_ns: int | None = None


@dataclass(frozen=True, slots=True)
class FallSuspected:
    """Something looked like a fall: everything pauses, the person is asked, it is recorded.

    `placement` is that of the wearable that felt it; empty where it is not known.
    """

    placement: str = ""


Occurrence: TypeAlias = (
    Request
    | RepetitionCounted
    | SensorSilent
    | Unfollowed
    | FallSuspected
    | SegmentProgress
    | SegmentFound
    | Tick
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """One session.

    Attributes:
        settings: what it was opened with.
        number: of the next event.
        asking: questions still to ask, in order.
        answered: of this stage, in order, each with its answer.
        interrupting: a question that holds everything until it is answered.
        alignments: calibrations still to do; a joint's two sensors are one.
        levels: for the first of them, the levels still to try.
        measuring: how far the first of them is.
        unplaced: placements whose calibration failed: their items are counted only.
        agenda: items of this session; `at` is the current one's place.
        counted: repetitions in the open item.
        fall_locks: standing exercises were left out of this session after a fall.
        unattended: exercises were left out for want of a support, or of somebody beside.
        rests: in the open item, between sets, in a pause, and while a question stands.
        last_number: of the newest repetition, so that a repeated message counts once.
        active_ns: time in the open item without pauses.
        finding: repetitions on the way to the range.
        today: range of the open item; None until it is found.
        reached: of the slow repetitions since the last calibration.
        flagged: the last repetition was too fast or compensated.
        reported: of the open item, what was recorded as told by keys.
        totals: what was done, by item id, in the dose's unit.
        pains_in: at check-in, by part of the body.
        pain: told last.
        assessment_due: three untargeted repetitions are still to come in the open item.
        halted_by: the question at check-in whose answer keeps exercise for another day.
        eased: pain or effort was amber.
        unsettled: yesterday's extra pain has not settled.
        unfollowed: the exercise before this one could not be followed.
        silent: streams that give no samples at the moment, since `silent_ns`.
        reason: what the session will be closed with.
        seen: requests that were dealt with.
    """

    session: str
    settings: SessionSettings
    day: date
    opened_ns: int
    last_event_ns: int
    last_sample_ns: int = 0
    tick_ns: int = 0
    stage_ns: int = 0
    number: int = 0
    stage: SessionStage = SessionStage.CHECK_IN
    asking: tuple[Question, ...] = ()
    answered: tuple[tuple[Question, Answer], ...] = ()
    interrupting: Question | None = None
    alignments: tuple[Alignment, ...] = ()
    levels: tuple[CalibrationLevel, ...] = ()
    measuring: Measuring = field(default_factory=Measuring)
    unplaced: frozenset[str] = frozenset()
    agenda: tuple[AgendaItem, ...] = ()
    at: int = 0
    counted: int = 0
    rests: Rests = field(default_factory=Rests)
    fall_locks: bool = False
    unattended: bool = False
    last_number: int = -1
    active_ns: int = 0
    finding: RangeFinding = field(default_factory=RangeFinding)
    today: TodayRange | None = None
    reached: tuple[float, ...] = ()
    flagged: bool = False
    reported: float | None = None
    assessed: int = 0
    assessment_due: bool = False
    effort_asked: bool = False
    breath_asked: bool = False
    halted_by: Question | None = None
    totals: tuple[tuple[str, float], ...] = ()
    pains_in: tuple[tuple[str, int], ...] = ()
    pain: int | None = None
    eased: bool = False
    unsettled: bool = False
    fallen: bool = False
    unfollowed: bool = False
    silent: frozenset[str] = frozenset()
    silent_ns: int = 0
    reason: CloseReason = CloseReason.DONE
    seen: frozenset[str] = frozenset()

    @property
    def plan(self) -> Plan:
        """The version in force."""
        return self.settings.plan

    @property
    def by_keys(self) -> bool:
        """Whether keys move the games, and what is done is the person's own report."""
        return self.settings.by_keys

    @property
    def measured(self) -> bool:
        """Whether the home measures the segment calibrations."""
        return self.settings.measured

    @property
    def closed(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.stage is SessionStage.CLOSED

    @property
    def open_item(self) -> bool:
        """Whether an exercise item is open; an assessment lies within one."""
        return self.exercising or self.stage is SessionStage.READY_TO_ASSESS

    @property
    def exercising(self) -> bool:
        """Whether the person is asked to move."""
        return self.stage in (SessionStage.RANGE, SessionStage.ASSESS, SessionStage.PLAY)

    @property
    def measures(self) -> bool:
        """Whether an angle of the item at hand may be shown: its sensors' calibration passed."""
        item = self.current.item
        return not self.by_keys and not set(item.placements) & self.unplaced

    @property
    def pain_in(self) -> int | None:
        """Pain at check-in in the part that the item at hand works on; None: not told."""
        if self.at >= len(self.agenda):
            return None
        return dict(self.pains_in).get(part_of(self.current.item))

    @property
    def current(self) -> AgendaItem:
        """The item at hand.

        Raises:
            IndexError: the agenda is through.
        """
        return self.agenda[self.at]

    @property
    def paused(self) -> bool:
        """Whether a silent sensor or a suspected fall holds everything, without penalty."""
        return bool(self.silent) or self.interrupting is not None

    @property
    def resting(self) -> bool:
        """Whether nothing is asked for now, in the open item."""
        return self.rests.since is not None

    @property
    def held_back(self) -> bool:
        """Whether difficulty must not rise in the rest of this session."""
        return self.eased or self.unsettled

    @property
    def done(self) -> float:
        """Of the open item, in its dose's unit."""
        if self.current.item.asked.unit == "minutes":
            return self.active_ns / NS_PER_MIN
        return float(self.counted)

    @property
    def dose_done(self) -> bool:
        """Whether nothing more can be gained in the open item."""
        return self.done >= self.current.dose

    @property
    def may_get_harder(self) -> bool:
        """Whether the next step of the open item may be harder."""
        return may_get_harder(
            held_back=self.held_back,
            flagged=self.flagged or self.paused,
            done=self.done,
            dose=self.current.dose,
        )
