"""The small page that a browser opens to be a screen: where it is, and its address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from telemetry.transport.topics import HomeTopics

__all__ = ["PAGE", "page_address"]

PAGE = Path(__file__).with_name("screen.html")


def page_address(topics: HomeTopics, port: int, key: str, host: str = "127.0.0.1") -> str:
    """The page's address with what it needs to listen: the WebSocket's port, and its key."""
    asked = {"host": host, "port": port, "key": key}
    asked |= {"control": topics.control, "event": topics.event, "watched": topics.watched}
    return f"{PAGE.as_uri()}?{urlencode(asked)}"
