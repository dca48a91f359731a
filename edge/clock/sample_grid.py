"""A wearable's own sample grid: which index a device time stamp stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from telemetry.messages.motion import Int64Array

__all__ = ["Placed", "SampleGrid"]

US_PER_S = 1_000_000
# A step this small needs no second look at the host's clock.
NEAR_US = US_PER_S
EARLY_US = US_PER_S // 2
# What a link or a wearable may hold back before its samples count as another run's.
LATE_US = 30 * US_PER_S
RECONNECTED_LATE_US = 2 * US_PER_S
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
    next step, fading, so that a jittery stamp does not make one either: none that is off by less
    than a quarter of a period. For a step that is not small and forward, and for the first one
    of a new connection:

    1. Up to 1 s backwards within a connection is a repeat: dropped, counted in `duplicates`.
    2. Anything else is held until the next sample. If that does not follow the held one, the
       held one was corrupt: dropped, counted in `rejected`.
    3. If it does, take the step to the held one, and of those that differ by whole wraps the
       one nearest to what the host's clock says has passed.
    4. That is a loss when the held sample is then neither 0.5 s too early for the link's best
       delay nor too late: 30 s within a connection, which may stall, 2 s at the start of one.
    5. Otherwise the clock began anew: a reboot.

    Args:
        rate_hz: nominal.
        wrap_us: where device time begins anew by itself; None: never.
        slack: how many times faster than real time the host's clock runs.
    """

    def __init__(self, *, rate_hz: float, wrap_us: int | None, slack: float = 1.0) -> None:
        self._period_us = US_PER_S / rate_hz
        self._wrap_us = wrap_us
        self._late_us = RECONNECTED_LATE_US * max(1.0, slack / 4)
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
    def holding(self) -> bool:
        """Whether a sample waits for the next one to be judged."""
        return self._held is not None

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
        jumps = np.array([self._jump(step) for step in steps.tolist()])
        index = self._index + np.cumsum(jumps)
        device_us = self._device_us + np.cumsum(steps)
        self._advance(int(raw_us[-1]), int(device_us[-1]), int(index[-1]), arrival_us)
        return Placed(np.arange(len(raw_us)), index, device_us)

    def _place_plain_one(self, raw: int, arrival_us: int) -> Placed | None:
        """As above for one sample, which most wearables send at a time, without arrays."""
        if not self._follows(raw):
            return None
        _, index, device_us = self._next(0, raw, arrival_us)
        return Placed(FIRST_ROW, np.array([index]), np.array([device_us]))

    def _place_one_by_one(self, raw_us: Int64Array, arrival_us: int) -> list[Placed]:
        if self._held is not None:
            self._held = (*self._held[:2], -1)
        runs: list[list[tuple[int, int, int]]] = [[]]
        restarts: list[bool] = [False]
        for row, raw in enumerate(raw_us.tolist()):
            if self._raw is None:
                self._begin(raw, arrival_us)
                runs[-1].append((row, self._index, self._device_us))
            elif self._follows(raw):
                self._drop_held()
                runs[-1].append(self._next(row, raw, arrival_us))
            elif self._repeats(raw):
                self.duplicates += 1
            elif self._held is not None and 0 < self._forward(raw - self._held[0]) <= NEAR_US:
                if self._begins_anew():
                    runs.append([])
                    restarts.append(True)
                runs[-1].append(self._confirm())
                runs[-1].append(self._next(row, raw, arrival_us))
            else:
                self._drop_held()
                self._held = (raw, arrival_us, row)
        return [_placed(run, restarted=r) for run, r in zip(runs, restarts, strict=True) if run]

    def _follows(self, raw: int) -> bool:
        """Whether the sample comes soon after the last one, on the same connection."""
        return not self._reconnected and 0 < self._forward(raw - (self._raw or 0)) <= NEAR_US

    def _repeats(self, raw: int) -> bool:
        """Whether the sample is the last one again, or one from shortly before."""
        return not self._reconnected and 0 <= self._forward((self._raw or 0) - raw) <= NEAR_US

    def _next(self, row: int, raw: int, arrival_us: int) -> tuple[int, int, int]:
        step = self._forward(raw - (self._raw or 0))
        index = self._index + self._jump(step)
        self._advance(raw, self._device_us + step, index, arrival_us)
        return row, self._index, self._device_us

    def _begin(self, raw: int, arrival_us: int) -> None:
        self._least_delay_us = arrival_us - raw
        self._carried_us = 0.0
        self._advance(raw, raw, 0, arrival_us)

    def _advance(self, raw: int, device_us: int, index: int, arrival_us: int) -> None:
        self._raw, self._device_us, self._index = raw, device_us, index
        self._arrival_us = arrival_us
        self._least_delay_us = min(self._least_delay_us, arrival_us - device_us)
        self._reconnected = False

    def _begins_anew(self) -> bool:
        """Whether the held sample, which was confirmed, is of another run of the clock."""
        assert self._held is not None  # noqa: S101 - the callers looked
        return self._loss(self._held[0], self._held[1]) is None

    def _confirm(self) -> tuple[int, int, int]:
        """Place the held sample: after a loss, or as the first of a new run."""
        assert self._held is not None  # noqa: S101 - the callers looked
        raw, at_us, row = self._held
        self._held = None
        step = self._loss(raw, at_us)
        if step is None:
            self._begin(raw, at_us)
        else:
            index = self._index + self._jump(step)
            self._advance(raw, self._device_us + step, index, at_us)
        return row, self._index, self._device_us

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

    def _loss(self, raw: int, arrival_us: int) -> int | None:
        """Device time from the last sample to this one after a loss; None if implausible."""
        step = self._forward(raw - (self._raw or 0))
        if self._wrap_us is not None:
            passed = arrival_us - self._arrival_us
            step += max(0, round((passed - step) / self._wrap_us)) * self._wrap_us
        late_us = arrival_us - (self._device_us + step) - self._least_delay_us
        most_late_us = self._late_us if self._reconnected else LATE_US
        return step if step > 0 and -EARLY_US <= late_us <= most_late_us else None


def _placed(run: list[tuple[int, int, int]], *, restarted: bool) -> Placed:
    rows, index, device_us = np.array(run, dtype=np.int64).T
    return Placed(rows, index, device_us, restarted)
