"""Memory of a home with its game and of a clinic with 40 homes; bytes of a sample."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.faults.ingest_bench import sensor_batch
from ingest.journal.archive import write_stream
from ripresa.bench.clinic_under_test import SITE, ClinicUnderTest
from ripresa.bench.honest_home import HonestHome
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError, TransportError
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened

from .processes import children_of, command_of, cpu_s, pss_mb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from telemetry.messages.motion import StreamItem

__all__ = ["bench_memory"]

HOMES: Final = 40
EVERY_S: Final = 1.0
"""Each home writes a record about so often."""
WARM_S: Final = 8.0
"""Start, greeting and first sessions are over then."""
WINDOW_S: Final = 20.0
ARCHIVED_S: Final = 600
LIVE_BATCH: Final = 50
"""Samples of a message, as the tables of payloads have it."""
DEMO_SPEED: Final = 2.0
DEMO_PATIENCE_S: Final = 180.0


def bench_memory(folder: Path, *, said: Callable[[str], None] = lambda _: None) -> dict[str, float]:
    """What running programs hold, as proportional set size, and what a sample takes.

    Args:
        folder: scratch space.
        said: told of progress.

    Returns:
        `home_pss_mb` (the virtual radio is in its process), `game_pss_mb`, `home_and_game_pss_mb`:
        the most over a demo; `clinic_40_homes_pss_mb`, the most while 40 homes send, and
        `clinic_40_homes_core_percent` of the same time, with `clinic_40_homes_records_per_s`;
        `live_bytes_per_sample` of nine channels with device time, `archive_bytes_per_sample` of
        a file of ten minutes of them.

    Raises:
        ConfigurationError: no Linux, no mosquitto or openssl.
        TransportError: the demo or the clinic did not run.
    """
    said("a home and its game")
    figures = _home_and_game(folder)
    (folder / "clinic").mkdir()
    said(f"a clinic and {HOMES} homes")
    figures |= asyncio.run(_clinic(folder / "clinic"))
    return figures | _bytes_per_sample(folder)


def _home_and_game(folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "ripresa", "demo", "--headless", "--speed", str(DEMO_SPEED)]
    log = folder / "demo.log"
    most = {"home": 0.0, "game": 0.0, "both": 0.0}
    environment = os.environ | {"RIPRESA_HOME": str(folder / "demo")}
    with log.open("wb") as out:
        demo = subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=out, stderr=out, env=environment
        )
    try:
        deadline = time.monotonic() + DEMO_PATIENCE_S
        while demo.poll() is None and time.monotonic() < deadline:
            for game in (p for p in children_of(demo.pid) if "play" in command_of(p)):
                with contextlib.suppress(ConfigurationError):  # it has just ended
                    home_mb, game_mb = pss_mb(demo.pid), pss_mb(game)
                    most["home"] = max(most["home"], home_mb)
                    most["game"] = max(most["game"], game_mb)
                    most["both"] = max(most["both"], home_mb + game_mb)
            time.sleep(0.25)
    finally:
        if demo.poll() is None:
            demo.terminate()
        demo.wait()
    if demo.returncode != 0 or not most["both"]:
        raise TransportError(f"the demo did not run to its end: see {log}")
    return {
        "home_pss_mb": most["home"],
        "game_pss_mb": most["game"],
        "home_and_game_pss_mb": most["both"],
    }


async def _clinic(folder: Path) -> dict[str, float]:
    with ClinicUnderTest(folder) as clinic:
        homes = list(_homes(clinic, folder / "homes"))
        await clinic.start_broker()
        await clinic.start_clinic()
        status = await clinic.status()
        if status is None:
            raise TransportError("the clinic does not tell its state")
        async with asyncio.TaskGroup() as sending:
            tasks = [sending.create_task(_train(home)) for home in homes]
            await asyncio.sleep(WARM_S)
            figures = await _watched(int(status["pid"]), homes)
            for task in tasks:
                task.cancel()
        for home in homes:
            home.journal.close()
    return figures


def _homes(clinic: ClinicUnderTest, place: Path) -> Iterator[HonestHome]:
    place.mkdir()
    clock = SystemClock()
    for number in range(HOMES):
        patient = f"p-{number:03}"
        _, settings = clinic.enrol(patient)
        yield HonestHome(
            place,
            patient=patient,
            site=SITE,
            settings=settings,
            clock=clock,
            day=datetime.now(UTC).date().isoformat(),
        )


async def _train(home: HonestHome) -> None:
    async with home.bus:
        await home.run(EVERY_S, random.Random(home.patient))


async def _watched(pid: int, homes: list[HonestHome]) -> dict[str, float]:
    began, used_s, acked = time.monotonic(), cpu_s(pid), sum(home.acked for home in homes)
    most = 0.0
    while time.monotonic() - began < WINDOW_S:
        most = max(most, pss_mb(pid))
        await asyncio.sleep(1)
    taken = time.monotonic() - began
    return {
        "clinic_40_homes_pss_mb": most,
        "clinic_40_homes_core_percent": 100 * (cpu_s(pid) - used_s) / taken,
        "clinic_40_homes_records_per_s": (sum(home.acked for home in homes) - acked) / taken,
    }


def _bytes_per_sample(folder: Path) -> dict[str, float]:
    live = _with_device_time(sensor_batch("01J00000000000000000000000", 0, LIVE_BATCH))
    written = write_stream(folder / "stream.parquet", _stream())
    return {
        "live_bytes_per_sample": len(encode_item(live)) / LIVE_BATCH,
        "archive_bytes_per_sample": written.size_bytes / written.samples,
    }


def _stream() -> list[StreamItem]:
    stream = "01J00000000000000000000000"
    opened = StreamOpened(
        stream=stream,
        wearable="bench",
        model="bench",
        placement="wrist-right",
        rate_hz=100.0,
        opened_ns=0,
    )
    batches = [_with_device_time(sensor_batch(stream, 100 * s)) for s in range(ARCHIVED_S)]
    return [
        opened,
        *batches,
        StreamEnded(stream=stream, next_index=100 * ARCHIVED_S, reason="stopped"),
    ]


def _with_device_time(batch: MotionBatch) -> MotionBatch:
    index = batch.first_index + np.arange(len(batch))
    return dataclasses.replace(batch, device_us=(index * 10_000).astype(np.int64))
