"""The home that `kills` starts and kills: `python -m ingest.faults.kill_roles JOURNAL PORT`.

It records samples as fast as its journal confirms them, a line on standard output for each
promise (`STREAM NEXT_INDEX`), and sends them.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np

from ingest.journal.journal import Journal
from ingest.transfer.send_window import WindowLimits
from ingest.transfer.uplink import Uplink
from telemetry.clock import SystemClock
from telemetry.errors import StoreBusy
from telemetry.identity import new_ulid
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import MotionBatch, StreamOpened
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

SAMPLES = 20
PAUSE_S = 0.01
TOPICS = HomeTopics("rehearsal", "p-1")


async def home(journal_path: Path, port: int) -> None:
    """Record and send until killed."""
    clock = SystemClock()
    journal = Journal.open(journal_path, clock)
    async with MqttBus(MqttSettings(port=port), f"home-{journal.home}") as bus:
        limits = WindowLimits(patience_s=1, max_pause_s=2)
        uplink = Uplink(bus, journal, TOPICS, clock, limits=limits, poll_s=0.05)
        sending = asyncio.create_task(uplink.run())
        stream = new_ulid(clock)
        opened = StreamOpened(
            stream=stream,
            wearable="rehearsal",
            model="none",
            placement="wrist-right",
            rate_hz=2000,
            opened_ns=clock.now_ns(),
        )
        await _keep(
            journal,
            NewRecord(
                t_ns=opened.opened_ns,
                kind=RecordKind.STREAM,
                body=encode_item(opened),
                stream=stream,
            ),
        )
        index = 0
        start_ns = clock.now_ns() // 1000 * 1000
        while not sending.done():
            batch = MotionBatch(
                stream=stream,
                first_index=index,
                t0_ns=start_ns + index * 500_000,
                dt_us=(np.arange(SAMPLES) * 500).astype(np.int32),
                lag_us=np.zeros(SAMPLES, np.int32),
                acc=np.full((SAMPLES, 3), index, np.float32),
            )
            body = encode_item(batch)
            await _keep(
                journal,
                NewRecord(t_ns=batch.t0_ns, kind=RecordKind.MOTION, body=body, stream=stream),
            )
            index += SAMPLES
            sys.stdout.write(f"{stream} {index}\n")
            sys.stdout.flush()
            await asyncio.sleep(PAUSE_S)
        await sending


async def _keep(journal: Journal, record: NewRecord) -> None:
    while True:
        try:
            await journal.append([record])
        except StoreBusy:
            await asyncio.sleep(0.05)
        else:
            return


def main(arguments: list[str]) -> None:
    """Be a home."""
    path, port = arguments
    asyncio.run(home(Path(path), int(port)))


if __name__ == "__main__":
    main(sys.argv[1:])
