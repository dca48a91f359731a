"""Screens outside: control and events for an engine by OSC, or for a browser over WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

from games.outside.browser_page import page_address
from games.outside.osc import OscOut
from ripresa.platform.broker import SCREEN_KEY, SCREENS_AWAY
from telemetry.errors import ConfigurationError
from telemetry.transport.mqtt import MqttBus, MqttSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from telemetry.transport.topics import HomeTopics

__all__ = ["page_for", "send_osc", "websocket_port"]

VARIABLE = "RIPRESA_WEBSOCKET_PORT"


def websocket_port(environment: Mapping[str, str] = os.environ) -> int | None:
    """Where the home's own broker also listens for browsers; None: nowhere.

    Raises:
        ConfigurationError: the port is no number.
    """
    named = environment.get(VARIABLE)
    if not named:
        return None
    if not named.isdecimal() or not 0 < int(named) < 1 << 16:
        raise ConfigurationError(f"{VARIABLE} is {named!r}: give a number, e.g. 9001")
    return int(named)


def page_for(topics: HomeTopics, folder: Path) -> str:
    """The address of the page that a browser opens to be a screen; it holds the home's key.

    Args:
        topics: of the home.
        folder: where the home's broker keeps its files.

    Raises:
        ConfigurationError: the broker does not listen for browsers (and why), or no home runs.
    """
    port = websocket_port()
    if port is None:
        raise ConfigurationError(f"set {VARIABLE} for the home and here, e.g. to 9001")
    try:
        key = (folder / SCREEN_KEY).read_text(encoding="ascii")
    except OSError as e:
        with contextlib.suppress(OSError):
            reason = (folder / SCREENS_AWAY).read_text(encoding="utf-8")
            raise ConfigurationError(
                f"the home runs, but lets no browser in: {reason}; give it another port in "
                f"{VARIABLE} and start it again"
            ) from e
        raise ConfigurationError(
            f"no home runs here that lets browsers in: start it with {VARIABLE} set, then ask again"
        ) from e
    return page_address(topics, port, key)


async def send_osc(broker: MqttSettings, topics: HomeTopics, host: str, port: int) -> None:
    """Send control and events on until cancelled.

    Raises:
        ConfigurationError: the host lies outside the home's network.
        TransportError: no broker answers.
    """
    async with MqttBus(broker, f"osc-{port}") as bus:
        out = OscOut(bus, topics, host, port)
        try:
            await bus.wait_connected()
            await asyncio.Event().wait()
        finally:
            out.close()
