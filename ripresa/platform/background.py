"""Programs that run beside a block of code."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

__all__ = ["running"]


@contextlib.asynccontextmanager
async def running(*programs: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run coroutines beside the body: they end with it, and one that fails ends it.

    Raises:
        Exception: what a program, or the body, failed with first.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(program) for program in programs]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as group_error:
        # One failure is the rule; the others are what its cancelling brought about.
        raise _first(group_error) from None


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
