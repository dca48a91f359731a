"""Volo's colours by role; the contract holds them apart for every kind of colour vision."""

from __future__ import annotations

from typing import Final

__all__ = ["FLYER", "RING", "ROLES", "SKY"]

FLYER: Final = (16, 22, 46)
RING: Final = (0, 116, 184)
SKY: Final = ((0.0, (198, 224, 242)), (0.38, (233, 240, 240)), (0.7, (255, 238, 212)))
"""Stops of the sky where flyer and rings are seen."""

ROLES: Final = {"flyer": (FLYER,), "ring": (RING,), "sky": tuple(c for _, c in SKY)}
