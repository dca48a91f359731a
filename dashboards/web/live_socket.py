"""The WebSocket by which a page gets the movement and the session as they happen."""

import asyncio
import contextlib
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, WebSocket, WebSocketDisconnect

from dashboards.access.entrance import Allowed
from dashboards.access.principal import Action
from telemetry.identity import Pseudonym

from .live_feed import LiveFeed

__all__ = ["live_routes"]

FRAME_EVERY_S: Final = 1 / 30
"""Real seconds: what a screen can show, however fast the clock of the therapy runs."""

POLICY_VIOLATION: Final = 1008


def live_routes(feed: LiveFeed) -> APIRouter:
    """The live route, shown what `feed` hears."""
    router = APIRouter()

    @router.websocket("/api/live/{patient}", dependencies=[Depends(Allowed(Action.WATCH_LIVE))])
    async def live(socket: WebSocket, patient: Annotated[Pseudonym, Path()]) -> None:
        """A patient's movement and session as `LiveFrame`s, at most 30 a second."""
        if not _same_origin(socket):
            await socket.close(POLICY_VIOLATION)
            return
        await socket.accept()
        await _show(socket, feed, patient)

    return router


async def _show(socket: WebSocket, feed: LiveFeed, patient: str) -> None:
    """Send frames until the page goes away; what it sends is ignored."""
    mailbox = feed.watch(patient)

    async def send() -> None:
        while True:
            frame = await mailbox.take()
            await socket.send_text(frame.model_dump_json())
            await asyncio.sleep(FRAME_EVERY_S)

    sender = asyncio.create_task(send())
    gone = asyncio.create_task(_until_gone(socket))
    try:
        await asyncio.wait((sender, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        feed.leave(patient, mailbox)
        sender.cancel()
        gone.cancel()
        await asyncio.gather(sender, gone, return_exceptions=True)


async def _until_gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass


def _same_origin(socket: WebSocket) -> bool:
    """Whether a page of ours asks: browsers let any page open a WebSocket to loopback."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
