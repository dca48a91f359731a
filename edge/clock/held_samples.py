"""Samples of which it is not known yet where on the grid they belong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .recent_stamps import forward_us

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .placed import StampedSample

__all__ = ["HeldSamples"]

# A step this small needs no second look at the host's clock.
NEAR_US = 1_000_000
# Samples in a row, in step among themselves, that a clock is believed which was set back a little.
SET_BACK_CHAIN = 4
# Two in step are looked for among so many after a reconnection.
LOOKED_AMONG = 3


class HeldSamples:
    """Samples held back, in the order of their arrival, until more is known.

    Args:
        wrap_us: where device time begins anew by itself; None: never.
    """

    def __init__(self, wrap_us: int | None) -> None:
        self._wrap_us = wrap_us
        self._samples: list[StampedSample] = []

    def __len__(self) -> int:
        return len(self._samples)

    def __iter__(self) -> Iterator[StampedSample]:
        return iter(self._samples)

    def __getitem__(self, at: int) -> StampedSample:
        return self._samples[at]

    @property
    def rows(self) -> list[int]:
        """Rows in the call by which they came, or were held before."""
        return [sample.row for sample in self._samples]

    def hold(self, sample: StampedSample) -> None:
        """One more."""
        self._samples.append(sample)

    def take(self) -> list[StampedSample]:
        """All of them, which are held no longer."""
        samples, self._samples = self._samples, []
        return samples

    def drop_before(self, at: int) -> int:
        """Hold those before no longer, and tell how many they were."""
        self._samples = self._samples[at:]
        return at

    def begin_call(self) -> None:
        """Count their rows through, as the first ones of the next call."""
        self._samples = [replace(held, row=row) for row, held in enumerate(self._samples)]

    def among(self, sample: StampedSample) -> bool:
        """Whether the very sample is held."""
        return any((s.raw, s.print) == (sample.raw, sample.print) for s in self._samples)

    def chain_at(self) -> int:
        """Where the last of them begin that follow each other."""
        at = len(self._samples) - 1
        while at and 0 < self._step(at - 1, at) <= NEAR_US:
            at -= 1
        return at

    def chain_needed(self, back_us: int, period_us: float) -> int:
        """How many in a row are believed that begin so far behind the last placed sample."""
        if back_us > NEAR_US:
            return 2
        steps = [b.raw - a.raw for a, b in zip(self._samples, self._samples[1:], strict=False)]
        in_step = all(0.5 < s / period_us < 1.5 for s in steps[-SET_BACK_CHAIN + 1 :])
        return SET_BACK_CHAIN if in_step else len(self._samples) + 1

    def run_at(self, period_us: float) -> int | None:
        """Where a run begins: with the first that another follows by as many periods as samples.

        Where three are held and no two are in step it is at another rate, if they are as far
        apart from each other; else many are lost, and it begins with the second if the third
        follows that one at all. None while it is not known.
        """
        n = len(self._samples)
        for i in range(n):
            for j in range(i + 1, n):
                if abs(self._step(i, j) - (j - i) * period_us) < period_us / 2:
                    return i
        if n < LOOKED_AMONG or not 0 < self._step(n - 2, n - 1) <= NEAR_US:
            return None
        even = abs(self._step(n - 3, n - 2) - self._step(n - 2, n - 1)) < period_us / 2
        return n - 3 if even else n - 2

    def _step(self, i: int, j: int) -> int:
        return forward_us(self._samples[j].raw - self._samples[i].raw, self._wrap_us)
