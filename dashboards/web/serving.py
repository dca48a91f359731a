"""Serves the web view within the running event loop, on a free port if the usual is taken."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from telemetry.errors import ConfigurationError, TransportError

from .timed_protocol import TimedProtocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from fastapi import FastAPI
    from starlette.types import Message, Receive, Scope, Send

__all__ = ["USUAL_PORT", "ServedPage", "serve"]

USUAL_PORT: Final = 8470
AT_ONCE: Final = 200
"""Requests and connections; more are told to come later."""
KEEP_ALIVE_S: Final = 5
LARGEST_HEAD: Final = 16 << 10
LARGEST_BODY: Final = 1 << 20
"""Nothing that the page takes is near it."""


@dataclass(frozen=True, slots=True)
class ServedPage:
    """Where the page is."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Its address for a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


@contextlib.asynccontextmanager
async def serve(
    app: FastAPI, *, host: str = "127.0.0.1", port: int | None = None, proxies: Sequence[str] = ()
) -> AsyncIterator[ServedPage]:
    """Serve `app` as long as the context lasts.

    Args:
        app: from `create_app`.
        host: loopback, unless something in front of it guards who comes in.
        port: exactly this one; None takes the usual one, or a free one if that is taken.
        proxies: addresses or networks whose word on who asks, and how, is believed.

    Raises:
        ConfigurationError: `port` is taken, or `host` is not this machine's.
        TransportError: the server did not start.
    """
    listener = _listen(host, port)
    server = _Server(
        uvicorn.Config(
            BodyLimit(_told_by(app, proxies)),
            log_config=None,
            access_log=False,
            http=TimedProtocol,
            ws="websockets-sansio",
            ws_max_size=1 << 16,
            timeout_graceful_shutdown=1,
            server_header=False,
            # uvicorn would believe whoever comes from this machine.
            proxy_headers=False,
            limit_concurrency=AT_ONCE,
            timeout_keep_alive=KEEP_ALIVE_S,
            h11_max_incomplete_event_size=LARGEST_HEAD,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if running.done():
                raise TransportError(f"the web view did not start on {host}: see the log")
            await asyncio.sleep(0.01)
        yield ServedPage(host, listener.getsockname()[1])
    finally:
        server.should_exit = True
        await running
        listener.close()


def _told_by(app: Any, proxies: Sequence[str]) -> Any:
    """The application as it is seen behind proxies: with who asks, not who brings it."""
    return ProxyHeadersMiddleware(app, list(proxies)) if proxies else app


class BodyLimit:
    """Refuses a request whose body is larger than anything the page takes, before reading it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body bounded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        left = LARGEST_BODY
        if not told.isdigit() or len(told) > 12 or int(told) > left:
            await PlainTextResponse("too large", 413)(scope, receive, send)
            return

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # Without a length it was not known before: the rest is not waited for.
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, bounded, send)


class _Server(uvicorn.Server):
    """Leaves the signals to the program that it is a part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int | None) -> socket.socket:
    wanted = (port,) if port is not None else (USUAL_PORT, 0)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    problem: OSError | OverflowError | None = None
    for candidate in wanted:
        listener = socket.socket(family)
        # Without it a port whose last server has just ended counts as taken for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except (OSError, OverflowError) as e:
            listener.close()
            problem = e
        else:
            return listener
    raise ConfigurationError(
        f"the web view cannot listen on {host}:{wanted[0]} ({problem}): give another port"
    )
