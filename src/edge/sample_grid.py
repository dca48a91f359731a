"""A wearable's own sample grid: which index a device time stamp stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from telemetry.motion import Int64Array

__all__ = ["Placed", "SampleGrid"]

US_PER_S = 1_000_000
# A step this small needs no second look at the host's clock.
NEAR_US = US_PER_S
EARLY_US = US_PER_S // 2
# What a link or a wearable may hold back before its samples count as another run's.
LATE_US = 30 * US_PER_S
CARRY = 0.9
FIRST_ROW = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Samples with their place on the grid.

    Attributes:
        rows: [n] which rows of what was fed these are; -1 is the last sample of the call
            before, which was held.
        index: [n] int64, increasing, a jump is a loss.
        device_us: [n] int64, unwrapped.
        restarted: the wearable's clock began anew: these start a new stream, at index 0.
    """

    rows: Int64Array
    index: Int64Array
    device_us: Int64Array
    restarted: bool = False

    def __len__(self) -> int:
        return len(self.rows)


class SampleGrid:
    """Numbers samples by the steps of their device time, and tells losses from reboots.

    A step is counted in whole sample periods from the sample before, so that a rate that is
    only nominal does not add up to a false loss; what the rounding left over is carried to the
    next step, fading, so that a jittery stamp does not make one either. For a step that is not
    small and forward, and for the first one of a new connection:

    1. Of the steps that differ by whole wraps, take the one nearest to what the host's clock
       says has passed.
    2. Accept it as a loss when the sample is then neither 0.5 s too early nor 30 s too late
       for the link's best delay.
    3. Up to 1 s backwards within a connection is a repeat: dropped, counted in `duplicates`.
    4. Anything else is held. If the next sample follows the held one, the clock began anew
       (a reboot); if not, the held one was corrupt: dropped, counted in `rejected`.
    """

    def __init__(self, *, rate_hz: float, wrap_us: int | None) -> None:
        self._period_us = US_PER_S / rate_hz
        self._wrap_us = wrap_us
        self.duplicates = 0
        self.rejected = 0
        self._raw: int | None = None
        self._device_us = 0
        self._index = -1
        self._arrival_us = 0
        self._least_delay_us = 0
        self._held: tuple[int, int, int] | None = None
        self._carried_us = 0.0
        self._reconnected = False

    @property
    def next_index(self) -> int:
        """Index that the next sample would have without a loss."""
        return self._index + 1

    def resume(self, *, index: int, device_us: int, host_us: int) -> None:
        """Go on after a sample that another grid has placed: its host time stands for arrival."""
        self._begin(device_us, host_us)
        if self._wrap_us is not None:
            self._raw = device_us % self._wrap_us
        self._index = index
        self._reconnected = True

    def reconnected(self) -> None:
        """A new connection: what comes before the last sample is a reboot, not a repeat."""
        self._reconnected = True

    def place(self, raw_us: Int64Array, arrival_us: int) -> list[Placed]:
        """Place the samples of one notification.

        Args:
            raw_us: [n] int64 device times as they came.
            arrival_us: host time of the notification.

        Returns:
            Runs in order, none where all were held, repeated or rejected; a restart begins a
            new run.
        """
        if self._raw is not None and self._held is None and not self._reconnected:
            placed = self._place_plain(raw_us, arrival_us)
            if placed is not None:
                return [placed]
        return self._place_one_by_one(raw_us, arrival_us)

    def _place_plain(self, raw_us: Int64Array, arrival_us: int) -> Placed | None:
        """The common case, at once: every step small and forward."""
        if len(raw_us) == 1:
            return self._place_plain_one(int(raw_us[0]), arrival_us)
        before = np.empty_like(raw_us)
        before[0] = self._raw or 0
        before[1:] = raw_us[:-1]
        steps = raw_us - before
        if self._wrap_us is not None:
            steps %= self._wrap_us
        if steps.min() <= 0 or steps.max() > NEAR_US:
            return None
        if np.abs(steps - self._period_us).max() < self._period_us / 4:
            self._carried_us = 0.0
            index = self._index + np.arange(1, len(steps) + 1)
        else:
            jumps = np.array([self._jump(step) for step in steps.tolist()])
            index = self._index + np.cumsum(jumps)
        device_us = self._device_us + np.cumsum(steps)
        self._advance(int(raw_us[-1]), int(device_us[-1]), int(index[-1]), arrival_us)
        return Placed(np.arange(len(raw_us)), index, device_us)

    def _place_plain_one(self, raw: int, arrival_us: int) -> Placed | None:
        """As above for one sample, which most wearables send at a time, without arrays."""
        step = self._forward(raw - (self._raw or 0))
        if not 0 < step <= NEAR_US:
            return None
        index = self._index + self._jump(step)
        self._advance(raw, self._device_us + step, index, arrival_us)
        return Placed(FIRST_ROW, np.array([self._index]), np.array([self._device_us]))

    def _place_one_by_one(self, raw_us: Int64Array, arrival_us: int) -> list[Placed]:
        if self._held is not None:
            self._held = (*self._held[:2], -1)
        runs: list[list[tuple[int, int, int]]] = [[]]
        restarts: list[bool] = [False]
        for row, raw in enumerate(raw_us.tolist()):
            if self._raw is None:
                self._begin(raw, arrival_us)
                runs[-1].append((row, self._index, self._device_us))
                continue
            step = self._step(raw, arrival_us)
            if step is not None and step > 0:
                self._drop_held()
                index = self._index + self._jump(step)
                self._advance(raw, self._device_us + step, index, arrival_us)
                runs[-1].append((row, self._index, self._device_us))
            elif step is not None:
                self.duplicates += 1
            elif self._held is not None and 0 < self._forward(raw - self._held[0]) <= NEAR_US:
                runs.append(self._restart(row, raw, arrival_us))
                restarts.append(True)
            else:
                self._drop_held()
                self._held = (raw, arrival_us, row)
        return [_placed(run, restarted=r) for run, r in zip(runs, restarts, strict=True) if run]

    def _begin(self, raw: int, arrival_us: int) -> None:
        self._least_delay_us = arrival_us - raw
        self._carried_us = 0.0
        self._advance(raw, raw, 0, arrival_us)

    def _advance(self, raw: int, device_us: int, index: int, arrival_us: int) -> None:
        self._raw, self._device_us, self._index = raw, device_us, index
        self._arrival_us = arrival_us
        self._least_delay_us = min(self._least_delay_us, arrival_us - device_us)
        self._reconnected = False

    def _restart(self, row: int, raw: int, arrival_us: int) -> list[tuple[int, int, int]]:
        assert self._held is not None  # noqa: S101 - the caller looked
        held, held_at_us, held_row = self._held
        self._held = None
        self._begin(held, held_at_us)
        first = (held_row, self._index, self._device_us)
        step = self._forward(raw - held)
        index = self._index + self._jump(step)
        self._advance(raw, self._device_us + step, index, arrival_us)
        return [first, (row, self._index, self._device_us)]

    def _jump(self, step_us: int) -> int:
        """A step in whole sample periods."""
        step = step_us + self._carried_us
        jump = max(1, round(step / self._period_us))
        self._carried_us = CARRY * (step - jump * self._period_us)
        return jump

    def _drop_held(self) -> None:
        if self._held is not None:
            self._held = None
            self.rejected += 1

    def _forward(self, step: int) -> int:
        return step if self._wrap_us is None else step % self._wrap_us

    def _step(self, raw: int, arrival_us: int) -> int | None:
        """Device time since the last sample; 0 or less for a repeat; None if implausible."""
        assert self._raw is not None  # noqa: S101 - the caller looked
        step = self._forward(raw - self._raw)
        if 0 < step <= NEAR_US and not self._reconnected:
            return step
        back = raw - self._raw
        if self._wrap_us is not None and step > self._wrap_us - NEAR_US:
            back = step - self._wrap_us
        if -NEAR_US <= back <= 0 and not self._reconnected:
            return back
        if self._wrap_us is not None:
            passed = arrival_us - self._arrival_us
            step += max(0, round((passed - step) / self._wrap_us)) * self._wrap_us
        late_us = arrival_us - (self._device_us + step) - self._least_delay_us
        return step if step > 0 and -EARLY_US <= late_us <= LATE_US else None


def _placed(run: list[tuple[int, int, int]], *, restarted: bool) -> Placed:
    rows, index, device_us = np.array(run, dtype=np.int64).T
    return Placed(rows, index, device_us, restarted)
