"""The loopback broker: mosquitto where it is on the PATH, else amqtt within this process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from telemetry.errors import ConfigurationError, StoreError
from telemetry.files import write_atomically

from .child import Child, free_port, wait_for_port
from .configuration import LOOPBACK
from .listening import wider_than_loopback
from .websocket_bridge import websocket_bridge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

__all__ = [
    "SCREENS_AWAY",
    "SCREEN_KEY",
    "LocalBroker",
    "broker_beside",
    "find_mosquitto",
    "local_broker",
]

log = logging.getLogger(__name__)

USUAL_PORT = 1883
SCREEN_KEY = "screens.key"
SCREENS_AWAY = "screens.away"
"""Why browsers are not let in, for whoever asks for the page; there as long as it is so."""
"""Beside the broker's configuration: what a page must know to come in; drawn at each start."""

# No message may be dropped on overflow: mosquitto answers PUBACK with success and then drops.
# Nor may one wait for the acknowledgement of the last, as small ones do up to 40 ms.
MOSQUITTO_CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages 200
set_tcp_nodelay true
"""


def _configuration(port: int) -> str:
    """Mosquitto's configuration.

    Started as root it would change its user, and Linux then forgets that it is to end with its
    parent: a broker would outlive a killed home.
    """
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return MOSQUITTO_CONFIGURATION.format(port=port) + ("user root\n" if as_root else "")


class _Killable(Protocol):
    def kill(self, *, away_s: float = 0) -> None: ...


@dataclass(frozen=True, slots=True)
class LocalBroker:
    """A broker on loopback; `process` is None where it runs within ours."""

    kind: str
    port: int
    process: _Killable | None = None


def find_mosquitto() -> str | None:
    """The path of mosquitto, also where only root has it on the PATH."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


@contextlib.asynccontextmanager
async def local_broker(
    folder: Path,
    *,
    port: int = USUAL_PORT,
    embedded: bool = False,
    websocket_port: int | None = None,
) -> AsyncIterator[LocalBroker]:
    """Run a broker on loopback; on another port where `port` is taken.

    Args:
        folder: takes its configuration and its log.
        port: the wanted one.
        embedded: amqtt, even where mosquitto is there.
        websocket_port: also listen here, on loopback, for screens in a browser; where it cannot
            be used, that is said and all else goes on.

    Raises:
        ConfigurationError: mosquitto cannot be started, or listens wider than on loopback.
        TransportError: it does not listen.
    """
    port = free_port(port)
    program = None if embedded else find_mosquitto()
    if program is None:
        async with _amqtt(port), _screens(websocket_port, port, folder):
            yield LocalBroker("amqtt", port)
        return
    configuration = folder / "mosquitto.conf"
    configuration.write_text(_configuration(port))
    command = [program, "-c", str(configuration)]
    async with Child("mosquitto", command, folder / "mosquitto.log") as child:
        await wait_for_port(port, "mosquitto")
        if child.pid is not None and (wide := wider_than_loopback(child.pid)):
            raise ConfigurationError(
                f"the home's broker listens on {', '.join(wide)}, which others can reach: "
                "it was stopped; see mosquitto's own configuration on this machine"
            )
        async with _screens(websocket_port, port, folder):
            yield LocalBroker("mosquitto", port, child)


@contextlib.asynccontextmanager
async def _screens(wanted: int | None, broker_port: int, folder: Path) -> AsyncIterator[None]:
    """The way in for browsers, where it is wanted and can be."""
    if wanted is None:
        yield
        return
    key, path, away = secrets.token_urlsafe(32), folder / SCREEN_KEY, folder / SCREENS_AWAY
    async with contextlib.AsyncExitStack() as stack:
        # A home that was killed left its own behind.
        path.unlink(missing_ok=True)
        away.unlink(missing_ok=True)
        try:
            await stack.enter_async_context(websocket_bridge(wanted, broker_port, key))
            stack.callback(path.unlink, missing_ok=True)
            write_atomically(path, key)
        except (OSError, StoreError) as e:
            # A screen in a browser is an extra: the session does not wait for it.
            reason = f"port {wanted} cannot be used ({getattr(e, 'strerror', None) or e})"
            log.warning(
                "no screens in a browser: %s; give another in RIPRESA_WEBSOCKET_PORT", reason
            )
            stack.callback(away.unlink, missing_ok=True)
            with contextlib.suppress(StoreError):
                write_atomically(away, reason)
        yield


@contextlib.contextmanager
def broker_beside(folder: Path) -> Iterator[int | None]:
    """Mosquitto as a process of its own for code without an event loop; its port, or None.

    Args:
        folder: takes its configuration.
    """
    program = find_mosquitto()
    if program is None:
        yield None
        return
    port = free_port()
    configuration = folder / "mosquitto.conf"
    configuration.write_text(_configuration(port))
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([program, "-c", str(configuration)], stdout=quiet, stderr=quiet)  # noqa: S603
    try:
        asyncio.run(wait_for_port(port, "mosquitto"))
        yield port
    finally:
        process.terminate()
        process.wait()


@contextlib.asynccontextmanager
async def _amqtt(port: int) -> AsyncIterator[None]:
    from amqtt.broker import Broker  # noqa: PLC0415 - slow to import, needed without mosquitto only

    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.ERROR)
    listeners = {"default": {"type": "tcp", "bind": f"{LOOPBACK}:{port}"}}
    broker = Broker(
        {
            "listeners": listeners,
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    await broker.start()
    try:
        yield
    finally:
        await broker.shutdown()
