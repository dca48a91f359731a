"""Nordic Thingy:52: raw motion in fixed point, without time stamps.

Source: Nordic's firmware, which gives the formats: acceleration 6Q10 g, angular velocity 11Q5
deg/s. Some clients divide by other powers of two and are wrong.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from telemetry.errors import DecodeError

from .base import NamedWearable
from .wearable import STANDARD_GRAVITY_M_S2, Reading, Sampling, degrees_to_radians

if TYPE_CHECKING:
    from .wearable import Advertisement, GattClient

__all__ = ["CONFIGURATION", "LED", "MOTION_SERVICE", "RAW", "Thingy52", "ThingyDecoder"]

MODEL = "thingy52"

_uuid = "ef68{:04x}-9b35-4933-9b10-52ffa9740042".format
CONFIGURATION_SERVICE = _uuid(0x0100)
UI_SERVICE = _uuid(0x0300)
LED = _uuid(0x0301)
MOTION_SERVICE = _uuid(0x0400)
CONFIGURATION = _uuid(0x0401)
RAW = _uuid(0x0406)

RATE_HZ = 100
_CONFIGURATION = struct.Struct("<HHHHB")
RAW_BYTES = 18
ACC_SCALE = 1 << 10
GYR_SCALE_DEG_S = 1 << 5
GYR_RANGE_DEG_S = 32768 / GYR_SCALE_DEG_S
# Breathing, red, at a fifth of the brightness, every second.
_BLINK = struct.pack("<BBBH", 2, 1, 20, 1000)


class ThingyDecoder:
    """One sample a notification."""

    def decode(self, characteristic: str, payload: bytes) -> Reading | None:
        """Read raw motion; the magnetometer is left out, indoors it misleads.

        Raises:
            DecodeError: not 18 bytes.
        """
        if characteristic != RAW:
            return None
        if len(payload) != RAW_BYTES:
            raise DecodeError(MODEL, f"{len(payload)} bytes, 18 expected", offset=len(payload))
        raw = np.frombuffer(payload, "<i2", 6).reshape(2, 1, 3)
        acc = (raw[0] * (STANDARD_GRAVITY_M_S2 / ACC_SCALE)).astype(np.float32)
        return Reading(acc, degrees_to_radians(raw[1] / GYR_SCALE_DEG_S))


class Thingy52(NamedWearable):
    """The wearable."""

    model = MODEL
    identity_kind = "thingy"
    data_characteristics = (RAW,)
    minimum_mtu = RAW_BYTES + 3

    def recognises(self, advertisement: Advertisement) -> bool:
        """By its configuration service, or the name that it has when new."""
        return (
            CONFIGURATION_SERVICE in advertisement.service_uuids or advertisement.name == "Thingy"
        )

    async def configure(self, client: GattClient) -> Sampling:
        """Set 100 Hz and leave the other intervals as they are."""
        value = await client.read(CONFIGURATION)
        if len(value) != _CONFIGURATION.size:
            raise DecodeError(MODEL, f"motion configuration of {len(value)} bytes", offset=0)
        step_ms, temperature_ms, compass_ms, _, wake = _CONFIGURATION.unpack(value)
        wanted = _CONFIGURATION.pack(step_ms, temperature_ms, compass_ms, RATE_HZ, wake)
        if wanted != value:
            await client.write(CONFIGURATION, wanted)
        return Sampling.in_g(RATE_HZ, gyr_range_deg_s=GYR_RANGE_DEG_S, stamped=False)

    def decoder(self, sampling: Sampling) -> ThingyDecoder:
        """Without state."""
        return ThingyDecoder()

    async def blink(self, client: GattClient) -> bool:
        """Let its light breathe in red."""
        if not client.has(LED):
            return False
        await client.write(LED, _BLINK)
        return True
