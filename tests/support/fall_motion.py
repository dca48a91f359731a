"""Accelerations of simulated falls, and of everyday movements that must not pass for one.

A standing or sitting body sways; it falls (the acceleration sinks to a few tenths of g while the
body turns), hits the floor (a pulse of 40-80 ms and what rings after it), perhaps moves, lies.
Everything is made at the given rate, in m/s², with noise of 0.02 g.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from builders import STREAM, T0_NS, opened
from telemetry.messages.motion import MotionBatch

G_M_S2 = 9.80665


@dataclass(frozen=True, kw_only=True)
class SimulatedFall:
    """One fall; `least_g` is how deep the acceleration sinks, `moving_s` how long one moves on."""

    turn_deg: float = 90.0
    falling_s: float = 0.45
    least_g: float = 0.2
    impact_g: float = 5.0
    pulse_s: float = 0.06
    moving_s: float = 1.0

    @classmethod
    def drawn(cls, rng, *, impact_g):
        """A fall from standing, drawn from wide ranges; the impact from the place's."""
        return cls(
            turn_deg=rng.uniform(65, 115),
            falling_s=rng.uniform(0.3, 0.6),
            least_g=rng.uniform(0.05, 0.4),
            impact_g=rng.uniform(*impact_g),
            pulse_s=rng.uniform(0.04, 0.08),
            moving_s=rng.uniform(0, 6),
        )

    def sensed(self, rate_hz=60.0, *, seed=0, before_s=4.0, after_s=6.0):
        """[n, 3] accelerations."""
        rng = np.random.default_rng(seed)
        dt = 1 / rate_hz
        n_fall, n_hit = round(self.falling_s * rate_hz), max(1, round(self.pulse_s * rate_hz))
        n_before, n_ring = round(before_s * rate_hz), round(0.4 * rate_hz)
        n_moving, n_after = round(self.moving_s * rate_hz), round(after_s * rate_hz)
        sink = np.sin(np.pi * (np.arange(n_fall) + 0.5) / n_fall) ** 0.5
        ring = np.exp(-np.arange(n_ring) * dt / 0.08) * np.sin(
            2 * np.pi * 12 * dt * np.arange(n_ring)
        )
        size = np.concatenate(
            [
                np.ones(n_before),
                1 - (1 - self.least_g) * sink,
                1 + (self.impact_g - 1) * np.sin(np.pi * (np.arange(n_hit) + 0.5) / n_hit),
                1 + 0.25 * self.impact_g * ring,
                1 + 0.3 * rng.standard_normal(n_moving),
                np.ones(n_after),
            ]
        )
        angle = np.full(len(size), np.radians(self.turn_deg))
        angle[:n_before] = 0
        angle[n_before : n_before + n_fall] *= np.linspace(0, 0.9, n_fall)
        return _towards(size, angle, rng)


def table(rate_hz=60.0, *, seed=0):
    """A sensor that is taken off, turned over and put down on a table, rather hard."""
    rng = np.random.default_rng(seed)
    n = round(2 * rate_hz)
    size = np.concatenate(
        [np.ones(2 * n), 1 + 0.25 * np.sin(np.linspace(0, 6, n)), [3.2, 0.6, 1.3]]
    )
    size = np.concatenate([size, np.ones(5 * n)])
    angle = np.zeros(len(size))
    angle[2 * n :] = np.radians(90)
    angle[2 * n : 3 * n] = np.radians(np.linspace(0, 90, n))
    return _towards(size, angle, rng, noise_g=0.003)


def claps(rate_hz=60.0, *, seed=0):
    """Eight claps at the wrist, then the hands sink into the lap and rest."""
    rng = np.random.default_rng(seed)
    n = round(rate_hz / 3)
    clap = np.ones(n)
    third = n // 3
    clap[third : third + third // 2] = 0.4
    clap[third + third // 2 : third + third // 2 + 2] = [7.0, 3.0]
    rest = np.ones(round(6 * rate_hz))
    size = np.concatenate([np.ones(round(3 * rate_hz)), np.tile(clap, 8), rest])
    angle = np.zeros(len(size))
    angle[-len(rest) :] = np.radians(80)
    return _towards(size, angle, rng)


def tremor(rate_hz=60.0, *, seed=0, amplitude_g=1.5, seconds=20.0):
    """A tremor of 5 Hz along gravity that stops as the arm is laid down."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    rest = np.ones(round(5 * rate_hz))
    size = np.concatenate([np.ones(180), np.abs(1 + amplitude_g * np.sin(10 * np.pi * t)), rest])
    angle = np.zeros(len(size))
    angle[-len(rest) :] = np.radians(90)
    return _towards(size, angle, rng)


def plop(rate_hz=60.0, *, seed=0, turn_deg=90.0, drop_m=0.06):
    """Sitting down by letting go over the last centimetres; a thigh turns by `turn_deg`."""
    rng = np.random.default_rng(seed)
    stand, sit = round(3 * rate_hz), round(6 * rate_hz)
    lower, drop = round(0.8 * rate_hz), max(1, round((2 * drop_m / G_M_S2) ** 0.5 * rate_hz))
    size = np.concatenate(
        [np.ones(stand), np.full(lower, 0.92), np.full(drop, 0.25), [3.5, 2.0, 0.8], np.ones(sit)]
    )
    angle = np.full(len(size), np.radians(turn_deg))
    angle[:stand] = 0
    angle[stand : stand + lower] *= np.linspace(0, 1, lower)
    return _towards(size, angle, rng)


def as_batch(acc, *, rate_hz=60.0, stream=STREAM, first_index=0):
    """The whole movement as one batch."""
    n = len(acc)
    return MotionBatch(
        stream=stream,
        first_index=first_index,
        t0_ns=T0_NS,
        dt_us=np.round(np.arange(n) * 1e6 / rate_hz).astype(np.int32),
        lag_us=np.full(n, 5000, np.int32),
        acc=np.asarray(acc, dtype=np.float32),
        gyr=np.zeros((n, 3), np.float32),
    )


def worn(placement="sternum", *, rate_hz=60.0, **more):
    """The opening of a stream at a placement."""
    return opened(placement=placement, rate_hz=rate_hz, **more)


def _towards(size_g, angle, rng, *, noise_g=0.02):
    zero = np.zeros_like(angle)
    acc = size_g[:, None] * np.stack((np.cos(angle), np.sin(angle), zero), axis=1)
    return (acc + rng.normal(0, noise_g, acc.shape)) * G_M_S2
