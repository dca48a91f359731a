"""The bus over a real broker, by paho-mqtt, MQTT 3.1.1.

The connection is an async context manager: inside it the client connects, reconnects with
a capped back-off and renews its subscriptions by itself; a broker that is away is a state
(`connected`), not an error. Subscribe before entering: what a persistent session has waiting
comes with the connection, and a message without a handler is gone. The event loop itself reads
and writes, see `mqtt_line`; handlers run on it. What is published in one turn of the loop goes out
in the next: held back for company it would be up to 40 ms late.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from telemetry.errors import (
    ConfigurationError,
    NotAuthorised,
    TransportError,
    TransportRefused,
    TransportTimeout,
)

from .bus import Message
from .mqtt_line import MqttLine
from .mqtt_subscriptions import MqttSubscriptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .bus import Handler

__all__ = ["LastWill", "MqttBus", "MqttSettings"]

log = logging.getLogger(__name__)

ASK_AGAIN_S = 30.0
"""After so long the broker is asked again for what it did not let us hear."""
MOST_GOING = 256
"""Messages at QoS 1 that are remembered before those that have gone are forgotten."""

_UNKNOWN = ("Bad user name or password", "Not authorized")
"""A broker's reasons, in MQTT's words, that mean us and not the broker."""


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where the broker is and who we are to it.

    `password` never shows in a representation; TLS is used when `ca_file` is given, with a
    client certificate when `cert_file` and `key_file` are.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class LastWill:
    """What the broker says, retained, when this connection breaks."""

    topic: str
    payload: bytes


class MqttBus:
    """A `Bus` on an MQTT broker.

    Args:
        settings: the broker.
        client_id: must be unique at the broker; with `persistent` the broker keeps QoS 1
            messages for it while it is away.
        last_will: retained message at QoS 1 for when the connection breaks.
        manual_ack: QoS 1 messages stay the broker's until the handler calls `acknowledge`.

    Raises:
        ConfigurationError: on entering, a certificate file cannot be used.
    """

    def __init__(
        self,
        settings: MqttSettings,
        client_id: str,
        *,
        last_will: LastWill | None = None,
        manual_ack: bool = False,
        persistent: bool = False,
    ) -> None:
        self._settings = settings
        self._manual_ack = manual_ack
        self._loop: asyncio.AbstractEventLoop | None = None
        self._line: MqttLine | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._up = asyncio.Event()
        self._went = asyncio.Event()
        self._waiters = 0
        self._going: list[paho.MQTTMessageInfo] = []
        self._refused: TransportError | None = None
        self.heard = 0
        """Messages that came."""
        self.without_handler = 0
        """Messages that nobody here wants, such as those of a subscription that an earlier run
        made: acknowledged, since what is not fills the broker's window and ends in silence."""
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=not persistent,
            protocol=paho.MQTTv311,
            manual_ack=manual_ack,
        )
        client.max_inflight_messages_set(200)
        if settings.username is not None:
            client.username_pw_set(settings.username, settings.password)
        if last_will is not None:
            client.will_set(last_will.topic, last_will.payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        self._client = client
        self._subscriptions = MqttSubscriptions(client, self._address)
        self._asking_again: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        settings = self._settings
        if settings.ca_file is not None:
            try:
                self._client.tls_set(
                    ca_certs=str(settings.ca_file),
                    certfile=str(settings.cert_file) if settings.cert_file else None,
                    keyfile=str(settings.key_file) if settings.key_file else None,
                )
            except (OSError, ValueError) as e:
                raise ConfigurationError(
                    f"TLS files for the broker cannot be used ({e}): check {settings.ca_file}"
                ) from e
        self._client.connect_async(settings.host, settings.port, keepalive=20)
        self._line = MqttLine(self._client, on_lost=self._up.clear, on_unreachable=self._no_broker)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._loop = None
        if self._asking_again is not None:
            self._asking_again.cancel()
        if self._line is not None:
            await self._line.leave()

    @property
    def _address(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted us and the line holds."""
        return self._up.is_set()

    @property
    def refused(self) -> TransportError | None:
        """Why the broker does not let us in; None where it does, or is not there."""
        return self._refused

    @property
    def unheard(self) -> tuple[str, ...]:
        """Topic filters that the broker does not let us hear, though it has let us in."""
        return self._subscriptions.refused

    async def wait_connected(self, timeout_s: float = 10) -> None:
        """Wait until the broker is there.

        Raises:
            TransportTimeout: it is not, after `timeout_s`; names the address.
            NotAuthorised: it knows us not, or not by this password.
            TransportRefused: it refused us; says why.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._up.wait()
        except TimeoutError:
            if self._refused is not None:
                raise self._refused from None
            raise TransportTimeout(
                f"no MQTT broker answers at {self._address}: is it running, is the port right?"
            ) from None

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send in the loop's next turn; at QoS 0 a message is lost while disconnected."""
        if qos == 0 and not self._up.is_set():
            return
        self._send(topic, payload, qos, retain=retain)

    async def deliver(
        self, topic: str, payload: bytes, *, retain: bool = False, timeout_s: float = 10
    ) -> None:
        """Send at QoS 1 and wait until the broker has it.

        Raises:
            TransportTimeout: it has not, after `timeout_s`; it is sent once the broker is back.
        """
        info = self._send(topic, payload, 1, retain=retain)
        await self._until(info.is_published, timeout_s)

    async def drain(self, timeout_s: float = 10) -> None:
        """Wait until the broker has all that was sent at QoS 1.

        Raises:
            TransportTimeout: it has not, after `timeout_s`; the rest is sent once it is back.
        """
        await self._until(lambda: not self._still_going(), timeout_s)

    def _send(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> paho.MQTTMessageInfo:
        info = self._client.publish(topic, payload, qos, retain)
        if qos:
            # Without a line paho keeps the message and says so by a code that never changes.
            info.rc = MQTTErrorCode.MQTT_ERR_SUCCESS
            self._going.append(info)
            if len(self._going) > MOST_GOING:
                self._still_going()
        return info

    def _still_going(self) -> int:
        self._going = [info for info in self._going if not info.is_published()]
        return len(self._going)

    async def _until(self, sent: Callable[[], bool], timeout_s: float) -> None:
        self._waiters += 1
        try:
            async with asyncio.timeout(timeout_s):
                while not sent():
                    self._went.clear()
                    await self._went.wait()
        except TimeoutError:
            raise TransportTimeout(
                f"the MQTT broker at {self._address} has not taken what was sent "
                f"within {timeout_s:g} s: is it running?"
            ) from None
        finally:
            self._waiters -= 1

    def subscribe(self, topic_filter: str, handler: Handler, *, qos: int = 0) -> None:
        """Hand every matching message to `handler`, now and after each reconnection."""
        self._subscriptions.add(topic_filter, handler, qos)
        if self._up.is_set():
            self._subscriptions.ask([topic_filter])

    def on_connect(self, callback: Callable[[], None]) -> None:
        """Call back after each connection, and soon if there is one already."""
        self._callbacks.append(callback)
        if self._up.is_set() and self._loop is not None:
            self._loop.call_soon(callback)

    async def drained(self, timeout_s: float, *, left: int = 100) -> bool:
        """Wait until at most `left` QoS 1 messages are not confirmed by the broker."""
        try:
            async with asyncio.timeout(max(0.0, timeout_s)):
                while len(self._client._out_messages) > left:  # noqa: ASYNC110, SLF001 - no event tells
                    await asyncio.sleep(0.005)
        except TimeoutError:
            return False
        return True

    def _on_connect(
        self, _client: paho.Client, _user: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            known, self._refused = self._refused, self._refusal(str(reason))
            if str(known) != str(self._refused):
                log.warning("%s", self._refused)
            return
        if not self._subscriptions.ask():
            return
        if self._line is not None:
            self._line.accepted()
        self._refused = None
        self._up.set()
        if self._loop is not None:
            for callback in self._callbacks:
                self._loop.call_soon(callback)

    def _no_broker(self) -> None:
        self._refused = None

    def _refusal(self, reason: str) -> TransportError:
        told = f"the MQTT broker at {self._address} refuses us ({reason})"
        if reason in _UNKNOWN:
            return NotAuthorised(f"{told}: check user and password, or enrol this home anew")
        return TransportRefused(f"{told}: its log says more")

    def _on_disconnect(
        self, _client: paho.Client, _user: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if self._loop is not None:
            log.info("broker connection lost: %s", reason)
        self._up.clear()

    def _on_subscribe(
        self, _client: paho.Client, _user: Any, number: int, reasons: Any, _properties: Any
    ) -> None:
        self._subscriptions.answered(number, reasons)
        if self._loop is None or not self._subscriptions.refused:
            return
        if self._asking_again is not None:
            self._asking_again.cancel()
        self._asking_again = self._loop.call_later(ASK_AGAIN_S, self._ask_again)

    def _ask_again(self) -> None:
        if self._up.is_set() and (refused := self._subscriptions.refused):
            self._subscriptions.ask(refused)

    def _on_publish(self, _client: paho.Client, _user: Any, *_rest: Any) -> None:
        if self._waiters:
            self._went.set()

    def _on_message(self, client: paho.Client, _user: Any, message: paho.MQTTMessage) -> None:
        if self._loop is None:
            return

        def acknowledge() -> None:
            client.ack(message.mid, message.qos)

        ours = Message(
            message.topic,
            bytes(message.payload),
            retained=message.retain,
            acknowledge=acknowledge if self._manual_ack else _done_already,
        )
        self._dispatch(ours)

    def _dispatch(self, message: Message) -> None:
        self.heard += 1
        wanted = self._subscriptions.handlers_of(message.topic)
        for topic_filter, handler in wanted:
            try:
                handler(message)
            except Exception:
                log.exception("handler of %s failed", topic_filter)
                # Given again it would fail again: whoever needs an answer asks again.
                message.acknowledge()
        if not wanted:
            self.without_handler += 1
            message.acknowledge()


def _done_already() -> None:
    """Paho has acknowledged by itself."""
