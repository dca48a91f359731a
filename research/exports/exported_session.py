"""What an exporter gets of a session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from research.tables.motion_table import Motion
    from research.tables.session_tables import Angle
    from research.tables.table import Table
    from telemetry.messages.events import SessionEvent, SessionOpened
    from telemetry.messages.motion import StreamOpened
    from telemetry.messages.results import SessionResult

__all__ = ["ExportedSession", "ExportedStream", "label"]


@dataclass(frozen=True, slots=True, eq=False)
class ExportedStream:
    """One sensor's run.

    Attributes:
        opened: how it began.
        motion: its samples.
        markers: what bounds and breaks it.
    """

    opened: StreamOpened
    motion: Motion
    markers: Table


@dataclass(frozen=True, slots=True, eq=False)
class ExportedSession:
    """A session, by pseudonym only.

    Attributes:
        session: ULID.
        opened: patient, site, day, posture.
        events: in order.
        result: that counts; None: there is none.
        streams: with their samples.
        angles: by item, where one was observable.
    """

    session: str
    opened: SessionOpened
    events: Sequence[SessionEvent]
    result: SessionResult | None
    streams: Sequence[ExportedStream]
    angles: Mapping[str, Angle]

    @property
    def begins_ns(self) -> int:
        """Host time of its first event."""
        return self.opened.t_ns


def label(text: str) -> str:
    """Letters and digits of a name, as BIDS and OpenSim want them."""
    return re.sub(r"[^0-9A-Za-z]", "", text) or "x"
