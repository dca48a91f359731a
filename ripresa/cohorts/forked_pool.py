"""Jobs over forks of this process, which have imported all that it has.

A process that is started anew imports for a second of CPU what a fork is born with. To fork is
sound on Linux and with one thread: what another one held would stay locked in the fork for ever.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["may_fork", "over_forks"]

J = TypeVar("J")
R = TypeVar("R")


def may_fork() -> bool:
    """Whether forks of this process are sound now."""
    return sys.platform == "linux" and threading.active_count() == 1


def over_forks(
    work: Callable[[J], R], jobs: Sequence[J], workers: int
) -> Iterator[tuple[J, R] | None]:
    """Jobs with their results as they come; None, and no more, where a process died.

    Args:
        work: a function of a module.
        jobs: what it is called with; can be pickled, as its results.
        workers: processes.
    """
    died = False
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        futures = {pool.submit(work, job): job for job in jobs}
        for future in as_completed(list(futures)):
            job = futures.pop(future)
            try:
                result = future.result()
            except BrokenProcessPool:
                # All that are not done are told so, and what was done before comes, too.
                died = True
                continue
            yield job, result
    if died:
        yield None
