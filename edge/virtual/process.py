"""Starts a virtual radio in a process of its own, and talks to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from typing import TYPE_CHECKING, Any, Self

from telemetry.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from telemetry.clock import ScaledClock

__all__ = ["RadioProcess"]

READY_S = 30.0


class RadioProcess:
    """An async context manager around `python -m edge.virtual.serve`.

    Args:
        wearables: names as in the virtual catalogue.
        clock: shared with the process.
        motions: what each senses, files of `motion_source.read_motion`; None left: they swing.
        rate_hz, samples: instead of the wearables' own rate, and samples a notification.

    Attributes:
        transport: for `RIPRESA_RADIO` or `VirtualAdapter.on_transport`.
        identities: of the wearables, in order.
    """

    def __init__(
        self,
        wearables: Sequence[str],
        clock: ScaledClock,
        *,
        rate_hz: float | None = None,
        samples: int | None = None,
        motions: Sequence[Path] = (),
    ) -> None:
        port = _free_port()
        self.transport = f"tcp-client:127.0.0.1:{port}"
        self.identities: list[str] = []
        self._command = [sys.executable, "-m", "edge.virtual.serve"]
        self._command += ["--listen", f"tcp-server:127.0.0.1:{port}", "--clock", clock.spec]
        for name in wearables:
            self._command += ["--wearable", name]
        for path in motions:
            self._command += ["--motion", str(path)]
        if rate_hz is not None:
            self._command += ["--rate-hz", str(rate_hz)]
        if samples is not None:
            self._command += ["--samples", str(samples)]
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Start it, wait until it listens.

        Raises:
            TransportError: it did not start.
        """
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(READY_S):
                ready = await self._answer()
        except (TimeoutError, TransportError) as e:
            await self.__aexit__()
            raise TransportError("the virtual radio's process did not start") from e
        self.identities = ready["identities"]
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(3):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._running.pid

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise TransportError("the virtual radio's process has not been started")
        return self._process

    async def tell(self, do: str, *, wearable: int = 0) -> dict[str, Any]:
        """Give a command, as `serve` lists them, and return its answer."""
        stdin = self._running.stdin
        assert stdin is not None  # noqa: S101 - opened as a pipe
        stdin.write(json.dumps({"do": do, "wearable": wearable}).encode() + b"\n")
        await stdin.drain()
        return await self._answer()

    async def emitted(self) -> list[int]:
        """What each wearable has emitted so far."""
        return list((await self.tell("emitted"))["emitted"])

    async def _answer(self) -> dict[str, Any]:
        stdout = self._running.stdout
        assert stdout is not None  # noqa: S101 - opened as a pipe
        line = await stdout.readline()
        if not line:
            raise TransportError("the virtual radio's process has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
