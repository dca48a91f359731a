"""What the clinic's page costs after a year: the real `clinic run` on a year of many patients.

Steps:

1. A clinic's facts are written without raw motion (`large_clinic`).
2. `clinic run` is started on it beside a broker; its figures are folded from nothing.
3. Worklist, patient and session are asked for one after the other, patients and sessions drawn at
   random. CPU is that of the clinic's process, wall time that of whoever asks.
4. So many idle pages ask as often as the worklist's page does, and for what they have already as
   that page asks; what the clinic costs without any page is taken off. Then a patient trains whom
   nobody watches (`live_0_percent`), then one page does (`live_1_percent`), then so many more, each
   by a lease of its own; what the first one costs is taken off theirs.
5. What a browser loads for each page is added up: its files, as their scripts import them, the
   chart library where it draws, and the answers. The facts hold no motion, so that a session's
   curve is weighed as the largest that one may have.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import math
import os
import random
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from dashboards.curves.session_curve import ItemCurve
from research.virtual_clinic.virtual_clinic import SITE
from ripresa.curves.curve_maker import MOST_STEPS, STEPS
from ripresa.platform.child import free_port
from ripresa.platform.configuration import LOOPBACK
from telemetry.errors import TransportTimeout
from telemetry.transport.mqtt import MqttSettings

from .large_clinic import write_large_clinic
from .training_home import TrainingHome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["bench_web", "largest_curve_kb"]

READY_S: Final = 900.0
ASKED: Final = 200
IDLE_PAGES: Final = 200
VIEWERS: Final = 50
WATCHED_S: Final = 15.0
IDLE_S: Final = 40.0
CLINIC_EVERY_S: Final = 10.0
LIST_EVERY_S: Final = 60.0
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
CLINIC: Final = "/api/clinic?lines=false"
WORKLIST: Final = "/api/patients?limit=30"
_IMPORT: Final = re.compile(r"""from "\./([\w.]+)"|import "\./([\w.]+)\"""")
_PAGES: Final = {
    "worklist": "worklist.js",
    "live": "now.js",
    "patient": "patient.js",
    "session": "session.js",
}
_CHART: Final = ("/static/vendor/uplot/uPlot.iife.min.js", "/static/vendor/uplot/uPlot.min.css")


def bench_web(
    folder: Path,
    *,
    broker_port: int,
    patients: int = 400,
    weeks: int = 52,
    asked: int = ASKED,
    said: Callable[[str], None] = lambda _line: None,
) -> dict[str, float]:
    """The figures of the documentation, flat.

    Raises:
        TransportTimeout: the clinic did not come up.
    """
    last = datetime.now(UTC).date() - timedelta(days=1)
    began = time.perf_counter()
    clinic = write_large_clinic(folder / "state", patients=patients, weeks=weeks, last=last)
    figures = {"write_s": time.perf_counter() - began, "records": float(clinic.records)}
    said(f"written: {clinic.records} records in {figures['write_s']:.0f} s")
    with _running(folder, broker_port) as page:
        began = time.perf_counter()
        page.until_ready()
        figures["fold_from_nothing_s"] = time.perf_counter() - began
        said(f"folded in {figures['fold_from_nothing_s']:.0f} s")
        figures |= _requests(page, clinic.patients, asked)
        figures |= _weights(page, clinic.patients[0])
        figures |= _idle(page)
        home = TrainingHome(
            SITE, clinic.patients[0], folder / "home", MqttSettings(port=broker_port)
        )
        figures |= asyncio.run(_live(page, home))
    return figures


@dataclass(frozen=True, slots=True)
class _Page:
    port: int
    pid: int

    def until_ready(self) -> None:
        """Wait for the first worklist."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            try:
                self.get(WORKLIST, timeout_s=READY_S)
            except (OSError, http.client.HTTPException):
                time.sleep(0.5)
            else:
                return
        raise TransportTimeout("the clinic's page did not come up")

    def get(self, address: str, *, timeout_s: float = 30, packed: bool = False) -> bytes:
        """Ask once, over a connection of its own; `packed`: as it is sent to a browser."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=timeout_s)
        try:
            return _asked(connection, address, {"Accept-Encoding": "gzip"} if packed else {})
        finally:
            connection.close()

    def look(self, address: str, etag: str | None) -> str:
        """Ask again for what is known by `etag`; returns the newest answer's."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)
        try:
            headers = {} if etag is None else {"If-None-Match": etag}
            connection.request("GET", address, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.headers.get("ETag") or ""
        finally:
            connection.close()

    def cpu_s(self) -> float:
        """What the clinic's process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
        ticks = sum(int(field) for field in fields.split()[11:13])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _running(folder: Path, broker_port: int) -> Iterator[_Page]:
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RIPRESA_")} | {
        "RIPRESA_HOME": str(folder / "state"),
        "RIPRESA_MQTT_HOST": LOOPBACK,
        "RIPRESA_MQTT_PORT": str(broker_port),
    }
    command = [sys.executable, "-m", "ripresa", "clinic", "run", "--site", "+"]
    with (folder / "clinic.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--web-port", str(port)], stdout=log, stderr=log, env=environment
        )
    try:
        yield _Page(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _asked(
    connection: http.client.HTTPConnection, address: str, headers: Mapping[str, str] = NO_HEADERS
) -> bytes:
    connection.request("GET", address, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.client.OK:
        raise http.client.HTTPException(f"{address}: {answer.status}")
    return body


def _requests(page: _Page, patients: tuple[str, ...], asked: int) -> dict[str, float]:
    draw = random.Random(1)
    named = [draw.choice(patients) for _ in range(asked)]
    sessions = []
    for name in named[: max(1, asked // 10)]:
        listed = json.loads(page.get(f"/api/patients/{name}/sessions?limit=200"))["sessions"]
        sessions += [f"{s['session']}?home={s['home']}" for s in listed]
    asking = {
        "worklist": [WORKLIST] * asked,
        "patient": [f"/api/patients/{name}" for name in named],
        "session": [f"/api/sessions/{draw.choice(sessions)}" for _ in range(asked)],
    }
    figures: dict[str, float] = {}
    connection = http.client.HTTPConnection(LOOPBACK, page.port, timeout=30)
    for name, addresses in asking.items():
        _asked(connection, addresses[0])
        walls, began = [], page.cpu_s()
        for address in addresses:
            started = time.perf_counter()
            _asked(connection, address)
            walls.append(1000 * (time.perf_counter() - started))
        figures[f"{name}_cpu_ms"] = 1000 * (page.cpu_s() - began) / asked
        figures[f"{name}_p95_ms"] = sorted(walls)[math.ceil(0.95 * asked) - 1]
    connection.close()
    return figures


def _weights(page: _Page, patient: str) -> dict[str, float]:
    """Kilobytes that a browser gets for each page, of which it has kept nothing."""
    shared = ("/", "/static/page.css", "/static/mark.svg", "/api/me", CLINIC)
    (newest,) = json.loads(page.get(f"/api/patients/{patient}/sessions?limit=1"))["sessions"]
    answers = {
        "worklist": (WORKLIST, "/api/live"),
        "live": ("/api/live", "/api/ledger", *_CHART),
        "patient": (f"/api/patients/{patient}",),
        "session": (f"/api/sessions/{newest['session']}?home={newest['home']}", *_CHART),
    }
    found = {}
    for name, script in _PAGES.items():
        files = [f"/static/scripts/{s}" for s in _imported(page, {"main.js", script})]
        size = sum(
            len(page.get(address, packed=True)) for address in (*shared, *files, *answers[name])
        )
        found[f"{name}_page_kb"] = size / 1000
    found["session_page_kb"] += largest_curve_kb()
    return found | {"page_weight_kb": max(found.values())}


def largest_curve_kb() -> float:
    """Kilobytes of the largest curve of a session: as many steps as there may be, each told."""
    items, told = MOST_STEPS // STEPS, (-123.4,) * STEPS
    curve = ItemCurve(
        item="0123456789",
        assessment=False,
        seconds=1234.56,
        step_s=0.123456,
        low_deg=told,
        high_deg=told,
        lost=(),
        unseen=(),
    )
    return items * len(curve.model_dump_json()) / 1000


def _imported(page: _Page, scripts: set[str]) -> set[str]:
    found: set[str] = set()
    while waiting := scripts - found:
        for script in waiting:
            text = page.get(f"/static/scripts/{script}").decode()
            scripts = scripts | {a or b for a, b in _IMPORT.findall(text)}
        found |= waiting
    return found


def _idle(page: _Page) -> dict[str, float]:
    """Percent of a core for pages that nobody touches."""
    alone = _spent(page, lambda: time.sleep(IDLE_S / 4))
    every_s = {CLINIC: CLINIC_EVERY_S, WORKLIST: LIST_EVERY_S, "/api/live": LIST_EVERY_S}
    due = sorted(
        (IDLE_S * n / (IDLE_PAGES * IDLE_S / gap), address)
        for address, gap in every_s.items()
        for n in range(round(IDLE_PAGES * IDLE_S / gap))
    )

    etags: dict[str, str] = {}

    def asking() -> None:
        began = time.perf_counter()
        for at_s, address in due:
            time.sleep(max(0.0, began + at_s - time.perf_counter()))
            # As the pages do: what has not changed is not sent again.
            etags[address] = page.look(address, etags.get(address))

    cpu_s, began = page.cpu_s(), time.perf_counter()
    asking()
    # On a busy machine the asking takes longer; what was asked is that of `IDLE_S` all the same.
    own_s = alone / 100 * (time.perf_counter() - began)
    spent = 100 * (page.cpu_s() - cpu_s - own_s) / IDLE_S
    return {"alone_percent": alone, f"idle_{IDLE_PAGES}_percent": spent}


def _spent(page: _Page, work: Callable[[], None]) -> float:
    cpu, wall = page.cpu_s(), time.perf_counter()
    work()
    return 100 * (page.cpu_s() - cpu) / (time.perf_counter() - wall)


async def _live(page: _Page, home: TrainingHome) -> dict[str, float]:
    """Percent of a core without, with one, and with more pages that watch one patient."""
    async with home.training() as session:
        while session not in page.get("/api/live").decode():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        alone = await _watched(page, home.patient, 0)
        heard = await _watched(page, home.patient, 1)
        watched = await _watched(page, home.patient, 1 + VIEWERS)
    return {
        "live_0_percent": alone["percent"],
        "live_1_percent": heard["percent"],
        f"live_{VIEWERS}_percent": watched["percent"] - heard["percent"],
        "live_frames_a_second": watched["frames"] / (1 + VIEWERS) / WATCHED_S,
    }


async def _watched(page: _Page, patient: str, viewers: int) -> dict[str, float]:
    from websockets.asyncio.client import connect  # noqa: PLC0415 - the clinic's part alone has it

    frames = 0

    async def watch() -> None:
        nonlocal frames
        async with connect(f"ws://{LOOPBACK}:{page.port}/api/live/{patient}") as socket:
            await socket.send("ask")
            async for _ in socket:
                frames += 1

    watching = [asyncio.create_task(watch()) for _ in range(viewers)]
    await asyncio.sleep(2)
    frames, cpu, wall = 0, page.cpu_s(), time.perf_counter()
    await asyncio.sleep(WATCHED_S)
    percent = 100 * (page.cpu_s() - cpu) / (time.perf_counter() - wall)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return {"percent": percent, "frames": float(frames)}
