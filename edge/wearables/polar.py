"""Polar H10 (acceleration, 100 Hz) and Verity Sense (and angular velocity, 52 Hz)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from telemetry.errors import DecodeError, TransportError

from .base import BaseWearable
from .pmd import (
    CONTROL_POINT,
    DATA,
    FACTOR,
    PmdFrame,
    PmdKind,
    Response,
    decode_frame,
    decode_response,
    start_command,
    stop_command,
)
from .wearable import STANDARD_GRAVITY_M_S2, Reading, Sampling, degrees_to_radians

if TYPE_CHECKING:
    from telemetry.messages.motion import Int64Array

    from .wearable import Advertisement, Decoder, GattClient

__all__ = ["PolarDecoder", "PolarH10", "PolarVerity"]

MILLI_G_M_S2 = STANDARD_GRAVITY_M_S2 / 1000
ACC_RANGE_G = 8
GYR_RANGE_DEG_S = 2000
ALREADY_STARTED = 6
# How far a frame's own rate may be from the nominal one; beyond that a frame was lost.
RATE_TOLERANCE = 0.1
# No loss on a link that holds is that long, nor is a queue.
LEAP_US = 60_000_000
SAME_LEAP_US = 1_000_000
MOST_LEAPS = 3
# Acceleration that waits longer than this for its angular velocity is given up.
PATIENCE_SAMPLES = 208


class _FrameTimes:
    """Device time of each sample: a frame tells only its last.

    As Polar's own SDK does: by interpolation from the last sample of the frame before; after a
    lost frame, and in the first, by the nominal rate.

    A wearable that loses its time, or gets it, leaps by years between two frames. As its two
    measurements leap one after the other, the leap is taken out: times go on from the frame
    before, for both by the same amount. Should it leap again and again, its time is of no use,
    and goes on as it is.

    Args:
        rate_hz: nominal.
        shared: both measurements' shifts: microseconds that were added after each leap; None
            for a wearable with one, whose leaps are the sample grid's to judge.
    """

    def __init__(self, rate_hz: float, shared: list[int] | None) -> None:
        self._period_us = 1e6 / rate_hz
        self._shared = shared
        self._leaps = 0
        self._shift_us = 0
        self._before_us: int | None = None

    def of(self, frame: PmdFrame) -> Int64Array:
        """[n] microseconds."""
        n, period_us = len(frame.values), self._period_us
        last_us = frame.last_ns // 1000 + self._shift_us
        if self._before_us is not None and abs(last_us - self._before_us) > LEAP_US:
            last_us += self._leap(self._before_us + round(n * period_us) - last_us)
        if self._before_us is not None:
            own_us = (last_us - self._before_us) / n
            if abs(own_us / period_us - 1) < RATE_TOLERANCE:
                period_us = own_us
        self._before_us = last_us
        before_last = np.rint(np.arange(n - 1, -1, -1) * period_us).astype(np.int64)
        us: Int64Array = last_us - before_last
        return us

    def _leap(self, by_us: int) -> int:
        """What is to be added after this leap, which by itself would want `by_us`."""
        if self._shared is None or self._leaps >= MOST_LEAPS:
            return 0
        if self._leaps == len(self._shared):
            self._shared.append(by_us)
        elif abs(self._shared[self._leaps] - by_us) < SAME_LEAP_US:
            by_us = self._shared[self._leaps]
        self._leaps += 1
        self._shift_us += by_us
        return by_us


class PolarDecoder:
    """Frames to readings.

    With a gyroscope the acceleration's samples are the grid; angular velocity, whose samples
    fall between, is interpolated linearly onto them as soon as it reaches past. Where it is
    missing for more than 3 samples nothing is made up: the grid has a hole there.

    Attributes:
        factors: per measurement, from the answer to its start command.
    """

    def __init__(self, rate_hz: float, *, gyroscope: bool) -> None:
        self.factors: dict[PmdKind, float] = {}
        self._gyroscope = gyroscope
        self._hole_us = 3e6 / rate_hz
        shared: list[int] | None = [] if gyroscope else None
        self._times = {kind: _FrameTimes(rate_hz, shared) for kind in PmdKind}
        self._acc_us: Int64Array = np.zeros(0, np.int64)
        self._acc: npt.NDArray[np.float64] = np.zeros((0, 3))
        self._gyr_us: Int64Array = np.zeros(0, np.int64)
        self._gyr: npt.NDArray[np.float64] = np.zeros((0, 3))

    def decode(self, characteristic: str, payload: bytes) -> Reading | None:
        """Read one frame; None while acceleration waits for angular velocity.

        After a lost link frames may come before the answer to the start command that tells
        their factor; what cannot be scaled is left out.

        Raises:
            DecodeError: not a frame of either.
        """
        if characteristic != DATA:
            return None
        frame = decode_frame(payload, factor=1.0)
        if frame.compressed:
            factor = self.factors.get(frame.kind)
            if factor is None:
                return None
            frame = replace(frame, values=frame.values * factor)
        us = self._times[frame.kind].of(frame)
        if frame.kind is PmdKind.ACC and not self._gyroscope:
            return Reading(_acc(frame.values), device_us=us)
        if not self._gyroscope:
            raise DecodeError("polar", "angular velocity, which was not asked for", offset=0)
        if frame.kind is PmdKind.ACC:
            self._acc_us = np.concatenate([self._acc_us, us])[-PATIENCE_SAMPLES:]
            self._acc = np.concatenate([self._acc, frame.values])[-PATIENCE_SAMPLES:]
        else:
            self._gyr_us = np.concatenate([self._gyr_us, us])[-PATIENCE_SAMPLES:]
            self._gyr = np.concatenate([self._gyr, frame.values])[-PATIENCE_SAMPLES:]
        return self._joined()

    def _joined(self) -> Reading | None:
        if len(self._gyr_us) == 0:
            return None
        covered = int(np.searchsorted(self._acc_us, self._gyr_us[-1], side="right"))
        if covered == 0:
            return None
        us, acc = self._acc_us[:covered], self._acc[:covered]
        self._acc_us, self._acc = self._acc_us[covered:], self._acc[covered:]
        after = np.searchsorted(self._gyr_us, us)
        before_us = self._gyr_us[np.maximum(after - 1, 0)]
        whole = (self._gyr_us[after] - before_us < self._hole_us) & (us >= self._gyr_us[0])
        us, acc = us[whole], acc[whole]
        if len(us) == 0:
            return None
        gyr = np.column_stack([np.interp(us, self._gyr_us, self._gyr[:, k]) for k in range(3)])
        keep = max(0, int(np.searchsorted(self._gyr_us, us[-1])) - 1)
        self._gyr_us, self._gyr = self._gyr_us[keep:], self._gyr[keep:]
        return Reading(_acc(acc), degrees_to_radians(gyr), device_us=us)


def _acc(milli_g: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return (milli_g * MILLI_G_M_S2).astype(np.float32)


class _Polar(BaseWearable):
    """What H10 and Verity share."""

    rate_hz: int
    kinds: tuple[PmdKind, ...]
    name_prefix: str
    compressed: bool

    data_characteristics = (DATA,)
    # Below this the wearable shortens its frames, or sends none.
    minimum_mtu = 232

    def recognises(self, advertisement: Advertisement) -> bool:
        """By name: "Polar H10 12345678" or "Polar Sense 12345678"."""
        return (advertisement.name or "").startswith(self.name_prefix)

    def advertised_identity(self, advertisement: Advertisement) -> str | None:
        """The serial number stands in the name."""
        serial = (advertisement.name or "")[len(self.name_prefix) :].strip()
        return self._identity(serial)

    async def configure(self, client: GattClient) -> Sampling:
        """Nothing to set: rate and range are part of the start command.

        Raises:
            TransportError: it has no measurement service.
        """
        if not client.has(CONTROL_POINT):
            raise TransportError(f"{self.model}: no measurement service: update its firmware")
        return Sampling.in_g(
            self.rate_hz,
            acc_range_g=ACC_RANGE_G,
            gyr_range_deg_s=GYR_RANGE_DEG_S if PmdKind.GYRO in self.kinds else None,
        )

    def decoder(self, sampling: Sampling) -> PolarDecoder:
        """Fresh buffers."""
        return PolarDecoder(sampling.rate_hz, gyroscope=PmdKind.GYRO in self.kinds)

    async def start(self, client: GattClient, decoder: Decoder) -> None:
        """Start the measurements; the factors of their frames go to the decoder.

        Raises:
            TransportError: the wearable refused.
        """
        for kind in self.kinds:
            command = start_command(
                kind,
                rate_hz=self.rate_hz,
                range_units=ACC_RANGE_G if kind is PmdKind.ACC else GYR_RANGE_DEG_S,
                channels=len(self.kinds) > 1,
            )
            answer = await self._command(client, kind, command)
            if answer.status == ALREADY_STARTED and self.compressed:
                # It still measures for an earlier connection; only a start tells the factor.
                await self._command(client, kind, stop_command(kind))
                answer = await self._command(client, kind, command)
            if answer.status not in (0, ALREADY_STARTED):
                raise TransportError(
                    f"{self.model}: {kind.name} was refused with status {answer.status}"
                )
            if isinstance(decoder, PolarDecoder):
                decoder.factors[kind] = float(answer.settings.get(FACTOR, (1.0,))[0])

    async def stop(self, client: GattClient) -> None:
        """Stop the measurements; one that was not under way is as good as stopped."""
        for kind in self.kinds:
            await self._command(client, kind, stop_command(kind))

    async def _command(self, client: GattClient, kind: PmdKind, command: bytes) -> Response:
        return decode_response(
            await client.exchange(
                command,
                write=CONTROL_POINT,
                listen=CONTROL_POINT,
                accept=lambda p: p[:3] == bytes((0xF0, command[0], kind)),
            )
        )


class PolarH10(_Polar):
    """The chest strap: acceleration and heart rate."""

    model = identity_kind = "polar-h10"
    rate_hz = 100
    kinds = (PmdKind.ACC,)
    name_prefix = "Polar H10"
    compressed = False


class PolarVerity(_Polar):
    """The arm band: acceleration, angular velocity and heart rate."""

    model = identity_kind = "polar-verity"
    rate_hz = 52
    kinds = (PmdKind.ACC, PmdKind.GYRO)
    name_prefix = "Polar Sense"
    compressed = True
