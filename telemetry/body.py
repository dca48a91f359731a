"""Sides of the body, as every room names them."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = ["Side"]

Side: TypeAlias = Literal["left", "right"]
