"""Open Sound Control 1.0: control and events as UDP datagrams for an engine or a headset.

    /ripresa/control     f control  f target  f limit  h t_ns  T|F calibrated
    /ripresa/repetition  i number   f reached          h t_ns
    /ripresa/silent      T|F silent
    /ripresa/event       s type     i number           h t_ns
    /ripresa/watched     s roles of who sees the session at the clinic, by commas; empty: nobody

One datagram a sample, sent as it comes; none is repeated. It goes to a loopback address unless
told otherwise, and carries no pseudonym and no session.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

from pythonosc.osc_message_builder import OscMessageBuilder

from telemetry.errors import ConfigurationError, DecodeError
from telemetry.messages.events import decode_event
from telemetry.messages.live import ControlBatch, RepetitionCounted, SensorSilent, decode_live
from telemetry.messages.notices import WatchedNow

if TYPE_CHECKING:
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.topics import HomeTopics

__all__ = ["OscOut", "osc_message"]

NS_PER_US = 1000


def osc_message(address: str, *values: bool | float | str) -> bytes:
    """One OSC message; an int beyond 32 bits becomes the type `h`, booleans carry no data."""
    message = OscMessageBuilder(address)
    for value in values:
        message.add_arg(value)
    return message.build().dgram


class OscOut:
    """Sends a home's control and events on, as long as it is open.

    Args:
        bus, topics: what to listen to.
        host, port: where datagrams go.

    Attributes:
        sent: datagrams.
        refused: messages of the bus that could not be read.

    Raises:
        ConfigurationError: the host is no IP address of this machine's own network.
    """

    def __init__(
        self, bus: Bus, topics: HomeTopics, host: str = "127.0.0.1", port: int = 9000
    ) -> None:
        try:
            address = ipaddress.ip_address(host)
        except ValueError as e:
            raise ConfigurationError(f"OSC host {host!r}: give an IP address") from e
        if not (address.is_loopback or address.is_private):
            raise ConfigurationError(f"OSC host {host} lies outside: use one in the home's network")
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        self._to = (host, port)
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self.sent = self.refused = 0
        bus.subscribe(topics.control, self._on_live)
        bus.subscribe(topics.event, self._on_event)
        bus.subscribe(topics.watched, self._on_watched)

    def close(self) -> None:
        """Send no more."""
        self._socket.close()

    def _on_live(self, message: Message) -> None:
        try:
            live = decode_live(message.payload)
        except DecodeError:
            self.refused += 1
            return
        match live:
            case ControlBatch():
                for dt_us, control in zip(live.dt_us, live.control, strict=False):
                    t_ns = live.t0_ns + dt_us * NS_PER_US
                    values = (float(control), float(live.target), float(live.limit), t_ns)
                    self._send("/ripresa/control", *values, live.calibrated)
            case RepetitionCounted():
                self._send("/ripresa/repetition", live.number, float(live.reached), live.t_ns)
            case SensorSilent():
                self._send("/ripresa/silent", live.silent)
            case _:
                pass

    def _on_event(self, message: Message) -> None:
        try:
            event = decode_event(message.payload)
        except DecodeError:
            self.refused += 1
            return
        self._send("/ripresa/event", event.type, event.number, event.t_ns)

    def _on_watched(self, message: Message) -> None:
        try:
            watched = WatchedNow.decode(message.payload)
        except DecodeError:
            self.refused += 1
            return
        self._send("/ripresa/watched", ",".join(watched.watchers))

    def _send(self, address: str, *values: bool | float | str) -> None:
        try:
            self._socket.sendto(osc_message(address, *values), self._to)
        except OSError:
            return  # a screen that is not there misses what it would have missed anyway
        self.sent += 1
