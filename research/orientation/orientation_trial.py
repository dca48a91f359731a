"""Trials of the orientation challenge: reading BROAD's files, resampling, and its error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from research.units.likely_units import require_si
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from analytics.signals.arrays import Array


@dataclass(frozen=True, slots=True)
class OrientationTrial:
    """One trial; arrays float64, rows are samples."""

    name: str
    rate_hz: float
    gyr: Array
    acc: Array
    mag: Array
    reference: Array
    moving: npt.NDArray[np.bool_]


def read_trial(path: Path) -> OrientationTrial:
    """Read one BROAD file.

    Raises:
        ConfigurationError: it is not readable, lacks a field, or its units are others.
    """
    from scipy.io import loadmat  # noqa: PLC0415
    from scipy.io.matlab import MatReadError  # noqa: PLC0415

    try:
        raw = loadmat(path, squeeze_me=True)
        gyr, acc, mag, reference = (
            np.ascontiguousarray(raw[key], np.float64)
            for key in ("imu_gyr", "imu_acc", "imu_mag", "opt_quat")
        )
        moving = np.asarray(raw["movement"]).astype(bool)
        rate_hz = float(raw["sampling_rate"])
    except (OSError, ValueError, KeyError, TypeError, NotImplementedError, MatReadError) as error:
        raise ConfigurationError(f"{path.name}: no BROAD trial ({error}); leave it out") from error
    require_si(acc, gyr, rate_hz, where=path.name)
    return OrientationTrial(path.stem, rate_hz, gyr, acc, mag, reference, moving)


def orientation_error_deg(
    estimate: Array, reference: Array, moving: npt.NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Total and inclination error per sample, [n] degrees, NaN where not scored."""
    w, x, y, z = estimate.T
    rw, rx, ry, rz = reference.T * np.array([[1.0], [-1.0], [-1.0], [-1.0]])
    ew = w * rw - x * rx - y * ry - z * rz
    ez = w * rz + x * ry - y * rx + z * rw
    total = 2 * np.arccos(np.clip(np.abs(ew), 0, 1))
    inclination = 2 * np.arccos(np.clip(np.hypot(ew, ez), 0, 1))
    unscored = ~moving
    total[unscored] = np.nan
    inclination[unscored] = np.nan
    return np.rad2deg(total), np.rad2deg(inclination)


def rms(error: Array) -> float:
    """Root mean square, NaN left out."""
    return float(np.sqrt(np.nanmean(error**2)))


def at_100_hz(trial: OrientationTrial) -> OrientationTrial:
    """The trial interpolated to 100 Hz, the reference taken at the nearest sample."""
    t = np.arange(len(trial.gyr)) / trial.rate_hz
    grid = np.arange(0, t[-1], 0.01)
    near = np.clip(np.round(grid * trial.rate_hz).astype(int), 0, len(t) - 1)

    def sampled(x: Array) -> Array:
        return np.column_stack([np.interp(grid, t, x[:, i]) for i in range(3)])

    return OrientationTrial(
        trial.name,
        100.0,
        sampled(trial.gyr),
        sampled(trial.acc),
        sampled(trial.mag),
        trial.reference[near],
        trial.moving[near],
    )


__all__ = ["OrientationTrial", "at_100_hz", "orientation_error_deg", "read_trial", "rms"]
