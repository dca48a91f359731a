"""Motion for a virtual wearable to sense: recorded, still, or a simple swing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edge.wearables.wearable import STANDARD_GRAVITY_M_S2
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from telemetry.messages.motion import Float32Array

__all__ = ["SensedMotion", "read_motion", "resampled", "still", "swing"]


@dataclass(frozen=True, slots=True, eq=False)
class SensedMotion:
    """What a sensor senses, on an even grid.

    Attributes:
        acc: [n, 3] float32, m/s², gravity included.
        gyr: [n, 3] float32, rad/s.
        rate_hz: of the grid.
        endless: start anew after the last sample, instead of ending.
    """

    acc: Float32Array
    gyr: Float32Array
    rate_hz: float
    endless: bool = False

    def __post_init__(self) -> None:
        if len(self.acc) == 0 or self.acc.shape != (len(self.acc), 3):
            raise ConfigurationError(f"motion of shape {self.acc.shape}: give [n, 3], n > 0")
        if self.gyr.shape != self.acc.shape:
            raise ConfigurationError("acceleration and angular velocity differ in length")

    def __len__(self) -> int:
        return len(self.acc)

    def index(self, i: int) -> int | None:
        """Row of the i-th sample since the start; None past the end."""
        if i < len(self):
            return i
        return i % len(self) if self.endless else None


def read_motion(path: Path) -> SensedMotion:
    """A motion kept as `.npz` with `acc`, `gyr` and `rate_hz`, which ends with its last sample.

    Raises:
        ConfigurationError: the file is none.
    """
    try:
        with np.load(path, allow_pickle=False) as kept:
            acc, gyr = (kept[name].astype(np.float32) for name in ("acc", "gyr"))
            return SensedMotion(acc, gyr, float(kept["rate_hz"]))
    except (OSError, ValueError, KeyError) as e:
        raise ConfigurationError(f"{path.name} is no motion of a virtual wearable ({e})") from e


def resampled(motion: SensedMotion, rate_hz: float) -> SensedMotion:
    """The same motion on a grid of another rate, from the first sample to the last.

    Linear interpolation: between 50 and 60 Hz, of movements below 5 Hz, its error stays under
    a hundredth of the signal.
    """
    if rate_hz == motion.rate_hz:
        return motion
    duration_s = (len(motion) - 1) / motion.rate_hz
    # A grain above the last sample's own rounding, so that it is kept.
    t_s = np.arange(int(duration_s * rate_hz + 1e-9) + 1) / rate_hz
    known_s = np.arange(len(motion)) / motion.rate_hz
    acc, gyr = (
        np.column_stack([np.interp(t_s, known_s, values[:, k]) for k in range(3)])
        for values in (motion.acc, motion.gyr)
    )
    return SensedMotion(
        acc.astype(np.float32), gyr.astype(np.float32), rate_hz, endless=motion.endless
    )


def still(seconds: float, rate_hz: float, *, endless: bool = False) -> SensedMotion:
    """A sensor lying on a table, z up."""
    n = max(1, round(seconds * rate_hz))
    acc = np.tile(np.array([0, 0, STANDARD_GRAVITY_M_S2], np.float32), (n, 1))
    return SensedMotion(acc, np.zeros((n, 3), np.float32), rate_hz, endless=endless)


def swing(
    seconds: float,
    rate_hz: float,
    *,
    period_s: float = 4.0,
    amplitude_rad: float = 1.2,
    endless: bool = False,
) -> SensedMotion:
    """A limb raised and lowered about the sensor's y axis, starting and ending at rest.

    With whole periods in `seconds` an endless swing has no seam.
    """
    t_s = np.arange(max(1, round(seconds * rate_hz))) / rate_hz
    phase = 2 * np.pi * t_s / period_s
    angle = amplitude_rad * (1 - np.cos(phase)) / 2
    speed = amplitude_rad * np.pi / period_s * np.sin(phase)
    zero = np.zeros_like(t_s)
    acc = STANDARD_GRAVITY_M_S2 * np.column_stack([np.sin(angle), zero, np.cos(angle)])
    # Seen from the sensor, up turns against it: x rises while the sensor turns about minus y.
    gyr = np.column_stack([zero, -speed, zero])
    return SensedMotion(acc.astype(np.float32), gyr.astype(np.float32), rate_hz, endless=endless)
