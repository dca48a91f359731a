"""Sessions that were held on the clinic's own machine: what a physiotherapist's take is made of."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from dashboards.around.treatment_port import TakeSession
from ingest.journal.reading import JournalReader
from ripresa.recordings.take_of_session import take_of
from ripresa.session.reanalysis import plan_of_session
from telemetry.errors import ConfigurationError, StoreError
from telemetry.messages.events import ExerciseStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from games.rules.take import Take
    from ripresa.platform.configuration import Folder
    from telemetry.seams import SessionSummary

__all__ = ["OwnTakes"]

log = logging.getLogger(__name__)

OFFERED: Final = 10
"""As many of the newest sessions."""


class OwnTakes:
    """The home journal beside the clinic's, where there is one.

    Args:
        folder: of both.
        knows: whether somebody of a pseudonym is treated at the clinic.
    """

    def __init__(self, folder: Folder, knows: Callable[[str], bool]) -> None:
        self._folder = folder
        self._knows = knows

    def sessions(self) -> list[TakeSession] | None:
        """The newest ones in which a sensor was worn; None: they cannot be read now."""
        if not self._folder.home_journal.is_file():
            return []
        try:
            with JournalReader(self._folder.home_journal) as reader:
                return list(self._offered(reader))
        except StoreError as e:
            log.warning("sessions held on this machine are not offered: %s", e)
            return None

    def take(self, session: str, item: str) -> Take:
        """The first repetitions of an item.

        Raises:
            ConfigurationError: the session holds no calibrated movement of it.
            StoreError: it cannot be read.
        """
        with JournalReader(self._folder.home_journal) as reader:
            return take_of(reader, session, item, self._folder.plans)

    def _offered(self, reader: JournalReader) -> Iterator[TakeSession]:
        for summary in reader.newest_sessions(limit=OFFERED):
            items = self._items(reader, summary)
            if items:
                yield TakeSession(
                    session=summary.session,
                    patient=summary.patient,
                    opened_ns=summary.opened_ns,
                    items=items,
                    known=self._knows(summary.patient),
                )

    def _items(self, reader: JournalReader, summary: SessionSummary) -> tuple[tuple[str, str], ...]:
        """What was moved, as item and exercise; nothing where no sensor was worn."""
        if not reader.streams(summary.session, home=summary.home):
            return ()
        events = reader.events(summary.session, home=summary.home)
        try:
            plan = plan_of_session(summary.session, events, self._folder.plans)
        except ConfigurationError:
            # What its items were is not known any more.
            return ()
        moved = {event.item for event in events if isinstance(event, ExerciseStarted)}
        return tuple((item.id, item.exercise) for item in plan.items if item.id in moved)
