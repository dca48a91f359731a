"""A wearable's own sample grid: which index a device time stamp stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .held_samples import NEAR_US, HeldSamples
from .link_delay import LinkDelay
from .placed import Placed, PlacedRun, StampedSample
from .recent_stamps import RecentStamps, ToldLoss, forward_us
from .sample_period import SamplePeriod
from .stamp_watch import StampFault, StampWatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telemetry.messages.motion import Int64Array

__all__ = ["SampleGrid"]

FIRST_ROW = np.zeros(1, np.int64)
HELD_S = 0.5
# So many may have been lost among those held: it is off by no more than that where one belongs.
MOST_SPARE = 1
LEAST_HELD = 8


class SampleGrid:
    """Numbers samples by the steps of their device time, and tells losses from reboots.

    A step is counted in whole sample periods from the sample before (`SamplePeriod`), and no
    single stamp is believed against its neighbours: a step that leaves an index out waits for
    the next sample, unless the step before was as long, which is another rate.

    1. The next one goes on from there: samples were lost. After the very first sample of a run
       nobody knows whether that one or the rest was stamped right; where less time passed at
       the host, a loss is told that nobody can count.
    2. It comes before, and leaves room for one: that one's stamp was wrong, it is placed there.
    3. It is the one that was missing: the other was early, and is placed after it.

    A sample whose stamp was there before, with the same payload, is a repeat: dropped, counted
    in `duplicates`. Any other whose step is not small and forward, and the first one of a new
    connection, is held until more is known:

    1. A sample that follows the last placed one again: those held lie between. They are placed
       by their count where there is room for them and one more, or none; else some were lost
       among them, nobody knows which, and they are dropped, counted in `rejected`.
    2. One that has no room but belongs into a loss that is told already, or two or more there
       that follow each other: overtaken. Their place is gone: dropped, in `rejected`.
    3. Samples that follow each other: the clock jumped. Within a connection, less than 1 s after
       the last sample, it was set while the run went on: numbering goes on with the next index,
       and `set_at` tells where; after 0.1 s without a notification `after_loss` tells of a loss
       that nobody can count. Back by less than 1 s needs four in step, else two do. After a
       reconnection two of three must be as far apart as they are counted.
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
        self._period = SamplePeriod(rate_hz)
        self._wrap_us = wrap_us
        self._delay = LinkDelay(wrap_us, slack)
        self._most_held = max(LEAST_HELD, round(HELD_S * rate_hz))
        self._watch = StampWatch(rate_hz)
        self.duplicates = 0
        self.rejected = 0
        self.fault: StampFault | None = None
        self.fault_index = 0
        self.set_at: int | None = None
        """Index from which the clock was set while the run went on; for the caller to clear."""
        self._recent = RecentStamps()
        self._raw: int | None = None
        self._device_us = 0
        self._index = -1
        self._held = HeldSamples(wrap_us)
        # Whether the one that is held left indices out.
        self._leapt = False
        self._runs: list[PlacedRun] = []
        self._reconnected = False
        self._together = 1
        self._loss_told = ToldLoss(wrap_us)

    @property
    def held_rows(self) -> list[int]:
        """Rows of the last call, counted as in `Placed.rows`, that wait to be judged."""
        return self._held.rows

    @property
    def device_us(self) -> int:
        """Device time of the last placed sample, unwrapped."""
        return self._device_us

    @property
    def step_us(self) -> float | None:
        """The usual step of the last stamps, microseconds; None before 8."""
        return self._period.step_us

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
        self._leapt = False
        self._watch.forget()

    def give_up(self, fault: StampFault) -> list[Placed]:
        """Count samples from now on, and those held: the stamps were found to be of no use."""
        self._begin_call(0)
        self._give_up(fault)
        return self._placed()

    def release(self) -> list[Placed]:
        """Place those held, as no other sample of this connection will tell where they belong.

        One that left indices out goes where its stamp says if as much time passed at the host;
        if not, it is counted on, after a loss that nobody counted. Others are counted on. The
        first of a new connection stays held.
        """
        self._begin_call(0)
        if self._reconnected or self.fault is not None:
            return []
        leapt, self._leapt = self._leapt, False
        for sample in self._held.take():
            if leapt and self._delay.passed(
                self._forward(sample.raw - (self._raw or 0)), sample.at_us
            ):
                self._resolve(sample)
            else:
                lost = leapt or self._unheard(sample)
                self._runs.append(PlacedRun(after_loss=lost, counted=True))
                raw = self._forward((self._raw or 0) + round(self._period.us))
                device_us = self._device_us + round(self._period.us)
                self._advance(raw, device_us, self._index + 1, sample.at_us)
                self._put(sample)
        return self._placed()

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
        self._begin_call(len(raw_us))
        first = len(self._held)
        for i, raw in enumerate(raw_us.tolist()):
            self._take(
                StampedSample(first + i, raw, arrival_us, None if prints is None else prints[i])
            )
        return self._placed()

    def _begin_call(self, together: int) -> None:
        self._held.begin_call()
        self._together = together or self._together
        self._runs = [PlacedRun()]

    def _placed(self) -> list[Placed]:
        return [run.placed() for run in self._runs if run.rows]

    def _place_plain(
        self, raw: int, arrival_us: int, prints: Sequence[int] | None
    ) -> Placed | None:
        """The common case, one sample that follows, without lists."""
        if self._raw is None or not self._follows(raw) or self._leaps(raw):
            return None
        step = self._forward(raw - self._raw)
        self._advance(raw, self._device_us + step, self._index + self._jump(step), arrival_us)
        self._recent.remember(raw, None if prints is None else prints[0])
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
        elif self._loss_told.closed and self._lies_in_loss(sample.raw):
            self.rejected += 1
        elif self._leapt:
            self._leapt = False
            (leapt,) = self._held.take()
            self._take_after(leapt, sample)
        elif not self._held and self._leaps(sample.raw):
            self._held.hold(sample)
            self._leapt = True
        elif self._follows(sample.raw):
            self._resolve(sample)
            self._judge()
        else:
            self._hold(sample)
            self._judge()

    def _follows(self, raw: int) -> bool:
        """Whether the sample comes soon after the last one, on the same connection."""
        return not self._reconnected and 0 < self._forward(raw - (self._raw or 0)) <= NEAR_US

    def _leaps(self, raw: int) -> bool:
        """Whether the sample follows, but samples seem to be missing before it."""
        step = self._forward(raw - (self._raw or 0))
        if not self._follows(raw) or self._period.ahead(step) == 1:
            return False
        return not self._period.alike(step)

    def _take_after(self, leapt: StampedSample, sample: StampedSample) -> None:
        """Judge the one that left indices out by the next."""
        if 0 < self._forward(sample.raw - leapt.raw) <= NEAR_US:
            self._place_leapt(leapt, sample)
            self._take(sample)
            return
        if not self._follows(sample.raw):
            self._held.hold(leapt)
            self._hold(sample)
            self._judge()
            return
        self._watch.note(StampFault.DISORDERED)
        if self._period.ahead(self._forward(sample.raw - (self._raw or 0))) > 1:
            # There is room for one before it, which was stamped wrong.
            self._held.hold(leapt)
            self._resolve(sample)
        else:
            self._resolve(sample)
            self._take(leapt)
        self._judge()

    def _place_leapt(self, leapt: StampedSample, after: StampedSample) -> None:
        """Place the one that left indices out, from which the next one goes on."""
        last = self._raw or 0
        step = self._forward(leapt.raw - last)
        # Half a period too late it would push the next one on by a whole one.
        room = self._period.ahead(self._forward(after.raw - last)) - 1
        apart = leapt.at_us != self._delay.arrival_us
        as_long = self._delay.as_long(step, leapt.at_us, self._period.us / 2)
        # The first stamp of all has none before it to be held to: the host's clock decides.
        if self._index == 0 and room > 1 and apart and not as_long:
            self._runs.append(PlacedRun(after_loss=True))
            self._period.carry_nothing()
            self._advance(leapt.raw, self._device_us + step, 1, leapt.at_us)
            self._put(leapt)
            return
        self._resolve(leapt, most=room)

    def _repeats(self, sample: StampedSample) -> bool:
        """Whether the sample is one again that was there, not one that was stamped alike."""
        if sample.print is not None:
            return self._recent.had(sample.raw, sample.print) or self._held.among(sample)
        return not self._reconnected and (
            0 <= self._forward((self._raw or 0) - sample.raw) <= NEAR_US
        )

    def _resolve(self, sample: StampedSample, *, most: int | None = None) -> None:
        """Place a sample that follows, and before it those held where there is room for them."""
        step = self._forward(sample.raw - (self._raw or 0))
        held = self._held.take()
        jump = self._jump(step, most=most)
        spare = jump - len(held) - 1
        overtaken = spare < 0 and all(self._lies_in_loss(one.raw) for one in held)
        if held and (spare > MOST_SPARE or overtaken):
            self.rejected += len(held)
            held = []
        jump = max(jump, len(held) + 1)
        for k, one in enumerate(held, 1):
            self._runs[-1].rows.append(
                (one.row, self._index + k, self._device_us + max(k, step * k // jump))
            )
        if jump > len(held) + 1:
            self._loss_told.tell(self._raw or 0, sample.raw)
        device_us = self._device_us + max(step, jump)
        self._advance(sample.raw, device_us, self._index + jump, sample.at_us)
        self._put(sample)

    def _hold(self, sample: StampedSample) -> None:
        """Keep a sample until more is known, and see whether enough is known now."""
        before = self._held[-1] if self._held else None
        self._held.hold(sample)
        if self._reconnected:
            self._begin_connection(before)
            return
        self._watch.note(self._how_odd(sample, before))
        at = self._held.chain_at()
        chain = list(self._held)[at:]
        if len(chain) < 2:
            return
        if all(self._lies_in_loss(one.raw) for one in chain):
            self.rejected += len(self._held.take())
            self._loss_told.closed = True
            return
        back_us = self._forward((self._raw or 0) - chain[0].raw)
        if len(chain) >= self._held.chain_needed(back_us, self._period.us):
            self._jump_to_held(at)

    def _begin_connection(self, before: StampedSample | None) -> None:
        """Begin where two are in step; the stamps before those were corrupt."""
        at = self._held.run_at(self._period.us)
        if at is not None:
            self._jump_to_held(at)
        elif before is not None and not self._goes_on(before, self._held[-1]):
            self._watch.note(self._how_odd(self._held[-1], before))
        if at is None and len(self._held) > 2:
            self.rejected += self._held.drop_before(1)

    def _goes_on(self, before: StampedSample, sample: StampedSample) -> bool:
        return 0 < self._forward(sample.raw - before.raw) <= NEAR_US

    def _lies_in_loss(self, raw: int) -> bool:
        """Whether a stamp belongs between those around the last loss, not long ago."""
        back_us = self._forward((self._raw or 0) - raw)
        return 0 < back_us <= NEAR_US and self._loss_told.holds(raw)

    def _jump_to_held(self, at: int) -> None:
        """Place held samples that follow each other: after a loss, a set clock, or a reboot.

        Those before the first of them are in the loss; where a clock was set they are counted.
        """
        samples = self._held.take()
        early, first, others = samples[:at], samples[at], samples[at + 1 :]
        step = self._loss(first.raw, first.at_us)
        if step is not None:
            index, device_us = self._index + self._period.count(step), self._device_us + step
            self.rejected += len(early) - self._put_before(early, first, index, device_us)
            self._advance(first.raw, device_us, index, first.at_us)
        elif not self._reconnected and self._delay.soon(first.at_us, NEAR_US):
            for sample in early:
                self._count(sample)
            self.set_at = self._index + 1
            self._period.carry_nothing()
            if self._unheard(first):
                self._runs.append(PlacedRun(after_loss=True))
            device_us = self._device_us + round(self._period.us)
            self._advance(first.raw, device_us, self._index + 1, first.at_us)
            self._watch.forget()
        else:
            self.rejected += len(early)
            self._begin(first.raw, first.at_us)
            self._runs.append(PlacedRun(restarted=True))
        self._put(first)
        for sample in others:
            self._take(sample)

    def _put_before(
        self, early: list[StampedSample], first: StampedSample, index: int, device_us: int
    ) -> int:
        """Place the one before a run where its stamp says, and tell how many were placed.

        It is the first of a connection whose next ones were lost, if it is whole periods before
        the run and its place is free; else its stamp was wrong and nobody knows where it belongs.
        """
        if len(early) != 1:
            return 0
        before_us = self._forward(first.raw - early[0].raw)
        periods = self._period.whole(before_us)
        if not 1 <= periods <= MOST_SPARE + 1 or index - periods <= self._index:
            return 0
        self._advance(early[0].raw, device_us - before_us, index - periods, early[0].at_us)
        self._put(early[0])
        return 1

    def _unheard(self, sample: StampedSample) -> bool:
        """Whether so long nothing came before it that what was taken meanwhile is lost."""
        return self._delay.unheard(sample.at_us, self._together * self._period.us)

    def _judge(self) -> None:
        """Give the stamps up when too many are irregular, or too many samples wait for one."""
        fault = self._watch.verdict()
        if fault is None and len(self._held) > self._most_held:
            fault = self._how_odd(self._held[-1], self._held[-2])
        if fault is StampFault.COARSE and len(self._held) > self._most_held // 2:
            fault = StampFault.ZERO if self._held[-1].raw == 0 else StampFault.FROZEN
        if fault is not None:
            self._give_up(fault)

    def _give_up(self, fault: StampFault) -> None:
        if self.fault is None:
            self.fault, self.fault_index = fault, self._index + 1
            self._period.forget()
            self._leapt = False
            for sample in self._held.take():
                self._count(sample)

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
        device_us = self._device_us + round(self._period.us)
        self._advance(sample.raw, device_us, self._index + 1, sample.at_us)
        self._put(sample)

    def _put(self, sample: StampedSample) -> None:
        self._runs[-1].rows.append((sample.row, self._index, self._device_us))
        self._recent.remember(sample.raw, sample.print)

    def _begin(self, raw: int, arrival_us: int) -> None:
        self._delay.begin(raw, arrival_us)
        self._period.carry_nothing()
        self._advance(raw, raw, 0, arrival_us)

    def _advance(self, raw: int, device_us: int, index: int, arrival_us: int) -> None:
        self._raw, self._device_us, self._index = raw, device_us, index
        self._delay.add(device_us, arrival_us)
        self._reconnected = False

    def _jump(self, step_us: int, *, most: int | None = None) -> int:
        """A step in whole sample periods, looked at and learnt from."""
        period = self._period
        # Steps that are alike are another rate.
        alike = period.alike(step_us)
        period.learn(step_us)
        if period.settled:
            self._watch.forget()
        irregular = period.irregular(step_us) and not alike
        self._watch.note(StampFault.JITTERED if irregular else None)
        return period.count(step_us, most=most)

    def _forward(self, step: int) -> int:
        return forward_us(step, self._wrap_us)

    def _loss(self, raw: int, arrival_us: int) -> int | None:
        """Device time from the last sample to this one after a loss; None if implausible."""
        step = self._delay.whole_step(self._forward(raw - (self._raw or 0)), arrival_us)
        first = raw if self._reconnected else None
        return step if self._delay.plausible(step, arrival_us, reconnected_raw=first) else None
