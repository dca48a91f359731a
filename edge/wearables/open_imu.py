"""Ripresa's open GATT profile for a home-built sensor; `docs/open-gatt-profile.md` describes it."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from telemetry.errors import DecodeError

from .base import BaseWearable
from .wearable import Reading, Sampling, checked_length, degrees_to_radians

if TYPE_CHECKING:
    from .wearable import Advertisement, Decoder, GattClient

__all__ = ["CONTROL", "DATA", "SAMPLING", "SERVICE", "OpenDecoder", "OpenImu", "OpenSampling"]

MODEL = "open-imu"
VERSION = 1
WRAP_US = 1 << 32
_HEADER = struct.Struct("<BHI")
_SAMPLING = struct.Struct("<BHHH")
SAMPLE_BYTES = 12

_uuid = "8d53{:04x}-3d46-4f5e-9a2b-c1d06c1e5a74".format
SERVICE = _uuid(0x0001)
SAMPLING = _uuid(0x0002)
DATA = _uuid(0x0003)
CONTROL = _uuid(0x0004)

STOP, START, BLINK = 0, 1, 2


@dataclass(frozen=True, slots=True)
class OpenSampling:
    """The sampling characteristic: rate in tenths of a hertz, full scales in g and deg/s."""

    rate_hz: float
    acc_range_g: int
    gyr_range_deg_s: int

    def encode(self) -> bytes:
        """As the sensor offers it."""
        return _SAMPLING.pack(
            VERSION, round(self.rate_hz * 10), self.acc_range_g, self.gyr_range_deg_s
        )

    @classmethod
    def decode(cls, payload: bytes) -> OpenSampling:
        """Read the characteristic.

        Raises:
            DecodeError: too short, another version, or a rate or range of zero.
        """
        checked_length(MODEL, payload, _SAMPLING.size)
        version, tenths, acc, gyr = _SAMPLING.unpack_from(payload)
        if version != VERSION:
            raise DecodeError(MODEL, f"profile version {version}, {VERSION} expected", offset=0)
        if 0 in (tenths, acc, gyr):
            raise DecodeError(MODEL, "a rate or range of zero", offset=1)
        return cls(tenths / 10, acc, gyr)


class OpenDecoder:
    """Packets of some samples; a repeated sequence number is a repeated packet."""

    def __init__(self, sampling: Sampling) -> None:
        self._period_us = 1e6 / sampling.rate_hz
        self._acc_scale = (sampling.acc_range_m_s2 or 0.0) / 32768
        self._gyr_scale_deg = math.degrees(sampling.gyr_range_rad_s or 0.0) / 32768
        self._sequence: int | None = None

    def decode(self, characteristic: str, payload: bytes) -> Reading | None:
        """Read one packet; None for a repeated one.

        Raises:
            DecodeError: another version, no sample, or half a sample.
        """
        checked_length(MODEL, payload, _HEADER.size + SAMPLE_BYTES)
        version, sequence, first_us = _HEADER.unpack_from(payload)
        if version != VERSION:
            raise DecodeError(MODEL, f"packet version {version}, {VERSION} expected", offset=0)
        body = len(payload) - _HEADER.size
        if body % SAMPLE_BYTES:
            raise DecodeError(MODEL, f"{body % SAMPLE_BYTES} bytes too many", offset=len(payload))
        if sequence == self._sequence:
            return None
        self._sequence = sequence
        raw = np.frombuffer(payload, "<i2", offset=_HEADER.size).reshape(-1, 6)
        steps_us = np.rint(np.arange(len(raw)) * self._period_us).astype(np.int64)
        return Reading(
            (raw[:, :3] * self._acc_scale).astype(np.float32),
            degrees_to_radians(raw[:, 3:] * self._gyr_scale_deg),
            device_us=(first_us + steps_us) % WRAP_US,
        )


class OpenImu(BaseWearable):
    """The wearable."""

    model = MODEL
    identity_kind = "open"
    data_characteristics = (DATA,)
    minimum_mtu = 3 + _HEADER.size + SAMPLE_BYTES

    def recognises(self, advertisement: Advertisement) -> bool:
        """By its service."""
        return SERVICE in advertisement.service_uuids

    async def configure(self, client: GattClient) -> Sampling:
        """Ask how it samples: the sensor decides."""
        own = OpenSampling.decode(await client.read(SAMPLING))
        return Sampling.in_g(
            own.rate_hz,
            acc_range_g=own.acc_range_g,
            gyr_range_deg_s=own.gyr_range_deg_s,
            wrap_us=WRAP_US,
        )

    def decoder(self, sampling: Sampling) -> OpenDecoder:
        """With the sensor's own scales."""
        return OpenDecoder(sampling)

    async def start(self, client: GattClient, decoder: Decoder) -> None:
        """Begin to measure."""
        await client.write(CONTROL, bytes((START,)))

    async def stop(self, client: GattClient) -> None:
        """End measuring."""
        await client.write(CONTROL, bytes((STOP,)))

    async def blink(self, client: GattClient) -> bool:
        """Blink its light."""
        await client.write(CONTROL, bytes((BLINK,)))
        return True
