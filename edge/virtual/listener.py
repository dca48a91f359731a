"""The socket on which a virtual radio offers its adapter: one host at a time, the newest wins.

Bumble's own `tcp-server` forgets a new host when the old one's end is told after the new one's
beginning, and keeps the half packet that a crashed host left behind.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from bumble.transport.common import StreamPacketSource

from telemetry.errors import ConfigurationError, TransportError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["AdapterListener"]

log = logging.getLogger(__name__)

SCHEME = "tcp-server"


class AdapterListener:
    """An async context manager: listens while it lasts.

    Args:
        spec: `tcp-server:HOST:PORT`.

    Attributes:
        source: packets from the host, for a Bumble controller.
    """

    def __init__(self, spec: str) -> None:
        scheme, _, place = spec.partition(":")
        host, _, port = place.rpartition(":")
        if scheme != SCHEME or not host or not port.isdigit():
            raise ConfigurationError(f"{spec!r}: say where to listen as {SCHEME}:127.0.0.1:9001")
        self._place = host, int(port)
        self._host: asyncio.Transport | None = None
        self._server: asyncio.Server | None = None
        self.source = StreamPacketSource()

    async def __aenter__(self) -> Self:
        """Begin to listen.

        Raises:
            TransportError: the port is taken, or not to be had.
        """
        host, port = self._place
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: _Host(self), host, port
            )
        except OSError as e:
            raise TransportError(f"cannot listen on {host}:{port}: {e.strerror or e}") from e
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, let go of the host."""
        if self._host is not None:
            self._host.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def on_packet(self, packet: bytes) -> None:
        """Send a packet to the host; the sink of a Bumble controller."""
        if self._host is None:
            log.debug("no host is connected: a packet is dropped")
        else:
            self._host.write(packet)

    def _on_host(self, transport: asyncio.Transport) -> None:
        if self._host is not None:
            self._host.abort()
        self._host = transport
        self.source.parser.reset()

    def _on_bytes(self, transport: asyncio.Transport, data: bytes) -> None:
        if transport is self._host:
            self.source.data_received(data)

    def _on_lost(self, transport: asyncio.Transport) -> None:
        if transport is self._host:
            self._host = None


class _Host(asyncio.Protocol):
    """One host's connection."""

    def __init__(self, listener: AdapterListener) -> None:
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a socket's is
        self._transport = transport
        self._listener._on_host(transport)  # noqa: SLF001 - its other half

    def data_received(self, data: bytes) -> None:
        self._listener._on_bytes(self._transport, data)  # noqa: SLF001

    def connection_lost(self, _: Exception | None) -> None:
        self._listener._on_lost(self._transport)  # noqa: SLF001
