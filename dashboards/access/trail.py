"""Who looked at what, who did what, and who was refused: for the clinic's audit log.

Looks are coalesced: of one account, action and patient one entry in a quarter of an hour. So are
refusals, whose number is told at the end of it. Deeds are each an entry. What cannot be written
at the moment (a full disk, a locked journal) is held, up to a bound, and nobody's page is closed
for it; what is lost beyond the bound is counted and written down as soon as that goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from telemetry.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.clock import Clock

__all__ = ["AccessDeed", "AccessTrail"]

log = logging.getLogger(__name__)

COALESCED_NS: Final = 900 * 1_000_000_000
WRITE_EVERY_S: Final = 1.0
MOST_HELD: Final = 10_000
MOST_WINDOWS: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessDeed:
    """One entry to be.

    Attributes:
        t_ns: when.
        actor: the account's name, `token:` and a token's, or a word for whoever it was.
        action: what.
        patient: about whom; None: nobody in particular.
        detail: never names a patient.
    """

    t_ns: int
    actor: str
    action: str
    patient: str | None = None
    detail: str = ""


@dataclass(slots=True)
class _Window:
    began_ns: int
    more: int = 0


class AccessTrail:
    """Takes notes at once, from any thread, and writes them by and by.

    Args:
        write: stores entries, all or none; raises a `StoreError` where it cannot. Called in a
            worker thread.
        clock: stamps and paces.
        waits: told how many entries are held because they cannot be written; 0: none any more.
        most: how many are held at most.
    """

    def __init__(
        self,
        write: Callable[[Sequence[AccessDeed]], None],
        clock: Clock,
        *,
        waits: Callable[[int], None] = lambda _held: None,
        most: int = MOST_HELD,
    ) -> None:
        self._write = write
        self._clock = clock
        self._waits = waits
        self._most = most
        self._lock = threading.RLock()
        self._held: deque[AccessDeed] = deque()
        self._lost = 0
        self._windows: OrderedDict[tuple[str, str, str | None, str], _Window] = OrderedDict()

    def note_look(self, actor: str, action: str, patient: str | None = None) -> None:
        """Somebody looked."""
        self._coalesce(actor, action, patient, "")

    def note_refusal(
        self, actor: str, action: str, patient: str | None = None, why: str = ""
    ) -> None:
        """Somebody was refused."""
        self._coalesce(actor, f"refused {action}", patient, why)

    def note_deed(
        self, actor: str, action: str, patient: str | None = None, detail: str = ""
    ) -> None:
        """Somebody did something."""
        now_ns = self._clock.now_ns()
        self._hold(
            AccessDeed(t_ns=now_ns, actor=actor, action=action, patient=patient, detail=detail)
        )

    async def run(self) -> None:
        """Write what there is, again and again, until cancelled; then once more."""
        try:
            while True:
                await self.write_held()
                await self._clock.sleep(WRITE_EVERY_S)
        finally:
            batch, _ = self._batch()
            with contextlib.suppress(StoreError):
                self._write(batch)

    async def write_held(self) -> None:
        """Write what is held; what cannot be written stays."""
        batch, lost = self._batch()
        if not batch:
            return
        try:
            await asyncio.to_thread(self._write, batch)
        except StoreError as e:
            log.warning("%d entries of the audit log wait: %s", len(batch), e)
            with self._lock:
                self._lost += lost
                self._held.extendleft(reversed(batch[: len(batch) - bool(lost)]))
                self._bound()
                held = len(self._held)
            self._waits(held)
            return
        self._waits(0)

    def _batch(self) -> tuple[tuple[AccessDeed, ...], int]:
        """Take all that is held, with a word at its end on how many were lost."""
        with self._lock:
            self._close_windows()
            batch, lost = tuple(self._held), self._lost
            self._held.clear()
            self._lost = 0
        if lost:
            told = f"{lost} entries lost while the log could not be written"
            now_ns = self._clock.now_ns()
            batch += (AccessDeed(t_ns=now_ns, actor="clinic", action="audit", detail=told),)
        return batch, lost

    def _coalesce(self, actor: str, action: str, patient: str | None, why: str) -> None:
        key, now_ns = (actor, action, patient, why), self._clock.now_ns()
        with self._lock:
            window = self._windows.get(key)
            if window is not None and 0 <= now_ns - window.began_ns < COALESCED_NS:
                window.more += 1
                return
            self._close(key)
            self._windows[key] = _Window(now_ns)
            while len(self._windows) > MOST_WINDOWS:
                self._close(next(iter(self._windows)))
            self.note_deed(actor, action, patient, why)

    def _close_windows(self) -> None:
        """End those whose time is over: they stand in the order in which they began."""
        now_ns = self._clock.now_ns()
        while self._windows:
            key, window = next(iter(self._windows.items()))
            if 0 <= now_ns - window.began_ns < COALESCED_NS:
                return
            self._close(key)

    def _close(self, key: tuple[str, str, str | None, str]) -> None:
        window = self._windows.pop(key, None)
        actor, action, patient, why = key
        if window is not None and window.more and action.startswith("refused"):
            self.note_deed(actor, action, patient, f"{why} and {window.more} times more".strip())

    def _hold(self, deed: AccessDeed) -> None:
        with self._lock:
            self._held.append(deed)
            self._bound()

    def _bound(self) -> None:
        while len(self._held) > self._most:
            self._held.popleft()
            self._lost += 1
