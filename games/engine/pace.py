"""When the next frame is due: on a real clock, or at once for play that nobody watches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

import pygame

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.clock import Clock

__all__ = ["ClockPace", "InstantPace", "Pace"]

FRAMES_PER_S = 60
LONGEST_S = 1 / FRAMES_PER_S - 0.0005
LONGEST_IN_STEP_S = 0.0185
SHORTEST_S = 0.0125


class Pace(Protocol):
    """Waits for frames and tells the game's time."""

    @property
    def speed(self) -> float:
        """How many of the clock's seconds pass in a real one."""
        ...

    def now_ns(self) -> int:
        """The game's clock."""
        ...

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait until the next frame is due; a little sooner where samples are `ready`."""
        ...


class ClockPace:
    """Sixty frames a real second, at whatever speed the clock runs; sleeps, never a busy loop.

    A frame may begin 4 ms before its time if a sample has come, and the one after waits 2 ms
    beyond its own for the next sample: frames fall into step with a 60 Hz wearable and stay
    there, and a sample waits for hardly anything but the drawing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_s = time.perf_counter()
        self._in_step = False
        self.speed = clock.speed

    def now_ns(self) -> int:
        """The clock handed in."""
        return self._clock.now_ns()

    def wait(self, ready: Callable[[], bool]) -> None:
        """Sleep what is left of the frame, in slices of a millisecond."""
        longest_s = LONGEST_IN_STEP_S if self._in_step else LONGEST_S
        while True:
            elapsed_s = time.perf_counter() - self._began_s
            self._in_step = elapsed_s >= SHORTEST_S and ready()
            if self._in_step or elapsed_s >= longest_s:
                break
            pygame.time.wait(1)
        self._began_s = time.perf_counter()


class InstantPace:
    """Time that passes only by frames: the same play gives the same frames, fast."""

    speed = 1.0

    def __init__(self, start_ns: int, frames_per_s: float = FRAMES_PER_S) -> None:
        self._now_ns = start_ns
        self._frame_ns = round(1e9 / frames_per_s)

    def now_ns(self) -> int:
        """Start plus the frames so far."""
        return self._now_ns

    def wait(self, ready: Callable[[], bool]) -> None:  # noqa: ARG002 - nobody waits
        """One frame later, at once."""
        self._now_ns += self._frame_ns
