"""A region in small: three brokers, clinics in parts, homes as coroutines in four processes.

First all homes send while brokers and clinics are killed at random: nothing may be lost, nothing
stored twice, nothing in two parts. Then, without kills, half, one, two and four times as many
homes send the same each, three times over, on fresh journals: how the parts' processor time grows.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import secrets
import statistics
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ingest.enrolment.broker_access import Access, home_user, with_home
from ingest.enrolment.enrolment import init_clinic
from ripresa.bench.clinic_under_test import clinic_password
from ripresa.platform.configuration import LOOPBACK
from ripresa.region.doorkeeper import Doorkeeper
from ripresa.region.local_nodes import LocalNodes
from ripresa.region.region_keys import RegionKeys
from telemetry.errors import TransportError
from telemetry.transport.mqtt import MqttSettings

from .region_clinics import RegionClinics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["bench_region"]

SITE: Final = "region"
NODES, PARTS, PROCESSES, DOORKEEPERS = 3, 2, 4, 2
RECORDS: Final = 8
EVERY_S: Final = 5.0
"""Each home writes a second of motion about so often."""
ROUNDS: Final = 3
BETWEEN_KILLS_S: Final = (6.0, 14.0)
AWAY_S: Final = 3.0
LONGEST_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class _Home:
    """One home's way in."""

    patient: str
    user: str
    password: str


@dataclass(slots=True)
class _Region:
    """What stays over the runs."""

    folder: Path
    compose: Path
    nodes: LocalNodes
    homes: list[_Home]
    clinic: MqttSettings
    seed: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one run gave."""

    lost: int
    duplicates: int
    acks_s: list[float]
    samples: int
    resent: int
    cpu_s: float
    kills: int


def bench_region(
    folder: Path,
    *,
    homes: int = 1000,
    seed: int = 1,
    rounds: int = ROUNDS,
    said: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Let a region's homes send, with everything killed, and see how its cost grows.

    Args:
        folder: scratch space.
        homes: in the run with kills; the others have half to four times as many.
        seed: of everything random.
        rounds: how often each number of homes sends without kills.
        said: told of progress.

    Returns:
        `homes`; `lost` records and `duplicates` (stored twice, or in two parts); `ack_p50_s`,
        `ack_p99_s` from a record's writing to its acknowledgement, outages included; `kills`;
        `resent` records; `samples_per_s_per_core` of the parts' processor time without kills;
        `cost_exponent` of that time over the number of homes; `cpu_s.N` with N homes, the median
        of the rounds, of which the time to start is left out.

    Raises:
        ConfigurationError: nats-server or openssl is missing.
        TransportError: a part did not come up.
    """
    return asyncio.run(_bench(folder, homes, seed, rounds, said))


async def _bench(
    folder: Path, homes: int, seed: int, rounds: int, said: Callable[[str], None]
) -> dict[str, Any]:
    compose = folder / "compose"
    compose.mkdir()
    init_clinic(compose, site=SITE, hosts=["localhost", LOOPBACK])
    keys = RegionKeys.make(compose / "secrets")
    enrolled = _enrolled(compose / "secrets" / "broker", 4 * homes)
    async with LocalNodes(folder, compose / "secrets", keys, count=NODES) as nodes:
        keepers = [
            Doorkeeper(
                nodes.servers,
                password=keys.door,
                seal=keys.seal,
                access=compose / "secrets" / "broker",
                replicas=NODES,
            )
            for _ in range(DOORKEEPERS)
        ]
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(keeper.run()) for keeper in keepers]
            for keeper in keepers:
                await keeper.ready.wait()
            region = _Region(folder, compose, nodes, enrolled, _clinic(compose), seed)
            figures = await _figures(region, homes, rounds, said)
            for task in running:
                task.cancel()
    return figures


async def _figures(
    region: _Region, homes: int, rounds: int, said: Callable[[str], None]
) -> dict[str, Any]:
    said(f"{homes} homes, and kills")
    killed = await _run(region, "kills", homes, kills=True)
    sizes = [max(1, homes // 2), homes, 2 * homes, 4 * homes]
    costs: dict[int, list[float]] = {size: [] for size in sizes}
    rates: list[float] = []
    lost, duplicates = killed.lost, killed.duplicates
    for turn in range(rounds):
        for size in sizes:
            said(f"{size} homes, {turn + 1} of {rounds}")
            calm = await _run(region, f"calm-{turn}-{size}", size, kills=False)
            costs[size].append(calm.cpu_s)
            rates.append(calm.samples / calm.cpu_s)
            lost, duplicates = lost + calm.lost, duplicates + calm.duplicates
    medians = {size: statistics.median(taken) for size, taken in costs.items()}
    return {
        "homes": homes,
        "lost": lost,
        "duplicates": duplicates,
        "kills": killed.kills,
        "resent": killed.resent,
        "ack_p50_s": float(np.percentile(killed.acks_s, 50)),
        "ack_p99_s": float(np.percentile(killed.acks_s, 99)),
        "samples_per_s_per_core": statistics.median(rates),
        "cost_exponent": _exponent(medians),
        **{f"cpu_s.{size}": taken for size, taken in medians.items()},
    }


def _exponent(costs: dict[int, float]) -> float:
    """The slope of the logarithm of the cost over that of the number of homes."""
    x = [math.log(size) for size in costs]
    y = [math.log(taken) for taken in costs.values()]
    return float(np.polyfit(x, y, 1)[0])


async def _run(region: _Region, name: str, homes: int, *, kills: bool) -> _Outcome:
    place = region.folder / name
    place.mkdir()
    ways = [replace(region.clinic, port=region.nodes.ports[k % NODES]) for k in range(PARTS)]
    with RegionClinics(place, ways, site=SITE) as clinics:
        for part in range(PARTS):
            await clinics.start(part)
        began_s = clinics.cpu_s
        killing = asyncio.create_task(_kill(region, clinics)) if kills else None
        try:
            told = await _sent(region, region.homes[:homes])
        finally:
            killed = 0
            if killing is not None:
                killing.cancel()
                (killed,) = await asyncio.gather(killing)
        taken_s = clinics.cpu_s - began_s
        held = await asyncio.to_thread(clinics.held)
    return _Outcome(
        lost=sum(_lost(one["digest"], held.get(one["home"], [])) for one in told),
        duplicates=sum(len(places) - 1 for places in held.values())
        + sum(max(0, count - RECORDS - 1) for places in held.values() for _, count in places),
        acks_s=[s for one in told for s in one["acks_s"]],
        samples=sum(one["samples"] for one in told),
        resent=sum(one["resent"] for one in told),
        cpu_s=taken_s,
        kills=killed,
    )


def _lost(digest: str, places: list[tuple[str, int]]) -> int:
    """Of a home's records those that no part holds as they were written."""
    if (digest, RECORDS + 1) in places:
        return 0
    return max(1, RECORDS + 1 - max((count for _, count in places), default=0))


async def _kill(region: _Region, clinics: RegionClinics) -> int:
    """Kill nodes and parts at random until cancelled; returns how often, all of them running."""
    dice, killed = random.Random(region.seed), 0
    down: Callable[[], Any] | None = None
    try:
        while True:
            await asyncio.sleep(dice.uniform(*BETWEEN_KILLS_S))
            killed += 1
            if dice.random() < 0.5:
                part = dice.randrange(PARTS)
                clinics.kill(part)
                down = lambda part=part: clinics.start(part)  # noqa: E731
            else:
                node = dice.randrange(NODES)
                region.nodes.kill(node)
                down = lambda node=node: _up(region.nodes, node)  # noqa: E731
            await asyncio.sleep(AWAY_S * dice.random())
            await down()
            down = None
    except asyncio.CancelledError:
        if down is not None:
            await down()
        return killed


async def _up(nodes: LocalNodes, node: int) -> None:
    nodes.start(node)


async def _sent(region: _Region, homes: Sequence[_Home]) -> list[dict[str, Any]]:
    """Let homes send all they have, in processes of their own."""
    return [
        one
        for told in await asyncio.gather(
            *(_process(region, homes[k::PROCESSES], k) for k in range(PROCESSES))
        )
        for one in told
    ]


async def _process(region: _Region, homes: Sequence[_Home], number: int) -> list[dict[str, Any]]:
    asked = {
        "site": SITE,
        "ca_file": str(region.compose / "secrets" / "broker" / "ca.crt"),
        "seed": f"{region.seed}-{number}",
        "records": RECORDS,
        "every_s": EVERY_S,
        "homes": [
            {
                "patient": home.patient,
                "user": home.user,
                "password": home.password,
                "port": region.nodes.ports[k % NODES],
            }
            for k, home in enumerate(homes)
        ],
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ripresa.bench.region.homes_process"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            out, problem = await process.communicate(json.dumps(asked).encode())
    except TimeoutError:
        raise TransportError(f"homes were not done within {LONGEST_S:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise TransportError(f"homes ended with {process.returncode}: {problem.decode()[-400:]}")
    found: list[dict[str, Any]] = json.loads(out)
    return found


def _enrolled(folder: Path, count: int) -> list[_Home]:
    """Add so many homes to the access list; hashes of one round, since nobody attacks it here."""
    homes, passwords, rules = [], [], []
    for number in range(count):
        home = _Home(f"p-{number:05}", home_user(SITE, f"p-{number:05}"), secrets.token_urlsafe(9))
        added = with_home(
            Access("", ""),
            SITE,
            home.patient,
            gateway=f"box-{number:05}",
            password=home.password,
            salt=b"region-bench",
            iterations=1,
        )
        homes.append(home)
        passwords.append(added.passwords)
        rules.append(added.acl)
    for name, more in (("passwd", passwords), ("acl", rules)):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write("".join(more))
    return homes


def _clinic(compose: Path) -> MqttSettings:
    return MqttSettings(
        host="localhost",
        username="clinic",
        password=clinic_password(compose),
        ca_file=compose / "secrets" / "broker" / "ca.crt",
    )
