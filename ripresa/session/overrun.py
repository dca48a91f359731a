"""Calls that may not go on for ever: what computes is pure, and a slip in it may never return.

Both ways count the thread's processor time, so that a busy or suspended machine interrupts nothing;
where the system does not tell it, time on the clock. They interrupt Python's own steps; a call into
compiled code that never returns is beyond them.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Overran", "in_thread", "interrupted_after"]

P = ParamSpec("P")
T = TypeVar("T")

LOOK_EVERY_S = 1.0


class Overran(Exception):  # noqa: N818 - what happened, as `StopIteration`
    """A call took more processor time than it was given, and was interrupted."""


class _Watch:
    """A thread that looks, now and then, which block goes on.

    Blocks pay for two numbers each, thousands of times a second; nothing of theirs waits for it.
    """

    def __init__(self) -> None:
        self.entered = 0
        """Blocks so far."""
        self.within = 0
        """The number of the block that goes on; 0: none does."""
        self.owner = self.native = 0
        """The thread that it goes on in, by Python's id and by the system's."""
        self.cpu_s = 0.0
        self._seen = 0
        self._worked_s = 0.0
        self._runs = False
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def enter(self, cpu_s: float) -> None:
        """A block begins, in the thread that says so."""
        if not self._runs:
            self._runs = True
            threading.Thread(target=self._look_on, name="overrun watch", daemon=True).start()
        self.owner, self.native = threading.get_ident(), threading.get_native_id()
        self.cpu_s = cpu_s
        self.entered += 1
        self.within = self.entered

    def _look_on(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            self._look()

    def _look(self) -> None:
        block = self.within
        if not block:
            return
        worked_s = _worked_s(self.native)
        if block != self._seen:
            self._seen, self._worked_s = block, worked_s
        elif worked_s - self._worked_s >= self.cpu_s:
            # And again at the next look: what is interrupted may take the first for its own.
            _raise_in(self.owner)

    def _forked(self) -> None:
        self._runs, self.within = False, 0


_WATCH: Final = _Watch()


class interrupted_after:  # noqa: N801 - a block's head, as `contextlib.suppress`
    """Raise `Overran` within the block once its thread has worked long enough in it.

    It may also be raised on the way out of the block, so whoever catches it calls `left`. One
    block at a time in a process: they do not nest.

    Args:
        cpu_s: processor seconds; counted from the first look at the block, a second at most.

    Raises:
        Overran: the block went on for longer.
    """

    __slots__ = ("_cpu_s",)

    def __init__(self, cpu_s: float) -> None:
        self._cpu_s = cpu_s

    def __enter__(self) -> None:
        _WATCH.enter(self._cpu_s)

    def __exit__(self, *_: object) -> None:
        self.left()

    def left(self) -> None:
        """The block is over, however it ended."""
        _WATCH.within = 0


async def in_thread(cpu_s: float, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a call gives, from a thread of its own that may work so long.

    Args:
        cpu_s: processor seconds of the thread.
        call: what to call.
        *args: of the call.
        **kwargs: likewise.

    Raises:
        Overran: it went on for longer.
        Exception: whatever the call raises.
    """
    loop = asyncio.get_running_loop()
    given: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if given.done():
            return
        if error is None:
            given.set_result(result)  # type: ignore[arg-type]
        else:
            given.set_exception(error)

    def work() -> None:
        try:
            result, error = call(*args, **kwargs), None
        except BaseException as e:  # noqa: BLE001 - it is raised where the call is awaited
            result, error = None, e
        with contextlib.suppress(RuntimeError):  # the loop may have gone meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    thread = threading.Thread(target=work, name="bounded call", daemon=True)
    thread.start()
    ident, native = thread.ident or 0, thread.native_id or 0
    began_s = _worked_s(native)
    try:
        while not given.done():
            await asyncio.wait((given,), timeout=LOOK_EVERY_S)
            if not given.done() and _worked_s(native) - began_s > cpu_s:
                _raise_in(ident)
    except asyncio.CancelledError:
        _raise_in(ident)
        raise
    return given.result()


def _worked_s(native: int) -> float:
    """Processor seconds of a thread by its system's id; where the system tells none, a clock's."""
    if sys.platform == "linux":
        # The clock that pthread_getcpuclockid names; that call itself may crash on an ended thread.
        with contextlib.suppress(OSError):
            return time.clock_gettime(~native << 3 | 6)
    return time.monotonic()


def _raise_in(thread: int) -> None:
    """Raise `Overran` at a thread's next step in Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Overran))
