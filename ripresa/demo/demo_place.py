"""Where a demo takes place: its folder, its clock, and the processes beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ripresa.home.home import Home
from ripresa.platform.child import Child
from ripresa.platform.configuration import Folder, Identity, ripresa_home
from ripresa.platform.display import has_display
from ripresa.platform.program import log_to
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from telemetry.clock import ScaledClock
    from telemetry.latency import Percentiles
    from telemetry.transport.mqtt import MqttSettings

__all__ = ["DemoOptions", "DemoPlace", "demo_folder", "finished"]

log = logging.getLogger(__name__)

GAME_PATIENCE_S = 30
PYTHON = (sys.executable, "-m", "ripresa")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What `ripresa demo` was asked for.

    Attributes:
        recording: `spar:SUBJECT:EXERCISE:SIDE`.
        wearable: which kind replays it, see `edge.virtual.peripherals.virtual_catalogue`.
        speed: of all clocks.
        headless: no window and no browser.
        keep: folder that outlives the demo; None: a temporary one.
        embedded_broker: amqtt within this process even where mosquitto is there.
        game: which game is played; None: none.
    """

    recording: str = "spar:1:ABD:0"
    wearable: str = "dot"
    speed: float = 1.0
    headless: bool = False
    keep: Path | None = None
    embedded_broker: bool = False
    game: str | None = "volo"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlace:
    """The surroundings of one demo."""

    options: DemoOptions
    folder: Folder
    identity: Identity
    clock: ScaledClock

    @property
    def game_json(self) -> Path:
        """What the game tells at its end."""
        return self.folder.root / "game.json"

    @property
    def picture(self) -> Path:
        """A frame of the game."""
        return self.folder.pictures / "volo.png"

    def home(self, broker: MqttSettings) -> Home:
        """The home; the demo's one broker is its own and its clinic's."""
        return Home(
            folder=self.folder,
            identity=self.identity,
            broker=broker,
            clinic_broker=broker,
            clock=self.clock,
        )

    def clinic(self, broker_port: int, web_port: int) -> Child:
        """The clinic as a process of its own."""
        return Child(
            "clinic",
            [
                *PYTHON,
                "clinic",
                "run",
                "--site",
                self.identity.site,
                "--web-port",
                str(web_port),
            ],
            self.folder.logs / "clinic.log",
            environment=self.environment(broker_port),
        )

    @contextlib.asynccontextmanager
    async def game(self, broker_port: int) -> AsyncIterator[Child | None]:
        """The game as a process of its own, ready before the first sample comes."""
        if self.options.game is None:
            yield None
            return
        ready = self.folder.root / "game.ready"
        command = [
            *PYTHON,
            "play",
            self.options.game,
            "--input",
            "wearable",
            "--self-paced",
            "--json",
            str(self.game_json),
            "--ready-file",
            str(ready),
        ]
        if self.options.headless or not has_display():
            command += ["--headless", "--picture", str(self.picture)]
        log_file = self.folder.logs / "game.log"
        environment = self.environment(broker_port)
        async with Child("game", command, log_file, environment=environment, keep=False) as game:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GAME_PATIENCE_S):
                    while not ready.exists() and game.returncode is None:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
            yield game

    def environment(self, broker_port: int) -> dict[str, str]:
        """What a child process must know."""
        return {
            **self.identity.as_environment(),
            "RIPRESA_HOME": str(self.folder.root),
            "RIPRESA_CLOCK": self.clock.spec,
            "RIPRESA_MQTT_HOST": "127.0.0.1",
            "RIPRESA_MQTT_PORT": str(broker_port),
        }

    def game_latencies(self) -> dict[str, Percentiles]:
        """What the game measured of its own; nothing where it did not end well."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            told = json.loads(self.game_json.read_text(encoding="utf-8"))["latency_ms"]
            names = {"arrival_to_frame": "game", "sample_to_frame": "sample to frame"}
            return {
                name: {"p50": told[hop]["p50"], "p95": told[hop]["p95"], "p99": told[hop]["p99"]}
                for hop, name in names.items()
                if told.get(hop)
            }
        return {}

    def files(self) -> dict[str, str]:
        """What is kept, by name; a picture outlives a temporary folder."""
        files = {}
        if self.options.keep is not None:
            files = {
                "home journal": str(self.folder.home_journal),
                "clinic journal": str(self.folder.clinic_journal),
                "logs": str(self.folder.logs),
            }
        if self.picture.exists():
            kept = self.picture if self.options.keep is not None else self._saved_picture()
            if kept is not None:
                files["picture"] = str(kept)
        return files

    def _saved_picture(self) -> Path | None:
        """The picture where it stays; None where it cannot, for it is not what a demo is about."""
        try:
            kept = Folder(ripresa_home()).create().pictures / "demo-volo.png"
            shutil.copyfile(self.picture, kept)
        except (OSError, ConfigurationError) as e:
            log.warning("the picture cannot be kept: %s", e)
            return None
        return kept


@contextlib.contextmanager
def demo_folder(options: DemoOptions) -> Iterator[Folder]:
    """A fresh folder with its log; it goes at the end unless it is to be kept.

    Raises:
        ConfigurationError: it holds an earlier demo, or cannot be written.
    """
    if options.keep is not None:
        root = options.keep.expanduser().resolve()
        if (root / "home").exists():
            raise ConfigurationError(
                f"{root} holds an earlier demo: name another folder, recordings are never "
                "overwritten"
            )
        folder = Folder(root).create()
        folder.kept_demo.touch()
        with _logging_to(folder.logs / "home.log"):
            yield folder
        return
    root = Path(tempfile.mkdtemp(prefix="ripresa-demo-"))
    try:
        folder = Folder(root).create()
        with _logging_to(folder.logs / "home.log"):
            yield folder
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    """What the home logs is for its file; a person sees the progress."""
    handler = log_to(file)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


async def finished(game: Child | None) -> None:
    """Give the game time to end well by itself."""
    if game is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GAME_PATIENCE_S):
                await game.wait()
