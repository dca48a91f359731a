"""One session while it is played: folded from what the bus says, completed from the journal."""

from __future__ import annotations

from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict

from dashboards.views.item_view import RepetitionView
from dashboards.views.session_view import SessionView, session_view
from telemetry.messages.events import AssessmentEnded, AssessmentStarted, ExerciseStarted
from telemetry.messages.live import ControlBatch, RepetitionCounted, SensorSilent
from telemetry.messages.rests import Rests, moved_in_rest, rests_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboards.views.item_view import ItemKey
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.results import Result
    from telemetry.seams import SessionSummary
    from therapy.plan.plan import Plan

__all__ = ["TRACE_S", "LiveSession", "LiveState", "Sample"]

TRACE_S = 20
"""How much of the movement a page that has just connected is given, seconds."""

_TRACE_SAMPLES = TRACE_S * 100


class Sample(NamedTuple):
    """One sample of the movement as it is drawn."""

    t_ns: int
    control: float
    angle_deg: float | None


class LiveState(BaseModel):
    """All that a page needs of a running session, but for the movement itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session: SessionView
    calibrated: bool
    angle_observable: bool | None
    silent: tuple[str, ...]
    late: tuple[str, ...] = ()
    """Those of `silent` whose samples come, each too late to play by."""


class LiveSession:
    """Folds one session's live messages and events; order and holes do no harm.

    Events are kept by their number, so those read back from the journal fill the holes that a
    broker's absence left. Results, once there, replace what was counted live.

    Attributes:
        kept: how it stands in the journal; None while it does not.
        completed_ns: when its events were last read back from the journal.
        heard_ns: when anything of it was last heard, by the clock of whoever listens.
        sampled_ns: when its newest sample was, by the same clock.
    """

    def __init__(self, session: str) -> None:
        self.session = session
        self.kept: SessionSummary | None = None
        self.completed_ns = self.heard_ns = self.sampled_ns = 0
        self.trace: deque[Sample] = deque(maxlen=_TRACE_SAMPLES)
        self._events: dict[int, SessionEvent] = {}
        self._results: Sequence[Result] = ()
        self._plan: Plan | None = None
        self._counted: dict[ItemKey, dict[int, RepetitionCounted]] = {}
        self._silent: dict[str, str] = {}
        self._calibrated = False
        self._observable: bool | None = None
        self._assessing: set[str] = set()

    @property
    def plan_version(self) -> tuple[str, int] | None:
        """Patient and plan version, once the session's opening is known."""
        opened = self._events.get(0)
        if opened is None or opened.type != "session.opened":
            return None
        return opened.patient, opened.plan_version

    @property
    def complete(self) -> bool:
        """Whether no event before the last one known is missing."""
        return not self._events or max(self._events) == len(self._events) - 1

    @property
    def closed(self) -> bool:
        """Whether its last event is known."""
        return any(e.type == "session.closed" for e in self._events.values())

    def set_plan(self, plan: Plan | None) -> None:
        """Give it the plan version in force."""
        self._plan = plan

    def add_events(self, events: Sequence[SessionEvent]) -> None:
        """Take events, live or from the journal; a repeat does nothing."""
        for event in events:
            if event.number in self._events:
                continue
            self._events[event.number] = event
            match event:
                case AssessmentStarted():
                    self._assessing.add(event.item)
                case ExerciseStarted() | AssessmentEnded():
                    self._assessing.discard(event.item)

    def set_results(self, results: Sequence[Result]) -> None:
        """Take the session's results as they stand in the journal."""
        self._results = results

    def hear(self, message: LiveMessage) -> Sequence[Sample]:
        """Take a live message.

        Returns:
            The samples to draw; none where the message changed the state instead.
        """
        match message:
            case ControlBatch():
                return self._hear_control(message)
            case RepetitionCounted():
                key = (message.item, message.item in self._assessing)
                self._counted.setdefault(key, {})[message.number] = message
            case SensorSilent():
                if message.silent:
                    self._silent[message.stream] = message.why
                else:
                    self._silent.pop(message.stream, None)
        return ()

    def _counted_views(self, events: Sequence[SessionEvent]) -> dict[ItemKey, list[RepetitionView]]:
        """What was counted so far, numbered by what it belongs to: the set or the assessment.

        What was moved in a rest belongs to neither. A message that was lost leaves a hole, so that
        the last number tells the count all the same.
        """
        rests = rests_of(events)
        found: dict[ItemKey, list[RepetitionView]] = {}
        apart: dict[str, int] = {}
        for n, key, counted in sorted(
            ((n, key, c) for key, known in self._counted.items() for n, c in known.items()),
            key=itemgetter(0),
        ):
            item, assessed = key
            in_rest = moved_in_rest(counted, rests.get(item, Rests()))
            apart[item] = apart.get(item, 0) + (in_rest or assessed)
            if not in_rest:
                views = found.setdefault(key, [])
                views.append(_view(counted, len(views) + 1 if assessed else n - apart[item]))
        return found

    def _hear_control(self, batch: ControlBatch) -> Sequence[Sample]:
        self._calibrated = batch.calibrated
        angles = batch.angle_deg or (None,) * len(batch.control)
        self._observable = batch.angle_deg is not None
        samples = [
            Sample(batch.t0_ns + dt_us * 1000, control, angle)
            for dt_us, control, angle in zip(batch.dt_us, batch.control, angles, strict=False)
        ]
        self.trace.extend(samples)
        return samples

    @property
    def flags(self) -> tuple[bool, bool | None]:
        """What a control batch changes of the state: calibrated, angle observable."""
        return self._calibrated, self._observable

    def state(self) -> LiveState | None:
        """The session as a page shows it; None until its opening is known."""
        events = [self._events[n] for n in sorted(self._events)]
        view = session_view(events, self._results, self._plan, self._counted_views(events))
        if view is None:
            return None
        return LiveState(
            session=view,
            calibrated=self._calibrated,
            angle_observable=self._observable,
            silent=tuple(sorted(self._silent)),
            late=tuple(sorted(s for s, why in self._silent.items() if why == "late")),
        )


def _view(counted: RepetitionCounted, number: int) -> RepetitionView:
    return RepetitionView(
        number=number,
        range_deg=counted.range_deg,
        peak_deg=counted.peak_deg,
        flags=counted.flags + (("too fast",) if counted.too_fast else ()),
    )
