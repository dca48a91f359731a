"""Keeps the curves of sessions, and works out one that is not there: once, beside all else.

A program of the clinic. What is asked for first is worked out first; what comes new from homes is
worked out before anybody asks. A kept curve belongs to the result that counts: after another result
it is worked out anew. The files are droppable.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from dashboards.curves.session_curve import SessionCurve
from telemetry.errors import RipresaError
from telemetry.files import make_private_folder, write_atomically
from telemetry.messages.record import RecordKind
from telemetry.messages.results import results_hash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingest.journal.reading import JournalReader
    from telemetry.clock import Clock

    from .curve_maker import CurveMaker

__all__ = ["CurveDesk"]

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 10.0
MOST_WAITING: Final = 200


class CurveDesk:
    """The curves of one clinic; `run` as a task until cancelled.

    Args:
        maker: works them out.
        journal: the clinic's, watched for new results.
        folder: a folder a patient; made where it is missing.
        patient_of: whose a home is; None where nobody knows, or nothing of them may be used.
        clock: paces.
    """

    def __init__(
        self,
        maker: CurveMaker,
        journal: JournalReader,
        folder: Path,
        patient_of: Callable[[str], str | None],
        clock: Clock,
    ) -> None:
        self._maker, self._journal, self._folder = maker, journal, folder
        self._patient_of, self._clock = patient_of, clock
        self._waiting: dict[tuple[str, str], None] = {}
        self._there = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seq = journal.last_seq()

    def curve(self, session: str, home: str) -> SessionCurve:
        """A session's curve; one that is not there is worked out soon. From any thread.

        Raises:
            StoreBusy, StoreError: the journal cannot be read.
        """
        result = self._maker.counting(session, home)
        if result is None:
            return SessionCurve(of="", state="no result")
        path = self._path(session, home)
        kept = None if path is None else _kept(path)
        of = results_hash(result)
        if kept is not None and kept.of == of:
            return kept
        if self._loop is None or path is None:
            return SessionCurve(of=of, state="no motion")
        self._loop.call_soon_threadsafe(self._want, session, home)
        return SessionCurve(of=of, state="working")

    async def run(self) -> None:
        """Work out what is wanted, and what comes new."""
        self._loop = asyncio.get_running_loop()
        looking = asyncio.create_task(self._look())
        try:
            while True:
                await self._there.wait()
                if not self._waiting:
                    self._there.clear()
                    continue
                key = next(iter(self._waiting))
                await asyncio.to_thread(self._work_out, *key)
                self._waiting.pop(key, None)
        finally:
            self._loop = None
            looking.cancel()

    def _want(self, session: str, home: str) -> None:
        if len(self._waiting) < MOST_WAITING:
            self._waiting.setdefault((session, home))
            self._there.set()

    async def _look(self) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            try:
                for session, home in await asyncio.to_thread(self._new):
                    self._want(session, home)
            except RipresaError as e:
                log.warning("curves wait: %s", e)

    def _new(self) -> list[tuple[str, str]]:
        """Sessions of which a result came since the last look."""
        found: dict[tuple[str, str], None] = {}
        while page := self._journal.told(self._seq):
            self._seq = page[-1].seq
            for arrival in page:
                record = arrival.record
                if record.kind is RecordKind.RESULT and record.session is not None:
                    found[record.session, record.subject or record.home] = None
        return list(found)

    def _work_out(self, session: str, home: str) -> None:
        path = self._path(session, home)
        if path is None:
            return
        try:
            curve = self._maker.curve(session, home)
            if curve.state in ("there", "no motion"):
                make_private_folder(path.parent)
                write_atomically(path, curve.model_dump_json())
        except (RipresaError, OSError) as e:
            log.warning("the curve of %s is not there: %s", session, e)
        # What was erased or restricted meanwhile is not kept.
        if self._path(session, home) is None:
            path.unlink(missing_ok=True)

    def _path(self, session: str, home: str) -> Path | None:
        patient = self._patient_of(home)
        return None if patient is None else self._folder / patient / f"{home}.{session}.json"


def _kept(path: Path) -> SessionCurve | None:
    try:
        return SessionCurve.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as e:
        log.warning("a kept curve is not used: %s", type(e).__name__)
        return None
