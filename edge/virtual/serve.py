"""A virtual radio in a process of its own, its adapter's HCI on a socket.

    python -m edge.virtual.serve --listen tcp-server:127.0.0.1:9001 --wearable dot --wearable dot

Prints one JSON line when it is ready and one for each command on standard input:
`{"do": "take_away", "wearable": 0}`, `bring_back`, `cut_link`, `reboot`, or `{"do": "emitted"}`.
It ends with standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

from edge.virtual.peripherals.virtual_catalogue import virtual_names, virtual_wearable
from telemetry.clock import ScaledClock
from telemetry.errors import RipresaError

from .air import VirtualController
from .listener import AdapterListener
from .motion_source import read_motion, swing
from .recordings import load_recording
from .virtual_radio import VirtualRadio

__all__ = ["main"]


def main() -> None:
    """Serve until standard input ends."""
    options = _options()
    try:
        asyncio.run(_serve(options))
    except RipresaError as e:
        sys.exit(f"virtual radio: {e}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A virtual radio in a process of its own.")
    parser.add_argument("--listen", required=True, help="tcp-server:HOST:PORT")
    parser.add_argument("--wearable", action="append", choices=virtual_names())
    parser.add_argument("--recording", help="what each replays; without it they swing for ever")
    parser.add_argument(
        "--motion", action="append", help="what one wearable senses once, a .npz; in their order"
    )
    parser.add_argument("--rate-hz", type=float, help="instead of the wearable's own")
    parser.add_argument("--samples", type=int, help="in a notification, instead of its own")
    parser.add_argument("--clock", help="as ScaledClock.spec gives it")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    clock = ScaledClock.from_spec(options.clock) if options.clock else ScaledClock.start()
    if options.recording:
        _, motion = load_recording(options.recording)
    else:
        motion = swing(40.0, 100.0, endless=True)
    radio = VirtualRadio(clock)
    own = [read_motion(Path(path)) for path in options.motion or []]
    for number, name in enumerate(options.wearable or ["dot"]):
        sensed = own[number] if number < len(own) else motion
        await radio.add(
            virtual_wearable(name), sensed, rate_hz=options.rate_hz, samples=options.samples
        )
    async with AdapterListener(options.listen) as adapter:
        VirtualController("adapter", host_source=adapter.source, host_sink=adapter, link=radio.air)
        _say({"ready": True, "identities": [w.identity for w in radio.wearables]})
        lines = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        if not _tells_its_end(sys.stdin.fileno()):
            # Started in the background: nothing will be asked, and only a signal ends it.
            await asyncio.Event().wait()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := await lines.readline():
            _say(await _obey(radio, json.loads(line)))
        await radio.close()


def _tells_its_end(descriptor: int) -> bool:
    """Whether this is a pipe, a socket or a terminal; `/dev/null` and files can't be watched."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)


async def _obey(radio: VirtualRadio, command: dict[str, Any]) -> dict[str, Any]:
    wearable = radio.wearables[command.get("wearable", 0)]
    match command.get("do"):
        case "emitted":
            return {"emitted": [w.emitted for w in radio.wearables]}
        case "take_away":
            radio.air.take_away(wearable.address)
        case "bring_back":
            radio.air.bring_back(wearable.address)
        case "cut_link":
            radio.air.cut_link(wearable.address)
        case "reboot":
            await wearable.reboot()
        case unknown:
            return {"error": f"unknown command {unknown!r}"}
    return {"done": command["do"]}


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 - the protocol with the parent


if __name__ == "__main__":
    main()
