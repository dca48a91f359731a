"""Samples with their place on a wearable's grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from telemetry.messages.motion import Int64Array

__all__ = ["Placed", "PlacedRun", "StampedSample"]


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Samples with their place on the grid.

    Attributes:
        rows: [n] which samples these are: of those that were held before the call, then of
            those that were fed with it, counted through.
        index: [n] int64, increasing, a jump is a loss.
        device_us: [n] int64, unwrapped, increasing.
        restarted: the wearable's clock began anew: these start a new stream, at index 0.
        after_loss: samples before these were lost, nobody knows how many.
        counted: nothing but their order tells where these belong.
    """

    rows: Int64Array
    index: Int64Array
    device_us: Int64Array
    restarted: bool = False
    after_loss: bool = False
    counted: bool = False

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class StampedSample:
    """One as it came: its row in the call, stamp, arrival, and fingerprint of its payload."""

    row: int
    raw: int
    at_us: int
    print: int | None


class PlacedRun:
    """Samples placed one after the other."""

    def __init__(
        self, *, restarted: bool = False, after_loss: bool = False, counted: bool = False
    ) -> None:
        self.restarted = restarted
        self.after_loss = after_loss
        self.counted = counted
        self.rows: list[tuple[int, int, int]] = []

    def placed(self) -> Placed:
        """As arrays."""
        rows, index, device_us = np.array(self.rows, dtype=np.int64).T
        return Placed(rows, index, device_us, self.restarted, self.after_loss, self.counted)
