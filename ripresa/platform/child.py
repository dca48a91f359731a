"""Child processes that come back when they die."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

from telemetry.errors import ConfigurationError, TransportTimeout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Child", "free_port", "port_open", "wait_for_port"]

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.3
LONGEST_PAUSE_S = 10.0
STOP_S = 5.0
_PROMISED: Final[dict[int, int]] = {}
"""Handles of the locks on ports that were given out by number."""


class Child:
    """One process, started on entering, stopped on leaving, started again when it dies.

    Its output goes to a log file. Pauses between starts double up to ten seconds; a process
    that ended by itself with code 0 is done and stays so.

    Args:
        name: for logs and messages.
        command: program and arguments.
        log_file: takes what it prints.
        environment: added to ours.
        keep: start it again when it dies.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log_file: Path,
        *,
        environment: Mapping[str, str] | None = None,
        keep: bool = True,
    ) -> None:
        self.name = name
        self.starts = 0
        self._command = command
        self._log_file = log_file
        self._environment = {**os.environ, **(environment or {})}
        self._keep = keep
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._stopping = False
        self._away_s = 0.0
        self._done = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._start()
        self._watcher = asyncio.create_task(self._watch(), name=f"watch {self.name}")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._stopping = True
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    @property
    def pid(self) -> int | None:
        """Its process; None before it was started."""
        return None if self._process is None else self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it runs."""
        return None if self._process is None else self._process.returncode

    async def wait(self) -> None:
        """Wait until it is done for good."""
        await self._done.wait()

    def kill(self, *, away_s: float = 0) -> None:
        """SIGKILL, as a crash would; it comes back after `away_s` at the earliest."""
        self._away_s = away_s
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)

    async def _start(self) -> None:
        self.starts += 1
        with self._open_log() as output:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *bound_to_its_parent(self._command),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=asyncio.subprocess.STDOUT,
                    env=self._environment,
                )
            except OSError as e:
                raise ConfigurationError(
                    f"{self.name}: {self._command[0]} cannot be started ({e.strerror})"
                ) from e

    def _open_log(self) -> IO[bytes]:
        return self._log_file.open("ab")

    async def _watch(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            process = self._process
            if process is None:
                return
            code = await process.wait()
            if self._stopping or code == 0 or not self._keep:
                self._done.set()
                return
            log.warning("%s ended with %s; it is started again", self.name, code)
            away_s, self._away_s = self._away_s, 0.0
            await asyncio.sleep(max(pause_s, away_s))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            await self._start()


def free_port(wanted: int = 0) -> int:
    """`wanted` if nobody listens there on loopback or is about to, else a free port."""
    if wanted and _promised(wanted) and not port_open(wanted):
        with contextlib.suppress(OSError), socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", wanted))
            return wanted
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


def _promised(port: int) -> bool:
    """Whether a port is this process's to listen at; it stays so until the process ends.

    Between the look and the listening another program of ours may look too, and both would go to
    the one that listens first: a home would send to another home's clinic.
    """
    if port in _PROMISED:
        return True
    path = Path(tempfile.gettempdir()) / f"ripresa-port-{port}.lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return False
    _PROMISED[port] = handle
    return True


def port_open(port: int) -> bool:
    """Whether somebody listens at this port on loopback."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


async def wait_for_port(port: int, what: str, timeout_s: float = 15) -> None:
    """Wait until `what` listens.

    Raises:
        TransportError: it does not, after `timeout_s`.
    """
    try:
        async with asyncio.timeout(timeout_s):
            while not await asyncio.to_thread(port_open, port):  # noqa: ASYNC110 - no event to wait on
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise TransportTimeout(f"{what} did not open port {port} within {timeout_s:g} s") from None


def bound_to_its_parent(command: Sequence[str]) -> list[str]:
    """The command so that its process ends when this one is killed, where the system can do so.

    util-linux's `setpriv` asks the kernel for it and becomes the command; where it, or the
    command itself, is not there, the command stays as it is.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or shutil.which(command[0]) is None:
        return list(command)
    return [setpriv, "--pdeathsig", "TERM", "--", *command]
