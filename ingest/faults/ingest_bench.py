"""What the record path carries, measured beside its limits: SQLite alone, mosquitto alone.

Every figure is taken in the same run as the limit it is compared with: on a shared machine
only the ratios are worth keeping.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import math
import multiprocessing
import socket
import subprocess
import time
import tracemalloc
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ingest.influx.followers import influx_followers
from ingest.influx.lines import motion_lines
from ingest.influx.server import InfluxSettings, InfluxWriter
from ingest.journal.journal import Journal
from ingest.journal.schema import connect
from ingest.transfer.intake import open_parcel, store_parcels
from telemetry.clock import ManualClock, SystemClock
from telemetry.errors import StoreBusy
from telemetry.identity import new_ulid
from telemetry.messages.codec import decode_item, encode_item
from telemetry.messages.motion import MotionBatch
from telemetry.messages.record import Record, RecordKind, encode_block
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from telemetry.transport.bus import Message

__all__ = ["bench_ingest"]

RATE_HZ: Final = 100
SENSORS: Final = 6
SAMPLES_PER_HOME_S: Final = RATE_HZ * SENSORS
BATCH_MESSAGES: Final = 64
ROUNDS: Final = 5
WINDOW_S: Final = 2.0
"""Each of so many rounds lasts at least so long: shorter ones tell of the disk's mood."""
SENT_S_A_WINDOW_S: Final = 750
"""Seconds of a home's motion that are made for each second of sending: more than goes through."""
UNDER_WAY: Final = 150
"""Messages: what a home's uplink of 4 MB has under way at once."""


def bench_ingest(
    folder: Path,
    *,
    seconds: int = 60,
    homes: int = 1000,
    mosquitto: str | None = None,
    window_s: float = WINDOW_S,
) -> dict[str, float]:
    """All figures of the record path, flat.

    Args:
        folder: scratch space; what is written there stays.
        seconds: of one home's motion in each measurement.
        homes: how many send at once in the one that has many.
        mosquitto: the broker's program; without it the figures that need one are left out.
        window_s: least length of each round of a rate.
    """
    folder.mkdir(parents=True, exist_ok=True)
    payloads = list(home_payloads(seconds))
    samples = seconds * SAMPLES_PER_HOME_S
    figures: dict[str, float] = {}
    figures |= durable_rates(folder, payloads, samples, window_s=window_s)
    figures |= many_homes(folder, homes)
    figures |= influx_rates()
    figures |= away_for_a_week(folder)
    if mosquitto is not None:
        figures |= asyncio.run(broker_rates(folder, mosquitto, window_s=window_s))
    return figures


def sensor_batch(stream: str, first_index: int, n: int = RATE_HZ) -> MotionBatch:
    """A second of ten channels (time, acceleration, angular velocity, field) of smooth motion."""
    index = np.arange(first_index, first_index + n)
    t_us = index * (1_000_000 // RATE_HZ)
    phase = 2 * np.pi * 0.6 * index / RATE_HZ
    noise = np.random.default_rng(first_index).normal(0, 0.05, (n, 9))
    motion = 3 * np.sin(phase[:, None] + np.arange(9)) + noise
    steps = np.round(motion * 2048) / 2048  # as a 16-bit sensor gives them
    return MotionBatch(
        stream=stream,
        first_index=first_index,
        t0_ns=1_795_345_000_000_000_000 + int(t_us[0]) * 1000,
        dt_us=(t_us - t_us[0]).astype(np.int32),
        lag_us=np.full(n, 7000, np.int32),
        acc=steps[:, :3].astype(np.float32),
        gyr=steps[:, 3:6].astype(np.float32),
        mag=steps[:, 6:].astype(np.float32),
    )


def home_payloads(seconds: int, home_number: int = 0) -> Iterator[bytes]:
    """What one home publishes: six sensors at 100 Hz, one record a second and sensor."""
    clock = ManualClock(1_700_000_000_000_000_000 + home_number * 1_000_000)
    home, session = new_ulid(clock), new_ulid(clock)
    streams = [new_ulid(clock) for _ in range(SENSORS)]
    position = 0
    for second in range(seconds):
        records = []
        for stream in streams:
            position += 1
            batch = sensor_batch(stream, second * RATE_HZ)
            records.append(
                Record(
                    home=home,
                    position=position,
                    t_ns=batch.t0_ns,
                    kind=RecordKind.MOTION,
                    body=encode_item(batch),
                    session=session,
                    stream=stream,
                )
            )
        yield encode_block(records)


def durable_rates(
    folder: Path, payloads: Sequence[bytes], samples: int, *, window_s: float = WINDOW_S
) -> dict[str, float]:
    """Samples a second from MQTT payload to committed row, and of SQLite alone.

    Both with `synchronous=FULL`, both in transactions of the same payloads, turn by turn; the
    median of the rounds, each at least `window_s` long.
    """
    pairs = [
        (
            _sustained(lambda: _durable_s(folder, payloads), samples, window_s),
            _sustained(lambda: _sqlite_s(folder, payloads), samples, window_s),
        )
        for _ in range(ROUNDS)
    ]
    return {
        "durable_samples_per_s": median(durable for durable, _ in pairs),
        "sqlite_samples_per_s": median(alone for _, alone in pairs),
        "durable_ratio_to_sqlite": median(durable / alone for durable, alone in pairs),
    }


def _sustained(once: Callable[[], float], samples: int, window_s: float) -> float:
    """Samples a second of work of so many samples, repeated until it has taken `window_s`."""
    taken = [once()]
    while sum(taken) < window_s:
        taken.append(once())
    return samples * len(taken) / sum(taken)


def _durable_s(folder: Path, payloads: Sequence[bytes]) -> float:
    topic = HomeTopics("bench", "p-1").record
    with Journal.open(_fresh(folder / "durable.db"), SystemClock()) as journal:
        start = time.perf_counter()
        for group in _groups(payloads):
            store_parcels(journal, [open_parcel(topic, p) for p in group], now_ns=0)
        return time.perf_counter() - start


def _sqlite_s(folder: Path, payloads: Sequence[bytes]) -> float:
    db = connect(_fresh(folder / "alone.db"), busy_timeout_s=1)
    db.execute("CREATE TABLE chunk (id INTEGER PRIMARY KEY, body BLOB)")
    chunk = payloads[0][: len(payloads[0]) // SENSORS]
    start = time.perf_counter()
    for group in _groups(payloads):
        db.execute("BEGIN IMMEDIATE")
        for _ in range(len(group) * SENSORS):
            db.execute("INSERT INTO chunk (body) VALUES (?)", (chunk,))
        db.execute("COMMIT")
    taken = time.perf_counter() - start
    db.close()
    return taken


def _groups(payloads: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [payloads[i : i + BATCH_MESSAGES] for i in range(0, len(payloads), BATCH_MESSAGES)]


def many_homes(folder: Path, homes: int) -> dict[str, float]:
    """Two seconds of many homes, as fast as one core stores them, and how many that carries."""
    sent = [
        (HomeTopics("bench", f"p-{number}").record, payload)
        for second in zip(*(home_payloads(2, n) for n in range(homes)), strict=True)
        for number, payload in enumerate(second)
    ]
    with Journal.open(_fresh(folder / "homes.db"), SystemClock()) as journal:
        start = time.perf_counter()
        for i in range(0, len(sent), BATCH_MESSAGES):
            group = sent[i : i + BATCH_MESSAGES]
            store_parcels(journal, [open_parcel(t, p) for t, p in group], now_ns=0)
        rate = len(sent) * SAMPLES_PER_HOME_S / (time.perf_counter() - start)
    return {
        "homes_simulated": float(homes),
        "homes_samples_per_s": rate,
        "homes_one_core_carries": rate / SAMPLES_PER_HOME_S,
    }


def influx_rates() -> dict[str, float]:
    """Points a second on the client's side, against a server that only says 204.

    Once as the follower does it (decode, format in bulk, write), once by the client's point
    objects, in blocks of the same size.
    """
    from influxdb_client.client.write.point import Point  # noqa: PLC0415
    from influxdb_client.client.write_api import SYNCHRONOUS  # noqa: PLC0415

    bodies = [encode_item(sensor_batch("s", RATE_HZ * i)) for i in range(50)]
    tags = {"site": "bench", "patient": "p-1", "placement": "wrist-right"}
    batch = sensor_batch("s", 0)
    with _sink() as url:
        settings = InfluxSettings(url=url, token="-", org="-")  # noqa: S106
        with InfluxWriter(settings) as writer:

            def in_bulk() -> int:
                items = [decode_item(body) for body in bodies]
                parts = [motion_lines(i, tags) for i in items if isinstance(i, MotionBatch)]
                writer.write("motion", b"\n".join(parts))
                return RATE_HZ * len(bodies)

            def by_points() -> int:
                points = []
                columns = np.hstack([batch.acc, batch.gyr, batch.mag]).tolist()  # type: ignore[list-item]
                for t_ns, row in zip(batch.t_ns.tolist(), columns, strict=True):
                    point: Any = Point("motion")  # type: ignore[no-untyped-call]
                    for key, value in tags.items():
                        point = point.tag(key, value)
                    for name, value in zip(_AXES, row, strict=True):
                        point = point.field(name, value)
                    points.append(point.time(t_ns))
                api = writer.client.write_api(write_options=SYNCHRONOUS)
                api.write(bucket="motion", org="-", record=points)
                return len(points)

            bulk = points = 0.0
            for _ in range(12):  # turn by turn: what else the machine does hits both
                bulk = max(bulk, _rate(in_bulk))
                points = max(points, _rate(by_points))
    return {
        "influx_points_per_s": bulk,
        "influx_point_api_points_per_s": points,
        "influx_ratio_to_point_api": bulk / points,
    }


_AXES = [f"{name}_{axis}" for name in ("acc", "gyr", "mag") for axis in "xyz"]


class _Away:
    def write(self, bucket: str, lines: bytes) -> None:
        raise StoreBusy(f"no InfluxDB for {len(lines)} bytes to {bucket}")

    def delete_points(
        self, bucket: str, measurement: str, patient: str, *, start_ns: int, stop_ns: int
    ) -> None:
        raise StoreBusy(f"no InfluxDB for {bucket} {measurement} {patient} {start_ns} {stop_ns}")

    def delete_patient(self, bucket: str, patient: str) -> None:
        raise StoreBusy(f"no InfluxDB for {bucket} {patient}")


def away_for_a_week(folder: Path) -> dict[str, float]:
    """Growth of the followers' memory while the database is away for a simulated week."""
    with Journal.open(_fresh(folder / "away.db"), SystemClock()) as journal:
        topic = HomeTopics("bench", "p-1").record
        store_parcels(journal, [open_parcel(topic, p) for p in home_payloads(20)], now_ns=0)
        settings = InfluxSettings(url="http://127.0.0.1:1", token="-", org="-")  # noqa: S106

        async def week() -> int:
            clock = ManualClock()
            followers = influx_followers(journal, _Away(), settings, clock)
            tasks = [asyncio.create_task(f.run()) for f in followers]
            tracemalloc.start()
            sizes = []
            for _ in range(14):
                for _ in range(60):
                    await clock.advance(12 * 60)
                    await asyncio.sleep(0.001)
                sizes.append(tracemalloc.get_traced_memory()[0])
            tracemalloc.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # Now and then a block is in hand: what grows shows in the least of some looks.
            return min(sizes[-5:]) - min(sizes[1:6])

        return {"memory_growth_week_away_bytes": float(max(0, asyncio.run(week())))}


async def broker_rates(
    folder: Path, program: str, *, window_s: float = WINDOW_S
) -> dict[str, float]:
    """Samples a second through mosquitto alone, and through mosquitto into the journal.

    Turn by turn, the median of the rounds, each at least `window_s` long. What is under way at
    once is bounded as an uplink bounds it, so that neither way is measured by its memory.
    """
    port = _free_port()
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
        "max_inflight_messages 200\n"
    )
    broker = subprocess.Popen(  # noqa: ASYNC220, S603
        [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    settings = MqttSettings(port=port)
    payloads = list(home_payloads(math.ceil(SENT_S_A_WINDOW_S * window_s)))
    try:
        async with (
            MqttBus(settings, "sender") as sender,
            MqttBus(settings, "receiver", manual_ack=True) as bus,
        ):
            await sender.wait_connected()
            await bus.wait_connected()
            pairs = [
                (
                    await _through_broker(sender, bus, payloads, window_s),
                    await _into_journal(folder, sender, bus, payloads, window_s),
                )
                for _ in range(ROUNDS)
            ]
    finally:
        broker.terminate()
        broker.wait()
    return {
        "broker_samples_per_s": median(alone for alone, _ in pairs),
        "broker_to_journal_samples_per_s": median(chain for _, chain in pairs),
        "chain_ratio_to_broker": median(chain / alone for alone, chain in pairs),
    }


async def _through_broker(
    sender: MqttBus, bus: MqttBus, payloads: Sequence[bytes], window_s: float
) -> float:
    seen = 0

    def count(message: Message) -> None:
        nonlocal seen
        message.acknowledge()
        seen += 1

    topic = f"alone/{new_ulid(SystemClock())}"
    bus.subscribe(topic, count, qos=1)
    await asyncio.sleep(0.3)
    return await _paced(sender, topic, payloads, lambda: seen, window_s)


async def _into_journal(
    folder: Path, sender: MqttBus, bus: MqttBus, payloads: Sequence[bytes], window_s: float
) -> float:
    from ingest.transfer.receiver import Receiver  # noqa: PLC0415

    # A site of its own each time: what came for an earlier round is another receiver's.
    topics = HomeTopics(f"bench-{new_ulid(SystemClock()).lower()}", "p-1")
    with Journal.open(_fresh(folder / "chain.db"), SystemClock()) as journal:
        receiver = Receiver(bus, journal, SystemClock(), site=topics.site)
        task = asyncio.create_task(receiver.run())
        await asyncio.sleep(0.3)
        rate = await _paced(
            sender, topics.record, payloads, lambda: receiver.counts["stored"] // SENSORS, window_s
        )
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return rate


async def _paced(
    sender: MqttBus,
    topic: str,
    payloads: Sequence[bytes],
    arrived: Callable[[], int],
    window_s: float,
) -> float:
    """Send until `window_s` is over, wait for the last, and tell the samples a second."""
    sent, start = 0, time.perf_counter()
    while time.perf_counter() - start < window_s and sent < len(payloads):
        for payload in payloads[sent : arrived() + UNDER_WAY]:
            sender.publish(topic, payload, qos=1)
            sent += 1
        await asyncio.sleep(0.001)
    while arrived() < sent:  # noqa: ASYNC110 - a count has no event
        await asyncio.sleep(0.001)
    return sent * SAMPLES_PER_HOME_S / (time.perf_counter() - start)


def _rate(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    return work() / (time.perf_counter() - start)


@contextlib.contextmanager
def _sink() -> Iterator[str]:
    """An HTTP server in a process of its own that reads what it is sent and answers 204."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve_sink, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()


def _serve_sink(told: Any) -> None:
    class Sink(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    told.send(server.server_address[1])
    server.serve_forever()


def _fresh(path: Path) -> Path:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return path


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
