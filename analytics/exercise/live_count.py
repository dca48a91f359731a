"""What a live item has counted, today's range, and the repetitions that are announced of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from analytics.movement.control import (
    TodaysRange,
    calibrated_range,
    given_range,
    is_too_small,
    limit_from,
    reference_range,
    widening_range,
)
from analytics.movement.repetition import Excursion, RepetitionDetector
from analytics.signals.smoothing import ParabolaSmoother
from telemetry.messages.live import RepetitionCounted
from telemetry.messages.rests import Rests

from .observation import Method

if TYPE_CHECKING:
    from analytics.signals.oriented_stream import StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted, RangeCalibrated

    from .observation import Observation

__all__ = ["Following", "LiveCount"]

DOWN_SEEN = 0.7
"""Share of the way down's duration that has passed when a repetition is announced."""


class Following:
    """Repetitions in one movement, frame by frame.

    Attributes:
        least_deg: a smaller back and forth is none.
        in_degrees: whether the movement is the angle that the item is about.
        lowest, highest: of the movement so far.
        indices: the observed stream's sample index at each frame.

    Args:
        rate_hz: of the frames.
        least_deg, in_degrees: as above.
        smooth: whether the movement comes smoothed.
    """

    def __init__(
        self, rate_hz: float, least_deg: float, *, in_degrees: bool, smooth: bool = False
    ) -> None:
        self.least_deg = least_deg
        self.in_degrees = in_degrees
        self.lowest, self.highest = math.inf, -math.inf
        self.indices: list[int] = []
        self._smoother = None if smooth else ParabolaSmoother(rate_hz)
        self._detector = RepetitionDetector(least_deg)

    def follow(self, value: float, index: int, *, restarted: bool) -> None:
        """Take the movement's next frame, at a sample index of the observed stream."""
        self.indices.append(index)
        self.lowest = min(self.lowest, value)
        self.highest = max(self.highest, value)
        if self._smoother is None:
            self._detector.push(value)
            return
        if restarted:
            for late in self._smoother.flush():
                self._detector.push(late)
        smooth = self._smoother.push(value)
        if smooth is not None:
            self._detector.push(smooth)

    def finish(self) -> None:
        """No frame comes any more: the repetition that is under way counts, or does not."""
        if self._smoother is not None:
            for late in self._smoother.flush():
                self._detector.push(late)
        if self._detector.values:
            self._detector.finish()

    @property
    def excursions(self) -> list[Excursion]:
        """What has been counted so far, in frames."""
        return self._detector.excursions


class LiveCount:
    """The repetitions of one item; the movement that they are found in may change meanwhile."""

    def __init__(
        self,
        started: ExerciseStarted | AssessmentStarted,
        observation: Observation,
        track: StreamTrack,
        following: Following,
    ) -> None:
        self.observation = observation
        self.rests = Rests()
        """In sample indices of the observed stream: what is moved in them is no measure."""
        self.announced = 0
        """Repetitions that have been told."""
        self._session = started.session
        self._item = started.item
        self._frame_s = 1 / track.frame_rate_hz
        self._sample_s = 1 / track.opened.rate_hz
        self._given: RangeCalibrated | None = None
        self.following = following

    @property
    def following(self) -> Following:
        """The movement in which repetitions are found now."""
        return self._following

    @following.setter
    def following(self, following: Following) -> None:
        self._following = following
        self._calibrated: TodaysRange | None = None
        self._looked_at = 0, Rests()
        """At how many excursions and which rests it was looked for."""
        self._not_rested: list[Excursion] = []
        """Those of them that no closed rest holds."""

    def calibrate(self, event: RangeCalibrated) -> None:
        """Take today's target from the session, not from the item's own first repetitions."""
        if event.target_deg is not None and self.observation.method is not Method.COUNT:
            self._given = event

    def todays_range(self) -> TodaysRange | None:
        """Today's range as far as it is known; None before the first frame."""
        seen = self._following
        if seen.highest < seen.lowest:
            return None
        limit_deg, least, zeroed = (
            self.observation.limit_deg,
            seen.least_deg,
            self.observation.zeroed,
        )
        known = len(seen.excursions), self.rests
        if self._calibrated is None and self._looked_at != known:
            asked = self._asked_for()
            self._calibrated = calibrated_range(asked, limit_deg, least, zeroed=zeroed)
        found, given = self._calibrated, self._given
        if given is not None and given.target_deg is not None:
            rest = found.rest_deg if found else seen.lowest
            limit = limit_deg if given.limit_deg is None else given.limit_deg
            # Without a zero, the target that was given is the size of a movement.
            target = given.target_deg + (0.0 if zeroed else rest)
            limit = limit_from(rest, limit, zeroed=zeroed)
            return given_range(rest, target, limit, given.peaks_deg)
        return found or widening_range(seen.lowest, seen.highest, limit_deg, least, zeroed=zeroed)

    def announce(self, t_ns: int) -> list[RepetitionCounted]:
        """Repetitions not yet announced."""
        excursions = self._following.excursions
        if self.announced >= len(excursions):
            return []
        fresh = excursions[self.announced :]
        today = self.todays_range()
        if today is None:
            return []
        first = self.announced + 1
        self.announced += len(fresh)
        ranged = self._following.in_degrees
        reference_deg = reference_range(excursions)
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
                    range_deg=round(e.rise, 2) if ranged else None,
                    peak_deg=round(e.high, 2) if ranged and self.observation.zeroed else None,
                    reached=round(today.control(e.high), 4),
                    too_fast=fast,
                    flags=tuple(flags),
                    begun_ns=self._instant_ns(e.start, t_ns),
                    turned_ns=self._instant_ns(e.hold_to, t_ns),
                )
            )
        return messages

    def _asked_for(self) -> list[Excursion]:
        """What was not moved in a rest; what a closed one holds is not looked at again."""
        excursions = self._following.excursions
        self._not_rested += excursions[self._looked_at[0] :]
        self._looked_at = len(excursions), self.rests
        closed = Rests(self.rests.closed)
        self._not_rested = [e for e in self._not_rested if not self._in_rest(e, closed)]
        return [e for e in self._not_rested if not self._in_rest(e, self.rests)]

    def _in_rest(self, e: Excursion, rests: Rests) -> bool:
        indices = self._following.indices
        return rests.hold(indices[e.start], indices[e.hold_to])

    def _instant_ns(self, frame: int, newest_ns: int) -> int:
        """Host time of a frame, where the newest one is of `newest_ns`; losses are no frames."""
        indices = self._following.indices
        return newest_ns - round((indices[-1] - indices[frame]) * self._sample_s * 1e9)

    def _pace(self, e: Excursion) -> list[str]:
        if self.observation.tempo is None:
            return []
        return self.observation.tempo.flags(
            (e.hold_from - e.start) * self._frame_s,
            (e.hold_to - e.hold_from) * self._frame_s,
            (e.end - e.hold_to) * self._frame_s / DOWN_SEEN,
        )
