"""Clocks, always passed in, so that a demo at four times the speed is the same program."""

from __future__ import annotations

import asyncio
import ctypes
import heapq
import itertools
import time
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from .errors import ConfigurationError

__all__ = ["Clock", "ManualClock", "ScaledClock", "SystemClock"]

NS_PER_S = 1_000_000_000
# Room for Linux' `struct timex`; all zero it asks and sets nothing. See adjtimex(2).
TIMEX_BYTES = 256
UNSYNCHRONISED = 5


@runtime_checkable
class Clock(Protocol):
    """A source of time that never jumps, and a way to wait on it."""

    @property
    def speed(self) -> float:
        """How many seconds pass on this clock in one real second."""
        ...

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch, UTC; never goes backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock."""
        ...


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """Runs `speed` times as fast as the machine's monotonic clock.

    The anchor pairs one monotonic instant with one UTC instant, so a system clock that is
    set while we run does no harm. Processes of one machine that share the anchor share the
    time: hand it on with `spec` and `from_spec`.
    """

    speed: float
    anchor_monotonic_ns: int
    anchor_utc_ns: int

    @classmethod
    def start(cls, speed: float = 1.0) -> ScaledClock:
        """Anchor a clock here and now.

        Raises:
            ConfigurationError: `speed` is not positive.
        """
        if not speed > 0:
            raise ConfigurationError(f"clock speed {speed:g} is not positive: give e.g. 1 or 4")
        return cls(speed, time.monotonic_ns(), time.time_ns())

    @classmethod
    def from_spec(cls, spec: str) -> ScaledClock:
        """Rebuild a clock from another process's `spec`.

        Raises:
            ConfigurationError: the text is not `speed,monotonic_ns,utc_ns`.
        """
        try:
            speed, monotonic, utc = spec.split(",")
            return cls(float(speed), int(monotonic), int(utc))
        except ValueError as e:
            raise ConfigurationError(f"clock {spec!r} is not speed,monotonic_ns,utc_ns") from e

    @property
    def spec(self) -> str:
        """The anchor as text, for `from_spec`."""
        return f"{self.speed!r},{self.anchor_monotonic_ns},{self.anchor_utc_ns}"

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch on this clock."""
        elapsed = time.monotonic_ns() - self.anchor_monotonic_ns
        return self.anchor_utc_ns + (elapsed if self.speed == 1 else int(elapsed * self.speed))

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock."""
        await asyncio.sleep(max(0.0, seconds / self.speed))


class SystemClock:
    """The machine's own pace, anchored to UTC when it is made and when it is told to be.

    A machine without a battery for its clock is started before its time is set; whoever runs
    for days anchors again where a jump does no harm: at home between sessions.
    """

    speed = 1.0

    def __init__(self) -> None:
        self._clock = ScaledClock.start()

    def anchor_again(self, *, beyond_s: float = 1.0) -> float:
        """Take the machine's UTC anew where it is further off; returns by how much, in seconds."""
        off_s = (time.time_ns() - self._clock.now_ns()) / NS_PER_S
        if abs(off_s) <= beyond_s:
            return 0.0
        self._clock = ScaledClock.start()
        return off_s

    @property
    def synchronised(self) -> bool | None:
        """Whether a time service keeps the machine's clock; None where the system does not tell."""
        try:
            told = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))
        except (AttributeError, OSError, TypeError):
            return None
        return None if told < 0 else told != UNSYNCHRONISED

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch, UTC."""
        return self._clock.now_ns()

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await asyncio.sleep(max(0.0, seconds))


class ManualClock:
    """Stands still until told: for tests. `advance` wakes the sleepers that are due, in order."""

    speed = 1.0

    def __init__(self, now_ns: int = 1_700_000_000 * NS_PER_S) -> None:
        self._now_ns = now_ns
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ns(self) -> int:
        """The time it was last set to."""
        return self._now_ns

    async def sleep(self, seconds: float) -> None:
        """Wait until `advance` has passed `seconds`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due_ns = self._now_ns + round(max(0.0, seconds) * NS_PER_S)
        heapq.heappush(self._sleepers, (due_ns, next(self._order), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, giving each sleeper its turn at its own instant."""
        end_ns = self._now_ns + round(seconds * NS_PER_S)
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= end_ns:
            due_ns, _, future = heapq.heappop(self._sleepers)
            self._now_ns = max(self._now_ns, due_ns)
            if not future.done():
                future.set_result(None)
            await self._settle()
        self._now_ns = end_ns

    @staticmethod
    async def _settle() -> None:
        for _ in range(20):
            await asyncio.sleep(0)
