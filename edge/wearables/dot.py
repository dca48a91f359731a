"""Movella (Xsens) DOT: mode 21, acceleration and angular velocity at 60 Hz.

Source: Xsens DOT BLE Services Specifications, revision E; Movella's own server
(`xsens_dot_server`, `bleHandler.js`). Payloads are zero-padded to the length of their
characteristic, so they are read by mode, never by length.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from telemetry.errors import DecodeError, TransportError

from .base import BaseWearable
from .wearable import (
    Battery,
    DeviceInformation,
    Reading,
    Sampling,
    checked_length,
    degrees_to_radians,
)

if TYPE_CHECKING:
    from .wearable import Advertisement, Decoder, GattClient

__all__ = [
    "BATTERY",
    "DEVICE_CONTROL",
    "DEVICE_INFORMATION",
    "MEASUREMENT_CONTROL",
    "MODE_RATE",
    "PAYLOAD_LONG",
    "PAYLOAD_MEDIUM",
    "PAYLOAD_SHORT",
    "DotDecoder",
    "MovellaDot",
    "decode_battery",
    "decode_payload",
]

MODEL = "movella-dot"
COMPANY_ID = 0x0886
_uuid = "1517{:04x}-4947-11e9-8646-d663bd873d93".format
CONFIGURATION_SERVICE = _uuid(0x1000)
DEVICE_INFORMATION = _uuid(0x1001)
DEVICE_CONTROL = _uuid(0x1002)
DEVICE_REPORT = _uuid(0x1004)
MEASUREMENT_SERVICE = _uuid(0x2000)
MEASUREMENT_CONTROL = _uuid(0x2001)
PAYLOAD_LONG = _uuid(0x2002)
PAYLOAD_MEDIUM = _uuid(0x2003)
PAYLOAD_SHORT = _uuid(0x2004)
BATTERY_SERVICE = _uuid(0x3000)
BATTERY = _uuid(0x3001)

MODE_RATE = 21
RATE_HZ = 60
WRAP_US = 1 << 32
VISIT_IDENTIFY = 0x01
VISIT_RATE = 0x10
# 2^12, as Movella's server divides: fixed point, in units of the local field.
MAG_SCALE = 4096.0


@dataclass(frozen=True, slots=True)
class _Layout:
    """A mode's fields after the time stamp: struct format, and where acc, gyr, mag begin."""

    fields: struct.Struct
    acc: int
    gyr: int | None = None
    mag: int | None = None


# The modes with acceleration: only those make a Reading.
_LAYOUTS = {
    6: _Layout(struct.Struct("<I3f"), acc=1),
    20: _Layout(struct.Struct("<I6f3h"), acc=1, gyr=4, mag=7),
    21: _Layout(struct.Struct("<I6f"), acc=1, gyr=4),
}


def decode_payload(mode: int, payload: bytes) -> Reading:
    """Read one measurement payload: modes 20, 21 (rates) and 6 (free acceleration).

    Raises:
        DecodeError: shorter than the mode says, or a mode without acceleration.
    """
    layout = _LAYOUTS.get(mode)
    if layout is None:
        raise DecodeError(MODEL, f"mode {mode} is not one that is decoded")
    checked_length(MODEL, payload, layout.fields.size)
    values = layout.fields.unpack_from(payload)
    acc = np.array([values[layout.acc : layout.acc + 3]], dtype=np.float32)
    gyr = mag = None
    if layout.gyr is not None:
        gyr = degrees_to_radians(np.array([values[layout.gyr : layout.gyr + 3]]))
    if layout.mag is not None:
        mag = np.array([values[layout.mag : layout.mag + 3]], dtype=np.float32)
        mag /= np.float32(MAG_SCALE)
    return Reading(acc, gyr, mag, np.array([values[0]], dtype=np.int64))


def decode_battery(payload: bytes) -> Battery:
    """Read the private battery characteristic.

    Raises:
        DecodeError: too short, or beyond 100 per cent.
    """
    checked_length(MODEL, payload, 2)
    if payload[0] > 100:
        raise DecodeError(MODEL, f"battery at {payload[0]} per cent", offset=0)
    return Battery(payload[0], charging=bool(payload[1]))


class DotDecoder:
    """Payloads of one mode."""

    def __init__(self, mode: int = MODE_RATE) -> None:
        self._mode = mode

    def decode(self, characteristic: str, payload: bytes) -> Reading | None:
        """Read one notification; other characteristics carry no samples."""
        return decode_payload(self._mode, payload) if characteristic == PAYLOAD_MEDIUM else None


class MovellaDot(BaseWearable):
    """The wearable."""

    model = MODEL
    identity_kind = "dot"
    data_characteristics = (PAYLOAD_MEDIUM,)
    # 40 bytes of payload and the 3 of a notification's header.
    minimum_mtu = 43

    def recognises(self, advertisement: Advertisement) -> bool:
        """By name ("Xsens DOT", from firmware 3 on "Movella DOT") or company."""
        return (
            advertisement.name in ("Xsens DOT", "Movella DOT")
            or COMPANY_ID in advertisement.company_ids
        )

    async def information(self, client: GattClient) -> DeviceInformation:
        """From the configuration service's own characteristics."""
        value = await client.read(DEVICE_INFORMATION)
        checked_length(MODEL, value, 34)
        control = await client.read(DEVICE_CONTROL)
        checked_length(MODEL, control, 24)
        tag = control[8 : 8 + min(control[7], 16)].decode("utf-8", "replace")
        return DeviceInformation(
            manufacturer="Movella",
            model=value[28:34].decode("ascii", "replace").strip("\0 ") or None,
            serial=f"{int.from_bytes(value[20:28], 'little'):012X}",
            firmware=".".join(map(str, value[6:9])),
            tag=re.sub(r"[\0\s]+$", "", tag) or None,
        )

    async def configure(self, client: GattClient) -> Sampling:
        """Set 60 Hz, the most it streams live; left alone where it is set already.

        Raises:
            TransportError: the wearable did not take the rate.
        """
        value = await client.read(DEVICE_CONTROL)
        checked_length(MODEL, value, 32)
        control = bytearray(value)
        if int.from_bytes(control[24:26], "little") != RATE_HZ:
            control[0] = VISIT_RATE
            control[24:26] = RATE_HZ.to_bytes(2, "little")
            await client.write(DEVICE_CONTROL, bytes(control))
            taken = await client.read(DEVICE_CONTROL)
            if int.from_bytes(taken[24:26], "little") != RATE_HZ:
                raise TransportError(f"{MODEL}: the wearable did not take {RATE_HZ} Hz")
        return Sampling.in_g(RATE_HZ, wrap_us=WRAP_US)

    def decoder(self, sampling: Sampling) -> DotDecoder:
        """For mode 21."""
        return DotDecoder()

    async def start(self, client: GattClient, decoder: Decoder) -> None:
        """Begin to measure in mode 21."""
        await client.write(MEASUREMENT_CONTROL, bytes([1, 1, MODE_RATE]))

    async def stop(self, client: GattClient) -> None:
        """End measuring."""
        await client.write(MEASUREMENT_CONTROL, bytes([1, 0, MODE_RATE]))

    async def battery(self, client: GattClient) -> Battery | None:
        """From the private battery service: a DOT has no standard one."""
        return decode_battery(await client.read(BATTERY))

    async def blink(self, client: GattClient) -> bool:
        """Blink the light."""
        control = bytearray(await client.read(DEVICE_CONTROL))
        control[0], control[1] = VISIT_IDENTIFY, 1
        await client.write(DEVICE_CONTROL, bytes(control))
        return True
