"""Telegraf from MQTT to InfluxDB beside our record path, with the broker killed on the way."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import shutil
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Final

from ingest.faults.ingest_bench import sensor_batch
from ingest.journal.journal import Journal
from ingest.transfer.receiver import Receiver
from ingest.transfer.uplink import Uplink
from ripresa.bench.footprint.processes import cpu_s, pss_mb
from ripresa.platform.background import running
from ripresa.platform.broker import find_mosquitto
from ripresa.platform.child import free_port, wait_for_port
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError, TransportError
from telemetry.identity import new_ulid
from telemetry.messages.codec import encode_item
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

__all__ = ["bench_telegraf"]

MESSAGES_A_SECOND: Final = 60
POINTS_A_MESSAGE: Final = 100
SECONDS: Final = 20
KILLED_AT_S: Final = 7
AWAY_S: Final = 1.0
SETTLING_S: Final = 25.0
"""Two of Telegraf's intervals: what it has not delivered by then it does not deliver."""
MESSAGES: Final = MESSAGES_A_SECOND * SECONDS
FIRST_NS: Final = 1_795_345_000_000_000_000
TOPIC: Final = "bench/points"
BROKER: Final = (
    "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
    "persistence true\npersistence_location {folder}/\n"
)
TELEGRAF: Final = """
[agent]
  interval = "10s"
  flush_interval = "1s"
  omit_hostname = true
  metric_batch_size = 5000
  metric_buffer_limit = 1000000
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{port}"]
  topics = ["bench/points"]
  qos = 1
  persistent_session = true
  client_id = "bench-telegraf"
  data_format = "influx"
[[outputs.influxdb_v2]]
  urls = ["{url}"]
  token = "-"
  organization = "-"
  bucket = "bench"
  content_encoding = "identity"
"""


def bench_telegraf(folder: Path) -> dict[str, float]:
    """6,000 points a second for 20 s, the broker killed after seven and away for one.

    Telegraf as its users wire it: quality of service 1, a persistent session, a broker that keeps
    its state by its own default, Telegraf's own interval. Ours: home's journal, uplink, the same
    broker, receiver, clinic's journal.

    Returns:
        `telegraf.lost_share` and `telegraf.ours_lost_share` of the points that were sent,
        `telegraf.cpu_us_per_point` of those that it delivered, `telegraf.pss_mb`.

    Raises:
        ConfigurationError: Telegraf or mosquitto is not on the PATH.
        TransportError: Telegraf delivered nothing at all.
    """
    program, broker = shutil.which("telegraf"), find_mosquitto()
    if program is None:
        raise ConfigurationError("Telegraf is not installed: put telegraf on the PATH")
    if broker is None:
        raise ConfigurationError("this measurement kills a broker: install mosquitto")
    figures = asyncio.run(_theirs(folder / "telegraf", program, broker))
    return figures | asyncio.run(_ours(folder / "ours", broker))


class _Broker:
    """Mosquitto that can be killed and comes back on the same port and folder."""

    def __init__(self, folder: Path, program: str) -> None:
        folder.mkdir(parents=True)
        # It drops root for a user of its own.
        folder.chmod(0o777)
        self.port = free_port()
        self._configuration = folder / "mosquitto.conf"
        text = BROKER.format(port=self.port, folder=folder)
        self._configuration.write_text(text, encoding="utf-8")
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once
            [self._program, "-c", str(self._configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        await wait_for_port(self.port, "mosquitto")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def killed_on_the_way(self) -> None:
        await asyncio.sleep(KILLED_AT_S)
        self.kill()
        await asyncio.sleep(AWAY_S)
        await self.start()


async def _theirs(folder: Path, program: str, broker_program: str) -> dict[str, float]:
    broker = _Broker(folder, broker_program)
    arrived: set[bytes] = set()
    with contextlib.ExitStack() as stack:
        stack.callback(broker.kill)
        url = stack.enter_context(_database(arrived))
        await broker.start()
        configuration = folder / "telegraf.conf"
        configuration.write_text(TELEGRAF.format(port=broker.port, url=url), encoding="utf-8")
        with (folder / "telegraf.log").open("wb") as log:
            telegraf = subprocess.Popen(  # noqa: ASYNC220, S603 - the peer
                [program, "--config", str(configuration)], stdout=log, stderr=log
            )
        stack.callback(telegraf.wait)
        stack.callback(telegraf.kill)
        async with MqttBus(MqttSettings(port=broker.port), "bench-sender") as bus:
            await bus.wait_connected()
            await asyncio.sleep(3)  # until it has subscribed: nothing tells when

            async def send(number: int) -> None:
                bus.publish(TOPIC, _lines(number), qos=1)

            await _paced(send, broker)
            await _until(lambda: len(arrived) == MESSAGES * POINTS_A_MESSAGE)
            if not arrived:
                raise TransportError(f"Telegraf delivered nothing: see {folder / 'telegraf.log'}")
            used_s, memory_mb = cpu_s(telegraf.pid), pss_mb(telegraf.pid)
    return {
        "telegraf.lost_share": 1 - len(arrived) / (MESSAGES * POINTS_A_MESSAGE),
        "telegraf.cpu_us_per_point": 1e6 * used_s / len(arrived),
        "telegraf.pss_mb": memory_mb,
    }


async def _ours(folder: Path, broker_program: str) -> dict[str, float]:
    broker = _Broker(folder, broker_program)
    clock, topics = SystemClock(), HomeTopics("bench", "p-1")
    stream = new_ulid(clock)
    with contextlib.ExitStack() as stack:
        stack.callback(broker.kill)
        home = stack.enter_context(Journal.open(folder / "home.sqlite", clock))
        clinic = stack.enter_context(Journal.open(folder / "clinic.sqlite", clock))
        await broker.start()
        settings = MqttSettings(port=broker.port)
        async with (
            MqttBus(settings, "bench-home") as bus,
            MqttBus(settings, "bench-clinic", manual_ack=True, persistent=True) as at_clinic,
        ):
            receiver = Receiver(at_clinic, clinic, clock)
            uplink = Uplink(bus, home, topics, clock)

            async def record(number: int) -> None:
                batch = sensor_batch(stream, number * POINTS_A_MESSAGE, POINTS_A_MESSAGE)
                body, t_ns = encode_item(batch), batch.t0_ns
                await home.append(
                    [NewRecord(t_ns=t_ns, kind=RecordKind.MOTION, body=body, stream=stream)]
                )

            async with running(receiver.run(), uplink.run()):
                await _paced(record, broker)
                await _until(lambda: uplink.status().acked == MESSAGES)
        rows = clinic.rows("SELECT coalesce(sum(samples), 0) FROM record WHERE kind = 'motion'")
    return {"telegraf.ours_lost_share": 1 - int(rows[0][0]) / (MESSAGES * POINTS_A_MESSAGE)}


async def _paced(give: Callable[[int], Awaitable[None]], broker: _Broker) -> None:
    """Give every message at its time, while the broker is killed on the way."""
    killing = asyncio.create_task(broker.killed_on_the_way())
    began = time.monotonic()
    for number in range(MESSAGES):
        await asyncio.sleep(max(0.0, began + number / MESSAGES_A_SECOND - time.monotonic()))
        await give(number)
    await killing


async def _until(done: Callable[[], bool]) -> None:
    """Wait until it is done, or no longer to be expected."""
    deadline = time.monotonic() + SETTLING_S
    while not done() and time.monotonic() < deadline:  # noqa: ASYNC110 - a count has no event
        await asyncio.sleep(0.1)


def _lines(number: int) -> bytes:
    """Points of nine fields, each with a time of its own."""
    fields = ",".join(
        f"{kind}_{axis}={number}.5" for kind in ("acc", "gyr", "mag") for axis in "xyz"
    )
    first = FIRST_NS + number * POINTS_A_MESSAGE * 1000
    times = range(first, first + POINTS_A_MESSAGE * 1000, 1000)
    return "\n".join(f"motion,patient=p-1 {fields} {t}" for t in times).encode()


@contextlib.contextmanager
def _database(arrived: set[bytes]) -> Iterator[str]:
    """Takes what is written, by the points' times, and answers as InfluxDB does."""

    class Sink(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            arrived.update(line.rpartition(b" ")[2] for line in self._body().splitlines() if line)
            self.send_response(204)
            self.end_headers()

        def _body(self) -> bytes:
            length = self.headers["Content-Length"]
            if length is not None:
                return self.rfile.read(int(length))
            # In chunks (RFC 9112, section 7.1): a length in hexadecimal, then so many bytes.
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
