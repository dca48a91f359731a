"""Standing still while the item goes on: a `live_item.LiveItem` of the trunk's sensor."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from analytics.exercise.live_count import Following, LiveCount
from telemetry.messages.live import ControlBatch, RepetitionCounted

from .stance import (
    AGAIN_S,
    BRIDGED_S,
    FORCE_M_S2,
    LEAST_SHARE,
    TURN_RAD_S,
    WINDOW_S,
    most_felt,
)
from .stance_item import ASKED_S

if TYPE_CHECKING:
    from analytics.exercise.observation import Observation
    from analytics.signals.oriented_stream import Oriented, StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import MotionBatch

__all__ = ["LiveStance"]

RISE_S: Final = 2.0
"""The control rises to 1 in so long of standing still, and falls in as long when it is over."""
USUAL_S: Final = 5.0
"""Time constant with which the force's usual size, and the person's usual sway, are learnt."""
GRAVITY_M_S2: Final = 9.81


class LiveStance:
    """Follows one stream; the control rises while somebody stands still, and falls with a step.

    It is by `stance`'s limits, of what has come so far. A stance is announced once it has lasted as
    long as was asked for; the control then falls, so that a game lets the person rest.
    """

    def __init__(
        self,
        started: ExerciseStarted | AssessmentStarted,
        observation: Observation,
        track: StreamTrack,
        from_index: int,
    ) -> None:
        self.streams = (observation.stream,)
        self.count = LiveCount(started, observation, track, Following(1.0, 1.0, in_degrees=False))
        self._session, self._item = started.session, started.item
        self._track = track
        self._dt_s = 1 / track.opened.rate_hz
        self._asked_s = ASKED_S if observation.tempo is None else observation.tempo.hold.s
        self._next = from_index
        self._usual = GRAVITY_M_S2
        self._window: deque[tuple[float, float]] = deque()
        self._sums = [0.0, 0.0]
        self._swaying = [0.0, 0.0]
        """Mean squares of the force's size and of the angular rate while somebody stands."""
        self._stood_s = 0.0
        self._jolt_s = 0.0
        self._whole = 0
        """Stances that lasted as long as was asked for."""
        self._counted = False
        self._control = 0.0

    def catch_up(self, to_index: int | None) -> None:
        """Follow the stream up to now, or to the item's end."""
        self._follow(to_index)

    def take(
        self,
        batch: MotionBatch,
        oriented: list[Oriented],  # noqa: ARG002 - needs no orientation
        to_index: int | None,
    ) -> list[LiveMessage]:
        """Control for the batch's samples, and stances that became whole in it."""
        if to_index is not None and batch.first_index >= to_index:
            return []
        controls = self._follow(to_index)
        own = [(i - batch.first_index, c) for i, c in controls if i >= batch.first_index]
        own = [(offset, c) for offset, c in own if offset < len(batch.dt_us)]
        messages: list[LiveMessage] = []
        if own:
            dt_us = batch.dt_us.tolist()
            messages.append(
                ControlBatch(
                    session=self._session,
                    item=self._item,
                    t0_ns=batch.t0_ns,
                    dt_us=tuple(dt_us[offset] for offset, _ in own),
                    control=tuple(round(c, 4) for _, c in own),
                    calibrated=True,
                )
            )
        return [*messages, *self._announce(batch.t0_ns + int(batch.dt_us[-1]) * 1000)]

    def end(self, to_index: int | None) -> list[LiveMessage]:  # noqa: ARG002 - announced before
        """Nothing is left to tell."""
        return []

    def is_over(self, to_index: int) -> bool:
        """Whether the stream has come to its end."""
        return self._track.position >= to_index

    def _announce(self, t_ns: int) -> list[LiveMessage]:
        first = self.count.announced + 1
        self.count.announced = max(self.count.announced, self._whole)
        return [
            RepetitionCounted(
                session=self._session,
                item=self._item,
                number=number,
                t_ns=t_ns,
                range_deg=None,
                peak_deg=None,
                reached=1.0,
                begun_ns=t_ns - round(self._asked_s * 1e9),
                turned_ns=t_ns,
            )
            for number in range(first, self._whole + 1)
        ]

    def _follow(self, to_index: int | None) -> list[tuple[int, float]]:
        """Index and control of the samples that have come."""
        found: list[tuple[int, float]] = []
        for run in self._track.runs(self._next):
            if run.first_index > self._next:
                self._left()
            for index, (acc, gyr) in enumerate(
                zip(run.acc.tolist(), run.gyr.tolist(), strict=True), run.first_index
            ):
                if to_index is not None and index >= to_index:
                    return found
                self._felt(acc, gyr)
                found.append((index, self._control))
            self._next = run.first_index + len(run)
        return found

    def _felt(self, acc: list[float], gyr: list[float]) -> None:
        size = (acc[0] ** 2 + acc[1] ** 2 + acc[2] ** 2) ** 0.5
        self._usual += (size - self._usual) * min(1.0, self._dt_s / USUAL_S)
        new = (size - self._usual) ** 2, gyr[0] ** 2 + gyr[1] ** 2 + gyr[2] ** 2
        self._window.append(new)
        self._sums = [s + v for s, v in zip(self._sums, new, strict=True)]
        if len(self._window) * self._dt_s > WINDOW_S:
            old = self._window.popleft()
            self._sums = [s - v for s, v in zip(self._sums, old, strict=True)]
        force, turn = (s / len(self._window) for s in self._sums)
        most = [
            most_felt(usual**0.5, bounds)
            for usual, bounds in zip(self._swaying, (FORCE_M_S2, TURN_RAD_S), strict=True)
        ]
        if force < most[0] ** 2 and turn < most[1] ** 2:
            learnt = min(1.0, self._dt_s / USUAL_S)
            self._swaying[0] += (force - self._swaying[0]) * learnt
            self._swaying[1] += (turn - self._swaying[1]) * learnt
            self._jolt_s = 0.0
            self._stand()
        else:
            self._jolt_s += self._dt_s
            if self._jolt_s > BRIDGED_S:
                self._left()
        wanted = 1.0 if self._stood_s > 0 and not self._counted else 0.0
        step = self._dt_s / RISE_S
        self._control += max(-step, min(step, wanted - self._control))

    def _stand(self) -> None:
        self._stood_s += self._dt_s
        if not self._counted and self._stood_s >= self._asked_s:
            self._whole += 1
            self._counted = True
        elif self._counted and self._stood_s >= self._asked_s + AGAIN_S:
            self._counted, self._stood_s = False, self._dt_s

    def _left(self) -> None:
        """A step, a turn or a hole in the samples ends the stance; a nearly whole one counts."""
        if not self._counted and self._stood_s >= LEAST_SHARE * self._asked_s:
            self._whole += 1
        self._stood_s, self._counted = 0.0, False
