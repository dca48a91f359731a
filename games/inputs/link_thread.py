"""An MQTT bus with an event loop of its own, beside a game loop that must not wait for it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from telemetry.transport.mqtt import MqttBus

__all__ = ["bus_on_its_own_thread"]

CONNECT_TIMEOUT_S = 10.0
GOODBYE_S = 0.3


@contextmanager
def bus_on_its_own_thread(make: Callable[[], MqttBus]) -> Iterator[MqttBus]:
    """Run a bus on a thread; its handlers run there, publishing is safe from anywhere.

    Raises:
        TransportError: no broker answered.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="game-bus", daemon=True)
    thread.start()
    leave = asyncio.Event()
    entered: asyncio.Future[MqttBus] | None = None

    async def hold(ready: asyncio.Future[MqttBus]) -> None:
        try:
            async with make() as bus:
                await bus.wait_connected(CONNECT_TIMEOUT_S)
                ready.set_result(bus)
                await leave.wait()
                # Requests made in the last frames go out before the line is closed.
                await asyncio.sleep(GOODBYE_S)
        except Exception as e:
            if ready.done():
                raise
            ready.set_exception(e)

    async def begin() -> tuple[asyncio.Task[None], MqttBus]:
        nonlocal entered
        entered = loop.create_future()
        task = asyncio.create_task(hold(entered))
        return task, await entered

    try:
        task, bus = asyncio.run_coroutine_threadsafe(begin(), loop).result()
        try:
            yield bus
        finally:
            loop.call_soon_threadsafe(leave.set)
            asyncio.run_coroutine_threadsafe(_finished(task), loop).result(CONNECT_TIMEOUT_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CONNECT_TIMEOUT_S)
        loop.close()


async def _finished(task: asyncio.Task[None]) -> None:
    await task
