"""All wearables that Ripresa knows: its own, and those that installed packages add.

A package adds one by an entry point of the group `ripresa.wearables` that names a `WearableKind`;
`docs/write-a-wearable.md` builds a whole one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from .dot import MovellaDot
from .movesense import Movesense
from .open_imu import OpenImu
from .polar import PolarH10, PolarVerity
from .thingy52 import Thingy52
from .witmotion import WitMotion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .wearable import Advertisement, GattClient, Wearable

__all__ = [
    "ENTRY_POINTS",
    "WEARABLES",
    "WearableKind",
    "identity_of",
    "installed_kinds",
    "recognise",
    "wearables_at_hand",
]

log = logging.getLogger(__name__)

ENTRY_POINTS = "ripresa.wearables"

WEARABLES: tuple[Wearable, ...] = (
    MovellaDot(),
    WitMotion(),
    PolarH10(),
    PolarVerity(),
    Movesense(),
    Thingy52(),
    OpenImu(),
)
"""Ripresa's own."""


@dataclass(frozen=True, slots=True)
class WearableKind:
    """A wearable from outside.

    Attributes:
        name: as it is called on a command line, e.g. of a virtual radio.
        wearable: what the gateway asks.
        twin: its virtual twin as `module:Class`, loaded only where a virtual radio is; empty:
            it has none.
    """

    name: str
    wearable: Wearable
    twin: str = ""


@cache
def installed_kinds() -> tuple[WearableKind, ...]:
    """Those of installed packages; one that cannot be loaded is named in a log and left out."""
    kinds: list[WearableKind] = []
    taken = {wearable.model for wearable in WEARABLES}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        try:
            kind = point.load()
        except Exception as e:
            log.warning("wearable %s cannot be loaded (%s: %s)", point.value, type(e).__name__, e)
            log.debug("entry point", exc_info=True)
            continue
        if not isinstance(kind, WearableKind):
            log.error("entry point %s is no WearableKind", point.value)
        elif kind.wearable.model in taken:
            log.error("wearable %s: its model is there already", point.value)
        else:
            taken.add(kind.wearable.model)
            kinds.append(kind)
    return tuple(kinds)


def wearables_at_hand() -> tuple[Wearable, ...]:
    """Ripresa's own and the installed ones."""
    return (*WEARABLES, *(kind.wearable for kind in installed_kinds()))


def recognise(advertisement: Advertisement, more: Sequence[Wearable] = ()) -> Wearable | None:
    """The wearable that advertises so; None for anything else in the air.

    Args:
        advertisement: as it was heard.
        more: kinds besides those at hand.
    """
    for wearable in WEARABLES:
        if wearable.recognises(advertisement):
            return wearable
    for wearable in (*(kind.wearable for kind in installed_kinds()), *more):
        try:
            if wearable.recognises(advertisement):
                return wearable
        except Exception:
            # A package from outside stops no home.
            log.debug("%s: a fault while it was recognised", wearable.model, exc_info=True)
    return None


async def identity_of(
    wearable: Wearable, advertisement: Advertisement, client: GattClient
) -> str | None:
    """Who a connected wearable is: by what it advertises, so that all agree, or by asking it."""
    return wearable.advertised_identity(advertisement) or await wearable.identify(client)
