"""All wearables that Ripresa knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dot import MovellaDot
from .movesense import Movesense
from .open_imu import OpenImu
from .polar import PolarH10, PolarVerity
from .thingy52 import Thingy52
from .witmotion import WitMotion

if TYPE_CHECKING:
    from .wearable import Advertisement, GattClient, Wearable

__all__ = ["WEARABLES", "identity_of", "recognise"]

WEARABLES: tuple[Wearable, ...] = (
    MovellaDot(),
    WitMotion(),
    PolarH10(),
    PolarVerity(),
    Movesense(),
    Thingy52(),
    OpenImu(),
)


def recognise(advertisement: Advertisement) -> Wearable | None:
    """The wearable that advertises so; None for anything else in the air."""
    for wearable in WEARABLES:
        if wearable.recognises(advertisement):
            return wearable
    return None


async def identity_of(
    wearable: Wearable, advertisement: Advertisement, client: GattClient
) -> str | None:
    """Who a connected wearable is: by what it advertises, so that all agree, or by asking it."""
    return wearable.advertised_identity(advertisement) or await wearable.identify(client)
