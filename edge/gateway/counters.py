"""What a gateway counted, for the ledger."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

__all__ = ["Counters"]


@dataclass(slots=True)
class Counters:
    """Running totals of one wearable; samples unless said.

    Attributes:
        notifications: received from the radio.
        refused_notifications: not what the wearable sends: wrong length, wrong marker.
        repeated_notifications: the same one handed over twice by the platform.
        decoded: read from notifications.
        rejected_samples: not finite, beyond the sensor's range, or at an impossible time.
        duplicates: repeats of a sample already seen.
        declared_lost: in gaps of known length, for whatever reason.
        unknown_gaps: gaps that nothing numbers.
        connections: made.
        watchdog: connections cut because no data came.
    """

    notifications: int = 0
    refused_notifications: int = 0
    repeated_notifications: int = 0
    decoded: int = 0
    rejected_samples: int = 0
    duplicates: int = 0
    declared_lost: int = 0
    unknown_gaps: int = 0
    connections: int = 0
    watchdog: int = 0

    def as_dict(self) -> dict[str, int]:
        """All totals by name."""
        return dataclasses.asdict(self)

    def __add__(self, other: Counters) -> Counters:
        mine, theirs = self.as_dict(), other.as_dict()
        return Counters(**{name: mine[name] + theirs[name] for name in mine})
