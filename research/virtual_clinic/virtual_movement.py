"""What a virtual patient's forearm does in a session: the one truth of results and raw motion.

Angles are as a sensor at the wrist would read them, how it was put on that day among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from research.simulation.limb_motion import minimum_jerk

if TYPE_CHECKING:
    from analytics.signals.arrays import Array
    from telemetry.messages.motion import Float32Array

__all__ = ["RATE_HZ", "REPETITION_S", "REST_DEG", "ArmMovement", "Stroke", "raw_motion"]

RATE_HZ: Final = 50.0
REPETITION_S: Final = 6.0
"""From one repetition to the next."""
REST_DEG: Final = 12.0
"""Elevation of a forearm that hangs beside the body."""
LEAD_S: Final = 0.5
GRAVITY_M_S2: Final = 9.81
LEVER_M: Final = 0.55
"""From the shoulder to a watch."""
ACC_NOISE_M_S2: Final = 0.04
GYR_NOISE_RAD_S: Final = 0.003
USUAL_S: Final = (1.7, 0.8, 1.5)
FAST_S: Final = (0.8, 1.6, 0.8)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One repetition: from rest to its peak, held, and back.

    Attributes:
        begin: the sample with which it begins.
        peak_deg: the highest elevation.
        up_s, hold_s, down_s: how long its phases take.
    """

    begin: int
    peak_deg: float
    up_s: float
    hold_s: float
    down_s: float

    @property
    def rise_deg(self) -> float:
        """How far it goes from rest."""
        return self.peak_deg - REST_DEG

    @property
    def top(self) -> int:
        """The sample in the middle of its peak."""
        return self.begin + round((self.up_s + self.hold_s / 2) * RATE_HZ)

    @property
    def end(self) -> int:
        """Its last sample."""
        return self.begin + round((self.up_s + self.hold_s + self.down_s) * RATE_HZ)

    def at(self, seconds: Array) -> Array:
        """[n] of its rise, at so many seconds after its beginning."""
        up = minimum_jerk(seconds / self.up_s)
        down = minimum_jerk((seconds - self.up_s - self.hold_s) / self.down_s)
        return self.rise_deg * (up - down)


@dataclass(slots=True)
class ArmMovement:
    """All repetitions of a session, sample by sample of the stream that sees them."""

    samples: int = 0
    strokes: list[Stroke] = field(default_factory=list)

    def rest(self, seconds: float) -> None:
        """Let the arm hang."""
        self.samples += round(seconds * RATE_HZ)

    def do(self, peaks_deg: Array, *, fast: int) -> tuple[Stroke, ...]:
        """Add repetitions; so many of them, evenly spread, are too fast for any plan."""
        done = []
        hurried = set(np.linspace(0, len(peaks_deg) - 1, fast).round().astype(int).tolist())
        for number, peak_deg in enumerate(peaks_deg.tolist()):
            begin = self.samples + round(LEAD_S * RATE_HZ)
            phases = FAST_S if number in hurried else USUAL_S
            done.append(Stroke(begin, peak_deg, *phases))
            self.samples += round(REPETITION_S * RATE_HZ)
        self.strokes += done
        return tuple(done)

    def angle_deg(self) -> Array:
        """[samples] the forearm's elevation."""
        angle = np.full(self.samples, REST_DEG)
        for stroke in self.strokes:
            part = slice(stroke.begin, min(stroke.end + 1, self.samples))
            angle[part] += stroke.at(np.arange(part.stop - part.start) / RATE_HZ)
        return angle


def raw_motion(rng: np.random.Generator, angle_deg: Array) -> tuple[Float32Array, Float32Array]:
    """What a watch on the right wrist reads of an arm that goes up and down: acc, gyr, [n, 3].

    Its x axis points to the elbow. In a sensor that turns about its z axis by an elevation e the
    way up is (cos e, sin e, 0) where the rate about z is -de/dt; a lever of the arm's length adds
    what it takes to keep the wrist on its circle, and to speed it up.
    """
    angle = np.deg2rad(angle_deg)
    rate = np.gradient(angle) * RATE_HZ
    speeding = np.gradient(rate) * RATE_HZ
    acc = np.zeros((len(angle), 3))
    acc[:, 0] = GRAVITY_M_S2 * np.cos(angle) + LEVER_M * rate**2
    acc[:, 1] = GRAVITY_M_S2 * np.sin(angle) + LEVER_M * speeding
    gyr = np.zeros_like(acc)
    gyr[:, 2] = -rate
    acc += rng.normal(0, ACC_NOISE_M_S2, acc.shape)
    gyr += rng.normal(0, GYR_NOISE_RAD_S, gyr.shape)
    return acc.astype(np.float32), gyr.astype(np.float32)
