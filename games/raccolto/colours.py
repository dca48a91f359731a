"""Raccolto's colours by role; the contract holds them apart for every kind of colour vision."""

from __future__ import annotations

from typing import Final

__all__ = ["FRUIT", "PICKER", "ROLES", "SKY"]

FRUIT: Final = (212, 82, 34)
PICKER: Final = (26, 20, 20)
SKY: Final = ((0.0, (255, 246, 222)), (0.5, (255, 242, 214)), (0.85, (254, 238, 204)))

ROLES: Final = {"picker": (PICKER,), "fruit": (FRUIT,), "sky": tuple(c for _, c in SKY)}
