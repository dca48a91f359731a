"""Movements of a person's limb as joint angles over time, in a manner of their own.

A motion is a set of channels on a fine grid: joint angles in degrees and the place of the limb's
root in metres. It is put together piece by piece, each beginning where the last ended, so that
what is spliced in (walking, drinking, getting into position) joins without a jump. Strokes are
minimum-jerk (Flash and Hogan 1985), cut into submovements, hurried, irregular or trembling as the
`Manner` says. The truth is the movement
below the tremor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analytics.signals.arrays import Array

__all__ = ["FINE_HZ", "MANNERS", "LimbMotion", "Manner", "MotionBuilder", "minimum_jerk"]

FINE_HZ = 400.0
"""Grid of a motion; sensors sample it at their own rate."""
SWAY_DEG = 0.8
"""Nobody keeps a joint still: slow wandering of each angle, standard deviation."""
SWAY_M = 0.002


@dataclass(frozen=True, slots=True)
class Manner:
    """How a person moves.

    Attributes:
        pace: a stroke takes this many times as long as asked.
        parts: submovements of a stroke, with a stop between them.
        tremor_deg, tremor_hz: amplitude and frequency in each joint that moves.
        spread: standard deviation of the amplitude, as a share of it.
        pace_spread: the same of a stroke's duration.
        hesitation: chance that a stroke stops half-way for a moment and goes on.
        effort: share of the asked range that is reached.
        compensation_deg: how far the trunk leans at the peak.
    """

    pace: float = 1.0
    parts: int = 1
    tremor_deg: float = 0.0
    tremor_hz: float = 5.0
    spread: float = 0.04
    pace_spread: float = 0.12
    hesitation: float = 0.0
    effort: float = 1.0
    compensation_deg: float = 1.0


MANNERS: Mapping[str, Manner] = {
    "usual": Manner(),
    "slow": Manner(pace=2.4, pace_spread=0.2),
    "segmented": Manner(pace=1.6, parts=4),
    "trembling": Manner(tremor_deg=1.6, tremor_hz=5.0),
    "irregular": Manner(spread=0.15, pace_spread=0.35, hesitation=0.25),
    "paretic": Manner(
        pace=1.8, parts=3, spread=0.12, pace_spread=0.3, effort=0.6, compensation_deg=12.0
    ),
    "brisk": Manner(pace=0.45, pace_spread=0.1),
}
"""People of all kinds, by name."""


def minimum_jerk(x: Array) -> Array:
    """Rise from 0 at x <= 0 to 1 at x >= 1."""
    x = np.clip(x, 0, 1)
    rise: Array = x**3 * (10 - 15 * x + 6 * x**2)
    return rise


@dataclass(frozen=True, slots=True)
class LimbMotion:
    """A motion on the fine grid.

    Attributes:
        meant: by channel, [m] what the person did, tremor apart.
        done: by channel, [m] the same with tremor.
        repetitions: first and last grid point of each repetition of the set.
    """

    meant: Mapping[str, Array]
    done: Mapping[str, Array]
    repetitions: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(next(iter(self.meant.values())))

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self) / FINE_HZ


class MotionBuilder:
    """Puts a motion together, piece by piece.

    Args:
        rng: of the person.
        start: every channel with its first value; those in metres are named x, y, z.
        manner: how strokes are made.
        rise: the way of a movement from 0 to 1 over its time from 0 to 1.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        start: Mapping[str, float],
        manner: Manner,
        rise: Callable[[Array], Array] = minimum_jerk,
    ) -> None:
        self.rng, self.manner, self.rise = rng, manner, rise
        self.at = dict(start)
        self._pieces: list[dict[str, Array]] = []
        self._length = 0
        self._repetitions: list[tuple[int, int]] = []

    @property
    def length(self) -> int:
        """Grid points so far."""
        return self._length

    def still(self, seconds: float) -> None:
        """Stay as it is."""
        self.follow({}, seconds)

    def move(self, seconds: float, **targets: float) -> None:
        """One smooth movement of the named channels, as anybody makes it."""
        share = self.rise(np.arange(1, _points(seconds) + 1) / _points(seconds))
        self.follow({k: (v - self.at[k]) * share for k, v in targets.items()}, seconds)

    def stroke(self, seconds: float, **targets: float) -> None:
        """The same in the person's manner."""
        manner, rng = self.manner, self.rng
        whole = seconds * manner.pace * np.exp(manner.pace_spread * rng.standard_normal())
        halting = rng.random() < manner.hesitation
        parts = max(manner.parts, 2 if halting else 1)
        begun = dict(self.at)
        ends = np.cumsum(rng.dirichlet(np.full(parts, 12.0)))
        for end in ends:
            self.move(
                whole / parts, **{k: begun[k] + end * (v - begun[k]) for k, v in targets.items()}
            )
            if parts > 1 and end < 1 - 1e-9:
                self.still((0.4 if halting else 0.12) * rng.uniform(0.5, 1.5))

    def follow(self, curves: Mapping[str, Array], seconds: float) -> None:
        """Channels along curves that start near 0, added to where they are; the others stay."""
        n = _points(seconds)
        piece = {k: np.full(n, v) for k, v in self.at.items()}
        for channel, curve in curves.items():
            piece[channel] += curve
            self.at[channel] = float(piece[channel][-1])
        self._pieces.append(piece)
        self._length += n

    def repetition(self, begun: int, ended: int | None = None) -> None:
        """Say that a repetition of the set went from that grid point to `ended`, or to here."""
        self._repetitions.append((begun, self._length if ended is None else ended))

    def finish(self, trembling: tuple[str, ...], resting: tuple[str, ...] = ()) -> LimbMotion:
        """The motion, with tremor in some channels, and sway in all but those that rest."""
        meant = {}
        for channel in self.at:
            size = SWAY_M if channel in {"x", "y", "z"} else SWAY_DEG
            asked = np.concatenate([p[channel] for p in self._pieces])
            swaying = self._sway(len(asked), size)
            meant[channel] = asked if channel in resting else asked + swaying
        done = dict(meant)
        for channel in trembling:
            done[channel] = meant[channel] + self._tremor(len(meant[channel]))
        return LimbMotion(meant, done, tuple(self._repetitions))

    def _sway(self, n: int, size: float) -> Array:
        t, out = np.arange(n) / FINE_HZ, np.zeros(n)
        for hz in self.rng.uniform(0.05, 0.4, 4):
            out += self.rng.normal(0, 1) * np.sin(2 * np.pi * (hz * t + self.rng.random()))
        swaying: Array = size * out / np.sqrt(2)
        return swaying

    def _tremor(self, n: int) -> Array:
        """An oscillation whose phase and size wander, as tremor's do."""
        if not self.manner.tremor_deg:
            return np.zeros(n)
        wander = np.cumsum(self.rng.normal(0, 1, n)) * 0.6 / np.sqrt(FINE_HZ)
        phase = 2 * np.pi * self.manner.tremor_hz * np.arange(n) / FINE_HZ + wander
        slow = np.sin(2 * np.pi * 0.23 * np.arange(n) / FINE_HZ + self.rng.uniform(0, 6))
        trembling: Array = self.manner.tremor_deg * (0.7 + 0.3 * slow) * np.sin(phase)
        return trembling


def _points(seconds: float) -> int:
    return max(1, round(seconds * FINE_HZ))
