"""The WebSocket by which a page gets the movement and the session as they happen."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, WebSocket, WebSocketDisconnect

from dashboards.access.entrance import Allowed, Asking
from dashboards.access.guarded_entrance import SOCKET_PROTOCOL
from dashboards.access.principal import Action
from telemetry.errors import RipresaError
from telemetry.identity import Pseudonym

from .audience import Mailbox
from .live_feed import LiveFeed
from .live_leases import LeaseFrame, LiveLeases, watcher_of

__all__ = ["live_routes"]

log = logging.getLogger(__name__)

POLICY_VIOLATION: Final = 1008
LOOK_EVERY_S: Final = 1.0
"""How soon somebody who was let in is out again when they are no longer."""
ASK: Final = "ask"
"""What a page says at a press of whoever watches: for the next ten minutes."""
END: Final = "end"


def live_routes(feed: LiveFeed, leases: LiveLeases | None = None) -> APIRouter:
    """The live route, shown what `feed` hears; with `leases` only while the home allows it."""
    router = APIRouter()

    @router.websocket("/api/live/{patient}")
    async def live(
        socket: WebSocket,
        patient: Annotated[Pseudonym, Path()],
        asking: Annotated[Asking, Depends(Allowed(Action.WATCH_LIVE))],
    ) -> None:
        """A patient's movement and session as `LiveFrame`s, at most 30 a second.

        Where homes are asked first, a page says `ask` for ten minutes, and `end` to let go;
        `LeaseFrame`s tell what came of it.
        """
        offered = socket.scope.get("subprotocols", [])
        await socket.accept(SOCKET_PROTOCOL if SOCKET_PROTOCOL in offered else None)
        mailbox = Mailbox()
        if leases is None:
            watching = _watching_all(feed, patient, mailbox)
        else:
            watching = _watching_by_lease(feed, leases, patient, asking, mailbox)
        async with watching as hear:
            await _show(socket, mailbox, asking, hear)

    return router


@contextlib.asynccontextmanager
async def _watching_all(
    feed: LiveFeed, patient: str, mailbox: Mailbox
) -> AsyncIterator[Callable[[str], None]]:
    """Whatever is on the bus; the page has nothing to say."""
    feed.watch(patient, mailbox)
    try:
        yield lambda _said: None
    finally:
        feed.leave(patient, mailbox)


@contextlib.asynccontextmanager
async def _watching_by_lease(
    feed: LiveFeed, leases: LiveLeases, patient: str, asking: Asking, mailbox: Mailbox
) -> AsyncIterator[Callable[[str], None]]:
    """Only what comes while a lease of this page stands, and only by its own asking."""
    asked_for: str | None = None

    def told(frame: LeaseFrame) -> None:
        # What a lease was given for before is left, also where another one begins.
        feed.leave(patient, mailbox)
        if frame.lease == "given":
            feed.watch(patient, mailbox, session=asked_for)
        mailbox.tell(frame.model_dump_json())

    mailbox.tell(LeaseFrame(lease="none").model_dump_json())
    async with leases.held(patient, watcher_of(asking.principal), told) as lease:

        def hear(said: str) -> None:
            nonlocal asked_for
            if said == END:
                lease.let_go()
            elif said == ASK:
                try:
                    asked_for = leases.running.of(patient)
                    lease.ask(asked_for)
                except RipresaError as e:
                    log.warning("nobody can be asked: %s", e)
                    lease.fail()

        try:
            yield hear
        finally:
            feed.leave(patient, mailbox)


async def _show(
    socket: WebSocket, mailbox: Mailbox, asking: Asking, hear: Callable[[str], None]
) -> None:
    """Send frames until the page goes away, or may not see them any more."""

    async def send() -> None:
        while True:
            for frame in await mailbox.take():
                await socket.send_text(frame)

    sender = asyncio.create_task(send())
    gone = asyncio.create_task(_until_gone(socket, hear))
    barred = asyncio.create_task(_until_barred(asking))
    tasks = (sender, gone, barred)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if barred.done():
            await socket.close(POLICY_VIOLATION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_gone(socket: WebSocket, hear: Callable[[str], None]) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while (said := await socket.receive())["type"] != "websocket.disconnect":
            hear(said.get("text") or "")


async def _until_barred(asking: Asking) -> None:
    while await asking.stands():  # noqa: ASYNC110 - the store of another process has no event
        await asyncio.sleep(LOOK_EVERY_S)
