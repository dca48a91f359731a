"""What the loop asks of any input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from games.rules.control import ControlSample, Invitation
    from telemetry.messages.live import RepetitionCounted

__all__ = ["ArrivedSample", "ControlSource"]


@dataclass(frozen=True, slots=True)
class ArrivedSample:
    """A sample and when it came in, on the same clock.

    Attributes:
        item: the exercise item it belongs to.
        sampled_ns: instant that the sensor measured it, for latency over the whole chain;
            None where there is no sensor.
        calibrated: False while the range of today is still being found: shown, not played.
        angle_deg: what a person may read, where it is observable.
        frame_ns: how long the samples last that came in together.
    """

    sample: ControlSample
    arrived_ns: int
    item: str | None = None
    sampled_ns: int | None = None
    calibrated: bool = True
    angle_deg: float | None = None
    frame_ns: int = 0

    @property
    def age_ns(self) -> int:
        """How old it was when it came in; 0 where no sensor took it."""
        return 0 if self.sampled_ns is None else self.arrived_ns - self.sampled_ns

    def arriving(self, arrived_ns: int) -> ArrivedSample:
        """The same sample, come in at another time."""
        return replace(self, arrived_ns=arrived_ns)


class ControlSource(Protocol):
    """Gives samples; one of keys, wearable, recording, simulated player."""

    @property
    def ended(self) -> bool:
        """Whether no more will ever come."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether a sample has come in that was not given yet; False where that is not known."""
        ...

    def poll(self, now_ns: int, invited: Invitation) -> list[ArrivedSample]:
        """All samples up to `now_ns` that were not given yet.

        Args:
            now_ns: present instant of the game's clock.
            invited: what the screen invites to: what a simulated player goes for.
        """
        ...

    def counted(self) -> list[RepetitionCounted]:
        """Repetitions that analytics counted since the last call."""
        ...
