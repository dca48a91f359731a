"""What the loop is doing, and whom it tells."""

from __future__ import annotations

from enum import Enum
from typing import Literal, TypeAlias

__all__ = ["Mode", "Reaches"]

Reaches: TypeAlias = Literal["nobody", "home", "clinic"]
"""Who reads what a person tells: a game by itself, a home without a clinic, a clinic."""


class Mode(Enum):
    """What the loop is doing."""

    PLAY = "play"
    PAUSED = "paused"
    PAIN = "pain"
    UNWELL = "unwell"
    STOPPED = "stopped for pain"
    DONE = "done"
