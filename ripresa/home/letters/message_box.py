"""A home's box of the therapist's messages: what came, and what was read here.

The clinic's notice holds all messages that it does not know to be read; it comes again with every
connection. What waits is what the notice holds without what was read here, so that a message is
shown until it was read, once, and one that was taken back is not shown any more.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from telemetry.files import write_atomically
from telemetry.messages.events import PromptShown
from telemetry.messages.newer import first_problem
from telemetry.messages.notices import LetterText

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from telemetry.messages.events import SessionEvent
    from telemetry.messages.notices import TherapistMessage

__all__ = ["MessageBox"]

log = logging.getLogger(__name__)

READ_KEPT: Final = 100
"""Names of messages that were read: the clinic's notice holds five at most."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    letters: tuple[LetterText, ...] = ()
    read: tuple[str, ...] = Field(default=(), max_length=READ_KEPT)


class MessageBox:
    """The messages of one home; may be used from several threads.

    Args:
        path: its file; damaged or missing, it is empty until the clinic's notice comes again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._kept = self._load()

    @property
    def waiting(self) -> tuple[LetterText, ...]:
        """What was not read yet, oldest first."""
        kept = self._kept
        return tuple(one for one in kept.letters if one.message not in kept.read)

    def take(self, notice: TherapistMessage) -> None:
        """Keep what the clinic has to say now, in place of what it said before.

        Raises:
            StoreError: it cannot be written; nothing has changed.
        """
        with self._lock:
            self._keep(_Kept(letters=notice.letters, read=self._kept.read))

    def note_read(self, events: Iterable[SessionEvent]) -> None:
        """Keep which messages were read in a session, as its events tell.

        Raises:
            StoreError: it cannot be written; they are shown once more.
        """
        told = [e.message for e in events if isinstance(e, PromptShown) and e.message is not None]
        if not told:
            return
        with self._lock:
            read = tuple(dict.fromkeys((*self._kept.read, *told)))[-READ_KEPT:]
            left = tuple(one for one in self._kept.letters if one.message not in read)
            self._keep(_Kept(letters=left, read=read))

    def _keep(self, kept: _Kept) -> None:
        if kept != self._kept:
            write_atomically(self._path, kept.model_dump_json())
            self._kept = kept

    def _load(self) -> _Kept:
        try:
            return _Kept.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return _Kept()
        except (OSError, ValidationError) as e:
            why = first_problem(e) if isinstance(e, ValidationError) else e.strerror
            log.warning("the therapist's messages come again: %s (%s)", self._path.name, why)
            return _Kept()
