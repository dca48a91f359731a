"""`bench` of a game's own latency: from a sample's arrival to its frame being submitted.

    measure_latency("volo", seconds=20)      # {"game.arrival_to_frame.p95_ms": 16.9, ...}

A thread gives samples at a wearable's rate and stamps each one as it does; the game runs as it
always does, in a window where there is a display.
"""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from games.engine.play import play
from games.inputs.source import ArrivedSample
from games.rules.control import ControlSample
from games.rules.setting import Setting
from telemetry.clock import SystemClock

if TYPE_CHECKING:
    from games.rules.control import Invitation
    from telemetry.clock import Clock
    from telemetry.messages.live import RepetitionCounted

__all__ = ["SteadySource", "measure_beside_busy_loops", "measure_latency"]


class SteadySource:
    """Slow raises from a thread of its own, `rate_hz` samples a second."""

    ended = False

    def __init__(self, clock: Clock, rate_hz: float) -> None:
        self._clock, self._rate_hz = clock, rate_hz
        self._waiting: deque[ArrivedSample] = deque()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._give, name="samples", daemon=True)

    def start(self) -> None:
        """Begin to give samples."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread."""
        self._stop.set()
        self._thread.join()

    @property
    def waiting(self) -> bool:
        """Whether a sample has come in that was not given yet."""
        return bool(self._waiting)

    def poll(self, now_ns: int, invited: Invitation) -> list[ArrivedSample]:  # noqa: ARG002 - the seam's
        """All that were given since."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def counted(self) -> list[RepetitionCounted]:
        """None: nobody counts these."""
        return []

    def _give(self) -> None:
        began_s, n = time.perf_counter(), 0
        while not self._stop.is_set():
            n += 1
            time.sleep(max(0.0, began_s + n / self._rate_hz - time.perf_counter()))
            now_ns = self._clock.now_ns()
            raised = 0.5 - 0.5 * math.cos(2 * math.pi * n / self._rate_hz / 6)
            sample = ControlSample(now_ns, raised)
            self._waiting.append(ArrivedSample(sample, now_ns, sampled_ns=now_ns))


def measure_latency(
    name: str = "volo", *, seconds: float = 20.0, rate_hz: float = 60.0, headless: bool = False
) -> dict[str, float]:
    """Play for some seconds and tell latency and frame rate.

    Returns:
        `game.<name>.arrival_to_frame.p50_ms`, `p95_ms`, `p99_ms` and
        `game.<name>.frames_per_s`.

    Raises:
        ConfigurationError: an unknown game, or no display where a window was wanted.
    """
    clock = SystemClock()
    source = SteadySource(clock, rate_hz)
    try:
        result: dict[str, Any] = play(
            name,
            source=source,
            clock=clock,
            headless=headless,
            setting=Setting(sets=5, repetitions=20, rest_s=0),
            stop_after_s=seconds,
            on_ready=source.start,
        )
    finally:
        source.close()
    latency = result["latency_ms"]["arrival_to_frame"]
    figures = {f"game.{name}.arrival_to_frame.{p}_ms": latency[p] for p in ("p50", "p95", "p99")}
    return {**figures, f"game.{name}.frames_per_s": result["frames_per_s"]}


def measure_beside_busy_loops(
    name: str = "volo", *, loops: int = 2, seconds: float = 20.0, headless: bool = False
) -> dict[str, float]:
    """`measure_latency` while other processes want a core each, all the time.

    Returns:
        the figures of `measure_latency` as `game.<name>.beside_busy_loops.…`.

    Raises:
        ConfigurationError: as `measure_latency`.
    """
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        figures = measure_latency(name, seconds=seconds, headless=headless)
    finally:
        for loop in busy:
            loop.kill()
            loop.wait()
    plain = f"game.{name}."
    return {f"{plain}beside_busy_loops.{k.removeprefix(plain)}": v for k, v in figures.items()}
