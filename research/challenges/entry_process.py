"""An entry in a process of its own, with limits; the truth stays in this one.

1. The process is started anew, knows the entry's challenge and name and nothing else, and gets each
   call's inputs as copies by a pipe. Its answers are plain values (`plain_values`).
2. It may use so much memory and so many seconds a call; then the call fails, the process is ended,
   and the next call starts another. After `MOST_ENDED` of these the entry is given up.
3. Run by root, it becomes another user, where that one can read the programs. In the process
   (`entry_worker`), opening of files is confined to where programs lie, and no program is started.

What remains: code that does not come as Python can read whatever its user may; a challenge whose
data must not be read at all belongs on a machine of its own.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from .entry_guard import EntryError
from .plain_values import decode_answer

if TYPE_CHECKING:
    from .challenge import Entry

__all__ = ["EntryProcess", "Isolation"]

NOBODY = 65534
MOST_ENDED = 3
START_S = 60.0
MOST_ANSWER_BYTES = 512 * 2**20
READY, DONE, FAILED = b"ready", b"done", b"failed"


@dataclass(frozen=True, slots=True)
class Isolation:
    """Limits of an entry's process.

    Attributes:
        seconds: of one call.
        memory_mb: of its address space.
    """

    seconds: float = 60.0
    memory_mb: int = 4096


class EntryProcess:
    """Asks an entry in its process; started at the first call.

    Args:
        entry: found by its challenge and name in the process.
        limits: of it.
    """

    def __init__(self, entry: Entry, limits: Isolation) -> None:
        self._entry, self._limits = entry, limits
        self._running: _Running | None = None
        self._ended = 0

    def ask(self, attribute: str, *args: Any, **named: Any) -> Any:
        """See `entry_guard.EntryRunner`.

        Raises:
            EntryError: it raised, took too long, used too much memory or ended.
        """
        if self._ended >= MOST_ENDED:
            raise EntryError(f"given up after it had to be ended {MOST_ENDED} times")
        if self._running is None:
            self._running = _started(self._entry, self._limits)
        try:
            return self._running.ask(pickle.dumps((attribute, args, named)), self._limits.seconds)
        except _EndedError as e:
            self._ended += 1
            self.close()
            raise EntryError(str(e)) from e

    def close(self) -> None:
        """End its process."""
        if self._running is not None:
            self._running.close()
            self._running = None


class _EndedError(Exception):
    """The process is of no more use; the text says why."""


class _Running:
    """A started process and the pipe to it."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: Connection, folder: str) -> None:
        self._process, self._pipe, self._folder = process, pipe, folder

    def ask(self, call: bytes, seconds: float) -> Any:
        """EntryError where the entry raised, `_EndedError` where its process is to be ended."""
        try:
            self._pipe.send_bytes(call)
            kind = self._heard(seconds)
            payload = self._heard(seconds)
        except (EOFError, OSError) as e:
            raise _EndedError(f"its process ended{self._how()}") from e
        if kind == DONE:
            return decode_answer(payload)
        raise EntryError(payload.decode("utf-8", "replace"))

    def ready(self) -> bool:
        """Whether the entry was found; waits for it."""
        try:
            return self._heard(START_S) == READY
        except (EOFError, OSError, _EndedError):
            return False

    def close(self) -> None:
        """End it and forget what it wrote."""
        self._process.kill()
        self._process.wait()
        self._pipe.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _heard(self, seconds: float) -> bytes:
        if not self._pipe.poll(seconds):
            raise _EndedError(f"no answer within {seconds:g} s")
        return self._pipe.recv_bytes(MOST_ANSWER_BYTES)

    def _how(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=5)
            return f" by signal {-code}" if code < 0 else f" with code {code}"
        return ""


def _started(entry: Entry, limits: Isolation) -> _Running:
    """A process in which the entry was found: another user's, where that is possible."""
    users = (NOBODY, None) if hasattr(os, "geteuid") and os.geteuid() == 0 else (None,)
    for user in users:
        try:
            running = _start(entry, limits, user)
        except OSError:  # that user may not run this interpreter
            continue
        if running.ready():
            return running
        running.close()
    raise EntryError(
        f"{entry.name!r} is not found in a process of its own: register it under an entry point"
    )


def _start(entry: Entry, limits: Isolation, user: int | None) -> _Running:
    """Raises OSError where that user may not run this interpreter."""
    ours, theirs = socket.socketpair()
    folder = tempfile.mkdtemp(prefix="ripresa-entry-")
    pipe = theirs.fileno()
    try:
        if user is not None:
            os.chown(folder, user, user)
        process = subprocess.Popen(  # noqa: S603 - our own worker
            [
                *(sys.executable, "-m", "research.challenges.entry_worker"),
                *(entry.challenge, entry.name, str(pipe), str(limits.memory_mb)),
            ],
            cwd=folder,
            env=_environment(folder),
            pass_fds=(pipe,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    except OSError:
        ours.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        theirs.close()
    return _Running(process, Connection(ours.detach()), folder)


def _environment(folder: str) -> dict[str, str]:
    """Nothing of ours but where programs lie."""
    return {
        "PATH": os.defpath,
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
