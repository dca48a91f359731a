"""What the loop is doing."""

from __future__ import annotations

from enum import Enum

__all__ = ["Mode"]


class Mode(Enum):
    """What the loop is doing."""

    PLAY = "play"
    PAUSED = "paused"
    PAIN = "pain"
    UNWELL = "unwell"
    STOPPED = "stopped for pain"
    DONE = "done"
