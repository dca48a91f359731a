"""A recording as the control: the batches that analytics made of it, in their own time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .recorded_tempo import tempo_of
from .wearable import arrivals_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from games.rules.control import Invitation
    from telemetry.messages.live import ControlBatch, RepetitionCounted

    from .recorded_tempo import RecordedTempo
    from .source import ArrivedSample

__all__ = ["RecordedSource"]


class RecordedSource:
    """Plays batches back from the first frame that is shown, or from `start_ns` on.

    Args:
        messages: control batches in order, with the repetitions counted between them.
        start_ns: when the first sample is to come; None: with the first frame, `lead_ns` later.
        lead_ns: what a person is given to look around.
        item: play only this exercise item; None: all.
    """

    def __init__(
        self,
        messages: Iterable[ControlBatch | RepetitionCounted],
        start_ns: int | None = None,
        *,
        lead_ns: int = 0,
        item: str | None = None,
    ) -> None:
        self._start_ns, self._lead_ns = start_ns, lead_ns
        self._arrivals: list[ArrivedSample] = []
        self._counted: list[RepetitionCounted] = []
        for message in messages:
            if item is not None and message.item != item:
                continue
            if message.type == "repetition":
                self._counted.append(message)
            elif message.item is not None:
                # Played again, a sample's own instant tells no latency.
                again = arrivals_of(message, message.t0_ns)
                self._arrivals += [replace(arrival, sampled_ns=None) for arrival in again]
        self._arrivals.sort(key=lambda a: a.sample.t_ns)
        self._next = self._next_counted = 0

    @property
    def tempo(self) -> RecordedTempo | None:
        """What it was recorded at; None where no repetition is whole."""
        return tempo_of([a.sample for a in self._arrivals if a.calibrated])

    @property
    def ended(self) -> bool:
        """Whether the last sample was given."""
        return self._next >= len(self._arrivals)

    @property
    def waiting(self) -> bool:
        """False: samples are made when they are asked for."""
        return False

    def poll(self, now_ns: int, invited: Invitation) -> list[ArrivedSample]:  # noqa: ARG002 - the seam's
        """All samples whose time has come; they keep the recording's instants."""
        if self.ended:
            return []
        if self._start_ns is None:
            # Opening a window takes as long as the machine wants: what passes before counts not.
            self._start_ns = now_ns + self._lead_ns
        until_ns = now_ns - self._start_ns + self._arrivals[0].sample.t_ns
        first = self._next
        while self._next < len(self._arrivals):
            if self._arrivals[self._next].sample.t_ns > until_ns:
                break
            self._next += 1
        return [arrival.arriving(now_ns) for arrival in self._arrivals[first : self._next]]

    def counted(self) -> list[RepetitionCounted]:
        """Repetitions that lie before the samples given so far."""
        first = self._next_counted
        played_ns = self._arrivals[self._next - 1].sample.t_ns if self._next else 0
        while (
            self._next_counted < len(self._counted)
            and self._counted[self._next_counted].t_ns <= played_ns
        ):
            self._next_counted += 1
        return self._counted[first : self._next_counted]
