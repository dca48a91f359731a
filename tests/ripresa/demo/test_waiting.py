"""A demo whose wearable does not come says what it waits for."""

import asyncio
from types import SimpleNamespace

from builders import opened
from ripresa.demo.demo import _first_stream
from ripresa.session.stream_positions import Positions
from telemetry.messages.notices import LinkState, WearableState


async def test_a_demo_that_waits_says_so_once_for_each_reason(caplog):
    positions, states = Positions(), []
    box = SimpleNamespace(positions=positions, board=SimpleNamespace(known=lambda: states))
    waiting = asyncio.create_task(_first_stream(box, "dot-1", patience_s=0.02))
    async with asyncio.timeout(5):
        while "dot-1: not found yet" not in caplog.text:
            await asyncio.sleep(0.01)
        states.append(WearableState(wearable="dot-1", state=LinkState.LOST, reason="out of reach"))
        while "dot-1: out of reach" not in caplog.text:
            await asyncio.sleep(0.01)
        positions(opened())
        await waiting
    assert caplog.text.count("not found yet") == 1
