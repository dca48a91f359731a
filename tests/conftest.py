"""Servers that several rooms test against."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from needs import need_program
from ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("quick", deadline=None, max_examples=30)
settings.load_profile("ci" if os.environ.get("CI") else "quick")


@dataclass
class Mosquitto:
    """A real broker on loopback that can be killed and started again on its port."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n"
        )
        self.run()

    def run(self) -> None:
        """Start it with the configuration as it lies there."""
        config = self.folder / "mosquitto.conf"
        self.process = subprocess.Popen(
            [need_program("mosquitto"), "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)
        raise AssertionError("mosquitto did not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def mosquitto(tmp_path):
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def size():
    """Of the display."""
    return "1400x900"


@pytest.fixture
def display(size):
    """A display of its own on a virtual framebuffer."""
    read, write = os.pipe()
    server = subprocess.Popen(
        [need_program("Xvfb"), "-displayfd", str(write), "-screen", "0", f"{size}x24"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    assert number, "Xvfb gave no display"
    yield f":{number}"
    server.terminate()
    server.wait()
