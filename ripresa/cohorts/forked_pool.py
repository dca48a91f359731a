"""Jobs over forks of this process, which have imported all that it has.

A process that is started anew imports for a second of CPU what a fork is born with. To fork is
sound on Linux and with one thread: what another one held would stay locked in the fork for ever.
A fork ends with the process that it works for, however that ends.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["may_fork", "over_forks"]

END_WITH_PARENT = 1
"""`PR_SET_PDEATHSIG` of prctl(2)."""
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
    fork = get_context("fork")
    with ProcessPoolExecutor(workers, fork, _end_with, (os.getpid(),)) as pool:
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


def _end_with(parent: int) -> None:
    """Have this fork killed when its parent ends, or end it where that has ended already."""
    ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
