"""The patient's motion as a game sees it: bounded position and low-passed speed.

The position is bounded by the ceiling, so that nothing can be gained beyond it. The speed is
the slope of the control after two first-order low passes at 0.8 Hz: a tremor of 5 Hz, which a
person cannot help, leaves it still, while a hasty repetition does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .control import SILENCE_NS, ControlSample

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SmoothedControl"]

CUTOFF_HZ = 0.8
TAU_S = 1 / (2 * math.pi * CUTOFF_HZ)


@dataclass(frozen=True, slots=True)
class SmoothedControl:
    """Where the moving part of the body is.

    Attributes:
        t_ns: instant of the last sample applied, 0 before the first.
        position: the control, bounded to 0..ceiling.
        ceiling: the lower of target and limit.
        speed: low-passed slope of the control, 1/s.
        compensating: what the last sample said.
        beyond: the control in units of the clinician's limit.
    """

    t_ns: int = 0
    position: float = 0.0
    ceiling: float = 0.0
    speed: float = 0.0
    compensating: bool = False
    first: float = 0.0
    second: float = 0.0
    beyond: float = 0.0

    def moved(self, sample: ControlSample) -> SmoothedControl:
        """The control after one more sample; after a silence the speed starts anew."""
        ceiling = sample.ceiling
        beyond = sample.control / sample.limit if sample.limit > 0 else 0.0
        position = min(max(sample.control, 0.0), ceiling)
        elapsed_ns = sample.t_ns - self.t_ns
        if not 0 < elapsed_ns <= SILENCE_NS:
            return SmoothedControl(
                sample.t_ns,
                position,
                ceiling,
                0.0,
                sample.compensating,
                sample.control,
                sample.control,
                beyond,
            )
        gain = 1 - math.exp(-elapsed_ns * 1e-9 / TAU_S)
        first = self.first + gain * (sample.control - self.first)
        second = self.second + gain * (first - self.second)
        speed = (second - self.second) / (elapsed_ns * 1e-9)
        return SmoothedControl(
            sample.t_ns, position, ceiling, speed, sample.compensating, first, second, beyond
        )

    def after(self, samples: Iterable[ControlSample]) -> SmoothedControl:
        """The control after some more samples, in order."""
        control = self
        for sample in samples:
            control = control.moved(sample)
        return control

    def is_hasty(self, min_phase_s: float | None) -> bool:
        """Whether the whole way at this speed would take less than `min_phase_s`."""
        if min_phase_s is None or self.ceiling <= 0:
            return False
        return abs(self.speed) * min_phase_s > self.ceiling
