"""Runs one coroutine as a program: it logs, and ends well on SIGTERM and Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from telemetry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

__all__ = ["log_to", "run_until_stopped"]

T = TypeVar("T")

LONGEST_LINE = 1000
LINES_A_MINUTE = 10
KINDS_OF_LINES = 1000


def run_until_stopped(program: Coroutine[Any, Any, T]) -> T | None:
    """Run `program`; None where it was stopped from outside.

    Raises:
        RipresaError: the program's own.
    """
    return asyncio.run(_stoppable(program))


def log_to(target: Path | None = None) -> logging.Handler:
    """Log to a file, or to standard error; returns the handler, to be taken away again."""
    handler = logging.StreamHandler(sys.stderr) if target is None else logging.FileHandler(target)
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(LogRate())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Libraries tell more than a person wants to read, radio addresses among it.
    for name in ("bumble", "bleak", "amqtt", "transitions", "uvicorn"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return handler


class PlainFormatter(logging.Formatter):
    """Foreign text in a line reaches no terminal raw."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base names it
        """The line, what is not printable as its code."""
        return printable(super().formatMessage(record), LONGEST_LINE)


class LogRate(logging.Filter):
    """Lets a kind of line through so many times a minute; then says how many were left out."""

    def __init__(self) -> None:
        super().__init__()
        self._minutes: dict[tuple[str, str], tuple[int, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line may be written."""
        key, minute = (record.name, str(record.msg)), int(record.created // 60)
        began, count = self._minutes.get(key, (minute, 0))
        left_out = count - LINES_A_MINUTE
        if began != minute:
            began, count = minute, 0
            if left_out > 0:
                record.msg = f"{record.msg} ({left_out} more such lines before)"
        if len(self._minutes) > KINDS_OF_LINES:
            self._minutes.clear()
        self._minutes[key] = (began, count + 1)
        return count < LINES_A_MINUTE


async def _stoppable(program: Coroutine[Any, Any, T]) -> T | None:
    task = asyncio.ensure_future(program)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return None
