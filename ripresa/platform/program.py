"""Runs one coroutine as a program: it logs, and ends well on SIGTERM and Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

__all__ = ["log_to", "run_until_stopped"]

T = TypeVar("T")


def run_until_stopped(program: Coroutine[Any, Any, T]) -> T | None:
    """Run `program`; None where it was stopped from outside.

    Raises:
        RipresaError: the program's own.
    """
    return asyncio.run(_stoppable(program))


def log_to(target: Path | None = None) -> logging.Handler:
    """Log to a file, or to standard error; returns the handler, to be taken away again."""
    handler = logging.StreamHandler(sys.stderr) if target is None else logging.FileHandler(target)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # Libraries tell more than a person wants to read, radio addresses among it.
    for name in ("bumble", "bleak", "amqtt", "transitions", "uvicorn"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return handler


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
