"""Polar's Measurement Data protocol (PMD): commands, settings and frames.

Source: Polar's BLE SDK, `online_measurement.pdf`, and the vectors of its own tests.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from telemetry.errors import DecodeError

from .wearable import checked_length

__all__ = [
    "CONTROL_POINT",
    "DATA",
    "SERVICE",
    "PmdFrame",
    "PmdKind",
    "Response",
    "decode_frame",
    "decode_response",
    "decode_settings",
    "start_command",
    "stop_command",
]

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_POINT = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

START = 2
STOP = 3
RESPONSE = 0xF0
FACTOR = 5
HEADER_BYTES = 10
CHANNELS = 3
COMPRESSED = 0x80
# As far as a frame within the longest MTU can go, many times over.
MAX_SAMPLES = 2000
_SETTING_BYTES = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, FACTOR: 4}


class PmdKind(IntEnum):
    """What is measured, as far as it is read here."""

    ACC = 2
    GYRO = 5


@dataclass(frozen=True, slots=True, eq=False)
class PmdFrame:
    """One frame of data.

    Attributes:
        kind: what was measured.
        last_ns: device time of the last sample, nanoseconds since 2000-01-01.
        values: [n, 3] float64; milli-g for ACC, deg/s for GYRO.
        compressed: its values are scaled by a factor.
    """

    kind: PmdKind
    last_ns: int
    values: npt.NDArray[np.float64]
    compressed: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a command; status 0 is success."""

    command: int
    kind: int
    status: int
    settings: dict[int, tuple[float, ...]]


def start_command(kind: PmdKind, *, rate_hz: int, range_units: int, channels: bool) -> bytes:
    """Start a measurement with 16 bit; `range_units` in g or deg/s.

    `channels`: state three channels; a Verity wants it, an H10 refuses it.
    """
    settings = b"\x00\x01" + rate_hz.to_bytes(2, "little") + b"\x01\x01\x10\x00"
    settings += b"\x02\x01" + range_units.to_bytes(2, "little")
    return bytes((START, kind)) + settings + (b"\x04\x01\x03" if channels else b"")


def stop_command(kind: PmdKind) -> bytes:
    """Stop a measurement."""
    return bytes((STOP, kind))


def decode_response(payload: bytes) -> Response:
    """Read the control point's answer.

    Raises:
        DecodeError: not an answer, too short, or broken settings.
    """
    what = "polar control point"
    checked_length(what, payload, 4)
    if payload[0] != RESPONSE:
        raise DecodeError(what, f"{payload[0]:#x} is no answer", offset=0)
    _, command, kind, status = payload[:4]
    settings: dict[int, tuple[float, ...]] = {}
    if command == START and status == 0 and len(payload) > 5:
        settings = decode_settings(payload[5:])
    return Response(command, kind, status, settings)


def decode_settings(payload: bytes) -> dict[int, tuple[float, ...]]:
    """Read settings: id, count, values.

    Ids: 0 rate in Hz, 1 bits, 2 range, 3 range in thousandths, 4 channels, 5 factor.

    Raises:
        DecodeError: an unknown id, or it ends early.
    """
    what = "polar settings"
    settings: dict[int, tuple[float, ...]] = {}
    at = 0
    while at < len(payload):
        checked_length(what, payload, at + 2)
        setting, count = payload[at], payload[at + 1]
        width = _SETTING_BYTES.get(setting)
        if width is None:
            raise DecodeError(what, f"unknown setting {setting}", offset=at)
        at += 2
        checked_length(what, payload, at + count * width)
        fields = [payload[at + i * width : at + (i + 1) * width] for i in range(count)]
        if setting == FACTOR:
            settings[setting] = tuple(struct.unpack("<f", f)[0] for f in fields)
        else:
            settings[setting] = tuple(int.from_bytes(f, "little") for f in fields)
        at += count * width
    return settings


def decode_frame(payload: bytes, *, factor: float = 1.0) -> PmdFrame:
    """Read a frame of acceleration or angular velocity, raw or compressed.

    Args:
        payload: one notification.
        factor: from the answer to the start command; for compressed frames.

    Raises:
        DecodeError: another measurement or frame type, or a length that does not fit.
    """
    what = "polar"
    checked_length(what, payload, HEADER_BYTES)
    try:
        kind = PmdKind(payload[0] & 0x3F)
    except ValueError as e:
        raise DecodeError(what, f"measurement {payload[0] & 0x3F} is not read", offset=0) from e
    # Wearables that were never told the time send some of before the epoch (polar-ble-sdk#221).
    last_ns = int.from_bytes(payload[1:9], "little", signed=True)
    frame_type = payload[9] & 0x7F
    compressed = bool(payload[9] & COMPRESSED)
    if compressed:
        values = _compressed(payload, kind, frame_type, factor)
    else:
        values = _raw(payload, kind, frame_type)
    return PmdFrame(kind, last_ns, values, compressed)


def _raw(payload: bytes, kind: PmdKind, frame_type: int) -> npt.NDArray[np.float64]:
    width = frame_type + 1
    if kind is not PmdKind.ACC or width > 3:
        raise DecodeError("polar", f"raw frame of type {frame_type} for {kind.name}", offset=9)
    body = np.frombuffer(payload, np.uint8, offset=HEADER_BYTES)
    if len(body) == 0 or len(body) % (CHANNELS * width):
        raise DecodeError("polar", "a raw frame that is no whole sample", offset=len(payload))
    return _signed(body.reshape(-1, CHANNELS, width)).astype(np.float64)


def _signed(little_endian: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The last axis as one two's complement number."""
    width = little_endian.shape[-1]
    number = little_endian.astype(np.int64) @ (1 << (8 * np.arange(width, dtype=np.int64)))
    half = np.int64(1 << (8 * width - 1))
    signed: npt.NDArray[np.int64] = (number ^ half) - half
    return signed


def _compressed(
    payload: bytes, kind: PmdKind, frame_type: int, factor: float
) -> npt.NDArray[np.float64]:
    """A reference sample, then blocks of deltas: bits a delta, samples, packed LSB first."""
    if frame_type > 1:
        raise DecodeError("polar", f"compressed frame of type {frame_type}", offset=9)
    floats = kind is PmdKind.GYRO and frame_type == 1
    width = 4 if floats else 2
    checked_length("polar", payload, HEADER_BYTES + CHANNELS * width)
    head = np.frombuffer(payload, np.uint8, CHANNELS * width, HEADER_BYTES)
    deltas = [_signed(head.reshape(1, CHANNELS, width))]
    at, samples = HEADER_BYTES + CHANNELS * width, 1
    while at < len(payload):
        checked_length("polar", payload, at + 2)
        bits, count = payload[at], payload[at + 1]
        samples += count
        if bits > 32 or samples > MAX_SAMPLES:
            raise DecodeError("polar", f"{count} deltas of {bits} bits", offset=at)
        size = math.ceil(bits * count * CHANNELS / 8)
        checked_length("polar", payload, at + 2 + size)
        deltas.append(_deltas(payload[at + 2 : at + 2 + size], bits, count))
        at += 2 + size
    values = np.cumsum(np.concatenate(deltas), axis=0)
    if floats:
        patterns = (values & 0xFFFFFFFF).astype(np.uint32)
        return patterns.view(np.float32).astype(np.float64)
    scaled: npt.NDArray[np.float64] = values * np.float64(factor)
    # Type 0 of the accelerometer counts in g, everything else here in milli-g or deg/s.
    return scaled * 1000 if kind is PmdKind.ACC and frame_type == 0 else scaled


def _deltas(packed: bytes, bits: int, count: int) -> npt.NDArray[np.int64]:
    if bits == 0 or count == 0:
        return np.zeros((count, CHANNELS), np.int64)
    flat = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")
    rows = flat[: bits * count * CHANNELS].reshape(-1, bits).astype(np.int64)
    numbers = rows @ (np.int64(1) << np.arange(bits, dtype=np.int64))
    half = np.int64(1) << (bits - 1)
    return ((numbers ^ half) - half).reshape(count, CHANNELS)
