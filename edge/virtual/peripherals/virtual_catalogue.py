"""The virtual wearables by the name that a person gives on the command line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from edge.virtual.peripheral import VirtualWearable
from edge.wearables.catalogue import installed_kinds
from telemetry.errors import ConfigurationError

from .virtual_dot import VirtualDot
from .virtual_movesense import VirtualMovesense
from .virtual_open_imu import VirtualOpenImu
from .virtual_polar import VirtualPolarH10, VirtualPolarVerity
from .virtual_thingy52 import VirtualThingy52
from .virtual_witmotion import VirtualWitMotion

if TYPE_CHECKING:
    from edge.wearables.catalogue import WearableKind

__all__ = ["VIRTUAL_WEARABLES", "twin_of", "virtual_names", "virtual_wearable"]

VIRTUAL_WEARABLES: dict[str, type[VirtualWearable]] = {
    "dot": VirtualDot,
    "witmotion": VirtualWitMotion,
    "polar-h10": VirtualPolarH10,
    "polar-verity": VirtualPolarVerity,
    "movesense": VirtualMovesense,
    "thingy52": VirtualThingy52,
    "open-imu": VirtualOpenImu,
}


def virtual_names() -> list[str]:
    """Names of all virtual wearables, those of installed packages last."""
    return [*VIRTUAL_WEARABLES, *(kind.name for kind in installed_kinds() if kind.twin)]


def virtual_wearable(name: str) -> type[VirtualWearable]:
    """The virtual wearable of that name.

    Raises:
        ConfigurationError: there is none, with a list of what there is; or an installed package
            does not hold what it names.
    """
    if name in VIRTUAL_WEARABLES:
        return VIRTUAL_WEARABLES[name]
    for kind in installed_kinds():
        if kind.name == name and kind.twin:
            return twin_of(kind)
    raise ConfigurationError(
        f"no virtual wearable {name!r}: there are {', '.join(virtual_names())}"
    )


def twin_of(kind: WearableKind) -> type[VirtualWearable]:
    """The virtual twin of a wearable from outside.

    Raises:
        ConfigurationError: the package does not hold it.
    """
    module, _, attribute = kind.twin.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as e:
        raise ConfigurationError(f"virtual wearable {kind.name!r}: no {kind.twin} ({e})") from e
    if not (isinstance(found, type) and issubclass(found, VirtualWearable)):
        raise ConfigurationError(f"{kind.twin} is no VirtualWearable")
    return found
