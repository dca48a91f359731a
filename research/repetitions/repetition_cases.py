"""Recordings with a known number of repetitions, and what may be done without changing it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from research.challenges.running import read_cases
from research.units.likely_units import require_si
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from analytics.signals.arrays import Array

__all__ = [
    "RepetitionCase",
    "SensorRecording",
    "framed",
    "joined",
    "read_folder",
    "read_spar",
    "with_idle",
]

GRAVITY_M_S2 = 9.81
IDLE_ACC_NOISE_M_S2 = 0.02
IDLE_GYR_NOISE_RAD_S = 0.002
"""Noise of a wearable at rest; without it a filter may think its input has died."""
TRANSITION_S = 1.5

UCI_RATE_HZ = 25.0
UCI_REPETITIONS = 30
SPAR_REPETITIONS = 20


@dataclass(frozen=True, slots=True)
class SensorRecording:
    """What one sensor sensed: [n, 3] acceleration in m/s² and angular rate in rad/s.

    Without a gyroscope the rates are zero.
    """

    acc: Array
    gyr: Array

    def __len__(self) -> int:
        return len(self.acc)

    @property
    def gyroscope(self) -> bool:
        """Whether there is one: no worn gyroscope reads zero throughout."""
        return bool(self.gyr.any())

    def part(self, start: int, stop: int) -> SensorRecording:
        """Samples `start` up to `stop`."""
        return SensorRecording(self.acc[start:stop], self.gyr[start:stop])


@dataclass(frozen=True, slots=True)
class RepetitionCase:
    """One recording of one exercise.

    Attributes:
        name: tells set, subject and exercise.
        rate_hz: of all sensors, which share one grid.
        sensors: by placement, or by the set's own name for it.
        exercise: id of the library; None where the exercise is none of it.
        truth: repetitions that were done.
        labels: [k, 2] first and last sample of each, where somebody marked them.
    """

    name: str
    rate_hz: float
    sensors: Mapping[str, SensorRecording]
    exercise: str | None
    truth: int
    labels: npt.NDArray[np.int64] | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(next(iter(self.sensors.values())))


def read_folder(
    folder: Path, subjects: Sequence[int] | None
) -> tuple[list[RepetitionCase], list[str]]:
    """The recordings, and what is wrong with the files that were left out.

    Files are `sN.npz` with `eN_uM` arrays [n, 9] and `eN_times` [k, 3].

    The layout of UCI's set of physiotherapy exercises (Yurtman & Barshan 2014) at 25 Hz:
    acceleration, angular rate, magnetic field; times are type, first and last sample.

    Raises:
        ConfigurationError: there is no such file, or none can be read.
    """
    paths = sorted(folder.glob("*.npz"), key=lambda p: (len(p.stem), p.stem))
    if subjects is not None:
        paths = [p for p in paths if _subject(p) in subjects]
    files, notes = read_cases(
        paths,
        _read_file,
        missing=f"no recordings in {folder}: give a folder of .npz files, or the name spar",
        kind="file of recordings",
    )
    return [case for cases in files for case in cases], notes


def _read_file(path: Path) -> list[RepetitionCase]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            held = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, BadZipFile) as e:
        raise ConfigurationError(f"{path.name} cannot be read ({e}): leave it out") from e
    return list(_exercises_of(path.stem, held))


def _subject(path: Path) -> int:
    digits = re.search(r"\d+", path.stem)
    return int(digits[0]) if digits else -1


def _exercises_of(stem: str, held: Mapping[str, Array]) -> Iterator[RepetitionCase]:
    names = sorted({k.partition("_")[0] for k in held if "_u" in k}, key=lambda k: (len(k), k))
    if not names:
        raise ConfigurationError(f"{stem}.npz holds no arrays named like e1_u1: leave it out")
    for name in names:
        sensors = {}
        for key in sorted(k for k in held if k.startswith(f"{name}_u")):
            values = np.asarray(held[key], dtype=np.float64)
            if values.ndim != 2 or values.shape[1] < 6:
                raise ConfigurationError(f"{stem}.npz: {key} is {values.shape}, not [n, 6 or more]")
            acc, gyr = values[:, :3], values[:, 3:6]
            require_si(acc, gyr, UCI_RATE_HZ, where=f"{stem}.npz, {key}")
            sensors[key.partition("_")[2]] = SensorRecording(acc, gyr)
        if len({len(s) for s in sensors.values()}) != 1:
            raise ConfigurationError(f"{stem}.npz: the sensors of {name} differ in length")
        times = held.get(f"{name}_times")
        yield RepetitionCase(
            name=f"{stem}-{name}",
            rate_hz=UCI_RATE_HZ,
            sensors=sensors,
            exercise=None,
            truth=UCI_REPETITIONS if times is None else len(times),
            labels=None if times is None else np.asarray(times)[:, 1:3].astype(np.int64),
        )


def read_spar(
    subjects: Sequence[int] | None, *, gyroscope: bool = True
) -> Iterator[RepetitionCase]:
    """The SPAR recordings, 20 repetitions each by protocol; a watch at the wrist, 50 Hz.

    Args:
        subjects: None: all ten.
        gyroscope: False withholds the angular rates, as if the wearable had none.

    Raises:
        ConfigurationError: the data are not installed, or hold none of the subjects.
    """
    from edge.virtual.recordings import load_recording, spar_recordings  # noqa: PLC0415
    from therapy.exercises.library import spar_exercise  # noqa: PLC0415

    wanted = [r for r in spar_recordings() if subjects is None or r.subject in subjects]
    if not wanted:
        raise ConfigurationError(f"SPAR has no subjects {subjects}: it has 1 to 10")
    for name in wanted:
        _, motion = load_recording(str(name))
        acc, gyr = motion.acc.astype(np.float64), motion.gyr.astype(np.float64)
        sensor = SensorRecording(acc, gyr if gyroscope else np.zeros_like(gyr))
        placement = "wrist-left" if name.side else "wrist-right"
        yield RepetitionCase(
            name=str(name),
            rate_hz=motion.rate_hz,
            sensors={placement: sensor},
            exercise=spar_exercise(name.exercise).id,
            truth=SPAR_REPETITIONS,
        )


def with_idle(
    sensor: SensorRecording, rate_hz: float, at: int, seconds: float, *, seed: int
) -> SensorRecording:
    """The recording with a stretch spliced in during which the sensor keeps still.

    It lies as it did at sample `at`: gravity from that sample's orientation, no turning.
    """
    still = _still(sensor, rate_hz, at, seconds, seed=seed)
    return _in_a_row(sensor.part(0, at), still, sensor.part(at, len(sensor)))


def framed(
    sensor: SensorRecording, rate_hz: float, seconds: float, *, seed: int
) -> SensorRecording:
    """The recording with the sensor keeping still for a while before and after it."""
    last = len(sensor) - 1
    return _in_a_row(
        _still(sensor, rate_hz, 0, seconds, seed=seed),
        sensor,
        _still(sensor, rate_hz, last, seconds, seed=seed + 1),
    )


def _in_a_row(*parts: SensorRecording) -> SensorRecording:
    return SensorRecording(
        np.concatenate([p.acc for p in parts]), np.concatenate([p.gyr for p in parts])
    )


def _still(
    sensor: SensorRecording, rate_hz: float, at: int, seconds: float, *, seed: int
) -> SensorRecording:
    rng = np.random.default_rng(seed)
    n = round(seconds * rate_hz)
    acc = GRAVITY_M_S2 * _up(sensor, rate_hz, at) + rng.normal(0, IDLE_ACC_NOISE_M_S2, (n, 3))
    return SensorRecording(acc, rng.normal(0, IDLE_GYR_NOISE_RAD_S, (n, 3)))


def _up(sensor: SensorRecording, rate_hz: float, at: int) -> Array:
    """Earth's up seen from the sensor at one sample, by the best filter there is."""
    from vqf import offlineVQF  # noqa: PLC0415

    gyr, acc = np.ascontiguousarray(sensor.gyr), np.ascontiguousarray(sensor.acc)
    w, x, y, z = offlineVQF(gyr, acc, None, 1 / rate_hz)["quat6D"][min(at, len(sensor) - 1)]
    return np.array([2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z])


def joined(
    first: SensorRecording, second: SensorRecording, rate_hz: float, *, seed: int
) -> SensorRecording:
    """Two recordings one after the other.

    Between them the sensor turns from where the first ended to where the second begins, along
    the shortest way and as smoothly as a person would.
    """
    last, start = len(first) - 1, 0
    up_from, up_to = _up(first, rate_hz, last), _up(second, rate_hz, start)
    rng = np.random.default_rng(seed)
    n = round(TRANSITION_S * rate_hz)
    s = np.arange(1, n + 1) / n
    share = 10 * s**3 - 15 * s**4 + 6 * s**5
    axis = np.cross(up_to, up_from)
    sine = float(np.linalg.norm(axis))
    angle = float(np.arctan2(sine, up_from @ up_to))
    axis = axis / sine if sine > 1e-9 else np.array([1.0, 0.0, 0.0])
    across = np.cross(up_from, axis)
    turned = np.outer(np.cos(share * angle), up_from) + np.outer(np.sin(share * angle), across)
    rate = np.gradient(share * angle) * rate_hz
    moving = SensorRecording(
        GRAVITY_M_S2 * turned + rng.normal(0, IDLE_ACC_NOISE_M_S2, (n, 3)),
        np.outer(rate, axis) + rng.normal(0, IDLE_GYR_NOISE_RAD_S, (n, 3)),
    )
    return _in_a_row(first, moving, second)
