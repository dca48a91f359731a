"""The live path: each notification's samples to the bus at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.codec import encode_item
from telemetry.messages.motion import MotionBatch, StreamItem

if TYPE_CHECKING:
    from telemetry.transport.bus import Bus
    from telemetry.transport.topics import HomeTopics

__all__ = ["LiveSink"]


class LiveSink:
    """Publishes every item on its stream's live topic, QoS 0; never waits, keeps nothing.

    Args:
        bus: where to.
        topics: of the patient's home.

    Attributes:
        published: samples so far.
    """

    def __init__(self, bus: Bus, topics: HomeTopics) -> None:
        self._bus = bus
        self._topics = topics
        self._topic_of: dict[str, str] = {}
        self.published = 0

    def __call__(self, item: StreamItem) -> None:
        """Publish one item."""
        topic = self._topic_of.get(item.stream)
        if topic is None:
            topic = self._topic_of[item.stream] = self._topics.motion(item.stream)
        self._bus.publish(topic, encode_item(item))
        if isinstance(item, MotionBatch):
            self.published += len(item)
