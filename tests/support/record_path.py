"""Homes that send and clinics that take in, for tests of the way between them."""

from __future__ import annotations

import asyncio
import contextlib

from builders import batch
from ingest.transfer.send_window import WindowLimits
from journals import item_record
from telemetry.transport.topics import HomeTopics

TOPICS = HomeTopics("clinic", "p-01")
PATIENCE = WindowLimits(records=50, size_bytes=40_000, patience_s=0.3, max_pause_s=1)


@contextlib.asynccontextmanager
async def running(*parts):
    tasks = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition, timeout_s=20):
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


def some_records(n, first=0):
    return [item_record(batch(5, first_index=5 * (first + i))) for i in range(n)]


def contents(journal, home):
    records, after = [], 0
    while page := journal.records(after, home=home):
        records += page
        after = page[-1].position
    return [(r.position, r.kind, r.body, r.session, r.stream, r.t_ns) for r in records]
