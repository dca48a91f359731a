"""WitMotion WT9011DCL and BWT901BLE 5.0: frames without checksum, counter or time stamp.

Source: WitMotion's protocol page for Bluetooth 5.0 and its SDK (`WitBluetooth_BWT901BLE5_0`).
A frame is 55 61 and nine int16: acceleration, angular velocity, angle. As nothing is numbered,
a lost frame is invisible, and host times are fitted to the count of frames.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from telemetry.errors import DecodeError, TransportError

from .base import NamedWearable
from .wearable import (
    STANDARD_GRAVITY_M_S2,
    Battery,
    DeviceInformation,
    Reading,
    Sampling,
    degrees_to_radians,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .wearable import Advertisement, GattClient

__all__ = ["NOTIFY", "SERVICE", "WRITE", "WitDecoder", "WitMotion", "decode_register"]

MODEL = "witmotion"
# The vendor's own base: ...805F9A34FB differs from the SIG's ...805F9B34FB by one digit.
SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"

FRAME_BYTES = 20
MOTION = b"\x55\x61"
REGISTER = b"\x55\x71"
# Some firmware appends the date and time, eight bytes, to a frame.
TRAILER_BYTES = 8
UNLOCK = bytes.fromhex("ffaa6988b5")
BETWEEN_COMMANDS_S = 0.1
RATE_REGISTER = 0x03
BATTERY_REGISTER = 0x64
RATE_HZ = 100
RATE_CODE = 0x09
ACC_RANGE_G = 16
GYR_RANGE_DEG_S = 2000.0
# Resting voltage, volts, and charge, per cent; between them a straight line.
_VOLTS = (3.40, 3.50, 3.68, 3.70, 3.73, 3.77, 3.79, 3.82, 3.87, 3.93, 3.96)
_PERCENT = (5, 10, 15, 20, 30, 40, 50, 60, 75, 90, 100)


class WitDecoder:
    """Finds frames in the stream of bytes; notifications cut it anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self.skipped_bytes = 0

    def decode(self, characteristic: str, payload: bytes) -> Reading | None:
        """Read the motion frames that are complete now.

        Raises:
            DecodeError: nothing in the payload can be part of a frame.
        """
        frames = [f for f in self._frames(payload) if f[:2] == MOTION]
        if not frames:
            return None
        raw = np.frombuffer(b"".join(f[2:14] for f in frames), "<i2").reshape(-1, 6)
        acc = (raw[:, :3] * (ACC_RANGE_G * STANDARD_GRAVITY_M_S2 / 32768)).astype(np.float32)
        return Reading(acc, degrees_to_radians(raw[:, 3:] * (GYR_RANGE_DEG_S / 32768)))

    def _frames(self, payload: bytes) -> Iterator[bytes]:
        data, self._rest = self._rest + payload, b""
        at = 0
        found = 0
        while at < len(data):
            head = data[at : at + 2]
            if not (MOTION.startswith(head) or REGISTER.startswith(head)):
                at += 1
                self.skipped_bytes += 1
                continue
            if len(data) - at < FRAME_BYTES:
                self._rest = data[at:]
                return
            found += 1
            yield data[at : at + FRAME_BYTES]
            at += FRAME_BYTES
        if not found and len(data) > TRAILER_BYTES:
            raise DecodeError(MODEL, f"no frame in {len(data)} bytes", offset=0)


def decode_register(payload: bytes, register: int) -> tuple[int, ...]:
    """The eight values, unsigned 16 bit, of a register's answer.

    Raises:
        DecodeError: not that register's answer.
    """
    if len(payload) < FRAME_BYTES or payload[:2] != REGISTER:
        raise DecodeError(MODEL, "not the answer of a register", offset=0)
    if int.from_bytes(payload[2:4], "little") != register:
        raise DecodeError(MODEL, f"answer of register {payload[2]:#x}", offset=2)
    return struct.unpack_from("<8H", payload, 4)


class WitMotion(NamedWearable):
    """The wearable."""

    model = MODEL
    identity_kind = "wit"
    data_characteristics = (NOTIFY,)
    minimum_mtu = FRAME_BYTES + 3

    def recognises(self, advertisement: Advertisement) -> bool:
        """By name (WT901..., WT9011..., BWT901...) or service."""
        name = advertisement.name or ""
        return name.startswith(("WT9", "BWT9")) or SERVICE in advertisement.service_uuids

    async def information(self, client: GattClient) -> DeviceInformation:
        """It tells nothing of itself."""
        return DeviceInformation(manufacturer="WitMotion", tag=client.name)

    async def configure(self, client: GattClient) -> Sampling:
        """Set 100 Hz, for this time only: it is not saved, which would wear the flash."""
        await client.write(WRITE, UNLOCK, response=False)
        await client.pause(BETWEEN_COMMANDS_S)
        rate = bytes((0xFF, 0xAA, RATE_REGISTER, RATE_CODE, 0x00))
        await client.write(WRITE, rate, response=False)
        await client.pause(BETWEEN_COMMANDS_S)
        return Sampling.in_g(
            RATE_HZ, acc_range_g=ACC_RANGE_G, gyr_range_deg_s=GYR_RANGE_DEG_S, stamped=False
        )

    def decoder(self, sampling: Sampling) -> WitDecoder:
        """A fresh reassembly."""
        return WitDecoder()

    async def battery(self, client: GattClient) -> Battery | None:
        """From the voltage, roughly."""
        command = bytes((0xFF, 0xAA, 0x27, BATTERY_REGISTER, 0x00))
        try:
            answer = await client.exchange(
                command,
                write=WRITE,
                listen=NOTIFY,
                accept=lambda p: p[:3] == REGISTER + bytes((BATTERY_REGISTER,)),
            )
            volts = decode_register(answer, BATTERY_REGISTER)[0] / 100
        except (TransportError, DecodeError):
            return None
        return Battery(round(float(np.interp(volts, _VOLTS, _PERCENT))))
