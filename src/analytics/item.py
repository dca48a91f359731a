"""What one exercise item came to: its repetitions and their range, seen once it is over."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

import numpy as np

from telemetry.results import Conditioning, ItemResult, RangeOfMotion, Repetition

from .control import CALIBRATION_REPETITIONS
from .movement import Elevation, Movement, Turning
from .quality import sparc
from .repetition import Excursion, excursions_of
from .smoothing import ParabolaSmoother

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.events import AssessmentStarted, ExerciseStarted

    from .observation import Observation, Phase
    from .track import Frame, StreamTrack

__all__ = ["analyse_item", "excursions_in", "movement_of", "smoothed"]

TOO_SMALL_SHARE = 2 / 3
"""A repetition below this share of the first three's median range is flagged."""


def movement_of(observation: Observation, rate_hz: float) -> Movement:
    """The movement that an observation looks at, for frames at `rate_hz`."""
    return Turning(rate_hz) if observation.axis is None else Elevation(observation.axis)


def smoothed(values: Sequence[float], frames: Sequence[Frame], rate_hz: float) -> list[float]:
    """Values of frames, smoothed; not across a restart of the orientation filter."""
    smoother = ParabolaSmoother(rate_hz)
    done: list[float] = []
    for value, frame in zip(values, frames, strict=True):
        if frame.restarted:
            done += smoother.flush()
        out = smoother.push(value)
        if out is not None:
            done.append(out)
    return done + smoother.flush()


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
    frames = track.frames(track.frame_at(from_index), to_index)
    _, excursions = excursions_in(observation, frames, track.frame_rate_hz)
    speeds = smoothed([f.speed for f in frames], frames, track.frame_rate_hz)
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
    observation: Observation, frames: Sequence[Frame], rate_hz: float
) -> tuple[list[float], list[Excursion]]:
    """The smoothed movement of an item's frames at `rate_hz`, and the repetitions in it."""
    movement = movement_of(observation, rate_hz)
    for frame in frames:
        movement.add(frame.q, restarted=frame.restarted)
    movement.refit(final=True)
    values = smoothed(movement.history(), frames, rate_hz)
    return values, excursions_of(values, movement.least_deg)


def _repetition(
    number: int,
    e: Excursion,
    *,
    reference_deg: float,
    observation: Observation,
    track: StreamTrack,
    frames: Sequence[Frame],
    speeds: Sequence[float],
    from_index: int,
) -> Repetition:
    start, end = frames[e.start].index, frames[e.end].index
    up_s, hold_s, down_s = (
        (frames[b].index - frames[a].index) / track.opened.rate_hz
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
    inside = frames[e.start : e.end + 1]
    if any(f.interpolated for f in inside):
        flags.append("interpolated")
    if any(f.restarted for f in inside[1:]):
        flags.append("gap")
    observable = observation.axis is not None
    return Repetition(
        number=number,
        start_index=start,
        peak_index=frames[e.peak].index,
        end_index=end,
        start_s=round((start - from_index) / track.opened.rate_hz, 4),
        end_s=round((end - from_index) / track.opened.rate_hz, 4),
        range_deg=round(e.rise, 2) if observable else None,
        peak_deg=round(e.high, 2) if observable else None,
        up_s=round(up_s, 4),
        hold_s=round(hold_s, 4),
        down_s=round(down_s, 4),
        peak_velocity_deg_s=round(math.degrees(max(speeds[e.start : e.end + 1])), 2),
        sparc=sparc([f.speed for f in inside], track.frame_rate_hz),
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
