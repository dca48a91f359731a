"""A wearable that is wrong on purpose: whoever judges wearables must find it the worst."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edge.wearables.catalogue import WearableKind
from edge.wearables.open_imu import OpenImu

if TYPE_CHECKING:
    from edge.wearables.wearable import Advertisement, Decoder, Reading, Sampling

__all__ = ["CARELESS", "CarelessWearable"]

NAME = "Careless IMU"
SCALE, LOST_OF = 1.05, 10


class _CarelessDecoder:
    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._heard = 0

    def decode(self, characteristic: str, payload: bytes) -> Reading | None:
        reading = self._decoder.decode(characteristic, payload)
        self._heard += 1
        if reading is None or self._heard % LOST_OF == 0:
            return None
        gyr = None if reading.gyr is None else reading.gyr * SCALE
        return replace(reading, acc=reading.acc * SCALE, gyr=gyr)


class CarelessWearable(OpenImu):
    """An `OpenImu` that loses one notification in ten and is off by 5 %."""

    model = "careless"

    def recognises(self, advertisement: Advertisement) -> bool:
        """By its name."""
        return advertisement.name == NAME

    def decoder(self, sampling: Sampling) -> Any:
        """A decoder that is careless, too."""
        return _CarelessDecoder(super().decoder(sampling))


CARELESS = WearableKind(
    "careless", CarelessWearable(), "ripresa.challenges.careless_twin:VirtualCareless"
)
