"""A session without a wearable: keys move the games, and their repetitions are counted here.

They count as what they are: no angle, no range, nothing measured. The session records them as
the person's own report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from games.inputs.keys import KeysSource
from games.rules.repetition_count import Counting
from games.rules.setting import min_phase_of
from telemetry.messages.live import RepetitionCounted

if TYPE_CHECKING:
    from games.inputs.source import ArrivedSample
    from games.rules.control import ControlSample, Invitation
    from therapy.session.session_state import SessionState

__all__ = ["CountedKeys", "CountingSession"]


class CountingSession(Protocol):
    """The session as keys see it."""

    @property
    def state(self) -> SessionState | None:
        """The newest state; None before a session is open."""
        ...

    def count(self, repetition: RepetitionCounted) -> None:
        """Count a repetition; returns at once."""
        ...


class CountedKeys(KeysSource):
    """Keys and mouse, and each repetition made with them told to the session.

    Args:
        session: takes them while an exercise is open.
    """

    def __init__(self, session: CountingSession) -> None:
        super().__init__()
        self._session = session
        self._counting = Counting()
        self._number = 0

    def poll(self, now_ns: int, invited: Invitation) -> list[ArrivedSample]:
        """Samples of the time that has passed."""
        arrivals = super().poll(now_ns, invited)
        for arrival in arrivals:
            self._watch(arrival.sample)
        return arrivals

    def _watch(self, sample: ControlSample) -> None:
        state = self._session.state
        if state is None or not state.open_item:
            self._counting = Counting()
            return
        item = state.current.item
        self._counting, done = self._counting.moved(sample, min_phase_of(item))
        if done is None:
            return
        self._number += 1
        self._session.count(
            RepetitionCounted(
                session=state.session,
                item=item.id,
                number=self._number,
                t_ns=done.t_ns,
                begun_ns=done.begun_ns,
                turned_ns=done.turned_ns,
                range_deg=None,
                peak_deg=None,
                reached=done.peak,
                too_fast=done.too_fast,
            )
        )
