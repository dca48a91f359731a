"""An exercise item while it is going on, seen by one sensor: what is counted, and what moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from analytics.movement.acceleration_movement import Felt
from analytics.movement.gravity_sweep import Sweeping
from analytics.movement.movement import Elevation, Turning
from telemetry.messages.live import ControlBatch

from .live_count import Following, LiveCount
from .observation import Method

if TYPE_CHECKING:
    from analytics.movement.control import TodaysRange
    from analytics.movement.movement import Movement
    from analytics.movement.repetition import Excursion
    from analytics.signals.oriented_stream import Oriented, StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted, RangeCalibrated
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import MotionBatch

    from .observation import Observation

__all__ = ["LiveItem", "LiveOneSensor"]


class LiveItem(Protocol):
    """Follows an item's streams; provisional, and with no look-ahead.

    A repetition is announced as soon as the movement is back near rest, about 0.2 s after it.

    Attributes:
        count: what it has counted.
    """

    count: LiveCount

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams whose samples move it."""
        ...

    def catch_up(self, to_index: int | None) -> None:
        """Follow what has come before anybody looked; its control is of no use any more.

        Args:
            to_index: the observed stream's index after the item's last sample; None: it goes on.
        """
        ...

    def take(
        self, batch: MotionBatch, oriented: list[Oriented], to_index: int | None
    ) -> list[LiveMessage]:
        """What a batch of one of its streams moves, once its track has it."""
        ...

    def end(self, to_index: int | None) -> list[LiveMessage]:
        """What the end of one of its streams moves."""
        ...

    def is_over(self, to_index: int) -> bool:
        """Whether its end is passed, so that nothing that comes moves it any more."""
        ...


class LiveOneSensor:
    """A `LiveItem` that follows one stream."""

    def __init__(
        self,
        started: ExerciseStarted | AssessmentStarted,
        observation: Observation,
        track: StreamTrack,
        from_index: int,
    ) -> None:
        self.streams = (observation.stream,)
        self._session = started.session
        self._item = started.item
        self._track = track
        self._from_index = from_index
        self._next_frame = track.frame_at(from_index)
        self._movement = _movement(observation, track, from_index)
        self._frames: list[tuple[int, bool]] = []
        self.count = LiveCount(started, observation, track, self._following())

    def _following(self) -> Following:
        moved = self._movement
        return Following(
            self._track.frame_rate_hz,
            moved.least_deg,
            in_degrees=moved.in_degrees,
            smooth=isinstance(moved, Felt),
        )

    @property
    def excursions(self) -> list[Excursion]:
        """What has been counted so far, in frames of the item."""
        return self.count.following.excursions

    def calibrate(self, event: RangeCalibrated) -> None:
        """Take today's target from the session."""
        self.count.calibrate(event)

    def todays_range(self) -> TodaysRange | None:
        """Today's range as far as it is known; None before the first frame."""
        return self.count.todays_range()

    def catch_up(self, to_index: int | None) -> None:
        """Follow the stream up to now, or to the item's end."""
        movement, following = self._movement, self.count.following
        fresh = list(self._track.fresh(self._next_frame))
        self._next_frame += len(fresh)
        if fresh and (fresh[0][0] < self._from_index or to_index is not None):
            stop = math.inf if to_index is None else to_index
            fresh = [frame for frame in fresh if self._from_index <= frame[0] < stop]
        if not movement.learns:
            values = movement.values([q for _, q, _ in fresh])
            for value, (index, _, restarted) in zip(values, fresh, strict=True):
                following.follow(value, index, restarted=restarted)
            return
        for index, q, restarted in fresh:
            value = movement.add(q, restarted=restarted)
            self._frames.append((index, restarted))
            past = movement.refit()
            if past is None:
                following.follow(value, index, restarted=restarted)
                if not movement.in_degrees and following.excursions:
                    past = movement.learn()
            if past is not None:
                self._start_over(past)
                following = self.count.following

    def _start_over(self, past: list[float]) -> None:
        self.count.following = following = self._following()
        for value, (index, restarted) in zip(past, self._frames, strict=True):
            following.follow(value, index, restarted=restarted)

    def take(
        self, batch: MotionBatch, oriented: list[Oriented], to_index: int | None
    ) -> list[LiveMessage]:
        """Control for the batch's samples, and repetitions that end in it."""
        if to_index is not None and batch.first_index >= to_index:
            return []
        self.catch_up(to_index)
        messages: list[LiveMessage] = []
        told_us = batch.dt_us.tolist()
        control = self._control(batch, oriented, told_us, to_index)
        if control is not None:
            messages.append(control)
        messages += self.count.announce(batch.t0_ns + told_us[-1] * 1000)
        return messages

    def end(self, to_index: int | None) -> list[LiveMessage]:
        """What was felt comes late, so that the end tells of a last repetition; else nothing."""
        over = to_index is not None and to_index < self._track.position
        if over or not isinstance(self._movement, Felt):
            return []
        self.catch_up(to_index)
        frames = self._track.frames(self._from_index, self._track.position)
        if not len(frames):
            return []
        self.count.following.finish()
        return list(self.count.announce(round(frames.t_us[-1] * 1000)))

    def is_over(self, to_index: int) -> bool:
        """Whether the stream has passed its end; one that stops there may tell of a last one."""
        return self._track.position > to_index

    def _control(
        self,
        batch: MotionBatch,
        oriented: list[Oriented],
        told_us: list[int],
        to_index: int | None,
    ) -> ControlBatch | None:
        """The control for those samples of a batch that could be used; None if there are none."""
        today = self.todays_range()
        first = max(batch.first_index, self._from_index)
        stop = batch.next_index if to_index is None else min(batch.next_index, to_index)
        if today is None or first >= stop:
            return None
        dt_us: list[int] = []
        values: list[float] = []
        for part in oriented:
            begin = part.segment.first_index
            q = part.quaternions[max(0, first - begin) : max(0, stop - begin)].tolist()
            offset = max(first, begin) - batch.first_index
            dt_us += told_us[offset : offset + len(q)]
            values += self._movement.values(q)
        if not values:
            return None
        in_degrees = self.count.following.in_degrees
        return ControlBatch(
            session=self._session,
            item=self._item,
            t0_ns=batch.t0_ns,
            dt_us=tuple(dt_us),
            control=tuple([round(c, 4) for c in today.controls(values)]),
            angle_deg=tuple([round(v, 2) for v in values]) if in_degrees else None,
            limit=round(today.limit, 4),
            calibrated=today.calibrated,
        )


def _movement(observation: Observation, track: StreamTrack, from_index: int) -> Movement:
    if observation.method is Method.SWEPT:
        return Sweeping(track.frame_rate_hz)
    if observation.axis is not None:
        return Elevation(observation.axis)
    if not track.opened.gyroscope:
        return Felt(track, from_index)
    return Turning(track.frame_rate_hz)
