"""All wearables that Ripresa knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dot import MovellaDot

if TYPE_CHECKING:
    from .wearable import Advertisement, Wearable

__all__ = ["WEARABLES", "recognise"]

WEARABLES: tuple[Wearable, ...] = (MovellaDot(),)


def recognise(advertisement: Advertisement) -> Wearable | None:
    """The wearable that advertises so; None for anything else in the air."""
    for wearable in WEARABLES:
        if wearable.recognises(advertisement):
            return wearable
    return None
