"""Kinds of wrong identity: somebody else's wearable, judged as the gateway does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from edge.ble.identity_guard import IdentityGuard, Remembered

from .kind import Kind

if TYPE_CHECKING:
    from .scene import WrongScene

__all__ = ["IDENTITY_KINDS"]

NAME, OTHER_NAME = "wit-1", "wit-2"
HERS, ANOTHER = "hers", "another"


def _drawn(rng: np.random.Generator, scene: WrongScene) -> int:
    return int(rng.integers(len(scene.signals)))


def _met() -> IdentityGuard:
    return IdentityGuard({NAME: Remembered(address=HERS)}.get, lambda: [NAME])


def _unheard(scene: WrongScene, which: int, reason: str | None) -> WrongScene:
    """The place stays empty where the device was refused."""
    if reason is None:
        return scene
    signal = replace(scene.signals[which], bound=False)
    return replace(scene.with_signal(which, signal), refused=(reason,))


def _twins(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
    """Two of one name that nobody has met: whose samples come is anybody's guess."""
    guard = IdentityGuard()
    guard.sighted(NAME, ANOTHER, 0)
    return _unheard(scene, _drawn(rng, scene), guard.sighted(NAME, HERS, 1))


def _stranger(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
    """Another device goes by the name of the one that was bound."""
    return _unheard(scene, _drawn(rng, scene), _met().sighted(NAME, ANOTHER, 0))


def _renamed(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
    """Her own wearable under another name, which is not bound."""
    return _unheard(scene, _drawn(rng, scene), _met().renamed(OTHER_NAME, HERS))


def _swapped(rng: np.random.Generator, scene: WrongScene) -> WrongScene:
    """In the middle of the item hers goes, and another one answers to its name."""
    which = _drawn(rng, scene)
    reason = _met().sighted(NAME, ANOTHER, 0)
    if reason is None:
        return scene
    signal = scene.signals[which]
    at_us = scene.from_us + rng.uniform(0.3, 0.7) * (scene.to_us - scene.from_us)
    hers = signal.only(np.flatnonzero(signal.arrival_us < at_us))
    gone = replace(hers, cut_us=(int(at_us),))
    return replace(scene.with_signal(which, gone), refused=(reason,))


IDENTITY_KINDS = (
    Kind("identity: twins", _twins),
    Kind("identity: stranger", _stranger),
    Kind("identity: renamed", _renamed),
    Kind("identity: swapped in mid-item", _swapped),
)
