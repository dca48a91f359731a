"""One run of `ripresa replay`: passes with a progress bar, onto a broker where that is wanted."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from ripresa.platform.configuration import mqtt_settings
from telemetry.clock import SystemClock
from telemetry.messages.results import SessionResult

from .alone_on_bus import AloneOnBus
from .replay import timeline_of
from .replaying import BusReplay, Replay, topics_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from telemetry.transport.bus import Bus

    from .replay import Timeline
    from .replaying import ReplayPass
    from .session_source import SessionSource

__all__ = ["ReplayRun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRun:
    """What was asked for.

    Attributes:
        session: ULID.
        source: where it is kept.
        of: whose session, where several have one of that name.
        speed: times real time; None: as fast as may be.
        from_s, to_s: seconds from the session's first event.
        loop: again and again.
        publish: on the broker, as if live.
    """

    session: str
    source: SessionSource
    of: str | None
    speed: float | None
    from_s: float
    to_s: float | None
    loop: bool
    publish: bool

    def run(self) -> tuple[ReplayPass, SessionResult | None]:
        """Replay it; gives the last pass, and the result that was recorded.

        Raises:
            ConfigurationError, StoreError: see `timeline_of`, `Replay` and `AloneOnBus`.
            TransportError: no broker.
        """
        with self.source.reading() as reader:
            timeline = timeline_of(reader, self.session, self.source.plans, home=self.of)
            results = reader.results(self.session, home=self.of)
        counting = [r for r in results if isinstance(r, SessionResult) and not r.provisional]
        wanted = Replay(timeline=timeline, speed=self.speed, from_s=self.from_s, to_s=self.to_s)
        done = asyncio.run(self._passes(wanted, timeline))
        return done, counting[-1] if counting else None

    async def _passes(self, wanted: Replay, timeline: Timeline) -> ReplayPass:
        clock = SystemClock()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            bar = progress.add_task("replaying", total=timeline.lasts_s)
            async with self._bus() as bus:
                alone = None if bus is None else AloneOnBus(bus, topics_of(timeline))
                if alone is not None:
                    await alone.listen(clock)
                while True:
                    listener = None
                    if bus is not None and alone is not None:
                        listener = alone.amid(BusReplay(bus, clock, timeline, from_s=self.from_s))
                    done = await wanted.run(
                        clock,
                        listener,
                        lambda at, total: progress.update(bar, completed=at, total=total),
                    )
                    if not self.loop:
                        return done

    def _bus(self) -> AbstractAsyncContextManager[Bus | None]:
        return _connected(self.session) if self.publish else nullcontext()


@asynccontextmanager
async def _connected(session: str) -> AsyncIterator[Bus | None]:
    from telemetry.transport.mqtt import MqttBus  # noqa: PLC0415 - paho is slow to import

    async with MqttBus(mqtt_settings(), f"replay-{session}") as bus:
        await bus.wait_connected()
        yield bus
        await bus.drain()
