"""One clear line, then silence for a while: logs that a flood cannot fill."""

from __future__ import annotations

import logging

from telemetry.clock import NS_PER_S, Clock

__all__ = ["RateLimited"]


class RateLimited:
    """Logs each format string at most once every `every_s`, with the number held back."""

    def __init__(self, log: logging.Logger, clock: Clock, *, every_s: float = 10.0) -> None:
        self._log = log
        self._clock = clock
        self._every_ns = int(every_s * NS_PER_S * max(1.0, clock.speed))
        self._last: dict[str, tuple[int, int]] = {}

    def warning(self, text: str, *values: object) -> None:
        """Log at level warning."""
        self._say(logging.WARNING, text, values)

    def error(self, text: str, *values: object) -> None:
        """Log at level error."""
        self._say(logging.ERROR, text, values)

    def _say(self, level: int, text: str, values: tuple[object, ...]) -> None:
        now_ns = self._clock.now_ns()
        last_ns, held_back = self._last.get(text, (None, 0))
        if last_ns is not None and now_ns - last_ns < self._every_ns:
            self._last[text] = (last_ns, held_back + 1)
            return
        self._last[text] = (now_ns, 0)
        more = f" ({held_back} more like it)" if held_back else ""
        self._log.log(level, text + "%s", *values, more)
