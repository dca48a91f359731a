"""An exercise item while it is going on, seen by the two sensors of a joint."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from analytics.movement.movement import ANGLE_LEAST_DEG, Turning
from analytics.signals.synchronisation import Matcher, Timed, Unmatched
from telemetry.errors import NotObservable
from telemetry.messages.live import ControlBatch

from .flexion import axes_followed, pair
from .hinge import LiveHinge, between
from .live_count import Following, LiveCount

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analytics.signals.arrays import Quaternion
    from analytics.signals.oriented_stream import Oriented, StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import MotionBatch

    from .observation import Hinge, Observation

__all__ = ["LiveJoint"]

LOOKS = (1, 2, 3)
"""Repetitions after which a joint's axes are looked for; then at twice as many, until found."""

EARLY_US = 1e6
"""A frame of the other sensor that is older than this is no neighbour any more."""


class _Frame(NamedTuple):
    """A frame of the distal sensor; `proximal` is None once the other stream has ended."""

    at_index: int
    t_us: float
    distal: Quaternion
    proximal: Quaternion | None
    restarted: bool


class LiveJoint:
    """A `live_item.LiveItem` that follows two streams.

    1. A frame of the distal sensor is taken once the proximal one's frames around it are there,
       whichever stream came last. Where either lost samples there is no frame.
    2. With calibrated axes the movement is the joint's angle (`hinge`). Without, it is
       `movement.Turning` of the distal sensor until the first repetition; then the axes are found
       from what was seen (`joints.axis`), again after the second and once for all after the third,
       and the item is counted anew in the joint's angle. The larger excursion is flexion.
    3. Once the proximal stream has ended, the item goes on in `Turning`.

    So what it tells of each frame depends on the two streams alone, never on their delivery.
    """

    def __init__(
        self,
        started: ExerciseStarted | AssessmentStarted,
        observation: Observation,
        hinge: Hinge,
        tracks: Mapping[str, StreamTrack],
        from_index: int,
    ) -> None:
        self.streams = (observation.stream, hinge.proximal)
        self._session = started.session
        self._item = started.item
        self._hinge = hinge
        self._distal, self._tracks = tracks[observation.stream], tracks
        self._from_index = from_index
        self._frames = _PairedFrames(self._distal, tracks, hinge.proximal, from_index)
        rate_hz = self._distal.frame_rate_hz
        self._angle = None if hinge.axes is None else LiveHinge(rate_hz, hinge, hinge.axes)
        self._scout = _Scout(rate_hz) if self._angle is None else None
        self._looks = 0
        self._alone = False
        following = self._in_angle() if self._scout is None else self._scout.following
        self.count = LiveCount(started, observation, self._distal, following)

    def _in_angle(self) -> Following:
        return Following(self._distal.frame_rate_hz, ANGLE_LEAST_DEG, in_degrees=True)

    def catch_up(self, to_index: int | None) -> None:
        """Follow the streams up to now, or to the item's end."""
        for frame in self._frames.fresh(to_index):
            self._follow(frame)

    def take(
        self,
        batch: MotionBatch,  # noqa: ARG002 - its frames may complete earlier ones
        oriented: list[Oriented],  # noqa: ARG002 - only frames are looked at
        to_index: int | None,
    ) -> list[LiveMessage]:
        """Control for the frames that are complete now, and repetitions that end in them."""
        return self.end(to_index)

    def end(self, to_index: int | None) -> list[LiveMessage]:
        """The same where a stream's end completes them."""
        messages: list[LiveMessage] = []
        told = _Told(self._session, self._item)
        for frame in self._frames.fresh(to_index):
            value = self._follow(frame)
            today = self.count.todays_range()
            if today is None:
                continue
            scale = (round(today.limit, 4), today.calibrated, self.count.following.in_degrees)
            messages += told.add(frame.t_us, round(today.control(value), 4), value, scale)
            repetitions = self.count.announce(round(frame.t_us * 1000))
            if repetitions:
                messages += [*told.flush(), *repetitions]
        return messages + told.flush()

    def is_over(self, to_index: int) -> bool:
        """Whether the next frame lies beyond its end."""
        return self._frames.are_past(to_index)

    def _follow(self, frame: _Frame) -> float:
        """The movement at the next frame."""
        if frame.proximal is None and not self._alone:
            self._go_on_alone(frame)
        value = 0.0
        if self._scout is not None:
            value = self._scout.follow(frame.distal, frame.at_index, restarted=frame.restarted)
            if self._scout.following is not self.count.following and self._angle is None:
                self.count.following = self._scout.following
        if self._angle is not None and frame.proximal is not None:
            value = self._angle.step(frame.proximal, frame.distal, restarted=frame.restarted)
            self.count.following.follow(value, frame.at_index, restarted=frame.restarted)
        if self._scout is not None and not self._alone:
            value = self._look(frame, value)
        return value

    def _look(self, frame: _Frame, value: float) -> float:
        """Look for the axes, where it is time; the movement at this frame, by what is known now."""
        counted = len(self._scout.following.excursions) if self._scout is not None else 0
        due = (
            LOOKS[self._looks]
            if self._looks < len(LOOKS)
            else LOOKS[-1] * 2 ** (self._looks - len(LOOKS) + 1)
        )
        if counted < due:
            return value
        self._looks += 1
        proximal, rate_hz = self._tracks[self._hinge.proximal], self._distal.frame_rate_hz
        stop = frame.at_index + 1
        seen = self._distal.frames(self._from_index, stop)
        near = proximal.frames_between(seen.t_us[0], seen.t_us[-1])
        try:
            axes = axes_followed(pair(seen, near), rate_hz)
        except NotObservable:
            return value
        angle, following, now = LiveHinge(rate_hz, self._hinge, axes), self._in_angle(), value
        again = _PairedFrames(
            self._distal, self._tracks, self._hinge.proximal, self._from_index
        ).fresh(stop)
        for past in again:
            if past.proximal is not None:
                now = angle.step(past.proximal, past.distal, restarted=past.restarted)
                following.follow(now, past.at_index, restarted=past.restarted)
        if following.highest - following.lowest < ANGLE_LEAST_DEG:
            # Both segments moved and the joint between them did not.
            return value
        self._angle, self.count.following = angle, following
        if self._looks >= len(LOOKS):
            self._scout = None
        return now

    def _go_on_alone(self, frame: _Frame) -> None:
        """Begin anew with the distal sensor, up to but without this frame."""
        self._alone, self._angle = True, None
        self._scout = _Scout(self._distal.frame_rate_hz)
        for index, q, restarted in self._distal.fresh(self._distal.frame_at(self._from_index)):
            if index >= frame.at_index:
                break
            self._scout.follow(q, index, restarted=restarted)
        self.count.following = self._scout.following


class _Scout:
    """`movement.Turning` of one sensor and the repetitions in it."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._turning = Turning(rate_hz)
        self._frames: list[tuple[int, bool]] = []
        self.following = self._begun()

    def _begun(self) -> Following:
        return Following(self._rate_hz, self._turning.least_deg, in_degrees=False)

    def follow(self, q: Quaternion, index: int, *, restarted: bool) -> float:
        value = self._turning.add(q, restarted=restarted)
        self._frames.append((index, restarted))
        past = self._turning.refit()
        if past is None:
            self.following.follow(value, index, restarted=restarted)
            return value
        self.following = self._begun()
        for value_then, (index_then, restarted_then) in zip(past, self._frames, strict=True):
            self.following.follow(value_then, index_then, restarted=restarted_then)
        return past[-1]


class _PairedFrames:
    """The frames of both sensors together, each as soon as it is complete."""

    def __init__(
        self,
        distal: StreamTrack,
        tracks: Mapping[str, StreamTrack],
        proximal: str,
        from_index: int,
    ) -> None:
        self._distal = _Waiting(distal, distal.frame_at(from_index))
        self._from_index = from_index
        self._tracks, self._stream = tracks, proximal
        self._proximal: _Waiting | None = None
        self._matcher: Matcher[Quaternion] = Matcher(self._next_proximal)

    def _next_proximal(self) -> Timed[Quaternion] | None:
        if self._proximal is None:
            track = self._tracks.get(self._stream)
            if track is None:
                return None
            self._proximal = _Waiting(track, self._begin_at(track))
        found = self._proximal.first()
        if found is None:
            return None
        self._proximal.drop()
        _, t_us, q, restarted = found
        return Timed(t_us, restarted, q)

    def _begin_at(self, track: StreamTrack) -> int:
        """Number of a frame of the other stream that is early enough."""
        first = self._distal.first()
        if first is None:
            return 0
        return track.frame_since(first[1] - EARLY_US)

    def fresh(self, to_index: int | None) -> Iterator[_Frame]:
        """Frames not yet given, up to the item's end."""
        while (first := self._distal.first()) is not None:
            index, t_us, q, restarted = first
            if to_index is not None and index >= to_index:
                return
            if index < self._from_index:
                self._distal.drop()
                continue
            found = self._matcher.match(t_us, restarted=restarted)
            if found is Unmatched.WAITING and not self._ended:
                return
            self._distal.drop()
            if found is Unmatched.WAITING:
                yield _Frame(index, t_us, q, None, restarted)
            elif not isinstance(found, Unmatched):
                other = between(found.before, found.after, found.share)
                yield _Frame(index, t_us, q, other, found.restarted)

    def are_past(self, index: int) -> bool:
        """Whether none before this sample is still to be given."""
        first = self._distal.first()
        return self._distal.ended if first is None else first[0] >= index

    @property
    def _ended(self) -> bool:
        return self._proximal is not None and self._proximal.ended


class _Waiting:
    """Frames of a stream that have not been used yet."""

    def __init__(self, track: StreamTrack, number: int) -> None:
        self._track = track
        self._number = number
        self._frames: deque[tuple[int, float, Quaternion, bool]] = deque()

    @property
    def ended(self) -> bool:
        """Whether no frame will come any more."""
        return self._track.ended

    def first(self) -> tuple[int, float, Quaternion, bool] | None:
        """Sample index, host time, orientation and `restarted` of the next frame."""
        if not self._frames:
            new = list(self._track.fresh(self._number))
            if not new:
                return None
            times_us = self._track.times_us(self._number, self._number + len(new)).tolist()
            self._number += len(new)
            self._frames.extend(
                (index, t_us, q, restarted)
                for (index, q, restarted), t_us in zip(new, times_us, strict=True)
            )
        return self._frames[0]

    def drop(self) -> None:
        """Be done with the next frame."""
        self._frames.popleft()


class _Told:
    """Control batches in the making: one goes on as long as its scale is the same."""

    def __init__(self, session: str, item: str) -> None:
        self._session, self._item = session, item
        self._scale = (1.0, False, False)
        self._rows: list[tuple[float, float, float]] = []

    def add(
        self, t_us: float, control: float, value: float, scale: tuple[float, bool, bool]
    ) -> list[LiveMessage]:
        """One more frame; the batch that it does not belong to any more."""
        done = self.flush() if scale != self._scale else []
        self._scale = scale
        self._rows.append((t_us, control, round(value, 2)))
        return done

    def flush(self) -> list[LiveMessage]:
        """The batch so far, if it holds anything."""
        if not self._rows:
            return []
        times_us, control, angle_deg = zip(*self._rows, strict=True)
        self._rows = []
        limit, calibrated, in_degrees = self._scale
        return [
            ControlBatch(
                session=self._session,
                item=self._item,
                t0_ns=round(times_us[0]) * 1000,
                dt_us=tuple(round(t - times_us[0]) for t in times_us),
                control=control,
                angle_deg=angle_deg if in_degrees else None,
                limit=limit,
                calibrated=calibrated,
            )
        ]
