"""A real InfluxDB on loopback."""

from __future__ import annotations

import contextlib
import csv
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from needs import need_program

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  flux-enabled = true
  auth-enabled = {auth}
  log-enabled = false
  suppress-write-log = true
"""


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@dataclass
class Influxd:
    """InfluxDB 1.8, whose v2 endpoints serve; can be killed and started again on its port.

    `operator` NAME:PASSWORD: only who is known gets in, and that is who may do anything.
    """

    folder: Path
    operator: str | None = None
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        config = self.folder / "influxd.conf"
        rpc = free_port()
        config.write_text(
            CONFIG.format(
                folder=self.folder, port=self.port, rpc=rpc, auth=str(bool(self.operator)).lower()
            )
        )
        self.process = subprocess.Popen(
            [need_program("influxd"), "-config", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{self.url}/ping")
                if self.operator is not None:
                    name, password = self.operator.split(":")
                    self.command(
                        f"CREATE USER {name} WITH PASSWORD '{password}' WITH ALL PRIVILEGES"
                    )
                return
            time.sleep(0.05)
        raise AssertionError("influxd did not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def command(self, influxql: str) -> object:
        """Run InfluxQL, as 1.8 has no bucket API."""
        head = {"Authorization": f"Token {self.operator}"} if self.operator else {}
        return httpx.post(f"{self.url}/query", data={"q": influxql}, headers=head).json()

    def ask(self, flux: str) -> list[dict[str, str]]:
        """Rows that the v2 query endpoint answers a Flux query with."""
        answer = httpx.post(
            f"{self.url}/api/v2/query",
            content=flux,
            headers={"Content-Type": "application/vnd.flux", "Accept": "application/csv"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        rows, columns = [], None
        for row in csv.reader(answer.text.splitlines()):
            if not row or row[0].startswith("#"):
                columns = None
            elif columns is None:
                columns = row
            else:
                rows.append({k: v for k, v in zip(columns, row, strict=False) if k})
        errors = [r["error"] for r in rows if "error" in r]
        assert not errors, errors
        return rows

    def create_bucket(self, name: str, duration: str = "INF") -> str:
        """A database whose only retention policy is `kept`; returns the bucket's name."""
        self.command(f'CREATE DATABASE "{name}"')
        self.command(
            f'CREATE RETENTION POLICY "kept" ON "{name}" DURATION {duration} REPLICATION 1 DEFAULT'
        )
        return f"{name}/kept"

    def count(self, bucket: str, measurement: str, field_: str) -> int:
        """Points of a measurement that have a field."""
        database, policy = bucket.split("/")
        where = f'"{database}"."{policy}"."{measurement}"'
        answer = self.command(f'SELECT count("{field_}") FROM {where}')  # noqa: S608
        series = answer["results"][0].get("series")
        return series[0]["values"][0][1] if series else 0


@dataclass
class Influxd2:
    """InfluxDB 2.7, where `influxd2` is on the PATH; CI has none, and is not asked for it."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = need_program("influxd2")
        arguments = {
            "bolt-path": self.folder / "i.bolt",
            "sqlite-path": self.folder / "i.sqlite",
            "engine-path": self.folder / "engine",
            "http-bind-address": f"127.0.0.1:{self.port}",
        }
        self.process = subprocess.Popen(
            [program, "--reporting-disabled", *(f"--{k}={v}" for k, v in arguments.items())],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(400):
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/health").status_code == 200:
                    break
            time.sleep(0.05)
        body = {"username": "admin", "password": "password", "org": "clinic", "bucket": "other"}
        answer = httpx.post(f"{self.url}/api/v2/setup", json=body | {"token": "t" * 20})
        assert answer.status_code in (201, 422), answer.text

    def kill(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
