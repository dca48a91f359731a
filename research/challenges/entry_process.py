"""An entry in a process of its own, with limits; the truth stays in this one.

1. The process is started anew, in the strongest cage that the machine has (`sandbox`), knows where
   the entry is and nothing else, confines itself before it imports anything of the entry, and gets
   each call's inputs as copies. Its answers are plain values (`plain_values`).
2. It may use so much memory and so many seconds a call; then the call fails, the process and all
   that it started are ended, and the next call starts another. After `MOST_ENDED` of these the
   entry is given up.

What remains: whoever knows the simulators, or a public set's labels, can know the truth of such
cases; and without namespaces and Landlock, code that does not come as Python reads whatever its
user may. Cases that must stay unknown are recorded, or simulated with seeds of one's own.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pickle
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telemetry.errors import ConfigurationError, DecodeError

from .entry_channel import ChannelError, EntryChannel
from .entry_guard import EntryError
from .entry_worker import DONE, READY
from .foreign_entry import EntryPlace, ForeignEntry, entry_told, folder_places, installed_places
from .plain_values import decode_answer
from .sandbox import Cage, Outlook, cages, outlook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["EntryProcess", "Isolation", "described", "entries_at_hand"]

MOST_ENDED = 3
MOST_SAID = 1000
START_S = 60.0
MOST_ANSWER_BYTES = 128 * 2**20
CALL_BYTES = 8
MOST_WORD_BYTES, MOST_TOLD_BYTES = 16, 2**20


@dataclass(frozen=True, slots=True)
class Isolation:
    """Limits of an entry's process.

    Attributes:
        seconds: of one call.
        memory_mb: of its address space.
        withheld: files and folders that it never reads, even where programs lie.
    """

    seconds: float = 60.0
    memory_mb: int = 4096
    withheld: tuple[str, ...] = ()


class EntryProcess:
    """Asks an entry in its process; started at the first call.

    Args:
        place: where the process finds it.
        limits: of it.

    Attributes:
        cage: in what it runs; empty before its first start.
    """

    def __init__(self, place: EntryPlace, limits: Isolation) -> None:
        self._place, self._limits = place, limits
        self._running: _Running | None = None
        self._ended = 0
        self.cage = ""

    def ask(self, attribute: str, *args: Any, **named: Any) -> Any:
        """See `entry_guard.EntryRunner`.

        Raises:
            EntryError: it raised, took too long, used too much memory or ended.
        """
        running = self._ready()
        try:
            return running.ask(pickle.dumps((attribute, args, named)), self._limits.seconds)
        except _EndedError as e:
            self._ended += 1
            self.close()
            raise EntryError(str(e)) from e

    def told(self) -> Any:
        """Who the entry says it is.

        Raises:
            EntryError: it cannot be started.
        """
        return self._ready().told

    def close(self) -> None:
        """End its process."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def _ready(self) -> _Running:
        if self._ended >= MOST_ENDED:
            raise EntryError(f"given up after it had to be ended {MOST_ENDED} times")
        if self._running is None:
            try:
                self._running = _started(self._place, self._limits)
                self.cage = self._running.cage
            except EntryError:
                self._ended += 1
                raise
        return self._running


@functools.cache
def described(place: EntryPlace) -> ForeignEntry:
    """Who the entry of a place says it is, asked in a process of its own.

    Raises:
        EntryError: it does not say so, or cannot be loaded.
    """
    asked = EntryProcess(place, Isolation())
    try:
        return entry_told(asked.told(), place)
    except (ConfigurationError, KeyError, AttributeError, TypeError) as e:
        raise EntryError(f"entry point {place.point!r} ({place.value}): {e}") from e
    finally:
        asked.close()


def entries_at_hand(
    challenge: str, folders: Sequence[Path] = ()
) -> tuple[list[ForeignEntry], list[str]]:
    """Entries from outside for this challenge, and what is wrong with those that cannot be asked.

    Args:
        challenge: its name.
        folders: of packages that are not installed.

    Raises:
        ConfigurationError: a folder declares no entry.
    """
    places = [*installed_places(), *(p for folder in folders for p in folder_places(folder))]
    found, broken = [], []
    for place in places:
        try:
            entry = described(place)
        except EntryError as e:
            broken.append(str(e))
        else:
            found.append(entry)
    return [entry for entry in found if entry.challenge == challenge], broken


class _EndedError(Exception):
    """The process is of no more use; the text says why."""


class _Running:
    """A started process and the channel to it.

    Attributes:
        told: who the entry says it is.
        cage: how it is kept apart.
    """

    def __init__(
        self, process: subprocess.Popen[bytes], channel: EntryChannel, folder: str, cage: str
    ) -> None:
        self._process, self._channel, self._folder = process, channel, folder
        self.cage = cage
        self.told: Any = None

    def ask(self, task: bytes, seconds: float) -> Any:
        """EntryError where the entry raised, `_EndedError` where its process is to be ended.

        What it says to no call, or to one that is over, comes before its answer to this one and
        does not name it, however late it comes.
        """
        call = secrets.token_bytes(CALL_BYTES)
        try:
            self._channel.send(call, seconds=seconds)
            self._channel.send(task, seconds=seconds)
            if self._channel.receive(seconds=seconds, most=MOST_WORD_BYTES) != call:
                raise _EndedError("it spoke before it was asked")
            kind = self._channel.receive(seconds=seconds, most=MOST_WORD_BYTES)
            payload = self._channel.receive(seconds=seconds, most=MOST_ANSWER_BYTES)
        except ChannelError as e:
            raise _EndedError(f"{e}{self._how()}") from e
        if kind != DONE:
            raise EntryError(_as_text(payload))
        try:
            return decode_answer(payload)
        except DecodeError as e:
            raise EntryError(str(e)) from e

    def started(self) -> bool:
        """Whether it runs; waits for it.

        Raises:
            EntryError: it runs, and the entry cannot be loaded.
        """
        try:
            kind = self._channel.receive(seconds=START_S, most=MOST_WORD_BYTES)
            payload = self._channel.receive(seconds=START_S, most=MOST_TOLD_BYTES)
        except ChannelError:
            return False
        if kind != READY:
            raise EntryError(_as_text(payload))
        try:
            self.told = decode_answer(payload)
        except DecodeError as e:
            raise EntryError(str(e)) from e
        return True

    def close(self) -> None:
        """End it and all of its group, and forget what it wrote."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._channel.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _how(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout=1)
            return f" by signal {-code}" if code < 0 else f" with code {code}"
        return ""


def _as_text(payload: bytes) -> str:
    """What an entry says of a fault, on one line that moves no cursor."""
    text = payload[:MOST_SAID].decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _started(place: EntryPlace, limits: Isolation) -> _Running:
    """A process in which the entry was found, in the strongest cage that can run it."""
    within = outlook(place.folders, limits.withheld)
    folder = tempfile.mkdtemp(prefix="ripresa-entry-")
    for cage in cages(folder, within):
        try:
            running = _start(place, limits, cage, folder, within)
        except (OSError, subprocess.SubprocessError):  # that user may not run this interpreter
            continue
        try:
            if running.started():
                return running
        except EntryError as e:
            running.close()
            raise EntryError(f"entry point {place.point!r}: {e}") from e
        running.close()
        folder = tempfile.mkdtemp(prefix="ripresa-entry-")
    shutil.rmtree(folder, ignore_errors=True)
    raise EntryError(f"entry point {place.point!r}: its process ends before it says who it is")


def _start(
    place: EntryPlace, limits: Isolation, cage: Cage, folder: str, within: Outlook
) -> _Running:
    """Raises OSError where that user may not run this interpreter."""
    ours, theirs = socket.socketpair()
    told = {
        "value": place.value,
        "folders": place.folders,
        "channel": theirs.fileno(),
        "memory_mb": limits.memory_mb,
        "readable": within.readable,
        "listable": within.listable,
    }
    try:
        if hasattr(os, "geteuid"):
            owner = os.geteuid() if cage.user is None else cage.user
            os.chown(folder, owner, -1)
        process = subprocess.Popen(  # noqa: S603 - our own worker
            [
                *cage.prefix,
                *(sys.executable, "-m", "research.challenges.entry_worker", json.dumps(told)),
            ],
            cwd=folder,
            env=_environment(folder),
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            user=cage.user,
            group=cage.user,
            extra_groups=None if cage.user is None else [],
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return _Running(process, EntryChannel(ours), folder, cage.name)


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
