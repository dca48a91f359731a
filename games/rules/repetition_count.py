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


@dataclass(frozen=True, slots=True)
class Repeated:
    """One repetition.

    Attributes:
        t_ns: instant of its last sample.
        peak: how far it went, in the control's unit.
        too_fast: a way was faster than allowed.
    """

    t_ns: int
    peak: float
    too_fast: bool


@dataclass(frozen=True, slots=True)
class Counting:
    """A repetition on its way.

    Attributes:
        rested: it was near rest: what is under way when the counting begins is no repetition.
        up: the half was passed.
        peak, too_fast: since rest.
    """

    control: SmoothedControl = field(default_factory=SmoothedControl)
    rested: bool = False
    up: bool = False
    peak: float = 0.0
    too_fast: bool = False

    def moved(
        self, sample: ControlSample, min_phase_s: float | None
    ) -> tuple[Counting, Repeated | None]:
        """After one more sample, and the repetition that it completes."""
        control = self.control.moved(sample)
        moved = Counting(
            control,
            self.rested or sample.control < DOWN,
            self.rested and (self.up or sample.control > UP),
            max(self.peak, sample.control),
            self.too_fast or control.is_hasty(min_phase_s),
        )
        if sample.control >= DOWN:
            return moved, None
        done = Repeated(sample.t_ns, moved.peak, moved.too_fast) if moved.up else None
        return replace(moved, up=False, peak=0.0, too_fast=False), done
