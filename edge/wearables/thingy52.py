"""Nordic Thingy:52: raw motion in fixed point, without time stamps.

Source: Nordic's firmware, which gives the formats: acceleration 6Q10 g, angular velocity 11Q5
deg/s. Some clients divide by other powers of two and are wrong.
"""

from __future__ import annotations

import math
import struct

import numpy as np

from telemetry.errors import DecodeError

from .standard import read_battery, read_information
from .wearable import (
    Advertisement,
    Battery,
    Decoder,
    DeviceInformation,
    GattClient,
    Reading,
    Sampling,
    degrees_to_radians,
    identity_text,
)

__all__ = ["CONFIGURATION", "LED", "MOTION_SERVICE", "RAW", "Thingy52", "ThingyDecoder"]

MODEL = "thingy52"


def _uuid(number: int) -> str:
    return f"ef68{number:04x}-9b35-4933-9b10-52ffa9740042"


CONFIGURATION_SERVICE = _uuid(0x0100)
UI_SERVICE = _uuid(0x0300)
LED = _uuid(0x0301)
MOTION_SERVICE = _uuid(0x0400)
CONFIGURATION = _uuid(0x0401)
RAW = _uuid(0x0406)

RATE_HZ = 100
_CONFIGURATION = struct.Struct("<HHHHB")
RAW_BYTES = 18
STANDARD_GRAVITY_M_S2 = 9.80665
ACC_SCALE = 1 << 10
GYR_SCALE_DEG_S = 1 << 5
ACC_RANGE_M_S2 = 16 * STANDARD_GRAVITY_M_S2
GYR_RANGE_RAD_S = math.radians(32768 / GYR_SCALE_DEG_S)
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


class Thingy52:
    """The wearable."""

    model = MODEL
    data_characteristics = (RAW,)
    minimum_mtu = RAW_BYTES + 3

    def recognises(self, advertisement: Advertisement) -> bool:
        """By its configuration service, or the name that it has when new."""
        return (
            CONFIGURATION_SERVICE in advertisement.service_uuids or advertisement.name == "Thingy"
        )

    def advertised_identity(self, advertisement: Advertisement) -> str | None:
        """By its name, which can be configured: it tells no serial number."""
        return identity_text("thingy", advertisement.name) if advertisement.name else None

    async def identify(self, client: GattClient) -> str | None:
        """By the same name, as the connection knows it."""
        return identity_text("thingy", client.name) if client.name else None

    async def information(self, client: GattClient) -> DeviceInformation:
        """From the Device Information service, where the firmware has it."""
        return await read_information(client)

    async def configure(self, client: GattClient) -> Sampling:
        """Set 100 Hz and leave the other intervals as they are."""
        value = await client.read(CONFIGURATION)
        if len(value) != _CONFIGURATION.size:
            raise DecodeError(MODEL, f"motion configuration of {len(value)} bytes", offset=0)
        step_ms, temperature_ms, compass_ms, _, wake = _CONFIGURATION.unpack(value)
        wanted = _CONFIGURATION.pack(step_ms, temperature_ms, compass_ms, RATE_HZ, wake)
        if wanted != value:
            await client.write(CONFIGURATION, wanted)
        return Sampling(
            rate_hz=RATE_HZ,
            stamped=False,
            acc_range_m_s2=ACC_RANGE_M_S2,
            gyr_range_rad_s=GYR_RANGE_RAD_S,
        )

    def decoder(self, sampling: Sampling) -> ThingyDecoder:
        """Without state."""
        return ThingyDecoder()

    async def start(self, client: GattClient, decoder: Decoder) -> None:
        """Nothing to do: it streams once it is subscribed."""

    async def stop(self, client: GattClient) -> None:
        """Nothing to do: it falls silent once the link is gone."""

    async def battery(self, client: GattClient) -> Battery | None:
        """From the Battery service."""
        return await read_battery(client)

    async def blink(self, client: GattClient) -> bool:
        """Let its light breathe in red."""
        if not client.has(LED):
            return False
        await client.write(LED, _BLINK)
        return True
