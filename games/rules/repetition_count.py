"""Repetitions of a control that no sensor gave: up past the half, and back near rest. Pure.

The thresholds lie apart, so that a wavering on one of them counts nothing; the speed is judged
as the games judge it, see `games.rules.smoothed_control`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .smoothed_control import SmoothedControl

if TYPE_CHECKING:
    from .control import ControlSample

__all__ = ["Counting", "Repeated"]

UP, DOWN = 0.5, 0.2
NEAR_PEAK = 0.85


@dataclass(frozen=True, slots=True)
class Repeated:
    """One repetition.

    Attributes:
        t_ns: instant of its last sample.
        begun_ns: instant of the last sample before it near rest.
        turned_ns: instant of the last sample near its peak.
        peak: how far it went, in the control's unit.
        too_fast: a way was faster than allowed.
    """

    t_ns: int
    begun_ns: int
    turned_ns: int
    peak: float
    too_fast: bool


@dataclass(frozen=True, slots=True)
class Counting:
    """A repetition on its way.

    Attributes:
        rested: it was near rest: what is under way when the counting begins is no repetition.
        up: the half was passed.
        peak, too_fast: since rest.
        begun_ns, turned_ns: instants of the last samples near rest and near the peak.
    """

    control: SmoothedControl = field(default_factory=SmoothedControl)
    rested: bool = False
    up: bool = False
    peak: float = 0.0
    too_fast: bool = False
    begun_ns: int = 0
    turned_ns: int = 0

    def moved(
        self, sample: ControlSample, min_phase_s: float | None
    ) -> tuple[Counting, Repeated | None]:
        """After one more sample, and the repetition that it completes."""
        control = self.control.moved(sample)
        peak = max(self.peak, sample.control)
        moved = Counting(
            control,
            self.rested or sample.control < DOWN,
            self.rested and (self.up or sample.control > UP),
            peak,
            self.too_fast or control.is_hasty(min_phase_s),
            self.begun_ns,
            sample.t_ns if sample.control >= NEAR_PEAK * peak else self.turned_ns,
        )
        if sample.control >= DOWN:
            return moved, None
        done = (
            Repeated(sample.t_ns, moved.begun_ns, moved.turned_ns, peak, moved.too_fast)
            if moved.up
            else None
        )
        return replace(moved, up=False, peak=0.0, too_fast=False, begun_ns=sample.t_ns), done
