"""Cases of the joint-angle challenge: reading, writing, and what a solution is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from research.simulation.hinge_simulator import (
    SCENARIOS,
    drawn_tissue,
    simulate,
    single_repetitions,
)
from research.units.likely_units import require_si
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from analytics.signals.arrays import Array
    from research.simulation.hinge_simulator import HingeRecording

SENSORS = ("proximal", "distal", "calibration_proximal", "calibration_distal")


@dataclass(frozen=True, slots=True)
class JointTask:
    """What an entry gets of a case: all but the reference and the name.

    Attributes:
        proximal, distal: [n, 6] acc m/s², gyr rad/s.
        calibration_proximal, calibration_distal: [m, 6] or None.
        joint: which.
        neutral_deg: what the joint measures in the calibration's neutral pose.
    """

    rate_hz: float
    proximal: Array
    distal: Array
    calibration_proximal: Array | None = None
    calibration_distal: Array | None = None
    joint: str = ""
    neutral_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class JointCase:
    """One case; arrays float64.

    Attributes:
        proximal, distal: [n, 6] acc m/s², gyr rad/s.
        reference_deg: [n], NaN where unknown.
        calibration_proximal, calibration_distal: [m, 6] or None.
        neutral_deg: what the joint measures in the calibration's neutral pose.
        population: on whom it was recorded, as the file says.
    """

    name: str
    rate_hz: float
    proximal: Array
    distal: Array
    reference_deg: Array
    calibration_proximal: Array | None = None
    calibration_distal: Array | None = None
    joint: str = ""
    neutral_deg: float = 0.0
    population: str = ""

    @property
    def task(self) -> JointTask:
        """What an entry gets of it."""
        return JointTask(
            self.rate_hz,
            self.proximal,
            self.distal,
            self.calibration_proximal,
            self.calibration_distal,
            self.joint,
            self.neutral_deg,
        )

    @property
    def calibrated(self) -> bool:
        """Whether it comes with calibration movements."""
        return self.calibration_proximal is not None and self.calibration_distal is not None


@dataclass(frozen=True, slots=True)
class JointAngleSolution:
    """What an entry gives: [n] degrees, and the half width of its 95 % band or None."""

    angle_deg: Array
    half_band_deg: Array | None = None


def read_case(path: Path) -> JointCase:
    """Read one `.npz` case.

    Raises:
        ConfigurationError: it is not readable, lacks an array, the shapes don't fit, or its units
            are others.
    """
    try:
        with np.load(path, allow_pickle=False) as raw:
            arrays = {key: raw[key] for key in raw.files}
        rate_hz = float(arrays["rate_hz"])
        proximal, distal = (_sensor(arrays[k], k) for k in SENSORS[:2])
        reference = np.ascontiguousarray(arrays["reference_deg"], np.float64)
        calibration = [_sensor(arrays[k], k) if k in arrays else None for k in SENSORS[2:]]
        _check(rate_hz, proximal, distal, reference)
        for name, sensor in zip(SENSORS, (proximal, distal, *calibration), strict=True):
            if sensor is not None:
                require_si(sensor[:, :3], sensor[:, 3:], rate_hz, where=f"{path.name}, {name}")
        return JointCase(
            path.stem,
            rate_hz,
            proximal,
            distal,
            reference,
            calibration[0],
            calibration[1],
            _text(arrays, "joint"),
            float(arrays.get("neutral_deg", 0.0)),
            _text(arrays, "population"),
        )
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise ConfigurationError(
            f"{path.name}: no joint-angle case ({error}); correct it or leave it out"
        ) from error


def write_case(path: Path, recording: HingeRecording, *, neutral_deg: float = 0.0) -> None:
    """Write a simulated recording as a case."""
    arrays: dict[str, Any] = {
        "rate_hz": recording.rate_hz,
        "proximal": recording.proximal.astype(np.float32),
        "distal": recording.distal.astype(np.float32),
        "reference_deg": recording.reference_deg,
        "joint": recording.joint,
        "neutral_deg": neutral_deg,
        "population": "simulated hinge",
    }
    if recording.calibration_proximal is not None and recording.calibration_distal is not None:
        arrays["calibration_proximal"] = recording.calibration_proximal.astype(np.float32)
        arrays["calibration_distal"] = recording.calibration_distal.astype(np.float32)
    np.savez_compressed(path, **arrays)


def write_simulated(
    folder: Path,
    scenarios: Sequence[str],
    seeds: Iterable[int],
    *,
    single: bool = False,
    people: bool = False,
) -> int:
    """Write simulated cases; gives how many.

    Args:
        folder: made if it is not there.
        scenarios: names of `hinge_simulator.SCENARIOS`; none: all.
        seeds: one case of each scenario for each.
        single: cut one repetition of 1.5 s out of each, without its calibration.
        people: draw each case's soft tissue at random instead of the scenario's.

    Raises:
        ConfigurationError: an unknown scenario, or the folder cannot be written.
    """
    unknown = [name for name in scenarios if name not in SCENARIOS]
    if unknown:
        raise ConfigurationError(f"no scenario {unknown[0]!r}; there are: {', '.join(SCENARIOS)}")
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for seed in seeds:
            for name in scenarios or SCENARIOS:
                scenario = SCENARIOS[name]
                if people:
                    tissue = drawn_tissue(np.random.default_rng([seed, 1]))
                    scenario = replace(scenario, tissue=tissue)
                recording = simulate(scenario, seed)
                if single:
                    recording = next(single_repetitions(recording))
                write_case(
                    folder / f"{name}-{seed:04d}.npz",
                    recording,
                    neutral_deg=scenario.contracture_deg,
                )
                written += 1
    except OSError as error:
        raise ConfigurationError(
            f"cannot write to {folder}: {error.strerror}; choose another folder"
        ) from error
    return written


def _check(rate_hz: float, proximal: Array, distal: Array, reference: Array) -> None:
    if reference.shape != (len(proximal),) or len(distal) != len(proximal):
        raise ValueError("proximal, distal and reference_deg differ in length")
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise ValueError(f"rate_hz is {rate_hz}")


def _sensor(values: Any, name: str) -> Array:
    out = np.ascontiguousarray(values, np.float64)
    if out.ndim != 2 or out.shape[1] != 6 or len(out) < 2:
        raise ValueError(f"{name} is {out.shape}, not [n, 6]")
    return out


def _text(arrays: dict[str, Any], key: str) -> str:
    return str(arrays[key]) if key in arrays else ""


__all__ = [
    "JointAngleSolution",
    "JointCase",
    "JointTask",
    "read_case",
    "write_case",
    "write_simulated",
]
