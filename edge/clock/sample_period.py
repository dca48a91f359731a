"""A wearable's own sample period, and how many of them a step of its stamps spans."""

from __future__ import annotations

from collections import deque
from statistics import median_low

__all__ = ["SamplePeriod"]

US_PER_S = 1_000_000
# What rounding left over counts towards the next step, fading.
CARRY = 0.9
# A step is regular when it is this near to a whole number of periods.
REGULAR = 0.35
# So many alike at the beginning tell the wearable's own period, which may be merely nominal.
LEARNT_FROM = 8
ALIKE = 0.05
# Steps that are not: so many of them have a mean to go by.
LEARNT_LATE = 64
LEARNT_MOST = 512
LEAST_PERIOD, MOST_PERIOD = 0.2, 4.0
# Whole numbers of periods are losses, not another period.
WHOLE_WITHIN = 0.15
# Nearer to the nominal period than this it is taken for that, which is the more exact.
NOMINAL_WITHIN = 0.005


class SamplePeriod:
    """Counts steps in whole sample periods, and learns the period where it is not the nominal one.

    A period over 0.5 % off the nominal one is learnt, from the first steps where these are alike
    and then from the mean, so that a merely nominal rate makes no false loss. What the rounding
    left over is carried to the next step, fading, so that a jittery stamp does not make one
    either: none that is off by less than a quarter of a period.

    Args:
        rate_hz: nominal.

    Attributes:
        us: the period, microseconds.
        settled: whether the last step that was learnt told the period for the first time, so
            that what seemed irregular before was so by the nominal one only.
    """

    def __init__(self, rate_hz: float) -> None:
        self._nominal_us = self.us = US_PER_S / rate_hz
        self.settled = False
        self._steps: deque[int] = deque(maxlen=64)
        self._sum_us = 0
        self._count_of_steps = 0
        self._carried_us = 0.0

    @property
    def step_us(self) -> float | None:
        """The usual step of the last stamps, microseconds; None before 8."""
        # No mean of two: half-way from one rate to another that would be a third one.
        return median_low(self._steps) if len(self._steps) >= LEARNT_FROM else None

    def ahead(self, step_us: int) -> int:
        """How many periods a step spans, one at the least."""
        return max(1, round((step_us + self._carried_us) / self.us))

    def alike(self, step_us: int) -> bool:
        """Whether the step before was as long: several of them are another rate."""
        return bool(self._steps) and abs(step_us - self._steps[-1]) < ALIKE * step_us

    def irregular(self, step_us: int) -> bool:
        """Whether a step is no whole number of periods."""
        share = step_us / self.us
        return abs(share - round(share)) > REGULAR

    def whole(self, step_us: int) -> int:
        """How many periods a step spans that is a whole number of them; 0: it is none."""
        return 0 if self.irregular(step_us) else round(step_us / self.us)

    def count(self, step_us: int, *, most: int | None = None) -> int:
        """Count a step, `most` periods where no more have room; what is left over is carried."""
        periods = self.ahead(step_us)
        if most is not None:
            periods = max(1, min(periods, most))
        self._carried_us = CARRY * (step_us + self._carried_us - periods * self.us)
        return periods

    def carry_nothing(self) -> None:
        """A run begins, or a clock was set: there is nothing left over."""
        self._carried_us = 0.0

    def forget(self) -> None:
        """Go by the nominal period: what such stamps have taught is of no more use than they."""
        self.us = self._nominal_us

    def learn(self, step_us: int) -> None:
        """Follow the wearable's own period, from steps of about one."""
        self.settled = False
        steps = self._steps
        steps.append(step_us)
        share = step_us / self._nominal_us
        lost = share > 1 + WHOLE_WITHIN and abs(share - round(share)) < WHOLE_WITHIN
        if lost or not LEAST_PERIOD < share < MOST_PERIOD:
            return
        self._sum_us += step_us
        self._count_of_steps += 1
        if self._count_of_steps == LEARNT_MOST:
            # A rate that changes is followed: what is long ago counts for half, again and again.
            self._sum_us //= 2
            self._count_of_steps //= 2
        if self._count_of_steps == LEARNT_FROM == len(steps):
            self.settled = True
            usual = median_low(steps)
            if not all(abs(s - usual) < ALIKE * usual for s in steps):
                return
        elif self._count_of_steps < LEARNT_LATE:
            return
        mean = self._sum_us / self._count_of_steps
        off = abs(mean / self._nominal_us - 1)
        self.us = mean if off > NOMINAL_WITHIN else self._nominal_us
