"""The solvers that enter the orientation challenge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

PACKET_SAMPLES = 10


def bare_vqf(rate_hz: float, gyr: Array, acc: Array, mag: Array | None, *, recorded: bool) -> Array:
    """VQF on the whole arrays, float64, nothing else: what every entry is held against."""
    from vqf import VQF, offlineVQF  # noqa: PLC0415

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
    """What reaches the product's filter: float32 values, packet by packet."""

    def solve(
        self, rate_hz: float, gyr: Array, acc: Array, mag: Array | None, *, recorded: bool
    ) -> Array:
        """VQF per packet, 6D without and 9D with a magnetometer; offlineVQF when recorded."""
        from vqf import VQF  # noqa: PLC0415

        gyr, acc = _as_on_the_wire(gyr), _as_on_the_wire(acc)
        mag = None if mag is None else _as_on_the_wire(mag)
        if recorded:
            return bare_vqf(rate_hz, gyr, acc, mag, recorded=True)
        filter_, parts = VQF(1 / rate_hz), []
        for start in range(0, len(gyr), PACKET_SAMPLES):
            packet = slice(start, start + PACKET_SAMPLES)
            result = filter_.updateBatch(
                gyr[packet], acc[packet], None if mag is None else mag[packet]
            )
            parts.append(result["quat6D" if mag is None else "quat9D"])
        return np.concatenate(parts)

    def solve_with_gaps(
        self, rate_hz: float, gyr: Array, acc: Array, kept: npt.NDArray[np.bool_]
    ) -> Array:
        """6D over lost packets, interpolated."""
        return self.solve(
            rate_hz, linear_fill(gyr, kept), linear_fill(acc, kept), None, recorded=False
        )


def _as_on_the_wire(values: Array) -> Array:
    return np.ascontiguousarray(values.astype(np.float32), np.float64)


ripresa_path = RipresaPath()


def linear_fill(values: Array, kept: npt.NDArray[np.bool_]) -> Array:
    """Lost rows interpolated linearly between those kept."""
    at, known = np.arange(len(values)), np.flatnonzero(kept)
    return np.column_stack([np.interp(at, known, values[known, i]) for i in range(3)])
