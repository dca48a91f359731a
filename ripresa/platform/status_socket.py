"""How a running program is asked how it is: a socket in its own folder, for its owner only.

One connection, one JSON document, closed. Its path may be longer than a socket's address may
be, so the folder is opened and named by its handle.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from telemetry.errors import TransportError, TransportTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

__all__ = ["ask_status", "status_served"]

NAME: Final = "status.sock"
MOST_BYTES: Final = 4 << 20


@contextlib.asynccontextmanager
async def status_served(folder: Path, status: Callable[[], dict[str, Any]]) -> AsyncIterator[None]:
    """Answer with what `status` gives, as long as the context lasts; hold the folder's lock."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(json.dumps(status()).encode())
            await writer.drain()
        finally:
            writer.close()

    with _address(folder) as address:
        (folder / NAME).unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(answer, address)
        finally:
            os.umask(before)
    try:
        async with server:
            yield
    finally:
        (folder / NAME).unlink(missing_ok=True)


def ask_status(folder: Path, *, timeout_s: float = 10) -> dict[str, Any]:
    """What the program that runs on `folder` says of itself.

    Raises:
        TransportError: none runs there.
        TransportTimeout: it does not answer.
    """
    parts: list[bytes] = []
    try:
        with _address(folder) as address, socket.socket(socket.AF_UNIX) as line:
            line.settimeout(timeout_s)
            line.connect(address)
            while (part := line.recv(1 << 16)) and sum(map(len, parts)) < MOST_BYTES:
                parts.append(part)
        body: dict[str, Any] = json.loads(b"".join(parts))
    except TimeoutError as e:
        raise TransportTimeout(f"the program on {folder} does not answer: see its log") from e
    except (OSError, ValueError) as e:
        raise TransportError(f"nothing runs on {folder}: start it, or set RIPRESA_HOME") from e
    return body


@contextlib.contextmanager
def _address(folder: Path) -> Iterator[str]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        by_handle = Path(f"/proc/self/fd/{handle}")
        yield str((by_handle if by_handle.is_dir() else folder) / NAME)
    finally:
        os.close(handle)
