"""What one exercise item came to: its repetitions and their range, seen once it is over."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from telemetry.results import Conditioning, ItemResult, RangeOfMotion, Repetition

from .control import CALIBRATION_REPETITIONS
from .movement import ELEVATION_LEAST_DEG, TURNING_LEAST_DEG, turned
from .orientation import elevations_deg
from .quality import sparc
from .repetition import Excursion, excursions_of
from .smoothing import smoothed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.events import AssessmentStarted, ExerciseStarted

    from .observation import Observation, Phase
    from .track import Frames, StreamTrack

__all__ = ["analyse_item", "excursions_in"]

Floats = npt.NDArray[np.float64]

TOO_SMALL_SHARE = 2 / 3
"""A repetition below this share of the first three's median range is flagged."""


def analyse_item(
    started: ExerciseStarted | AssessmentStarted,
    observation: Observation,
    track: StreamTrack,
    from_index: int,
    to_index: int,
) -> ItemResult:
    """The result of the item that spans the stream's samples [from_index, to_index).

    1. The movement's number for each frame, by all of the item's frames.
    2. Excursions, as live; those that turn out to be false starts are left out.
    3. Phases, speed and smoothness of each, with flags.
    """
    frames = track.frames(from_index, to_index)
    _, excursions = excursions_in(observation, frames, track.frame_rate_hz)
    speeds = smoothed(frames.speed, track.frame_rate_hz, _restarts(frames))
    first = [e.rise for e in excursions[:CALIBRATION_REPETITIONS]]
    repetitions = tuple(
        _repetition(
            number,
            e,
            reference_deg=statistics.median(first),
            observation=observation,
            track=track,
            frames=frames,
            speeds=speeds,
            from_index=from_index,
        )
        for number, e in enumerate(excursions, 1)
    )
    counts = track.conditioner.counts(from_index, to_index)
    return ItemResult(
        item=started.item,
        exercise=started.exercise,
        side=started.side,
        stream=observation.stream,
        rate_hz=track.opened.rate_hz,
        assessment=started.type == "assessment.started",
        repetitions=repetitions,
        range_of_motion=_range_of_motion(repetitions, observation.what),
        not_observable=observation.not_observable,
        conditioning=Conditioning(
            samples=counts.received,
            rejected=counts.nonfinite + counts.saturated,
            interpolated=counts.interpolated,
            missing=counts.missing,
            restarts=counts.restarts,
        ),
    )


def excursions_in(
    observation: Observation, frames: Frames, rate_hz: float
) -> tuple[list[float], list[Excursion]]:
    """The smoothed movement of an item's frames at `rate_hz`, and the repetitions in it."""
    if not len(frames):
        return [], []
    if observation.axis is None:
        movement, least_deg = turned(frames.q, frames.restarted, rate_hz), TURNING_LEAST_DEG
    else:
        movement, least_deg = elevations_deg(frames.q, observation.axis), ELEVATION_LEAST_DEG
    values = smoothed(movement, rate_hz, _restarts(frames)).tolist()
    return values, excursions_of(values, least_deg)


def _restarts(frames: Frames) -> list[int]:
    restarts: list[int] = (np.flatnonzero(frames.restarted[1:]) + 1).tolist()
    return restarts


def _repetition(
    number: int,
    e: Excursion,
    *,
    reference_deg: float,
    observation: Observation,
    track: StreamTrack,
    frames: Frames,
    speeds: Floats,
    from_index: int,
) -> Repetition:
    index = frames.index.item
    start, end = index(e.start), index(e.end)
    up_s, hold_s, down_s = (
        (index(b) - index(a)) / track.opened.rate_hz
        for a, b in ((e.start, e.hold_from), (e.hold_from, e.hold_to), (e.hold_to, e.end))
    )
    phases = observation.phases
    flags = [
        *_pace("up", up_s, phases.up),
        *_pace("hold", hold_s, phases.hold),
        *_pace("down", down_s, phases.down),
    ]
    if e.rise < TOO_SMALL_SHARE * reference_deg:
        flags.append("too small")
    if not e.finished:
        flags.append("unfinished")
    inside = slice(e.start, e.end + 1)
    if frames.interpolated[inside].any():
        flags.append("interpolated")
    if frames.restarted[e.start + 1 : e.end + 1].any():
        flags.append("gap")
    observable = observation.axis is not None
    return Repetition(
        number=number,
        start_index=start,
        peak_index=index(e.peak),
        end_index=end,
        start_s=round((start - from_index) / track.opened.rate_hz, 4),
        end_s=round((end - from_index) / track.opened.rate_hz, 4),
        range_deg=round(e.rise, 2) if observable else None,
        peak_deg=round(e.high, 2) if observable else None,
        up_s=round(up_s, 4),
        hold_s=round(hold_s, 4),
        down_s=round(down_s, 4),
        peak_velocity_deg_s=round(math.degrees(speeds[inside].max()), 2),
        sparc=sparc(frames.speed[inside], track.frame_rate_hz),
        flags=tuple(flags),
    )


def _pace(name: str, duration_s: float, phase: Phase) -> list[str]:
    if phase.min_s is not None and duration_s < phase.min_s:
        return [f"{name} too fast"]
    if phase.max_s is not None and duration_s > phase.max_s:
        return [f"{name} too slow"]
    return []


def _range_of_motion(repetitions: Sequence[Repetition], what: str) -> RangeOfMotion | None:
    ranges = [r.range_deg for r in repetitions if r.range_deg is not None]
    if not ranges:
        return None
    p10, median, p90 = (round(float(v), 2) for v in np.percentile(ranges, (10, 50, 90)))
    return RangeOfMotion(what=what, median_deg=median, p10_deg=p10, p90_deg=p90)
