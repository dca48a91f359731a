"""A region's brokers on one machine, as `deploy/region` sets them up: for rehearsals and tests."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from ripresa.platform.child import bound_to_its_parent, free_port, wait_for_port
from ripresa.platform.configuration import LOOPBACK
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from .region_keys import RegionKeys

__all__ = ["LocalNodes", "find_nats_server"]

SHIPPED: Final = Path(__file__).parents[2] / "deploy" / "region" / "nats.conf"
LOG_BYTES: Final = 4000


def find_nats_server() -> str | None:
    """The path of nats-server: beside this Python, else on the PATH."""
    beside = Path(sys.executable).with_name("nats-server")
    return str(beside) if beside.is_file() else shutil.which("nats-server")


class LocalNodes:
    """Nodes of one cluster, each its own process; use as an async context manager.

    Args:
        folder: takes their stores and logs.
        secrets: a clinic's folder of secrets: certificates.
        keys: of the region.
        count: of nodes.

    Raises:
        ConfigurationError: nats-server or the shipped configuration is missing.
    """

    def __init__(self, folder: Path, secrets: Path, keys: RegionKeys, *, count: int = 3) -> None:
        program = find_nats_server()
        if program is None or not SHIPPED.is_file():
            raise ConfigurationError("this needs nats-server, and runs in a checkout")
        self._program = program
        self._folder = folder
        self._count = count
        self.ports = [free_port() for _ in range(count)]
        """Where homes and clinics come in."""
        self._clients = [free_port() for _ in range(count)]
        self._routes = [free_port() for _ in range(count)]
        self._environment = {
            "RIPRESA_CERT": str(secrets / "broker" / "server.crt"),
            "RIPRESA_KEY": str(secrets / "broker" / "server.key"),
            "RIPRESA_CA": str(secrets / "broker" / "ca.crt"),
            "RIPRESA_ROUTES": json.dumps(
                [f"nats://node:{keys.routes}@{LOOPBACK}:{port}" for port in self._routes]
            ),
            **keys.for_nodes(),
        }
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    async def __aenter__(self) -> Self:
        for node in range(self._count):
            self.start(node)
        try:
            for node in range(self._count):
                await wait_for_port(self._clients[node], self._says(node))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            await asyncio.to_thread(process.wait)
        self._processes.clear()

    @property
    def servers(self) -> list[str]:
        """Where doorkeepers come in."""
        return [f"nats://{LOOPBACK}:{port}" for port in self._clients]

    def start(self, node: int) -> None:
        """Start a node that does not run."""
        store = self._folder / f"node-{node}"
        store.mkdir(parents=True, exist_ok=True)
        environment = self._environment | {
            "RIPRESA_NODE": f"node-{node}",
            "RIPRESA_STORE": str(store),
            "RIPRESA_CLIENTS": f"{LOOPBACK}:{self._clients[node]}",
            "RIPRESA_CLUSTER": f"{LOOPBACK}:{self._routes[node]}",
            "RIPRESA_MQTT": f"{LOOPBACK}:{self.ports[node]}",
        }
        with (self._folder / f"node-{node}.log").open("ab") as log:
            self._processes[node] = subprocess.Popen(  # noqa: S603 - a program of this machine's
                bound_to_its_parent([self._program, "-c", str(SHIPPED)]),
                stdout=log,
                stderr=log,
                env=environment,
            )

    def kill(self, node: int) -> None:
        """`kill -9`."""
        process = self._processes.pop(node)
        process.kill()
        process.wait()

    def _says(self, node: int) -> str:
        log = self._folder / f"node-{node}.log"
        tail = log.read_bytes()[-LOG_BYTES:].decode(errors="replace").splitlines()[-1:]
        return f"nats-server ({''.join(tail)})"
