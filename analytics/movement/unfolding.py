"""An elevation that goes through the vertical: told on, not folded back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from analytics.signals.arrays import dots, lengths
from analytics.signals.orientation import elevations_deg, up_in_sensor

from .gravity_sweep import across_of

if TYPE_CHECKING:
    from analytics.signals.arrays import Array, Mask, Vector

__all__ = ["NEAR_DEG", "passes_vertical", "turning_axis", "unfolded_elevation_deg"]

NEAR_DEG: Final = 20.0
"""An elevation that never comes so near to straight down or up does not go through it."""
IN_PLANE: Final = 0.85
"""Of the limb's axis and of gravity across the axis of turning: else there is no plane to tell."""
LEAST_DEG, MOST_DEG = -60.0, 205.0
"""No limb goes further behind, or beyond straight up: then the sensor turns on it."""
LONGER_DEG: Final = 8.0
"""A sweep that is longer than the folded elevation by so much went through the vertical."""
MOST_ARC_DEG: Final = 170.0
"""No limb sweeps further in one plane: then the sensor lies askew."""
CLEAR_DEG: Final = 25.0
"""From straight down or up, from which on both readings must agree."""
AGREEING_DEG: Final = 6.0
"""Median difference between both there, up to which the plane is the limb's."""
STEP_S: Final = 0.1


def passes_vertical(folded_deg: Array) -> bool:
    """Whether an elevation comes so near to straight down or up that it may go through it."""
    return bool(
        len(folded_deg) and (folded_deg.max() >= 180 - NEAR_DEG or folded_deg.min() <= NEAR_DEG)
    )


def unfolded_elevation_deg(
    q: Array,
    axis: Vector,
    restarted: Mask,
    rate_hz: float,
    chosen: Mask | None = None,
    *,
    folded: Array | None = None,
) -> Array:
    """[n] elevation, beyond 180 where the limb passes straight up, below 0 where it hangs behind.

    `elevations_deg` is an angle between two directions and turns back at 180: a shank that goes on
    from 105 to 195 degrees reads 165 at its end, and one arc becomes two. Where the limb moves in a
    vertical plane, the angle between gravity and the limb in that plane goes on instead.

    1. The axis of turning, from the set's own frames: who walks in between turns about others.
    2. The angle of the limb from hanging, across that axis.
    3. It is taken where it is longer than the folded one, stays within what a limb can do, and away
       from the vertical says the same: else the plane is not the limb's.

    Args:
        q: [n, 4] orientations, sensor to earth.
        axis: unit vector along the segment, away from the trunk, in sensor coordinates.
        restarted: [n] whether the filter started afresh before a frame.
        rate_hz: of the frames.
        chosen: [n] where the exercise was done; None: everywhere.
        folded: [n] `elevations_deg`, where they are known; where that is how the limb moved, the
            same array comes back.
    """
    folded = elevations_deg(q, axis) if folded is None else folded
    own = np.ones(len(folded), bool) if chosen is None or not chosen.any() else chosen
    if not passes_vertical(folded[own]):
        return folded
    x, y = across_of(turning_axis(q, restarted, rate_hz, own))
    limb = np.array(axis)
    along = float(np.hypot(limb @ x, limb @ y))
    up = up_in_sensor(q)
    seen = np.hypot(up @ x, up @ y)
    if along < IN_PLANE or float(np.median(seen[own])) < IN_PLANE:
        return folded
    hanging = np.arctan2(-(up @ y), -(up @ x))
    angle = np.degrees(np.unwrap(hanging - np.arctan2(limb @ y, limb @ x)))
    angle -= 360.0 * _whole_turns(angle, own)
    # The limb is raised to the side on which it gets further from hanging down.
    if abs(angle[own].min()) > abs(angle[own].max()):
        angle = -angle
    inside = angle[own]
    beyond = inside.min() < LEAST_DEG or inside.max() > MOST_DEG or np.ptp(inside) > MOST_ARC_DEG
    if beyond or np.ptp(inside) < np.ptp(folded[own]) + LONGER_DEG:
        return folded
    return np.asarray(angle) if _agree(inside, folded[own]) else folded


def _whole_turns(angle_deg: Array, own: Mask) -> Array:
    """[n] turns by which each stretch of the exercise, and what lies around it, is wound on.

    Somebody who turns the sensor over in between winds it on; no limb does.
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], own, [False])).astype(np.int8)))
    begins, ends = edges[::2], edges[1::2]
    turns = [
        round(float(np.median(angle_deg[a:b])) / 360.0)
        for a, b in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    half_way = (ends[:-1] + begins[1:]) // 2
    return np.array(turns, float)[np.searchsorted(half_way, np.arange(len(own)), side="right")]


def turning_axis(q: Array, restarted: Mask, rate_hz: float, own: Mask) -> Array:
    """[3] about which the sensor mostly turns in some frames, in its own coordinates.

    Args:
        q: [n, 4] orientations, sensor to earth.
        restarted: [n] whether the filter started afresh before a frame.
        rate_hz: of the frames.
        own: [n] the frames that are looked at.
    """
    step = max(1, round(STEP_S * rate_hz))
    a, b = q[:-step], q[step:]
    w = dots(a, b)
    turns = a[:, :1] * b[:, 1:] - b[:, :1] * a[:, 1:] - np.cross(a[:, 1:], b[:, 1:])
    turns *= np.where(w >= 0, 2.0, -2.0)[:, None]
    broken = np.convolve(restarted, np.ones(step))[step : len(q)] > 0
    turns = turns[own[:-step] & own[step:] & ~broken]
    length = lengths(turns)
    # By length instead of the square, so that one fast turn does not outweigh the slow ones.
    weighted = turns / np.maximum(length, np.median(length) if len(length) else 1.0)[:, None]
    axis: Array = np.linalg.eigh(weighted.T @ turns)[1][:, -1]
    return axis


def _agree(angle: Array, folded: Array) -> bool:
    clear = (folded > CLEAR_DEG) & (folded < 180 - CLEAR_DEG)
    refolded = np.abs((angle + 180.0) % 360.0 - 180.0)
    return not clear.any() or float(np.median(np.abs(refolded - folded)[clear])) < AGREEING_DEG
