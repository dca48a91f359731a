"""Movesense with the GATT SensorData app ("GSP"): IMU6 at 104 Hz.

Source: clients derived from the vendor's `gatt_sensordata_app`. Older firmware without that
app speaks only a closed protocol and is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from telemetry.errors import DecodeError, TransportError

from .base import BaseWearable
from .wearable import Reading, Sampling, checked_length, degrees_to_radians

if TYPE_CHECKING:
    from .wearable import Advertisement, Decoder, GattClient

__all__ = ["COMMAND", "DATA", "REFERENCE", "SERVICE", "Movesense", "MovesenseDecoder"]

MODEL = "movesense"
SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND = "34800001-7185-4d5d-b431-630e7050e8f0"
DATA = "34800002-7185-4d5d-b431-630e7050e8f0"

SUBSCRIBE = 1
UNSUBSCRIBE = 2
RESULT = 1
PART_1 = 2
PART_2 = 3
REFERENCE = 0x52
RATE_HZ = 104
SAMPLES = RATE_HZ // 13
BODY_BYTES = 4 + SAMPLES * 24
WRAP_US = (1 << 32) * 1000
OK = range(200, 300)


class MovesenseDecoder:
    """Joins the two parts of a packet that a short MTU cuts."""

    def __init__(self) -> None:
        self._part: bytes | None = None

    def decode(self, characteristic: str, payload: bytes) -> Reading | None:
        """Read one notification; answers to commands hold no samples.

        Raises:
            DecodeError: an unknown type, another subscription, a wrong length, or a second part
                without the first.
        """
        checked_length(MODEL, payload, 2)
        kind, reference, body = payload[0], payload[1], payload[2:]
        if kind == RESULT:
            return None
        if kind not in (PART_1, PART_2):
            raise DecodeError(MODEL, f"notification of type {kind}", offset=0)
        if reference != REFERENCE:
            raise DecodeError(MODEL, f"data of subscription {reference}", offset=1)
        first, self._part = self._part, None
        if kind == PART_2:
            if first is None:
                raise DecodeError(MODEL, "second part without the first", offset=0)
            body = first + body
        elif len(body) < BODY_BYTES:
            self._part = body
            return None
        if len(body) != BODY_BYTES:
            raise DecodeError(MODEL, f"{len(body)} bytes of data, {BODY_BYTES} expected", offset=2)
        return _reading(body)


def _reading(body: bytes) -> Reading:
    """Milliseconds of the first sample, then all accelerations, then all angular velocities."""
    milliseconds = int.from_bytes(body[:4], "little")
    blocks = np.frombuffer(body, "<f4", offset=4).reshape(2, SAMPLES, 3)
    steps_us = np.rint(np.arange(SAMPLES) * (1e6 / RATE_HZ)).astype(np.int64)
    return Reading(
        blocks[0].copy(),
        degrees_to_radians(blocks[1]),
        device_us=(milliseconds * 1000 + steps_us) % WRAP_US,
    )


class Movesense(BaseWearable):
    """The wearable."""

    model = MODEL
    identity_kind = "movesense"
    data_characteristics = (DATA,)
    # Two parts must do: type, reference and half the body each, and the header's 3 bytes.
    minimum_mtu = 3 + 2 + BODY_BYTES // 2

    def recognises(self, advertisement: Advertisement) -> bool:
        """By name ("Movesense" and the serial number) or service."""
        name = advertisement.name or ""
        return name.startswith("Movesense") or SERVICE in advertisement.service_uuids

    def advertised_identity(self, advertisement: Advertisement) -> str | None:
        """The serial number stands in the name."""
        _, _, serial = (advertisement.name or "").partition(" ")
        return self._identity(serial)

    async def configure(self, client: GattClient) -> Sampling:
        """Make sure that it speaks this protocol; the rate is part of the subscription.

        Raises:
            TransportError: its firmware lacks the app.
        """
        if not client.has(COMMAND):
            raise TransportError(
                f"{MODEL}: its firmware has no GATT SensorData app: update it with the vendor's "
                "Showcase app"
            )
        return Sampling.in_g(RATE_HZ, wrap_us=WRAP_US)

    def decoder(self, sampling: Sampling) -> MovesenseDecoder:
        """A fresh reassembly."""
        return MovesenseDecoder()

    async def start(self, client: GattClient, decoder: Decoder) -> None:
        """Subscribe to IMU6.

        Raises:
            TransportError: the wearable refused.
        """
        path = f"/Meas/IMU6/{RATE_HZ}".encode()
        await self._command(client, bytes((SUBSCRIBE, REFERENCE)) + path, ignore=())

    async def stop(self, client: GattClient) -> None:
        """Unsubscribe; nothing may have been subscribed."""
        await self._command(client, bytes((UNSUBSCRIBE, REFERENCE)), ignore=(404,))

    async def _command(
        self, client: GattClient, command: bytes, *, ignore: tuple[int, ...]
    ) -> None:
        answer = await client.exchange(
            command,
            write=COMMAND,
            listen=DATA,
            accept=lambda p: p[:2] == bytes((RESULT, REFERENCE)),
        )
        status = int.from_bytes(answer[2:4], "little")
        # A subscription that is still there from before is as good as a new one.
        if status not in OK and status not in ignore:
            raise TransportError(f"{MODEL}: the wearable answered with status {status}")
