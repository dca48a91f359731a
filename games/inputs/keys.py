"""Two keys or the mouse as the control: no wearable needed.

One press of a key starts the motion and it goes on by itself, since holding down is hard for
many hands: up moves to full range at the prescribed pace, down moves back, either again stops.
The mouse moves the control directly while its button is held or after it was moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from games.rules.control import ControlSample

from .source import ArrivedSample

if TYPE_CHECKING:
    from games.rules.control import Invitation
    from telemetry.messages.live import RepetitionCounted

__all__ = ["KeysSource"]

RATE_HZ = 60
HALF = 0.5
STEP_NS = 1_000_000_000 // RATE_HZ


class KeysSource:
    """Makes 60 samples a second from what is pressed.

    Args:
        up_s, down_s: duration of the whole way up and down.
    """

    ended = False

    def __init__(self, up_s: float = 2.5, down_s: float = 2.5) -> None:
        self._pointed: float | None = None
        self.pace(up_s, down_s)
        self._next_ns: int | None = None

    def pace(self, up_s: float, down_s: float) -> None:
        """Take on an exercise's tempo, and begin it at rest."""
        self._direction, self._control, self._pointed = 0, 0.0, None
        self._pace = {1: 1 / max(0.1, up_s), -1: -1 / max(0.1, down_s)}

    def press(self, direction: int) -> None:
        """Start moving up (1) or down (-1); the same again stops."""
        self._pointed = None
        self._direction = 0 if self._direction == direction else direction

    def turn(self) -> None:
        """One key for all: up, and down when it is pressed again."""
        high = self._direction == 0 and self._control > HALF
        self._pointed = None
        self._direction = -1 if self._direction == 1 or high else 1

    def point(self, share: float) -> None:
        """Go to a share of the range, as the mouse points; never faster than a person."""
        self._direction = 0
        self._pointed = min(1.0, max(0.0, share))

    @property
    def waiting(self) -> bool:
        """False: samples are made when they are asked for."""
        return False

    def poll(self, now_ns: int, invited: Invitation) -> list[ArrivedSample]:  # noqa: ARG002 - the seam's
        """Samples of the time that has passed."""
        if self._next_ns is None or now_ns - self._next_ns > STEP_NS * RATE_HZ:
            self._next_ns = now_ns
        arrivals = []
        while self._next_ns <= now_ns:
            self._move(1 / RATE_HZ)
            sample = ControlSample(self._next_ns, self._control)
            arrivals.append(ArrivedSample(sample, self._next_ns))
            self._next_ns += STEP_NS
        return arrivals

    def counted(self) -> list[RepetitionCounted]:
        """None: nobody counts these."""
        return []

    def _move(self, dt_s: float) -> None:
        if self._pointed is not None:
            fastest = 1.4 * dt_s
            change = min(fastest, max(-fastest, self._pointed - self._control))
        else:
            change = self._pace.get(self._direction, 0.0) * dt_s
        self._control = min(1.0, max(0.0, self._control + change))
