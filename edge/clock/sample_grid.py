"""A wearable's own sample grid: which index a device time stamp stands for."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from .placed import Placed, PlacedRun, StampedSample
from .stamp_watch import StampFault, StampWatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.messages.motion import Int64Array

__all__ = ["SampleGrid"]

US_PER_S = 1_000_000
# A step this small needs no second look at the host's clock.
NEAR_US = US_PER_S
EARLY_US = US_PER_S // 2
# What a link or a wearable may hold back before its samples count as another run's.
LATE_US = 30 * US_PER_S
RECONNECTED_LATE_US = 2 * US_PER_S
CARRY = 0.9
FIRST_ROW = np.zeros(1, np.int64)
# How many samples back a repeat is known.
REMEMBERED = 256
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
# Samples in a row, in step among themselves, that a clock is believed which was set back a little.
SET_BACK_CHAIN = 4
HELD_S = 0.5
# Nothing heard for longer, and then a set clock: what was taken meanwhile is lost.
SET_UNHEARD_US = 100_000
LEAST_HELD = 8


class SampleGrid:
    """Numbers samples by the steps of their device time, and tells losses from reboots.

    A step is counted in whole sample periods from the sample before; where the wearable's own
    period is over 0.5 % off the nominal one it is learnt, from the first steps where these are
    alike and then from the mean, so that a merely nominal rate makes no false loss. What the
    rounding left over is carried to the next step, fading, so that a jittery stamp does not make
    one either: none that is off by less than a quarter of a period.

    A sample whose stamp was there before, with the same payload, is a repeat: dropped, counted
    in `duplicates`. Any other whose step is not small and forward, and the first one of a new
    connection, is held until more is known:

    1. A sample that follows the last placed one again: those held lie between. They are placed
       by their count where there is just room for them, or none; else some were lost among
       them, nobody knows which, and they are dropped, counted in `rejected`.
    2. Two or more that follow each other and lie, less than 1 s old, in a loss that is told
       already: a notification that was overtaken. Its place is gone: dropped, in `rejected`.
    3. Samples that follow each other: the clock jumped. Within a connection, less than 1 s after
       the last sample, it was set while the run went on: numbering goes on with the next index,
       and `set_at` tells where; after 0.1 s without a notification `after_loss` tells of a loss
       that nobody can count. Back by less than 1 s needs four in step, else two do.
    4. Otherwise take the step to the first held one, and of those that differ by whole wraps
       the one nearest to what the host's clock says has passed. That is a loss when the sample
       is then neither 0.5 s too early for the link's best delay nor too late: 30 s within a
       connection, which may stall. At the start of one, 2 s, or what the last one before it
       was late by, for that queue may still be there; up to 30 s where the wearable kept all
       that it sampled meanwhile and no clock that began at zero could have come so far.
    5. Otherwise the clock began anew: a reboot.
    6. More than half a second of held samples, or too many irregular steps (`StampWatch`): the
       stamps are of no use, `fault` says why, `fault_index` from where on. From then on samples
       are counted as they come.

    Args:
        rate_hz: nominal.
        wrap_us: where device time begins anew by itself; None: never.
        slack: how many times faster than real time the host's clock runs.
    """

    def __init__(self, *, rate_hz: float, wrap_us: int | None, slack: float = 1.0) -> None:
        self._nominal_us = self._period_us = US_PER_S / rate_hz
        self._wrap_us = wrap_us
        self._late_us = RECONNECTED_LATE_US * max(1.0, slack / 4)
        self._near_s = max(1.0, slack / 4)
        self._most_held = max(LEAST_HELD, round(HELD_S * rate_hz))
        self._watch = StampWatch(rate_hz)
        self.duplicates = 0
        self.rejected = 0
        self.fault: StampFault | None = None
        self.fault_index = 0
        self.set_at: int | None = None
        """Index from which the clock was set while the run went on; for the caller to clear."""
        self._steps: deque[int] = deque(maxlen=64)
        self._sum_us = 0
        self._count_of_steps = 0
        self._known: dict[int, int | None] = {}
        self._raw: int | None = None
        self._device_us = 0
        self._index = -1
        self._arrival_us = 0
        self._least_delay_us = 0
        self._held: list[StampedSample] = []
        self._runs: list[PlacedRun] = []
        self._carried_us = 0.0
        self._reconnected = False
        self._together = 1
        # The last loss, as the stamps around it, and whether what comes of it is dropped.
        self._loss_between: tuple[int, int] | None = None
        self._overtaken = False

    @property
    def held_rows(self) -> list[int]:
        """Rows of the last call, counted as in `Placed.rows`, that wait to be judged."""
        return [sample.row for sample in self._held]

    @property
    def device_us(self) -> int:
        """Device time of the last placed sample, unwrapped."""
        return self._device_us

    @property
    def step_us(self) -> float | None:
        """The usual step of the last stamps, microseconds; None before 8."""
        return median(self._steps) if len(self._steps) >= LEARNT_FROM else None

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
        self._watch.forget()

    def give_up(self, fault: StampFault) -> None:
        """Count samples from now on: the stamps were found to be of no use."""
        if self.fault is None:
            self.fault, self.fault_index = fault, self._index + 1
            # What such stamps have taught is of no more use than they are.
            self._period_us = self._nominal_us
            for sample in self._held:
                self._count(sample)
            self._held.clear()

    def place(
        self, raw_us: Int64Array, arrival_us: int, prints: Sequence[int] | None = None
    ) -> list[Placed]:
        """Place the samples of one notification.

        Args:
            raw_us: [n] int64 device times as they came.
            arrival_us: host time of the notification.
            prints: a fingerprint of each sample's payload; None: the stamp alone tells a repeat.

        Returns:
            Runs in order, none where all were held, repeated or rejected; a restart begins a
            new run.
        """
        if len(raw_us) == 1 and not self._held and self.fault is None:
            one = self._place_plain(int(raw_us[0]), arrival_us, prints)
            if one is not None:
                return [one]
        self._held = [replace(held, row=row) for row, held in enumerate(self._held)]
        first = len(self._held)
        self._together = len(raw_us)
        self._runs = [PlacedRun()]
        for i, raw in enumerate(raw_us.tolist()):
            self._take(
                StampedSample(first + i, raw, arrival_us, None if prints is None else prints[i])
            )
        return [run.placed() for run in self._runs if run.rows]

    def _place_plain(
        self, raw: int, arrival_us: int, prints: Sequence[int] | None
    ) -> Placed | None:
        """The common case, one sample that follows, without lists."""
        if self._raw is None or not self._follows(raw):
            return None
        step = self._forward(raw - self._raw)
        jump = self._jump(step)
        if jump > 1:
            self._loss_between, self._overtaken = (self._raw, raw), False
        self._advance(raw, self._device_us + step, self._index + jump, arrival_us)
        self._remember(raw, None if prints is None else prints[0])
        self._judge()
        return Placed(FIRST_ROW, np.array([self._index]), np.array([self._device_us]))

    def _take(self, sample: StampedSample) -> None:
        if self.fault is not None:
            self._count(sample)
        elif self._raw is None:
            self._begin(sample.raw, sample.at_us)
            self._put(sample)
        elif self._repeats(sample):
            self.duplicates += 1
        elif self._overtaken and self._lies_in_loss(sample.raw):
            self.rejected += 1
        elif self._follows(sample.raw):
            self._resolve(sample)
            self._judge()
        else:
            self._hold(sample)
            self._judge()

    def _follows(self, raw: int) -> bool:
        """Whether the sample comes soon after the last one, on the same connection."""
        return not self._reconnected and 0 < self._forward(raw - (self._raw or 0)) <= NEAR_US

    def _repeats(self, sample: StampedSample) -> bool:
        """Whether the sample is one again that was there, not one that was stamped alike."""
        if sample.print is not None:
            if self._known.get(sample.raw, sample.print + 1) == sample.print:
                return True
            return any((s.raw, s.print) == (sample.raw, sample.print) for s in self._held)
        return not self._reconnected and (
            0 <= self._forward((self._raw or 0) - sample.raw) <= NEAR_US
        )

    def _resolve(self, sample: StampedSample) -> None:
        """Place a sample that follows, and before it those held where there is room for them."""
        step = self._forward(sample.raw - (self._raw or 0))
        between, held = len(self._held), self._held
        jump = self._jump(step)
        if between and jump > between + 1:
            self.rejected += between
        elif between:
            jump = between + 1
            for k, one in enumerate(held, 1):
                self._runs[-1].rows.append(
                    (one.row, self._index + k, self._device_us + max(k, step * k // jump))
                )
        self._held = []
        if jump > between + 1:
            self._loss_between, self._overtaken = (self._raw or 0, sample.raw), False
        device_us = self._device_us + max(step, jump)
        self._advance(sample.raw, device_us, self._index + jump, sample.at_us)
        self._put(sample)

    def _hold(self, sample: StampedSample) -> None:
        """Keep a sample until more is known, and see whether enough is known now."""
        before = self._held[-1] if self._held else None
        self._held.append(sample)
        if not self._reconnected:
            self._watch.note(self._how_odd(sample, before))
        if before is None:
            return
        if not 0 < self._forward(sample.raw - before.raw) <= NEAR_US:
            if self._reconnected:
                # Of two that do not fit each other the earlier one was corrupt.
                self._watch.note(self._how_odd(sample, before))
                self._held = [sample]
                self.rejected += 1
            return
        chain = self._chain()
        if not self._reconnected and len(chain) > 1 and all(map(self._lies_in_loss, _raws(chain))):
            self.rejected += len(self._held)
            self._held, self._overtaken = [], True
            return
        if self._reconnected or len(chain) >= self._chain_needed(chain[0].raw):
            self.rejected += len(self._held) - len(chain)
            self._held = chain
            self._jump_to_held()

    def _lies_in_loss(self, raw: int) -> bool:
        """Whether a stamp belongs between those around the last loss, not long ago."""
        if self._loss_between is None or not 0 < self._forward((self._raw or 0) - raw) <= NEAR_US:
            return False
        a, b = self._loss_between
        return 0 < self._forward(raw - a) < self._forward(b - a)

    def _chain(self) -> list[StampedSample]:
        """The last of the held that follow each other."""
        at = len(self._held) - 1
        while at and 0 < self._forward(self._held[at].raw - self._held[at - 1].raw) <= NEAR_US:
            at -= 1
        return self._held[at:]

    def _chain_needed(self, raw: int) -> int:
        """How many in step are believed that begin with this stamp."""
        back_us = self._forward((self._raw or 0) - raw)
        if back_us > NEAR_US:
            return 2
        steps = [b.raw - a.raw for a, b in zip(self._held, self._held[1:], strict=False)]
        in_step = all(0.5 < s / self._period_us < 1.5 for s in steps[-SET_BACK_CHAIN + 1 :])
        return SET_BACK_CHAIN if in_step else len(self._held) + 1

    def _jump_to_held(self) -> None:
        """Place held samples that follow each other: after a loss, a set clock, or a reboot."""
        first, *others = self._held
        self._held = []
        step = self._loss(first.raw, first.at_us)
        if step is not None:
            index = self._index + self._jump(step, judged=False)
            self._advance(first.raw, self._device_us + step, index, first.at_us)
        elif not self._reconnected and (
            0 <= first.at_us - self._arrival_us <= NEAR_US * self._near_s
        ):
            self.set_at = self._index + 1
            self._carried_us = 0.0
            missed_us = first.at_us - self._arrival_us - self._together * self._period_us
            if missed_us > SET_UNHEARD_US * self._near_s:
                self._runs.append(PlacedRun(after_loss=True))
            device_us = self._device_us + round(self._period_us)
            self._advance(first.raw, device_us, self._index + 1, first.at_us)
            self._watch.forget()
        else:
            self._begin(first.raw, first.at_us)
            self._runs.append(PlacedRun(restarted=True))
        self._put(first)
        for sample in others:
            self._resolve(sample)

    def _judge(self) -> None:
        """Give the stamps up when too many are irregular, or too many samples wait for one."""
        fault = self._watch.verdict()
        if fault is None and len(self._held) > self._most_held:
            fault = self._how_odd(self._held[-1], self._held[-2])
        if fault is StampFault.COARSE and len(self._held) > self._most_held // 2:
            fault = StampFault.ZERO if self._held[-1].raw == 0 else StampFault.FROZEN
        if fault is not None:
            self.give_up(fault)

    def _how_odd(self, sample: StampedSample, before: StampedSample | None) -> StampFault:
        last = (self._raw or 0) if before is None else before.raw
        if sample.raw == last:
            return StampFault.ZERO if sample.raw == 0 else StampFault.COARSE
        ahead_us = self._forward(sample.raw - last)
        if NEAR_US < ahead_us < (self._wrap_us or 2 * ahead_us) / 2:
            return StampFault.STRETCHED
        return StampFault.DISORDERED

    def _count(self, sample: StampedSample) -> None:
        """Place a sample as the next one, whatever its stamp."""
        device_us = self._device_us + round(self._period_us)
        self._advance(sample.raw, device_us, self._index + 1, sample.at_us)
        self._put(sample)

    def _put(self, sample: StampedSample) -> None:
        if not self._runs:
            self._runs = [PlacedRun()]
        self._runs[-1].rows.append((sample.row, self._index, self._device_us))
        self._remember(sample.raw, sample.print)

    def _remember(self, raw: int, print_: int | None) -> None:
        known = self._known
        known[raw] = print_
        if len(known) > REMEMBERED:
            del known[next(iter(known))]

    def _begin(self, raw: int, arrival_us: int) -> None:
        self._least_delay_us = arrival_us - raw
        self._carried_us = 0.0
        self._advance(raw, raw, 0, arrival_us)

    def _advance(self, raw: int, device_us: int, index: int, arrival_us: int) -> None:
        self._raw, self._device_us, self._index = raw, device_us, index
        self._arrival_us = arrival_us
        self._least_delay_us = min(self._least_delay_us, arrival_us - device_us)
        self._reconnected = False

    def _jump(self, step_us: int, *, judged: bool = True) -> int:
        """A step in whole sample periods."""
        alike = bool(self._steps) and abs(step_us - self._steps[-1]) < ALIKE * step_us
        if judged:
            self._learn(step_us)
        step = step_us + self._carried_us
        jump = max(1, round(step / self._period_us))
        self._carried_us = CARRY * (step - jump * self._period_us)
        if judged:
            off = step_us / self._period_us
            # Steps that are alike are another rate.
            odd = abs(off - round(off)) > REGULAR and not alike
            self._watch.note(StampFault.JITTERED if odd else None)
        return jump

    def _learn(self, step_us: int) -> None:
        """Follow the wearable's own period, from steps of about one."""
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
            # What seemed irregular was so by the nominal period.
            self._watch.forget()
            usual = median(steps)
            if not all(abs(s - usual) < ALIKE * usual for s in steps):
                return
        elif self._count_of_steps < LEARNT_LATE:
            return
        mean = self._sum_us / self._count_of_steps
        off = abs(mean / self._nominal_us - 1)
        self._period_us = mean if off > NOMINAL_WITHIN else self._nominal_us

    def _forward(self, step: int) -> int:
        return step if self._wrap_us is None else step % self._wrap_us

    def _loss(self, raw: int, arrival_us: int) -> int | None:
        """Device time from the last sample to this one after a loss; None if implausible."""
        step = self._forward(raw - (self._raw or 0))
        if self._wrap_us is not None:
            passed = arrival_us - self._arrival_us
            step += max(0, round((passed - step) / self._wrap_us)) * self._wrap_us
        late_us = arrival_us - (self._device_us + step) - self._least_delay_us
        most_late_us = self._most_late_us(raw, arrival_us) if self._reconnected else LATE_US
        return step if step > 0 and -EARLY_US <= late_us <= most_late_us else None

    def _most_late_us(self, raw: int, arrival_us: int) -> float:
        """How late the first sample of a connection may be and still belong to the run."""
        absent_us = arrival_us - self._arrival_us
        was_late_us = self._arrival_us - self._device_us - self._least_delay_us
        if raw > absent_us + self._late_us:
            # No clock that began anew at zero meanwhile is there yet.
            return max(self._late_us, min(LATE_US, was_late_us + absent_us))
        return max(self._late_us, min(LATE_US, was_late_us))


def _raws(samples: list[StampedSample]) -> list[int]:
    return [sample.raw for sample in samples]
