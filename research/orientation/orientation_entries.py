"""The solvers that enter the orientation challenge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from vqf import VQF, offlineVQF

from analytics.exercise.uncertainty import COVERAGE_95, INCLINATION_SIGMA_DEG
from analytics.signals.conditioning import Conditioner
from analytics.signals.orientation import OrientationFilter, orientations_afterwards
from telemetry.messages.motion import MotionBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.signals.arrays import Array
    from analytics.signals.conditioning import Segment
    from analytics.signals.orientation import Orientations


PACKET_SAMPLES = 10
RESTART_SIGMA_DEG = 10.0
RESTART_FADE_S = 3.0


def bare_vqf(rate_hz: float, gyr: Array, acc: Array, mag: Array | None, *, recorded: bool) -> Array:
    """VQF on the whole arrays, float64, nothing else: what every entry is held against."""
    if recorded:
        result = offlineVQF(gyr, acc, mag, 1 / rate_hz)
    else:
        result = VQF(1 / rate_hz).updateBatch(gyr, acc, mag)
    quaternions: Array = result["quat6D" if mag is None else "quat9D"]
    return quaternions


def imufusion_ahrs(
    rate_hz: float, gyr: Array, acc: Array, mag: Array | None, *, recorded: bool
) -> Array:
    """x-io's complementary filter, default gain, east-north-up; it has no form for recordings."""
    import imufusion  # noqa: PLC0415

    del recorded
    settings = imufusion.AhrsSettings()
    settings.convention = imufusion.CONVENTION_ENU
    settings.sample_rate = rate_hz
    ahrs = imufusion.Ahrs()
    ahrs.set_settings(settings)
    out = np.empty((len(gyr), 4))
    gyr_deg_s, acc_g = np.rad2deg(gyr), acc / 9.80665
    for i in range(len(gyr)):
        if mag is None:
            ahrs.update_no_magnetometer(gyr_deg_s[i], acc_g[i])
        else:
            ahrs.update(gyr_deg_s[i], acc_g[i], mag[i])
        out[i] = ahrs.get_quaternion()
    return out


class RipresaPath:
    """The product's own conditioner and filters, fed float32 batches of 10 samples.

    Live, `OrientationFilter` in its 6D form or, with a magnetometer, its 9D one; recorded,
    `orientations_afterwards` over each unbroken run, as the core looks back at an item.
    """

    def solve(
        self, rate_hz: float, gyr: Array, acc: Array, mag: Array | None, *, recorded: bool
    ) -> Array:
        """Quaternions of a trial without gaps."""
        segments = self._segments(gyr, acc, mag, np.ones(len(gyr), bool))
        if recorded:
            return _with_heading(self._afterwards(rate_hz, segments))
        filter_ = OrientationFilter(rate_hz, magnetometer=mag is not None)
        return np.concatenate([_with_heading(filter_.push(s)) for s in segments])

    def solve_with_gaps(
        self, rate_hz: float, gyr: Array, acc: Array, kept: npt.NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        """6D over lost packets, and [n] the half width of its 95 % band in degrees.

        After a restart nothing is known but the acceleration; the band is 20 degrees wide and
        closes with the filter's time constant. Over a gap the last orientation stands.
        """
        filter_ = OrientationFilter(rate_hz)
        out, sigma = np.full((len(gyr), 4), np.nan), np.zeros(len(gyr))
        restart_deg, fade = 0.0, np.exp(-PACKET_SAMPLES / rate_hz / RESTART_FADE_S)
        for segment in self._segments(gyr, acc, None, kept):
            if segment.restart and segment.first_index > 0:
                restart_deg = RESTART_SIGMA_DEG
            at = slice(segment.first_index, segment.first_index + len(segment.gyr))
            out[at] = filter_.push(segment).quaternions
            sigma[at] = np.hypot(restart_deg, np.rad2deg(filter_.gap_sigma_rad))
            restart_deg *= fade
        held = _held(out)
        band = COVERAGE_95 * np.hypot(INCLINATION_SIGMA_DEG, sigma[held])
        return out[held], np.where(held == np.arange(len(out)), band, 90.0)

    def recorded_with_gaps(
        self, rate_hz: float, gyr: Array, acc: Array, kept: npt.NDArray[np.bool_]
    ) -> Array:
        """6D over lost packets, looking back; over a long gap the last orientation stands."""
        out = np.full((len(gyr), 4), np.nan)
        for run in _runs(self._segments(gyr, acc, None, kept)):
            first = run[0].first_index
            quaternions = self._afterwards(rate_hz, run).quaternions
            out[first : first + len(quaternions)] = quaternions
        filled: Array = out[_held(out)]
        return filled

    def _segments(
        self, gyr: Array, acc: Array, mag: Array | None, kept: npt.NDArray[np.bool_]
    ) -> list[Segment]:
        """What the conditioner makes of the packets that arrived."""
        conditioner, segments = Conditioner(), []
        for start in range(0, len(gyr), PACKET_SAMPLES):
            packet = slice(start, start + PACKET_SAMPLES)
            if kept[packet].all():
                field = None if mag is None else mag[packet]
                segments += conditioner.push(_batch(start, gyr[packet], acc[packet], field))
        return segments

    def _afterwards(self, rate_hz: float, run: Sequence[Segment]) -> Orientations:
        acc, gyr = (np.concatenate(v) for v in ([s.acc for s in run], [s.gyr for s in run]))
        fields = [s.mag for s in run if s.mag is not None]
        mag = np.concatenate(fields) if fields else None
        return orientations_afterwards(acc, gyr, mag, rate_hz)


def _with_heading(found: Orientations) -> Array:
    return found.quaternions if found.heading is None else found.heading.quaternions


def _runs(segments: Sequence[Segment]) -> list[list[Segment]]:
    runs: list[list[Segment]] = []
    for segment in segments:
        if segment.restart:
            runs.append([])
        runs[-1].append(segment)
    return runs


def _held(out: Array) -> npt.NDArray[np.int64]:
    """[n] the last row that is known, for each."""
    known = np.where(np.isnan(out[:, 0]), 0, np.arange(len(out)))
    held: npt.NDArray[np.int64] = np.maximum.accumulate(known)
    return held


def _batch(first_index: int, gyr: Array, acc: Array, mag: Array | None) -> MotionBatch:
    times = np.arange(len(gyr), dtype=np.int32)
    return MotionBatch(
        stream="trial",
        first_index=first_index,
        t0_ns=0,
        dt_us=times,
        lag_us=np.zeros_like(times),
        acc=acc.astype(np.float32),
        gyr=gyr.astype(np.float32),
        mag=None if mag is None else mag.astype(np.float32),
    )


ripresa_path = RipresaPath()


def linear_fill(values: Array, kept: npt.NDArray[np.bool_]) -> Array:
    """Lost rows interpolated linearly between those kept."""
    at, known = np.arange(len(values)), np.flatnonzero(kept)
    return np.column_stack([np.interp(at, known, values[known, i]) for i in range(3)])
