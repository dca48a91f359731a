"""The Bluetooth SIG's own services: Battery, Device Information, Heart Rate.

Assigned numbers and layouts: Bluetooth SIG, BAS 1.1, DIS 1.1, HRS 1.0.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from telemetry.errors import DecodeError

from .wearable import Battery, DeviceInformation, GattClient, checked_length

__all__ = [
    "BATTERY_LEVEL",
    "HEART_RATE_MEASUREMENT",
    "HEART_RATE_SERVICE",
    "HeartRate",
    "decode_battery_level",
    "decode_heart_rate",
    "read_battery",
    "read_information",
    "sig_uuid",
]


def sig_uuid(number: int) -> str:
    """A 16-bit assigned number as a full UUID."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


BATTERY_LEVEL = sig_uuid(0x2A19)
HEART_RATE_SERVICE = sig_uuid(0x180D)
HEART_RATE_MEASUREMENT = sig_uuid(0x2A37)
MANUFACTURER = sig_uuid(0x2A29)
MODEL = sig_uuid(0x2A24)
SERIAL = sig_uuid(0x2A25)
FIRMWARE = sig_uuid(0x2A26)


@dataclass(frozen=True, slots=True)
class HeartRate:
    """One Heart Rate Measurement.

    Attributes:
        bpm: beats a minute; 0 where none was found.
        contact: skin contact; None where the sensor cannot tell.
        energy_kj: since the last reset, where sent.
        rr_s: intervals between beats, oldest first.
    """

    bpm: int
    contact: bool | None = None
    energy_kj: int | None = None
    rr_s: tuple[float, ...] = ()


def decode_heart_rate(payload: bytes) -> HeartRate:
    """Read a Heart Rate Measurement.

    Raises:
        DecodeError: it ends early, or a half interval is left over.
    """
    what = "heart rate"
    checked_length(what, payload, 2)
    flags = payload[0]
    wide = flags & 0x01
    offset = 3 if wide else 2
    checked_length(what, payload, offset)
    bpm = int.from_bytes(payload[1:offset], "little")
    energy = None
    if flags & 0x08:
        checked_length(what, payload, offset + 2)
        energy = int.from_bytes(payload[offset : offset + 2], "little")
        offset += 2
    intervals: tuple[float, ...] = ()
    if flags & 0x10:
        rest = payload[offset:]
        if len(rest) % 2:
            raise DecodeError(what, "half an RR interval", offset=len(payload) - 1)
        intervals = tuple(v / 1024 for (v,) in struct.iter_unpack("<H", rest))
    contact = bool(flags & 0x02) if flags & 0x04 else None
    return HeartRate(bpm, contact, energy, intervals)


def decode_battery_level(payload: bytes) -> Battery:
    """Read a Battery Level.

    Raises:
        DecodeError: empty, or beyond 100.
    """
    checked_length("battery level", payload, 1)
    if payload[0] > 100:
        raise DecodeError("battery level", f"{payload[0]} per cent", offset=0)
    return Battery(payload[0])


async def read_battery(client: GattClient) -> Battery | None:
    """Charge by the Battery service; None where the device has none."""
    if not client.has(BATTERY_LEVEL):
        return None
    return decode_battery_level(await client.read(BATTERY_LEVEL))


async def read_information(client: GattClient) -> DeviceInformation:
    """What the Device Information service tells."""
    return DeviceInformation(
        manufacturer=await _text(client, MANUFACTURER),
        model=await _text(client, MODEL),
        serial=await _text(client, SERIAL),
        firmware=await _text(client, FIRMWARE),
    )


async def _text(client: GattClient, characteristic: str) -> str | None:
    if not client.has(characteristic):
        return None
    value = await client.read(characteristic)
    # Some devices pad with NUL.
    text = value.split(b"\0")[0].decode("utf-8", "replace").strip()
    return text or None
