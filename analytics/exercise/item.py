"""What one exercise item came to: its repetitions and their range, seen once it is over."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.movement.control import is_too_small, reference_range
from analytics.movement.counting import count
from analytics.movement.gravity_sweep import swept_deg
from analytics.movement.movement import ANGLE_LEAST_DEG
from analytics.movement.repetition import Excursion, excursions_of, found_live, without_match
from analytics.movement.smoothness import sparc
from analytics.signals.orientation import elevations_deg
from analytics.signals.smoothing import smoothed
from telemetry.errors import NotObservable
from telemetry.messages.results import Conditioning, ItemResult, RangeOfMotion, Repetition, Revision

from .flexion import Flexion, flexion
from .measures import lean, measures_of
from .observation import Method, count_only
from .range_band import item_range_band

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analytics.signals.arrays import Array
    from analytics.signals.oriented_stream import Frames, StreamTrack
    from telemetry.messages.events import AssessmentStarted, ExerciseStarted

    from .observation import Hinge, Observation

__all__ = ["FoundRepetitions", "analyse_item", "found_in"]


_NO_TRACKS: Mapping[str, StreamTrack] = {}


def analyse_item(
    started: ExerciseStarted | AssessmentStarted,
    observation: Observation,
    tracks: Mapping[str, StreamTrack],
    from_index: int,
    to_index: int,
) -> ItemResult:
    """The result of the item that spans the observed stream's samples [from_index, to_index).

    1. The angle of each frame, or the movement to count in (`counting`), by all frames.
    2. Excursions, as live, with the typical range known; false starts are left out.
    3. Phases, speed and smoothness of each, with flags; the item's range and further figures.

    Where the angle turns out not to be observable, the repetitions are counted, and the result
    says why.
    """
    track = tracks[observation.stream]
    frames = track.frames(from_index, to_index)
    found = found_in(observation, frames, track.frame_rate_hz, tracks)
    observation, excursions = found.observation, found.excursions
    if found.flexion is not None:
        frames = found.flexion.frames
    repetitions = _repetitions(excursions, observation, track, frames, from_index)
    measures = measures_of(
        observation.also, _in_flexion(repetitions, observation), track.opened.rate_hz
    )
    if observation.trunk is not None and observation.trunk in tracks and len(frames):
        trunk = tracks[observation.trunk].frames_between(frames.t_us[0], frames.t_us[-1])
        leaned = lean(trunk, [(frames.t_us[e.start], frames.t_us[e.end]) for e in excursions])
        measures += [] if leaned is None else [leaned]
    counts = track.conditioner.counts(from_index, to_index)
    return ItemResult(
        item=started.item,
        exercise=started.exercise,
        side=started.side,
        stream=observation.stream,
        rate_hz=track.opened.rate_hz,
        assessment=started.type == "assessment.started",
        repetitions=repetitions,
        range_of_motion=_range_of_motion(repetitions, found, frames, track.frame_rate_hz),
        not_observable=observation.not_observable,
        measures=tuple(measures),
        revisions=tuple(_revisions(found.live, excursions, frames)),
        conditioning=Conditioning(
            samples=counts.received,
            rejected=counts.nonfinite + counts.saturated,
            interpolated=counts.interpolated,
            missing=counts.missing,
            restarts=counts.restarts,
        ),
    )


@dataclass(frozen=True, slots=True)
class FoundRepetitions:
    """Repetitions of a whole item.

    Attributes:
        observation: how it was seen; count only, where its angle did not show.
        values: the movement in which they were found, smoothed, degrees.
        live: repetitions as they are found while the item goes on, in orientations that nobody
            looks back at.
        excursions: repetitions seen from the item's end.
        alike: where they were only counted, how much they resemble each other, -1 to 1.
        flexion: where two sensors saw a joint, its movement; its frames are those of `values`.
    """

    observation: Observation
    values: list[float]
    live: list[Excursion]
    excursions: list[Excursion]
    alike: float | None = None
    flexion: Flexion | None = None


def found_in(
    observation: Observation,
    frames: Frames,
    rate_hz: float,
    tracks: Mapping[str, StreamTrack] = _NO_TRACKS,
) -> FoundRepetitions:
    """The repetitions in an item's frames at `rate_hz`, by its angle where that shows."""
    if observation.method is not Method.COUNT and len(frames):
        joint = None
        try:
            if observation.hinge is not None:
                joint = _flexion(observation.hinge, frames, rate_hz, tracks)
                frames, movement = joint.frames, joint.angle_deg
            else:
                movement = _angle(observation, frames, frames.q, rate_hz)
        except NotObservable as e:
            observation = count_only(observation.stream, str(e))
        else:
            values = smoothed(movement, rate_hz, _restarts(frames)).tolist()
            live = _found_meanwhile(observation, frames, rate_hz, joint)
            seen = excursions_of(values, ANGLE_LEAST_DEG)
            return FoundRepetitions(observation, values, live, seen, flexion=joint)
    counted = count(frames, rate_hz)
    return FoundRepetitions(
        observation, counted.values, counted.live, counted.excursions, counted.alike
    )


def _found_meanwhile(
    observation: Observation, frames: Frames, rate_hz: float, joint: Flexion | None
) -> list[Excursion]:
    """The repetitions as a live filter's errors let them be found."""
    try:
        movement = (
            _angle(observation, frames, frames.q_forward, rate_hz)
            if joint is None
            else joint.forward_deg
        )
    except NotObservable:
        return count(frames, rate_hz).live
    values = smoothed(movement, rate_hz, _restarts(frames)).tolist()
    return found_live(values, ANGLE_LEAST_DEG)


def _revisions(
    live: Sequence[Excursion], recorded: Sequence[Excursion], frames: Frames
) -> list[Revision]:
    index = frames.index.item
    return [
        Revision(what=what, start_index=index(e.start), end_index=index(e.end))
        for what, found in (
            ("dropped", without_match(live, recorded)),
            ("added", without_match(recorded, live)),
        )
        for e in found
    ]


def _flexion(
    hinge: Hinge, frames: Frames, rate_hz: float, tracks: Mapping[str, StreamTrack]
) -> Flexion:
    proximal = tracks.get(hinge.proximal)
    if proximal is None:
        raise NotObservable("joint angle: the sensor nearer to the trunk gave no stream")
    near = proximal.frames_between(frames.t_us[0], frames.t_us[-1])
    return flexion(frames, near, rate_hz, hinge)


def _angle(observation: Observation, frames: Frames, q: Array, rate_hz: float) -> Array:
    if observation.method is Method.SWEPT:
        return swept_deg(q, frames.restarted, rate_hz)
    if observation.axis is None:
        raise NotObservable("it is not known how the sensor lies on its segment")
    return elevations_deg(q, observation.axis)


def _restarts(frames: Frames) -> list[int]:
    restarts: list[int] = (np.flatnonzero(frames.restarted[1:]) + 1).tolist()
    return restarts


def _repetitions(
    excursions: Sequence[Excursion],
    observation: Observation,
    track: StreamTrack,
    frames: Frames,
    from_index: int,
) -> tuple[Repetition, ...]:
    if not excursions:
        return ()
    speed = frames.speed
    smooth_speed = smoothed(speed, track.frame_rate_hz, _restarts(frames))
    reference_deg = reference_range(excursions)
    return tuple(
        _repetition(
            number,
            e,
            reference_deg=reference_deg,
            observation=observation,
            track=track,
            frames=frames,
            speed=speed,
            smooth_speed=smooth_speed,
            from_index=from_index,
        )
        for number, e in enumerate(excursions, 1)
    )


def _repetition(
    number: int,
    e: Excursion,
    *,
    reference_deg: float,
    observation: Observation,
    track: StreamTrack,
    frames: Frames,
    speed: Array,
    smooth_speed: Array,
    from_index: int,
) -> Repetition:
    index = frames.index.item
    start, end = index(e.start), index(e.end)
    up_s, hold_s, down_s = (
        (index(b) - index(a)) / track.opened.rate_hz
        for a, b in ((e.start, e.hold_from), (e.hold_from, e.hold_to), (e.hold_to, e.end))
    )
    flags = observation.tempo.flags(up_s, hold_s, down_s) if observation.tempo else []
    if is_too_small(e, reference_deg):
        flags.append("too small")
    if not e.finished:
        flags.append("unfinished")
    inside = slice(e.start, e.end + 1)
    if frames.interpolated[inside].any():
        flags.append("interpolated")
    if frames.restarted[e.start + 1 : e.end + 1].any():
        flags.append("gap")
    ranged = observation.method is not Method.COUNT
    hinge = observation.hinge
    zeroed = ranged and (hinge is None or hinge.zero_rad is not None)
    return Repetition(
        number=number,
        start_index=start,
        peak_index=index(e.peak),
        end_index=end,
        start_s=round((start - from_index) / track.opened.rate_hz, 4),
        end_s=round((end - from_index) / track.opened.rate_hz, 4),
        range_deg=round(e.rise, 2) if ranged else None,
        peak_deg=round(e.high, 2) if zeroed else None,
        up_s=round(up_s, 4),
        hold_s=round(hold_s, 4),
        down_s=round(down_s, 4),
        peak_velocity_deg_s=round(math.degrees(smooth_speed[inside].max()), 2)
        if track.opened.gyroscope
        else None,
        sparc=sparc(speed[inside], track.frame_rate_hz),
        flags=tuple(flags),
    )


def _in_flexion(
    repetitions: Sequence[Repetition], observation: Observation
) -> Sequence[Repetition]:
    """The repetitions of a joint that was straightened, with the most flexed angle as peak."""
    hinge = observation.hinge
    if hinge is None or hinge.straight_deg is None:
        return repetitions
    return [
        r.model_copy(update={"peak_deg": hinge.straight_deg - r.peak_deg + r.range_deg})
        if r.peak_deg is not None and r.range_deg is not None
        else r
        for r in repetitions
    ]


def _range_of_motion(
    repetitions: Sequence[Repetition], found: FoundRepetitions, frames: Frames, rate_hz: float
) -> RangeOfMotion | None:
    ranges = [r.range_deg for r in repetitions if r.range_deg is not None]
    if not ranges:
        return None
    p10, median, p90 = (round(float(v), 2) for v in np.percentile(ranges, (10, 50, 90)))
    ends_deg = (
        statistics.median(e.low for e in found.excursions),
        statistics.median(e.high for e in found.excursions),
    )
    band = item_range_band(
        median, found.observation, frames, rate_hz, found.flexion, ends_deg=ends_deg
    )
    return RangeOfMotion(
        what=found.observation.what,
        median_deg=median,
        p10_deg=p10,
        p90_deg=p90,
        band_low_deg=round(band.low_deg, 2),
        band_high_deg=round(band.high_deg, 2),
    )
