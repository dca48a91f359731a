"""Programs that run side by side, each started again by itself when it fails.

One program's fault is its own: the others go on, it comes back after a pause that grows, and
the board says so until it has run for a while. A failure at the start of the whole, such as a
wrong setting, is not for here: that is raised before anything is supervised.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import RipresaError
from telemetry.printable import printable
from telemetry.trouble import TroubleKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Mapping

    from telemetry.clock import Clock
    from telemetry.trouble import TroubleBoard

__all__ = ["ProgramState", "Supervisor"]

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
WELL_AFTER_S: Final = 60.0
"""A program that has run for so long is well again."""


@dataclass(slots=True)
class ProgramState:
    """How one program is."""

    running: bool = False
    restarts: int = 0
    started_ns: int = 0
    last_error: str | None = None


class Supervisor:
    """Starts programs, and starts them again.

    Args:
        clock: stamps and paces.
        board: told what fails.
    """

    def __init__(self, clock: Clock, board: TroubleBoard) -> None:
        self._clock = clock
        self._board = board
        self.programs: dict[str, ProgramState] = {}

    @contextlib.asynccontextmanager
    async def running(
        self, programs: Mapping[str, Callable[[], Coroutine[Any, Any, None]]]
    ) -> AsyncIterator[None]:
        """Run `programs`, by name, beside the body; they end with it."""
        tasks = [
            asyncio.create_task(self._keep(name, start), name=name)
            for name, start in programs.items()
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, name: str, start: Callable[[], Coroutine[Any, Any, None]]) -> None:
        state = self.programs[name] = ProgramState()
        pause_s = FIRST_PAUSE_S
        while True:
            state.running, state.started_ns = True, self._clock.now_ns()
            well = asyncio.create_task(self._well_after_a_while(name))
            try:
                await start()
            except asyncio.CancelledError:
                raise
            except Exception as e:  # noqa: BLE001 - a program's fault ends that program only
                self._failed(name, state, e)
            else:
                return
            finally:
                state.running = False
                well.cancel()
            if self._clock.now_ns() - state.started_ns > WELL_AFTER_S * 1e9:
                pause_s = FIRST_PAUSE_S
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _failed(self, name: str, state: ProgramState, error: Exception) -> None:
        state.restarts += 1
        state.last_error = printable(f"{type(error).__name__}: {error}")
        where = "" if isinstance(error, RipresaError) else _where(error)
        log.error("%s failed and is started again: %s%s", name, state.last_error, where)
        self._board.show(
            TroubleKind.PROGRAM_FAILED, name, self._clock.now_ns(), restarts=state.restarts
        )

    async def _well_after_a_while(self, name: str) -> None:
        await self._clock.sleep(WELL_AFTER_S)
        self._board.clear(TroubleKind.PROGRAM_FAILED, name)


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return printable(" at " + " < ".join(f"{f.name}:{f.lineno}" for f in reversed(frames)))
