"""When the next frame is due: on a real clock, or at once for play that nobody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pygame

if TYPE_CHECKING:
    from telemetry.clock import Clock

__all__ = ["ClockPace", "InstantPace", "Pace"]

FRAMES_PER_S = 60


class Pace(Protocol):
    """Waits for frames and tells the game's time."""

    @property
    def speed(self) -> float:
        """How many of the clock's seconds pass in a real one."""
        ...

    def now_ns(self) -> int:
        """The game's clock."""
        ...

    def wait(self) -> None:
        """Wait until the next frame is due."""
        ...


class ClockPace:
    """Sixty frames a real second, at whatever speed the clock runs; never a busy loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ticks = pygame.time.Clock()
        self.speed = clock.speed

    def now_ns(self) -> int:
        """The clock handed in."""
        return self._clock.now_ns()

    def wait(self) -> None:
        """Sleep what is left of the frame."""
        self._ticks.tick(FRAMES_PER_S)


class InstantPace:
    """Time that passes only by frames: the same play gives the same frames, fast."""

    speed = 1.0

    def __init__(self, start_ns: int, frames_per_s: float = FRAMES_PER_S) -> None:
        self._now_ns = start_ns
        self._frame_ns = round(1e9 / frames_per_s)

    def now_ns(self) -> int:
        """Start plus the frames so far."""
        return self._now_ns

    def wait(self) -> None:
        """One frame later, at once."""
        self._now_ns += self._frame_ns
