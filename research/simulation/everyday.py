"""What people do between and around repetitions: walk, drink, sit down, handle a sensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .limb_motion import FINE_HZ, minimum_jerk
from .worn_sensor import Slip

if TYPE_CHECKING:
    from analytics.signals.arrays import Array

    from .limb_motion import LimbMotion, MotionBuilder

__all__ = ["drink", "gesture", "handled", "loose_strap", "position", "walk"]

SEAT_M = 0.42


def walk(motion: MotionBuilder, seconds: float) -> None:
    """Stand up, walk up and down the room with swinging limbs and heel strikes, sit down again."""
    rng, begun = motion.rng, dict(motion.at)
    is_arm = "raise" in motion.at
    standing = {"lie": 0.0, "z": begun["z"] + SEAT_M}
    hanging = (
        {"raise": 6.0, "plane": 80.0, "elbow": 18.0, "lean": 4.0}
        if is_arm
        else {"hip": 4.0, "knee": 4.0}
    )
    motion.move(1.6, **standing, **hanging)
    walking_s = max(2.0, seconds - 3.4)
    t = np.arange(round(walking_s * FINE_HZ)) / FINE_HZ
    gait = minimum_jerk(t / 1.2) * minimum_jerk((walking_s - t) / 1.2)
    stride_hz = rng.uniform(0.78, 1.0)
    phase = stride_hz * t + 0.02 * np.sin(2 * np.pi * 0.17 * t)
    turning = sum(180.0 * minimum_jerk((t - at) / 1.8) for at in np.arange(5.0, walking_s - 2, 6.0))
    heading = np.radians(turning + np.zeros_like(t))
    step = 1.05 * rng.uniform(0.8, 1.1) * gait / FINE_HZ
    strike = _bump(2 * phase, 0.03, 0.012) * gait
    curves = {
        "turn": np.degrees(heading),
        "x": np.cumsum(-np.sin(heading) * step) + 0.02 * gait * np.sin(2 * np.pi * phase),
        "y": np.cumsum(np.cos(heading) * step),
        "z": 0.02 * gait * (np.cos(4 * np.pi * phase) - 1) - 0.0012 * strike,
    }
    if is_arm:
        swing = rng.uniform(14, 26)
        curves["raise"] = gait * swing * np.sin(2 * np.pi * phase)
        curves["elbow"] = gait * 10 * (1 + np.sin(2 * np.pi * phase - 0.5))
    else:
        curves["hip"] = gait * (6 + 21 * np.cos(2 * np.pi * (phase - 0.95)))
        curves["knee"] = gait * (16 * _bump(phase, 0.15, 0.06) + 57 * _bump(phase, 0.73, 0.09))
    motion.follow(curves, walking_s)
    back = {k: v for k, v in begun.items() if k not in {"x", "y", "turn"}}
    motion.move(1.8, **back)


def drink(motion: MotionBuilder, sips: int = 3) -> None:
    """Reach for a cup, bring it to the mouth, put it back."""
    rng, begun = motion.rng, dict(motion.at)
    for _ in range(sips):
        plane = rng.uniform(60, 80)
        cup = {"raise": rng.uniform(35, 50), "plane": plane, "elbow": rng.uniform(45, 65)}
        motion.move(rng.uniform(0.8, 1.3), **cup, pronation=40.0, lean=8.0)
        motion.still(rng.uniform(0.3, 0.8))
        mouth = {"raise": rng.uniform(45, 65), "elbow": rng.uniform(118, 135)}
        motion.move(rng.uniform(1.0, 1.6), **mouth, plane=plane - 20, pronation=-20.0, lean=2.0)
        motion.move(0.7, pronation=-45.0)
        motion.still(rng.uniform(0.8, 2.0))
        motion.move(rng.uniform(1.0, 1.5), **cup, pronation=40.0)
        motion.still(rng.uniform(0.3, 0.8))
    motion.move(1.2, **begun)


def position(motion: MotionBuilder) -> None:
    """Get into the exercise's position from standing: turn, sit or lie down, settle the limb."""
    rng, wanted = motion.rng, dict(motion.at)
    if "raise" in motion.at:
        motion.at |= {"raise": 5.0, "elbow": 10.0, "z": wanted["z"] + SEAT_M, "lie": 0.0}
        motion.still(1.0)
        motion.move(1.6, turn=wanted["turn"] + rng.uniform(-60, 60), lean=25.0, z=wanted["z"])
        reach = {"raise": rng.uniform(50, 90), "plane": rng.uniform(20, 90)}
        motion.move(1.1, **reach, elbow=rng.uniform(40, 110), lean=8.0)
        motion.move(0.9, elbow=rng.uniform(10, 60), pronation=rng.uniform(-40, 40))
        motion.move(1.3, **{k: v for k, v in wanted.items() if k != "turn"})
    else:
        motion.at |= {"hip": 2.0, "knee": 3.0, "lie": 0.0, "z": wanted["z"] + SEAT_M}
        motion.still(1.0)
        seated = {"hip": rng.uniform(80, 95), "knee": rng.uniform(75, 100), "z": wanted["z"]}
        motion.move(1.8, turn=wanted["turn"] + rng.uniform(-60, 60), **seated)
        motion.move(1.2, knee=rng.uniform(20, 60), hip=rng.uniform(70, 100))
        motion.move(1.8, **{k: v for k, v in wanted.items() if k != "turn"})
    motion.still(1.5)


def gesture(motion: MotionBuilder, seconds: float) -> None:
    """Move as somebody does who sits beside and talks: no exercise, and never quite still."""
    rng, begun = motion.rng, dict(motion.at)
    until = motion.length + seconds * FINE_HZ
    moved = ("raise", "elbow", "plane") if "raise" in motion.at else ("hip", "knee")
    while motion.length < until:
        targets = {k: begun[k] + rng.normal(0, 14) for k in moved}
        motion.move(rng.uniform(0.6, 2.0), **targets)
        motion.still(rng.uniform(0.2, 3.0))


def handled(rng: np.random.Generator, length: int, start: int, stop: int) -> Slip:
    """Somebody takes the sensor off, turns it about, and puts it back a little askew."""
    t = np.arange(length) / FINE_HZ
    edge = 0.4
    inside = minimum_jerk((t - start / FINE_HZ) / edge) * minimum_jerk((stop / FINE_HZ - t) / edge)
    turned, moved = np.zeros((length, 3)), np.zeros((length, 3))
    for axis in range(3):
        for hz in rng.uniform(0.15, 0.9, 3):
            wave = np.sin(2 * np.pi * (hz * t + rng.random()))
            turned[:, axis] += rng.uniform(0.3, 0.8) * wave * inside
            moved[:, axis] += rng.uniform(0.01, 0.05) * wave * inside
    after = minimum_jerk((t - stop / FINE_HZ) / edge)
    turned += after[:, None] * np.radians(rng.normal(0, 2.5, 3))
    return Slip(turned, moved)


def loose_strap(rng: np.random.Generator, motion: LimbMotion) -> Slip:
    """A strap that lets go: at each stroke the sensor slides round the limb, tilts and bounces."""
    length = len(motion)
    around, tilt = np.zeros(length), np.zeros((length, 2))
    for start, stop in motion.repetitions:
        for at in (start, (start + stop) // 2):
            step = slice(at, min(length, at + round(0.35 * FINE_HZ)))
            ramp = minimum_jerk(np.arange(step.stop - step.start) / (step.stop - step.start))
            target = np.clip(around[at] + rng.normal(0, 55), -110, 110)
            tipped = rng.normal(0, 25, 2)
            around[step] = around[at] + (target - around[at]) * ramp
            around[step.stop :] = target
            tilt[step] = tilt[at] + (tipped - tilt[at]) * ramp[:, None]
            tilt[step.stop :] = tipped
            after = np.arange(length - at) / FINE_HZ
            swing = rng.uniform(20, 40) * np.exp(-after / 0.9)
            tilt[at:, 0] += swing * np.sin(2 * np.pi * rng.uniform(1.2, 2.5) * after)
    smooth = gaussian_filter1d(np.column_stack([tilt, around]), 0.02 * FINE_HZ, axis=0)
    return Slip(np.radians(smooth), np.zeros((length, 3)))


def _bump(phase: Array, at: float, width: float) -> Array:
    """A bell once a cycle."""
    bump: Array = np.exp((np.cos(2 * np.pi * (phase - at)) - 1) / (2 * np.pi * width) ** 2)
    return bump
