"""The solvers that enter the orientation challenge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from vqf import VQF, offlineVQF

from analytics.band import COVERAGE_95, INCLINATION_SIGMA_DEG
from analytics.conditioning import Conditioner
from analytics.orientation import OrientationFilter
from telemetry.motion import MotionBatch

Array = npt.NDArray[np.float64]

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
    """The product's path: float32 batches of 10 samples, conditioned, then filtered.

    6D live is the core's own conditioner and filter. With a magnetometer the same filter runs in
    its 9D form, and recorded trials are filtered forward and backward (offlineVQF).
    """

    def solve(
        self, rate_hz: float, gyr: Array, acc: Array, mag: Array | None, *, recorded: bool
    ) -> Array:
        """Quaternions of a trial without gaps."""
        if mag is None and not recorded:
            return self.solve_with_gaps(rate_hz, gyr, acc, np.ones(len(gyr), bool))[0]
        gyr, acc = _as_on_the_wire(gyr), _as_on_the_wire(acc)
        mag = None if mag is None else _as_on_the_wire(mag)
        if recorded or mag is None:
            return bare_vqf(rate_hz, gyr, acc, mag, recorded=True)
        filter_ = VQF(1 / rate_hz)
        parts = []
        for start in range(0, len(gyr), PACKET_SAMPLES):
            packet = slice(start, start + PACKET_SAMPLES)
            result = filter_.updateBatch(gyr[packet], acc[packet], mag[packet])
            parts.append(result["quat9D"])
        return np.concatenate(parts)

    def solve_with_gaps(
        self, rate_hz: float, gyr: Array, acc: Array, kept: npt.NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        """6D over lost packets, and [n] the half width of its 95 % band in degrees.

        After a restart nothing is known but the acceleration; the band is 20 degrees wide and
        closes with the filter's time constant. Over a gap the last orientation stands.
        """
        conditioner, filter_ = Conditioner(), OrientationFilter(rate_hz)
        out, sigma = np.full((len(gyr), 4), np.nan), np.zeros(len(gyr))
        restart_deg, fade = 0.0, np.exp(-PACKET_SAMPLES / rate_hz / RESTART_FADE_S)
        for start in range(0, len(gyr), PACKET_SAMPLES):
            packet = slice(start, start + PACKET_SAMPLES)
            if not kept[packet].all():
                continue
            for segment in conditioner.push(_batch(start, gyr[packet], acc[packet])):
                if segment.restart and start > 0:
                    restart_deg = RESTART_SIGMA_DEG
                at = slice(segment.first_index, segment.first_index + len(segment.gyr))
                out[at] = filter_.push(segment)
                sigma[at] = np.hypot(restart_deg, np.rad2deg(filter_.gap_sigma_rad))
                restart_deg *= fade
        held = np.maximum.accumulate(np.where(np.isnan(out[:, 0]), 0, np.arange(len(out))))
        band = COVERAGE_95 * np.hypot(INCLINATION_SIGMA_DEG, sigma[held])
        return out[held], np.where(held == np.arange(len(out)), band, 90.0)


def _batch(first_index: int, gyr: Array, acc: Array) -> MotionBatch:
    times = np.arange(len(gyr), dtype=np.int32)
    return MotionBatch(
        stream="trial",
        first_index=first_index,
        t0_ns=0,
        dt_us=times,
        lag_us=np.zeros_like(times),
        acc=acc.astype(np.float32),
        gyr=gyr.astype(np.float32),
    )


def _as_on_the_wire(values: Array) -> Array:
    return np.ascontiguousarray(values.astype(np.float32), np.float64)


ripresa_path = RipresaPath()


def linear_fill(values: Array, kept: npt.NDArray[np.bool_]) -> Array:
    """Lost rows interpolated linearly between those kept."""
    at, known = np.arange(len(values)), np.flatnonzero(kept)
    return np.column_stack([np.interp(at, known, values[known, i]) for i in range(3)])
