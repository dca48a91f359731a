"""Many homes in one process: reads what to do as JSON, tells what came of it as JSON."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from pathlib import Path
from typing import Any, Final

from telemetry.clock import SystemClock
from telemetry.transport.mqtt import MqttSettings
from telemetry.transport.topics import HomeTopics

from .sending_home import SendingHome

__all__ = ["main"]

COMING_IN_A_SECOND: Final = 25.0
"""Homes do not all switch on at once; nor do brokers shake so many hands."""


def main() -> None:
    """Run the homes of standard input to their end."""
    asked = json.load(sys.stdin)
    json.dump(asyncio.run(_run(asked)), sys.stdout)


async def _run(asked: dict[str, Any]) -> list[dict[str, Any]]:
    clock = SystemClock()
    homes = [
        SendingHome(
            HomeTopics(asked["site"], one["patient"]),
            MqttSettings(
                host="localhost",
                port=one["port"],
                username=one["user"],
                password=one["password"],
                ca_file=Path(asked["ca_file"]),
            ),
            clock,
        )
        for one in asked["homes"]
    ]
    async with asyncio.TaskGroup() as tasks:
        for number, home in enumerate(homes):
            dice = random.Random(f"{asked['seed']}-{number}")
            tasks.create_task(home.run(asked["records"], asked["every_s"], dice))
            await asyncio.sleep(1 / COMING_IN_A_SECOND)
    return [
        {
            "patient": one["patient"],
            "home": home.home,
            "digest": home.digest,
            "samples": home.samples,
            "resent": home.resent,
            "acks_s": [round(s, 4) for s in home.acks_s],
        }
        for one, home in zip(asked["homes"], homes, strict=True)
    ]


if __name__ == "__main__":
    main()
