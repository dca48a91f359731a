"""The WebSocket by which a page gets the movement and the session as they happen."""

import asyncio
import contextlib
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, WebSocket, WebSocketDisconnect

from dashboards.access.entrance import Allowed, Asking
from dashboards.access.guarded_entrance import SOCKET_PROTOCOL
from dashboards.access.principal import Action
from telemetry.identity import Pseudonym

from .live_feed import LiveFeed

__all__ = ["live_routes"]

POLICY_VIOLATION: Final = 1008
LOOK_EVERY_S: Final = 1.0
"""How soon somebody who was let in is out again when they are no longer."""


def live_routes(feed: LiveFeed) -> APIRouter:
    """The live route, shown what `feed` hears."""
    router = APIRouter()

    @router.websocket("/api/live/{patient}")
    async def live(
        socket: WebSocket,
        patient: Annotated[Pseudonym, Path()],
        asking: Annotated[Asking, Depends(Allowed(Action.WATCH_LIVE))],
    ) -> None:
        """A patient's movement and session as `LiveFrame`s, at most 30 a second."""
        offered = socket.scope.get("subprotocols", [])
        await socket.accept(SOCKET_PROTOCOL if SOCKET_PROTOCOL in offered else None)
        await _show(socket, feed, patient, asking)

    return router


async def _show(socket: WebSocket, feed: LiveFeed, patient: str, asking: Asking) -> None:
    """Send frames until the page goes away, or may not see them any more; it says nothing."""
    mailbox = feed.watch(patient)

    async def send() -> None:
        while True:
            for frame in await mailbox.take():
                await socket.send_text(frame)

    sender = asyncio.create_task(send())
    gone = asyncio.create_task(_until_gone(socket))
    barred = asyncio.create_task(_until_barred(asking))
    tasks = (sender, gone, barred)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if barred.done():
            await socket.close(POLICY_VIOLATION)
    finally:
        feed.leave(patient, mailbox)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass


async def _until_barred(asking: Asking) -> None:
    while await asking.stands():  # noqa: ASYNC110 - the store of another process has no event
        await asyncio.sleep(LOOK_EVERY_S)
