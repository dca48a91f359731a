"""The Lab Streaming Layer beside the home's broker: how late a sample comes to a consumer."""

from __future__ import annotations

import asyncio
import importlib.util
import struct
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ripresa.platform.broker import broker_beside
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError, TransportTimeout
from telemetry.identity import new_ulid
from telemetry.transport.mqtt import MqttBus, MqttSettings

if TYPE_CHECKING:
    from pathlib import Path

    from telemetry.transport.bus import Message

__all__ = ["bench_lsl"]

RATE_HZ: Final = 100
SECONDS: Final = 2.5
ROUNDS: Final = 5
TOPIC: Final = "ripresa/bench/bench/live/motion/bench"
CHANNELS: Final = 9
STAMP: Final = struct.Struct("<d9f")
PATIENCE_S: Final = 20.0


def bench_lsl(folder: Path) -> dict[str, float]:
    """From a producer's process to a consumer's, 100 samples a second of nine channels.

    Both clocks are this machine's monotonic one. Five turns of each, one after the other.

    Returns:
        `lsl.p50_ms`, `p95_ms`, `p99_ms` of LSL; `lsl.ours_p50_ms` and so on of a message over the
        home's broker; `lsl.ours_ratio_to_lsl_p99`, the median of the turns.

    Raises:
        ConfigurationError: pylsl or mosquitto is not installed.
        TransportTimeout: nothing came.
    """
    if importlib.util.find_spec("pylsl") is None:
        raise ConfigurationError("LSL is not installed: pip install 'ripresa[lsl]'")
    theirs, ours = [], []
    with broker_beside(folder) as port:
        if port is None:
            raise ConfigurationError("this measurement needs a broker: install mosquitto")
        for _ in range(ROUNDS):
            theirs.append(_over_lsl())
            ours.append(asyncio.run(_over_broker(port)))
    figures = {}
    for name, rounds in (("lsl.", theirs), ("lsl.ours_", ours)):
        for p in (50, 95, 99):
            figures[f"{name}p{p}_ms"] = median(float(np.percentile(r, p)) for r in rounds)
    ratios = [
        np.percentile(a, 99) / np.percentile(b, 99) for a, b in zip(ours, theirs, strict=True)
    ]
    return {**figures, "lsl.ours_ratio_to_lsl_p99": float(median(ratios))}


def _over_lsl() -> list[float]:
    import pylsl  # noqa: PLC0415 - a peer

    name = f"bench-{new_ulid(SystemClock())}"
    with _producer("lsl", name):
        found = pylsl.resolve_byprop("name", name, timeout=PATIENCE_S)
        if not found:
            raise TransportTimeout("the other process' LSL stream was not found")
        inlet = pylsl.StreamInlet(found[0], max_buflen=1)
        late: list[float] = []
        deadline = time.monotonic() + PATIENCE_S
        while len(late) < RATE_HZ * SECONDS:
            sample, _ = inlet.pull_sample(timeout=1.0)
            if sample is not None:
                late.append(1e3 * (time.monotonic() - sample[0]))
            elif time.monotonic() > deadline:
                raise TransportTimeout("nothing came over LSL")
        inlet.close_stream()
    return late


async def _over_broker(port: int) -> list[float]:
    late: list[float] = []
    enough = asyncio.Event()

    def take(message: Message) -> None:
        late.append(1e3 * (time.monotonic() - STAMP.unpack(message.payload)[0]))
        if len(late) >= RATE_HZ * SECONDS:
            enough.set()

    async with MqttBus(MqttSettings(port=port), "bench-consumer") as bus:
        await bus.wait_connected()
        bus.subscribe(TOPIC, take)
        await asyncio.sleep(0.2)
        with _producer("mqtt", str(port)):
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await enough.wait()
            except TimeoutError:
                raise TransportTimeout("nothing came over the broker") from None
    return late


class _producer:  # noqa: N801 - a context, used as a function
    """A process of this module that gives samples until it is ended."""

    def __init__(self, way: str, where: str) -> None:
        self._command = [sys.executable, "-m", __name__, way, where]

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._command)  # noqa: S603 - our own program

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def _give_lsl(name: str) -> None:
    import pylsl  # noqa: PLC0415 - a peer

    info: Any = pylsl.StreamInfo(name, "motion", 1 + CHANNELS, RATE_HZ, "double64", name)
    outlet = pylsl.StreamOutlet(info)
    _pace(lambda: outlet.push_sample([time.monotonic(), *range(CHANNELS)]))


async def _give_mqtt(port: int) -> None:
    async with MqttBus(MqttSettings(port=port), "bench-producer") as bus:
        await bus.wait_connected()
        due = time.monotonic()
        while True:
            due += 1 / RATE_HZ
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            bus.publish(TOPIC, STAMP.pack(time.monotonic(), *range(CHANNELS)))


def _pace(give: Any) -> None:
    due = time.monotonic()
    while True:
        due += 1 / RATE_HZ
        time.sleep(max(0.0, due - time.monotonic()))
        give()


if __name__ == "__main__":
    if sys.argv[1] == "lsl":
        _give_lsl(sys.argv[2])
    else:
        asyncio.run(_give_mqtt(int(sys.argv[2])))
