"""Hears a home's live topics, and hands them on to the Lab Streaming Layer."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from ingest.journal.reading import JournalReader
from ripresa.platform.configuration import journal_at_hand
from telemetry.errors import AmbiguousName, ConfigurationError, DecodeError, StoreError
from telemetry.messages.codec import decode_item
from telemetry.messages.events import decode_event
from telemetry.messages.live import decode_live
from telemetry.transport.mqtt import MqttBus

if TYPE_CHECKING:
    from collections.abc import Callable

    from research.laboratory.lsl_outlets import LslOutlets
    from telemetry.messages.motion import StreamOpened
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.mqtt import MqttSettings
    from telemetry.transport.topics import HomeTopics

__all__ = ["LslBridge", "bridge_to_lsl", "opened_here"]

log = logging.getLogger(__name__)


class LslBridge:
    """Gives what a bus brings to outlets; what cannot be read is left out and told.

    Args:
        bus: that brings the live topics.
        topics: of the home.
        outlets: that take them.
    """

    def __init__(self, bus: Bus, topics: HomeTopics, outlets: LslOutlets) -> None:
        self._outlets = outlets
        self.refused = 0
        bus.subscribe(topics.motion(), self._hear(lambda p: outlets.take(decode_item(p))))
        bus.subscribe(topics.event, self._hear(lambda p: outlets.take_event(decode_event(p))))
        bus.subscribe(topics.control, self._hear(lambda p: outlets.take_live(decode_live(p))))

    def _hear(self, take: Callable[[bytes], None]) -> Callable[[Message], None]:
        def hear(message: Message) -> None:
            try:
                take(message.payload)
            except DecodeError as e:
                self.refused += 1
                log.warning("left out of LSL: %s", e)

        return hear


async def bridge_to_lsl(broker: MqttSettings, topics: HomeTopics, outlets: LslOutlets) -> None:
    """Hand on until cancelled.

    Raises:
        TransportError: no broker answers.
    """
    async with MqttBus(broker, f"lsl-{topics.patient}") as bus:
        LslBridge(bus, topics, outlets)
        await bus.wait_connected()
        await asyncio.Event().wait()


def opened_here(stream: str) -> StreamOpened | None:
    """How a stream was opened, where a journal of this machine has it."""
    nowhere = suppress(StoreError, ConfigurationError, AmbiguousName)
    with nowhere, JournalReader(journal_at_hand(None)) as reader:
        return reader.stream_opened(stream)
    return None
