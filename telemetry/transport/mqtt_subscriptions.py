"""What one connection wants to hear, and what its broker will not let it hear.

A broker may take a connection and refuse a subscription of it (SUBACK 0x80): nothing breaks, and
nothing ever comes. So each answer is looked at. What was refused is kept by its filter, told, and
asked for again now and then, since rights may be given while a connection holds.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from paho.mqtt.enums import MQTTErrorCode

from .bus import Handler, topic_matches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import paho.mqtt.client as paho

__all__ = ["MqttSubscriptions"]

log = logging.getLogger(__name__)


class MqttSubscriptions:
    """Filters, their handlers, and what the broker answered.

    Args:
        client: asks the broker.
        address: of the broker, for the log.
    """

    def __init__(self, client: paho.Client, address: str) -> None:
        self._client = client
        self._address = address
        self._wanted: dict[str, tuple[int, list[Handler]]] = {}
        self._asked: dict[int, list[str]] = {}
        self._refused: dict[str, None] = {}

    @property
    def refused(self) -> tuple[str, ...]:
        """Filters of which nothing will come, since the broker does not allow them."""
        return tuple(self._refused)

    def add(self, topic_filter: str, handler: Handler, qos: int) -> None:
        """Remember who wants to hear what."""
        known_qos, handlers = self._wanted.get(topic_filter, (0, []))
        self._wanted[topic_filter] = (max(qos, known_qos), [*handlers, handler])

    def ask(self, filters: Sequence[str] | None = None) -> bool:
        """Ask the broker for these filters, or all; False where the line has gone."""
        if filters is None:
            # A new connection: what was asked on the one before is answered no more.
            self._asked.clear()
        wanted = [(name, self._wanted[name][0]) for name in filters or list(self._wanted)]
        if not wanted:
            return True
        code, number = self._client.subscribe(wanted)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or number is None:
            return False
        self._asked[number] = [name for name, _ in wanted]
        return True

    def answered(self, number: int, reasons: Sequence[Any]) -> None:
        """Take in the broker's answer, one reason a filter, in the order in which it was asked."""
        for name, reason in zip(self._asked.pop(number, []), reasons, strict=False):
            if not reason.is_failure:
                if name in self._refused:
                    del self._refused[name]
                    log.info("the MQTT broker at %s lets us hear %s again", self._address, name)
            elif name not in self._refused:
                self._refused[name] = None
                log.warning(
                    "the MQTT broker at %s does not let us hear %s: nothing of it will come; "
                    "check what its access list allows this user",
                    self._address,
                    name,
                )

    def handlers_of(self, topic: str) -> list[tuple[str, Handler]]:
        """Who wants this topic, each with the filter."""
        return [
            (topic_filter, handler)
            for topic_filter, (_, handlers) in self._wanted.items()
            if topic_matches(topic_filter, topic)
            for handler in handlers
        ]
