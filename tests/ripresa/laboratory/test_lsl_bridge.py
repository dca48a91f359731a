"""What a home's live topics bring reaches the outlets; what cannot be read stops nothing."""

from __future__ import annotations

import asyncio

from builders import SESSION, STREAM, T0_NS, batch, opened
from journals import session_opened
from ripresa.laboratory.lsl_bridge import LslBridge, opened_here
from telemetry.messages.codec import encode_item
from telemetry.messages.events import encode_event
from telemetry.messages.live import ControlBatch, encode_live
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics


class Taken:
    def __init__(self):
        self.items, self.events, self.live = [], [], []
        self.take, self.take_event = self.items.append, self.events.append
        self.take_live = self.live.append


async def test_motion_events_and_control_reach_the_outlets_and_nonsense_is_left_out():
    bus, topics, taken = LocalBus(), HomeTopics("clinic", "p-01"), Taken()
    bridge = LslBridge(bus, topics, taken)
    control = ControlBatch(session=SESSION, item="a", t0_ns=T0_NS, dt_us=(0,), control=(0.5,))
    bus.publish(topics.motion(STREAM), encode_item(opened()))
    bus.publish(topics.motion(STREAM), b"nonsense")
    bus.publish(topics.control, b"{}")
    bus.publish(topics.motion(STREAM), encode_item(batch(5)))
    bus.publish(topics.event, encode_event(session_opened()))
    bus.publish(topics.control, encode_live(control))
    await asyncio.sleep(0)
    assert [type(item).__name__ for item in taken.items] == ["StreamOpened", "MotionBatch"]
    assert taken.events == [session_opened()]
    assert taken.live == [control]
    assert bridge.refused == 2


def test_where_no_journal_is_nothing_is_known_of_a_stream(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    assert opened_here(STREAM) is None
