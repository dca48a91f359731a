"""The virtual wearables by the name that a person gives on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.errors import ConfigurationError

from .virtual_dot import VirtualDot
from .virtual_movesense import VirtualMovesense
from .virtual_open_imu import VirtualOpenImu
from .virtual_polar import VirtualPolarH10, VirtualPolarVerity
from .virtual_thingy52 import VirtualThingy52
from .virtual_witmotion import VirtualWitMotion

if TYPE_CHECKING:
    from edge.virtual.peripheral import VirtualWearable

__all__ = ["VIRTUAL_WEARABLES", "virtual_wearable"]

VIRTUAL_WEARABLES: dict[str, type[VirtualWearable]] = {
    "dot": VirtualDot,
    "witmotion": VirtualWitMotion,
    "polar-h10": VirtualPolarH10,
    "polar-verity": VirtualPolarVerity,
    "movesense": VirtualMovesense,
    "thingy52": VirtualThingy52,
    "open-imu": VirtualOpenImu,
}


def virtual_wearable(name: str) -> type[VirtualWearable]:
    """The virtual wearable of that name.

    Raises:
        ConfigurationError: there is none; the message lists what there is.
    """
    try:
        return VIRTUAL_WEARABLES[name]
    except KeyError as e:
        known = ", ".join(VIRTUAL_WEARABLES)
        raise ConfigurationError(f"no virtual wearable {name!r}: there are {known}") from e
