"""Onda's colours by role; the contract holds them apart for every kind of colour vision."""

from __future__ import annotations

from typing import Final

__all__ = ["BOAT", "ROLES", "SKY", "WATER"]

BOAT: Final = (255, 248, 232)
WATER: Final = (24, 134, 156)
SKY: Final = ((0.0, (8, 12, 34)), (0.45, (12, 22, 52)), (0.75, (20, 32, 64)))

ROLES: Final = {"boat": (BOAT,), "water": (WATER,), "sky": tuple(c for _, c in SKY)}
