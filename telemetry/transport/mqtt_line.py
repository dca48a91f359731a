"""The line to an MQTT broker, kept by an asyncio event loop instead of paho's own thread.

paho's external-loop interface: the event loop says when the socket can be read, what was
published in one turn of the loop is written in the next, and a timer sees to the keep-alive. Only
connecting, which blocks, is done in another thread. A publish so costs no wake-up of a thread, and
a message is handed on in the turn in which it is read.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import select
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import paho.mqtt.client as paho

__all__ = ["MqttLine"]

log = logging.getLogger(__name__)

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
LOOK_EVERY_S: Final = 1.0
LEAVE_S: Final = 5.0
"""How long a broker that reads no more may hold up the end."""
ROOM_S: Final = 0.01
"""How long to wait for room in the socket, where the loop cannot tell when there is some."""


class MqttLine:
    """Connects, and again after 1 to 30 s, until `leave`; make one on a running event loop.

    Args:
        client: told where to connect; all its calls but connecting are made on the loop.
        on_lost: told each time that the line has gone.
        on_unreachable: told each time that there is no broker.
    """

    def __init__(
        self,
        client: paho.Client,
        *,
        on_lost: Callable[[], None],
        on_unreachable: Callable[[], None],
    ) -> None:
        self._client = client
        self._on_lost = on_lost
        self._on_unreachable = on_unreachable
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._gone = asyncio.Event()
        self._pause_s = FIRST_PAUSE_S
        self._connecting: asyncio.Future[Any] | None = None
        self._polling: asyncio.Task[None] | None = None
        client.on_socket_open = _send_at_once
        client.on_socket_close = self._on_close
        client.on_socket_register_write = self._on_something_to_write
        self._looking = self._loop.call_later(LOOK_EVERY_S, self._look)
        self._keeping = self._loop.create_task(self._keep(), name="MQTT line")

    def accepted(self) -> None:
        """The broker has let us in: the next pause is a short one again."""
        self._pause_s = FIRST_PAUSE_S

    async def leave(self) -> None:
        """Send what was published, take leave of the broker, and end."""
        self._keeping.cancel()
        self._looking.cancel()
        waited = [self._keeping] if self._connecting is None else [self._keeping, self._connecting]
        await asyncio.gather(*waited, return_exceptions=True)
        self._client.disconnect()
        self._write()
        if self._client.socket() is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_S):
                    await self._gone.wait()
            self._cut()

    async def _keep(self) -> None:
        while True:
            self._gone.clear()
            self._connecting = self._loop.run_in_executor(None, self._client.reconnect)
            try:
                # Shielded, for the thread goes on: whoever leaves waits for it.
                await asyncio.shield(self._connecting)
            except OSError as e:
                log.debug("no broker: %s", e)
                self._on_unreachable()
            else:
                self._watch()
                await self._gone.wait()
            pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    def _watch(self) -> None:
        line = self._client.socket()
        if line is None:
            self._gone.set()
            return
        try:
            self._loop.add_reader(line.fileno(), self._read)
        except NotImplementedError:
            # As Windows' own loop, which watches no sockets.
            self._polling = self._loop.create_task(self._poll(line), name="MQTT poll")

    async def _poll(self, line: Any) -> None:
        while self._client.socket() is line:
            with contextlib.suppress(OSError, ValueError):
                ready = await asyncio.to_thread(_readable, line)
                if ready and self._client.socket() is line:
                    self._read()

    def _read(self) -> None:
        line: Any = self._client.socket()
        while line is not None:
            try:
                self._client.loop_read()
            except Exception:
                # What cannot be read leaves nothing to go on from; a new line begins afresh.
                log.exception("what the MQTT broker sent cannot be read")
                self._cut()
            line = self._client.socket()
            # TLS has decrypted more than was asked for: no socket tells of that.
            if not getattr(line, "pending", int)():
                return

    def _on_something_to_write(self, _client: paho.Client, _user: Any, _line: Any) -> None:
        if threading.get_ident() == self._thread:
            self._loop.call_soon(self._write)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._write)

    def _write(self) -> None:
        line = self._client.socket()
        if line is None:
            return
        number = line.fileno()
        self._client.loop_write()
        if self._client.socket() is not line:
            return
        try:
            if self._client.want_write():
                self._loop.add_writer(number, self._write)
            else:
                self._loop.remove_writer(number)
        except NotImplementedError:
            if self._client.want_write():
                self._loop.call_later(ROOM_S, self._write)

    def _look(self) -> None:
        self._looking = self._loop.call_later(LOOK_EVERY_S, self._look)
        self._client.loop_misc()
        if self._client.want_write():
            self._write()

    def _cut(self) -> None:
        """Close the socket: what cannot be read or written any more is gone."""
        line: Any = self._client.socket()
        if line is None:
            return
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(Exception):
            self._client.loop_read()

    def _on_close(self, _client: paho.Client, _user: Any, line: Any) -> None:
        with contextlib.suppress(NotImplementedError):
            self._loop.remove_reader(line.fileno())
            self._loop.remove_writer(line.fileno())
        self._gone.set()
        self._on_lost()


def _readable(line: Any) -> bool:
    return bool(select.select([line], [], [], LOOK_EVERY_S)[0])


def _send_at_once(_client: paho.Client, _user: Any, line: Any) -> None:
    """Let no small message wait for the acknowledgement of the one before (Nagle)."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
