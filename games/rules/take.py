"""A movement recorded to be shown again: the physiotherapist's own take of an exercise.

It holds one control and its times, nothing else, so a take says nothing about a person.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telemetry.errors import ConfigurationError
from telemetry.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .control import ControlSample

__all__ = ["Take"]

PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Take:
    """A take: times from its start, s, and the control at each."""

    times_s: tuple[float, ...]
    levels: tuple[float, ...]

    @classmethod
    def of(cls, samples: Iterable[ControlSample]) -> Take:
        """Record samples, in order.

        Raises:
            ConfigurationError: fewer than two samples.
        """
        taken = list(samples)
        if len(taken) < 2:
            raise ConfigurationError("a take needs at least two samples: record the movement again")
        start_ns = taken[0].t_ns
        times = tuple(round((s.t_ns - start_ns) * 1e-9, 4) for s in taken)
        return cls(times, tuple(round(s.control, 4) for s in taken))

    def at(self, seconds: float) -> float:
        """The control, `seconds` after the loop began; loops with a short pause."""
        at_s = seconds % (self.times_s[-1] + PAUSE_S)
        after = bisect_right(self.times_s, at_s)
        if after >= len(self.times_s):
            return self.levels[-1]
        before = max(0, after - 1)
        span_s = self.times_s[after] - self.times_s[before]
        share = (at_s - self.times_s[before]) / span_s if span_s > 0 else 0.0
        return self.levels[before] + share * (self.levels[after] - self.levels[before])

    def save(self, file: Path) -> None:
        """Write it as JSON.

        Raises:
            StoreError: the file cannot be written.
        """
        write_atomically(file, json.dumps({"times_s": self.times_s, "levels": self.levels}))

    @classmethod
    def load(cls, file: Path) -> Take:
        """Read what `save` wrote.

        Raises:
            ConfigurationError: there is none, or it is no take.
        """
        try:
            body = json.loads(file.read_text())
            times, levels = (tuple(float(v) for v in body[key]) for key in ("times_s", "levels"))
        except OSError as e:
            raise ConfigurationError(f"take {file} cannot be read: {e.strerror}") from e
        except (ValueError, TypeError, KeyError) as e:
            raise ConfigurationError(f"take {file} is damaged: record it again") from e
        if len(times) != len(levels) or len(times) < 2 or list(times) != sorted(times):
            raise ConfigurationError(f"take {file} is damaged: record it again")
        return cls(times, levels)
