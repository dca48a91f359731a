"""MQTT over WebSocket for screens in a browser, on loopback, whatever the broker's own would do.

Mosquitto 2.0 is told an address for its WebSocket listener and listens on all of them. So the
bytes between browser and broker go through here: one TCP connection to the broker for each
browser, binary frames as they come, from pages of this machine only. These know a key that is
drawn at each start: where a page comes from is not enough, as a frame that any web site shuts off
names itself as a file does.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from .configuration import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from websockets.http11 import Request, Response

__all__ = ["websocket_bridge"]

log = logging.getLogger(__name__)

SCREENS_AT_ONCE: Final = 16
LARGEST: Final = 1 << 20
PAGES: Final = [None, Origin("null"), re.compile(r"https?://(localhost|127\.0\.0\.1)(:\d+)?")]
"""Pages of this machine: a file's, or a local server's. A web site that happens to be open in the
browser names itself, and is refused; what is no browser names nothing."""


@contextlib.asynccontextmanager
async def websocket_bridge(port: int, broker_port: int, key: str) -> AsyncIterator[None]:
    """Carry WebSocket connections on loopback `port` to the broker, as long as this lasts.

    Args:
        port: where to listen.
        broker_port: the broker's, on loopback.
        key: what a page must ask for, as the path `/KEY`.

    Raises:
        OSError: the port is taken.
    """
    room = asyncio.Semaphore(SCREENS_AT_ONCE)

    async def carry(browser: ServerConnection) -> None:
        if room.locked():
            return
        async with room:
            await _carry(browser, broker_port)

    def knows(line: ServerConnection, request: Request) -> Response | None:
        asked = request.path.removeprefix("/").encode(errors="replace")
        if hmac.compare_digest(asked, key.encode()):
            return None
        return line.respond(HTTPStatus.FORBIDDEN, "ripresa home page tells the address\n")

    async with serve(
        carry,
        LOOPBACK,
        port,
        origins=PAGES,
        process_request=knows,
        subprotocols=[Subprotocol("mqtt")],
        max_size=LARGEST,
    ):
        yield


async def _carry(browser: ServerConnection, broker_port: int) -> None:
    try:
        reader, writer = await asyncio.open_connection(LOOPBACK, broker_port)
    except OSError as e:
        log.warning("a screen found no broker: %s", e.strerror)
        return

    async def to_broker() -> None:
        async for frame in browser:
            if not isinstance(frame, bytes):
                return
            writer.write(frame)
            await writer.drain()

    async def to_browser() -> None:
        while data := await reader.read(1 << 16):
            await browser.send(data)

    ways = [asyncio.create_task(way()) for way in (to_broker, to_browser)]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        with contextlib.suppress(ConnectionClosed, OSError):
            await asyncio.gather(*ways, return_exceptions=True)
        writer.close()
