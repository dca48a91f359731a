"""What an exporter gets of a session."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from research.tables.motion_table import Motion
    from research.tables.session_tables import Angle
    from research.tables.table import Table
    from telemetry.messages.events import SessionEvent, SessionOpened
    from telemetry.messages.motion import StreamOpened
    from telemetry.messages.results import SessionResult

__all__ = ["ExportedSession", "ExportedStream", "Labels", "file_name", "label"]

LONGEST_NAME: Final = 80


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
        home: whose it is, where several have a session of that name.
    """

    session: str
    opened: SessionOpened
    events: Sequence[SessionEvent]
    result: SessionResult | None
    streams: Sequence[ExportedStream]
    angles: Mapping[str, Angle]
    home: str | None = None

    @property
    def name(self) -> str:
        """Names it among all that are exported."""
        return self.session if self.home is None else f"{self.session}-{self.home}"

    @property
    def begins_ns(self) -> int:
        """Host time of its first event."""
        return self.opened.t_ns


@dataclass(slots=True)
class Labels:
    """Names that differ where what they stand for differs.

    Attributes:
        shape: what makes a name of a text; texts that become one are numbered.
    """

    shape: Callable[[str], str]
    _made: dict[str, str] = field(default_factory=dict)

    @property
    def made(self) -> tuple[str, ...]:
        """All names that were given."""
        return tuple(self._made.values())

    def of(self, text: str) -> str:
        """The name of a text, the same each time."""
        if text not in self._made:
            wanted = made = self.shape(text)
            number = 2
            # Some disks hold names that differ by case alone for one.
            taken = {known.lower() for known in self._made.values()}
            while made.lower() in taken:
                made, number = f"{wanted}x{number}", number + 1
            self._made[text] = made
        return self._made[text]


def label(text: str) -> str:
    """Letters and digits of a name, as BIDS and OpenSim want them."""
    return re.sub(r"[^0-9A-Za-z]", "", text)[:LONGEST_NAME] or "x"


def file_name(text: str) -> str:
    """A part of a file's name: what a home sends as a name leads to no other folder."""
    return re.sub(r"[^0-9A-Za-z_-]", "_", text)[:LONGEST_NAME] or "x"
