"""From what streams say and how they move to doubts: pure, over one item's samples."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.movement.unfolding import NEAR_DEG, turning_axis
from analytics.signals.liveness import feels_alive
from analytics.signals.orientation import elevations_deg
from analytics.signals.plausibility import Implausibility, implausible
from telemetry.messages.motion import QualityKind

from .doubt import Doubt, DoubtKind, doubt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analytics.joints.pairing import Apart, AxesBeside, Pairing
    from analytics.movement.repetition import Excursion
    from analytics.signals.arrays import Vector
    from analytics.signals.oriented_stream import Frames, StreamTrack

__all__ = [
    "askew_doubts",
    "channel_doubts",
    "clock_doubts",
    "joint_doubts",
    "nothing_doubts",
    "rate_doubts",
]

_CHANNELS: Final[Mapping[Implausibility, DoubtKind]] = {
    Implausibility.FROZEN: DoubtKind.FROZEN,
    Implausibility.HELD: DoubtKind.HELD,
    Implausibility.STUCK: DoubtKind.STUCK,
    Implausibility.SATURATED: DoubtKind.SATURATED,
    Implausibility.GLITCHING: DoubtKind.GLITCHING,
    Implausibility.WEIGHT: DoubtKind.WEIGHT,
    Implausibility.TURNING: DoubtKind.TURNING,
    Implausibility.BIAS: DoubtKind.BIAS,
}
LIVING_DEG_S: Final = 0.3
"""A limb that holds still beside one that exercises turns faster than this, half of the time."""
SAME_SHARE, SAME_DEG, SAME_ACROSS = 0.3, 6.0, 0.75
"""What skin leaves of rates, of gravity, and of rates across the main direction between two sensors
on one segment."""
TOGETHER_DEG_S = 1.5
"""Root mean square of what both turn by there; less is the swaying of somebody who sits."""
AXES_LOOSER = 0.3
"""Calibrated axes miss the movement if they are so much looser than those that it shows,"""
AXES_SHOWN = 0.7, 1.4
"""or if the joint turns about them by less or more than so many times as much."""
FOLLOWS_LEAST, CONFIDENT = 0.85, 2.0
"""A distal sensor that follows by no more than chance is not carried by the proximal one if full
following is further off than so many standard deviations,"""
CERTAIN = 4.5
"""or whatever it follows by, if full following is further off than so many."""
ONE_BODY = 35.0
"""Log likelihood without which it may be chance that both move together: sensors on two people
reached 25 (156 sessions of three and eight repetitions), on one person 54 and more."""
TELLING_DEG_S = 0.5
"""Turns across the axis that are too small to tell anything."""
APART_S, EVIDENCE = 0.25, 10.0
"""Clocks are apart if movement agrees better by so much of log likelihood at a lag of so much."""
HEAVED_M_S2, HEAVED_ALIKE, HEAVED_SHARE = 0.8, 0.35, 0.2
"""A joint that rises and sinks this much does so for both of its sensors."""
HEAVED_AS_ONE, HEAVED_LIKELY = 0.8, 0.55
"""Proof by itself, and where one heaves much less than the other, as of who trembles."""
HEAVED_LEAST_M_S2 = 0.1
"""More than noise and skin: where one sensor rises while the other sinks, no joint holds both."""
ASKEW_DEG: Final = 32.0
"""Between a limb's marked axis and the plane of its swing: a carrying angle, a raise that is no
plane and a sensor as askew as straps let it be reach 22."""
HANGING_DEG: Final = -40.0, 55.0
"""From straight down, between which a limb hangs at the beginning of a raise."""
SINKING_DEG: Final = 15.0
"""By which it may sink from there before it rises, of who rests a little behind the vertical."""
STILL_RAD_S, FEWEST_STILL = 0.15, 6
"""What is slower rests; fewer frames of it are none."""
FEWEST_SWINGS: Final = 3
TURNED_DEG: Final = 30.0
"""A smaller turn does not tell in which plane a limb swings."""
CLOCK_US: Final = 100_000
"""Host times less certain than this do not bring two segments together."""


def channel_doubts(track: StreamTrack, from_index: int, to_index: int) -> list[Doubt]:
    """What the samples of one stream cannot be, in [from_index, to_index)."""
    index, acc, gyr = track.measured(from_index, to_index)
    found = implausible(index, acc, gyr, track.opened.rate_hz, gyroscope=track.opened.gyroscope)
    stream = (track.opened.stream,)
    return [doubt(_CHANNELS[f.what], stream, f.from_index, f.to_index) for f in found]


def rate_doubts(track: StreamTrack, from_index: int, to_index: int) -> list[Doubt]:
    """Where a stream's markers say that it measured at another rate."""
    return [
        doubt(DoubtKind.RATE, (track.opened.stream,), a, b)
        for quality, a, b in track.qualities(from_index, to_index)
        if quality.kind is QualityKind.RATE and quality.state != "good"
    ]


def clock_doubts(track: StreamTrack, from_index: int, to_index: int) -> list[Doubt]:
    """Where a stream's markers say that its host time is too uncertain for a joint."""
    return [
        doubt(DoubtKind.CLOCKS, (track.opened.stream,), a, b)
        for quality, a, b in track.qualities(from_index, to_index)
        if quality.kind is QualityKind.CLOCK and (quality.uncertainty_us or 0) > CLOCK_US
    ]


def nothing_doubts(track: StreamTrack, from_index: int, to_index: int) -> list[Doubt]:
    """Why a stream in which no repetition was found tells nothing of a range."""
    _, _, gyr = track.measured(from_index, to_index)
    worn = not len(gyr) or feels_alive(gyr)
    kind = DoubtKind.UNMOVED if worn else DoubtKind.UNWORN
    return [doubt(kind, (track.opened.stream,), from_index, to_index)]


def askew_doubts(
    track: StreamTrack,
    frames: Frames,
    excursions: Sequence[Excursion],
    axis: Vector,
    *,
    from_hanging: bool,
) -> list[Doubt]:
    """Whether a sensor lies on its limb as it is marked, by how the limb swings.

    A limb lies in the plane in which it swings, or not far from it; a marked axis that lies far
    across that plane is none of the limb's. And what begins hanging begins near straight down.

    Args:
        track: of the observed stream.
        frames: of the item.
        excursions: its repetitions, in numbers of the frames.
        axis: marked unit vector along the limb, in sensor coordinates.
        from_hanging: whether the exercise is begun with the limb hanging.
    """
    if len(excursions) < FEWEST_SWINGS or not len(frames):
        return []
    own = np.zeros(len(frames), bool)
    for e in excursions:
        own[e.start : e.end + 1] = True
    begun, reached = (frames.q[[getattr(e, at) for e in excursions]] for at in ("start", "peak"))
    turned = 2 * np.arccos(np.minimum(1.0, np.abs((begun * reached).sum(axis=1))))
    normal = turning_axis(frames.q, frames.restarted, track.frame_rate_hz, own)
    across = abs(float(np.array(axis) @ normal))
    least, most = HANGING_DEG
    low_deg = float(np.median([e.low for e in excursions]))
    askew = across > np.sin(np.deg2rad(ASKEW_DEG)) and np.median(turned) > np.deg2rad(TURNED_DEG)
    hangs = least < low_deg < most and _sinks_deg(frames, excursions, axis) < SINKING_DEG
    if not askew and not (from_hanging and not hangs):
        return []
    span = int(frames.index[0]), int(frames.index[-1]) + 1
    return [doubt(DoubtKind.ASKEW, (track.opened.stream,), *span)]


def _sinks_deg(frames: Frames, excursions: Sequence[Excursion], axis: Vector) -> float:
    """By how much an elevation sinks from rest before it rises, median over the repetitions.

    What hangs is at its lowest; one that goes on sinking as it is raised is another direction's.
    """
    elevation = elevations_deg(frames.q, axis)
    sunk = []
    for a, b in pairwise(excursions):
        between = elevation[a.peak : b.peak + 1]
        lowest = float(between.min())
        still = frames.speed[a.peak : b.peak + 1] < STILL_RAD_S
        resting = between[still & (between < lowest + (b.high - lowest) / 2)]
        # Nearer to straight down it passes it, and is told on from there.
        if len(resting) >= FEWEST_STILL and lowest > NEAR_DEG:
            sunk.append(float(np.median(resting)) - lowest)
    return float(np.median(sunk)) if sunk else 0.0


def joint_doubts(
    pairing: Pairing,
    streams: tuple[str, str],
    from_index: int,
    to_index: int,
    *,
    axes: AxesBeside | None = None,
) -> list[Doubt]:
    """What the movement of two sensors says against their being a joint's.

    Args:
        pairing: as measured.
        streams: the distal and the proximal one.
        from_index: of the distal one's first sample.
        to_index: after its last.
        axes: calibrated ones beside those that the movement shows, where there are some.
    """
    kinds = [
        kind
        for kind, holds in (
            (DoubtKind.LYING_STILL, pairing.moving_s > 1 and _lies_still(pairing)),
            (DoubtKind.ONE_SEGMENT, _on_one_segment(pairing.as_one)),
            (DoubtKind.AXES, axes is not None and _axes_miss(axes)),
            (DoubtKind.CLOCKS, _clocks_apart(pairing)),
            (DoubtKind.NOT_FOLLOWING, _does_not_follow(pairing) or _heaves_alone(pairing)),
        )
        if holds
    ]
    return [doubt(kind, streams, from_index, to_index) for kind in kinds]


def _lies_still(p: Pairing) -> bool:
    return p.proximal_speed_deg_s < LIVING_DEG_S


def _on_one_segment(apart: Apart) -> bool:
    alike = apart.share < SAME_SHARE and apart.deg < SAME_DEG
    return alike and apart.across < SAME_ACROSS and apart.livelier_deg_s > TOGETHER_DEG_S


def _axes_miss(axes: AxesBeside) -> bool:
    least, most = AXES_SHOWN
    return axes.looser > AXES_LOOSER or not least < axes.shown < most


def _clocks_apart(p: Pairing) -> bool:
    if abs(p.lag_s) < APART_S or p.across_deg_s < TELLING_DEG_S:
        return False
    return p.lag_evidence > EVIDENCE and p.following_at_lag > p.by_chance


def _does_not_follow(p: Pairing) -> bool:
    if p.one_body < ONE_BODY:
        return True
    if p.across_deg_s < TELLING_DEG_S or _heaves_together(p, HEAVED_AS_ONE):
        return False
    if p.gain + CERTAIN * p.gain_sigma < FOLLOWS_LEAST:
        return True
    return p.following < p.by_chance and p.gain + CONFIDENT * p.gain_sigma < FOLLOWS_LEAST


def _heaves_together(p: Pairing, least: float) -> bool:
    """A tremor or a step that both feel alike is proof enough that one carries the other."""
    return min(p.heaved_m_s2) > HEAVED_SHARE * HEAVED_M_S2 and p.heaving > least


def _heaves_alone(p: Pairing) -> bool:
    less, more = sorted(p.heaved_m_s2)
    if less > HEAVED_LEAST_M_S2 and p.heaving < 0:
        return True
    if more < HEAVED_M_S2:
        return False
    return p.heaving < (HEAVED_LIKELY if less < HEAVED_SHARE * more else HEAVED_ALIKE)
