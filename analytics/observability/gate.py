"""The one place that decides whether a figure is told: with its band, or not observable and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.errors import NotObservable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .doubt import Doubt

__all__ = ["Estimate", "Known", "gate", "withheld"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure before the gate, with its 95 % band; nothing may be told from it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Known:
    """A figure that passed the gate: only `gate` makes one, and results take nothing else."""

    value: float
    low: float
    high: float


def gate(figure: Estimate, doubts: Sequence[Doubt]) -> Known | NotObservable:
    """The figure with its band, or why it is not told: of several reasons the first."""
    reason = withheld(doubts)
    return Known(figure.value, figure.low, figure.high) if reason is None else reason


def withheld(doubts: Sequence[Doubt]) -> NotObservable | None:
    """Why no figure is told, by the first of the doubts; None where there is none."""
    if not doubts:
        return None
    reason = doubts[0].reason
    return NotObservable(reason.en, italian=reason.it)
