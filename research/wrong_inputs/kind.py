"""A kind of wrong input: what it does to the signals of an item, and whether that is to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from .scene import WrongScene

__all__ = ["Apply", "Kind"]

Apply: TypeAlias = "Callable[[np.random.Generator, WrongScene], WrongScene]"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Attributes:
        name: as it is listed.
        apply: makes the signals wrong.
        told: whether there is something to tell; else nothing may be said, and all be right.
        joints: needs the two sensors of a joint.
        judge: `gateway`, or `core` where only what the samples hold can show it.
    """

    name: str
    apply: Apply
    told: bool = True
    joints: bool = False
    judge: str = "gateway"
