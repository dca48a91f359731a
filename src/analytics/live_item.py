"""An exercise item while it is going on: what is counted, and what moves the game."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from telemetry.live import ControlBatch, RepetitionCounted

from .control import (
    TodaysRange,
    calibrated_range,
    given_range,
    is_too_small,
    reference_range,
    widening_range,
)
from .movement import Elevation, Turning
from .repetition import Excursion, RepetitionDetector
from .smoothing import ParabolaSmoother

if TYPE_CHECKING:
    from telemetry.events import AssessmentStarted, ExerciseStarted, RangeCalibrated
    from telemetry.motion import MotionBatch

    from .movement import Movement
    from .observation import Observation
    from .track import Oriented, StreamTrack

__all__ = ["LiveItem"]

DOWN_SEEN = 0.7
"""Share of the way down's duration that has passed when a repetition is announced."""


class LiveItem:
    """Follows one item's stream; provisional, and with no look-ahead.

    A repetition is announced as soon as the movement is back near rest, about 0.2 s after it.
    """

    def __init__(
        self,
        started: ExerciseStarted | AssessmentStarted,
        observation: Observation,
        track: StreamTrack,
        from_index: int,
    ) -> None:
        self.observation = observation
        self._session = started.session
        self._item = started.item
        self._track = track
        self._from_index = from_index
        self._next_frame = track.frame_at(from_index)
        self._movement: Movement = (
            Turning(track.frame_rate_hz)
            if observation.axis is None
            else Elevation(observation.axis)
        )
        self._restarts: list[bool] = []
        self._announced = 0
        self._given: RangeCalibrated | None = None
        self._start_over()

    def _start_over(self) -> None:
        rate_hz = self._track.frame_rate_hz
        self._smoother = ParabolaSmoother(rate_hz)
        self._detector = RepetitionDetector(self._movement.least_deg)
        self._lowest, self._highest = math.inf, -math.inf
        self._calibrated: TodaysRange | None = None

    @property
    def excursions(self) -> list[Excursion]:
        """What has been counted so far, in frames of the item."""
        return self._detector.excursions

    def advance(self, to_index: int | None) -> None:
        """Follow the stream up to now, or to the item's end."""
        for index, q, restarted in self._track.fresh(self._next_frame):
            self._next_frame += 1
            if index < self._from_index or (to_index is not None and index >= to_index):
                continue
            value = self._movement.add(q, restarted=restarted)
            self._restarts.append(restarted)
            past = self._movement.refit()
            if past is None:
                self._follow(value, restarted=restarted)
                continue
            self._start_over()
            for value_then, restarted_then in zip(past, self._restarts, strict=True):
                self._follow(value_then, restarted=restarted_then)

    def _follow(self, value: float, *, restarted: bool) -> None:
        self._lowest = min(self._lowest, value)
        self._highest = max(self._highest, value)
        if restarted:
            for late in self._smoother.flush():
                self._detector.push(late)
        smooth = self._smoother.push(value)
        if smooth is not None:
            self._detector.push(smooth)

    def calibrate(self, event: RangeCalibrated) -> None:
        """Take today's target from the session, not from the item's own first repetitions."""
        if event.target_deg is not None and self.observation.axis is not None:
            self._given = event

    def todays_range(self) -> TodaysRange | None:
        """Today's range as far as it is known; None before the first frame."""
        if not self._restarts:
            return None
        limit_deg, least = self.observation.limit_deg, self._movement.least_deg
        if self._calibrated is None:
            self._calibrated = calibrated_range(self.excursions, limit_deg, least)
        found, given = self._calibrated, self._given
        if given is not None and given.target_deg is not None:
            rest = found.rest_deg if found else self._lowest
            limit = limit_deg if given.limit_deg is None else given.limit_deg
            return given_range(rest, given.target_deg, limit, given.peaks_deg)
        return found or widening_range(self._lowest, self._highest, limit_deg, least)

    def control(
        self, batch: MotionBatch, oriented: list[Oriented], to_index: int | None
    ) -> ControlBatch | None:
        """The control for those samples of a batch that could be used; None if there are none."""
        today = self.todays_range()
        first = max(batch.first_index, self._from_index)
        stop = batch.next_index if to_index is None else min(batch.next_index, to_index)
        if today is None or first >= stop:
            return None
        offsets: list[int] = []
        values: list[float] = []
        for part in oriented:
            begin = part.segment.first_index
            skip = max(0, first - begin)
            for i, (w, x, y, z) in enumerate(part.quaternions[skip:].tolist(), begin + skip):
                if i >= stop:
                    break
                offsets.append(i - batch.first_index)
                values.append(self._movement.value((w, x, y, z)))
        if not values:
            return None
        dt_us = batch.dt_us.tolist()
        return ControlBatch(
            session=self._session,
            item=self._item,
            t0_ns=batch.t0_ns,
            dt_us=tuple(dt_us[i] for i in offsets),
            control=tuple(round(today.control(v), 4) for v in values),
            angle_deg=None if self.observation.axis is None else tuple(round(v, 2) for v in values),
            limit=round(today.limit, 4),
            calibrated=today.calibrated,
        )

    def announce(self, t_ns: int) -> list[RepetitionCounted]:
        """Repetitions not yet announced."""
        today = self.todays_range()
        fresh = self.excursions[self._announced :]
        if today is None or not fresh:
            return []
        first = self._announced + 1
        self._announced += len(fresh)
        observable = self.observation.axis is not None
        reference_deg = reference_range(self.excursions)
        messages = []
        for number, e in enumerate(fresh, first):
            flags = self._pace(e)
            fast = any(flag.endswith("too fast") for flag in flags)
            if is_too_small(e, reference_deg):
                flags.append("too small")
            messages.append(
                RepetitionCounted(
                    session=self._session,
                    item=self._item,
                    number=number,
                    t_ns=t_ns,
                    range_deg=round(e.rise, 2) if observable else None,
                    peak_deg=round(e.high, 2) if observable else None,
                    reached=round(today.control(e.high), 4),
                    too_fast=fast,
                    flags=tuple(flags),
                )
            )
        return messages

    def _pace(self, e: Excursion) -> list[str]:
        frame_s = 1 / self._track.frame_rate_hz
        return self.observation.phases.flags(
            (e.hold_from - e.start) * frame_s,
            (e.hold_to - e.hold_from) * frame_s,
            (e.end - e.hold_to) * frame_s / DOWN_SEEN,
        )
