"""Whether raw motion stays at home, as the clinic was told, and in which times it did before."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from telemetry.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from telemetry.messages.record import Record

__all__ = ["MotionKept"]

log = logging.getLogger(__name__)

TIMES_KEPT: Final = 100


class _Kept(BaseModel):
    """`since_ns`: it stays now; `before`: times in which it did, which never leave either."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    since_ns: int | None = None
    before: tuple[tuple[int, int], ...] = Field(default=(), max_length=TIMES_KEPT)


class MotionKept:
    """One home's; may be asked from any thread.

    Args:
        path: its file. A damaged one lets nothing out: nobody can tell what was agreed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = self._load()

    @property
    def now(self) -> bool:
        """Whether it stays here at this moment."""
        return self._kept.since_ns is not None

    def holds(self, record: Record) -> bool:
        """Whether a record's motion stays here."""
        kept = self._kept
        return self.now or any(first <= record.t_ns <= last for first, last in kept.before)

    def keep(self, now_ns: int) -> None:
        """From now on it stays; said again it changes nothing.

        Raises:
            StoreError: it cannot be written, and holds all the same until this program ends.
        """
        if not self.now:
            self._write(self._kept.model_copy(update={"since_ns": now_ns}))

    def send(self, now_ns: int) -> None:
        """From now on it may leave; what was recorded meanwhile does not.

        Raises:
            StoreError: it cannot be written; it stays.
        """
        since_ns = self._kept.since_ns
        if since_ns is not None:
            times = (*self._kept.before, (since_ns, max(now_ns, since_ns)))
            # Of too many the oldest two become one: more stays here, never less.
            if len(times) > TIMES_KEPT:
                times = ((times[0][0], times[1][1]), *times[2:])
            kept = _Kept(before=times)
            write_atomically(self._path, kept.model_dump_json())
            self._kept = kept

    def _write(self, kept: _Kept) -> None:
        self._kept = kept
        write_atomically(self._path, kept.model_dump_json())

    def _load(self) -> _Kept:
        try:
            return _Kept.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return _Kept()
        except (OSError, ValidationError):
            log.warning("raw motion stays here: %s cannot be read", self._path.name)
            return _Kept(since_ns=0)
