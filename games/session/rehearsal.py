"""A session without a box around it: to try the screens, and for tests.

It drives therapy's state machine by itself, and counts a repetition whenever the control went
up and came back, in place of the signal core. Nothing is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.rules.repetition_count import Counting
from telemetry.messages.events import Worn
from telemetry.messages.live import RepetitionCounted
from therapy.session.agenda import agenda_of
from therapy.session.session import advance, open_session
from therapy.session.session_settings import SessionSettings
from therapy.session.session_state import Moment, Tick

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from games.inputs.source import ArrivedSample, ControlSource
    from games.rules.control import Invitation
    from games.rules.repetition_count import Repeated
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.requests import Request
    from therapy.plan.plan import Plan
    from therapy.session.session_state import Occurrence, SessionState

__all__ = ["Rehearsal"]

FULL_DEG = 90.0
TICK_NS = 1_000_000_000


class Rehearsal:
    """Session and control source in one: what moves the games also counts repetitions.

    Args:
        plan: to rehearse.
        source: where the control comes from.
        now_ns: present instant.
        new_id: makes ULIDs.
        only: ids of the plan's items; None: all that are due.
        assess: whether due assessments are part of it.
    """

    def __init__(
        self,
        plan: Plan,
        source: ControlSource,
        now_ns: Callable[[], int],
        new_id: Callable[[], str],
        *,
        only: Collection[str] | None = None,
        assess: bool = True,
    ) -> None:
        self._source, self._now_ns, self._new_id = source, now_ns, new_id
        self._counting = Counting()
        self._number = 0
        self._ticked_ns = now_ns()
        agenda = agenda_of(plan, plan.day_of(now_ns()), only=only, assess=assess)
        places = dict.fromkeys(p for entry in agenda.items for p in entry.item.placements)
        opened = open_session(
            SessionSettings(
                plan=plan,
                site="rehearsal",
                agenda=agenda,
                worn=tuple(Worn(wearable="rehearsal", model="none", placement=p) for p in places),
            ),
            session=new_id(),
            moment=Moment(now_ns()),
        )
        self.events: list[SessionEvent] = list(opened.events)
        self.refused: list[str] = []
        self._state = opened.state

    @property
    def state(self) -> SessionState:
        """Where the session stands."""
        return self._state

    @property
    def ended(self) -> bool:
        """The control goes on as long as the session."""
        return False

    def request(self, wish: Request) -> None:
        """Ask the state machine."""
        self._take(wish.stamped(self._new_id(), self._state.session))

    def heart_bpm(self) -> int | None:
        """None is worn."""
        return None

    @property
    def waiting(self) -> bool:
        """Whether a sample has come in that was not given yet."""
        return self._source.waiting

    def poll(self, now_ns: int, invited: Invitation) -> list[ArrivedSample]:
        """The source's samples; each repetition in them is counted."""
        if now_ns - self._ticked_ns >= TICK_NS:
            self._ticked_ns = now_ns
            self._take(Tick(now_ns))
        arrivals = self._source.poll(now_ns, invited)
        for arrival in arrivals:
            self._watch(arrival)
        return arrivals

    def counted(self) -> list[RepetitionCounted]:
        """None: they went to the state machine."""
        return []

    def _watch(self, arrival: ArrivedSample) -> None:
        if not self._state.open_item:
            self._counting = Counting()
            return
        self._counting, done = self._counting.moved(arrival.sample, None)
        if done is not None:
            self._count(done)

    def _count(self, done: Repeated) -> None:
        self._number += 1
        self._take(
            RepetitionCounted(
                session=self._state.session,
                item=self._state.current.item.id,
                number=self._number,
                t_ns=done.t_ns,
                begun_ns=done.begun_ns,
                turned_ns=done.turned_ns,
                range_deg=done.peak * FULL_DEG,
                peak_deg=done.peak * FULL_DEG,
                reached=done.peak,
            )
        )

    def _take(self, what: Occurrence) -> None:
        step = advance(self._state, what, Moment(self._now_ns()))
        self._state = step.state
        self.events += step.events
        if step.refused is not None:
            self.refused.append(step.refused)
