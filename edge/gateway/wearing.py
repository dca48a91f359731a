"""One wearable as the gateway serves it: from connection to connection."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeAlias

from edge.wearables.standard import HEART_RATE_MEASUREMENT, HeartRate, decode_heart_rate
from telemetry.clock import NS_PER_S, Clock
from telemetry.errors import DecodeError, RipresaError, TransportError
from telemetry.messages.notices import LinkState, WearableState

from .counters import Counters
from .rate_limited import RateLimited
from .resuming import abandoned
from .stream_assembly import Origin, StreamAssembly

if TYPE_CHECKING:
    from collections.abc import Callable

    from edge.ble.radio import Connection
    from edge.wearables.wearable import Battery, Decoder, Sampling, Wearable
    from telemetry.messages.motion import StreamItem

    from .resuming import ResumePoint

__all__ = ["SILENCE_S", "OnHeartRate", "ServicesMissingError", "Wearing"]

log = logging.getLogger(__name__)

OnHeartRate: TypeAlias = "Callable[[str, int, HeartRate], None]"
"""Identity, host time of arrival in nanoseconds, measurement; returns at once."""

SILENCE_S = 2.0
BATTERY_EVERY_S = 300.0


MOST_HIDDEN = 3


class ServicesMissingError(TransportError):
    """A connection on which the system does not show the services that carry the data."""


class Wearing:
    """A bound wearable over all its connections; its stream goes on from one to the next.

    Args:
        wearable: its kind.
        identity, placement: which one, and where it is worn.
        clock: stamps arrivals.
        new_stream: gives a fresh ULID.
        emit: takes the items.
        on_state: told each change.
        on_heart_rate: told each measurement, with the host time of its arrival, where the
            wearable has the standard Heart Rate service.
        resume: where a former process left a stream of this wearable open; None: nowhere.
    """

    def __init__(
        self,
        wearable: Wearable,
        identity: str,
        placement: str,
        *,
        clock: Clock,
        new_stream: Callable[[], str],
        emit: Callable[[StreamItem], None],
        on_state: Callable[[WearableState], None],
        on_heart_rate: OnHeartRate | None = None,
        resume: ResumePoint | None = None,
    ) -> None:
        self.wearable = wearable
        self.identity = identity
        self.placement = placement
        self.counters = Counters()
        self._clock = clock
        self._new_stream = new_stream
        self._emit = emit
        self._on_state = on_state
        self._on_heart_rate = on_heart_rate
        self._resume = resume
        self._assembly: StreamAssembly | None = None
        self._decoder: Decoder | None = None
        self._connection: Connection | None = None
        self._ended = False
        self._last_payload = b""
        self._heard_ns = 0
        self._battery: Battery | None = None
        self._complain = RateLimited(log, clock)
        self._beside = ""
        self._hidden = 0

    @property
    def connected(self) -> bool:
        """Whether it is connected and not being left."""
        return self._connection is not None

    @property
    def stream(self) -> str | None:
        """The open stream."""
        return None if self._assembly is None else self._assembly.stream

    def beside(self, remark: str) -> None:
        """Say this beside its state, once."""
        if remark != self._beside:
            self._beside = remark
            if self.connected:
                self._say(LinkState.READY)

    async def serve(self, connection: Connection) -> None:
        """Configure, subscribe, start, and stay until the link or the data stop.

        Raises:
            TransportError: the wearable did not do as told, or fell silent.
        """
        self._ended = False
        self._say(LinkState.INIT)
        self._connection = connection
        self._heard_ns = 0
        self.counters.connections += 1
        try:
            await self._prepare(connection)
            await self._watch(connection)
        finally:
            self._connection = None
            if self._assembly is not None:
                for item in self._assembly.link_lost(self._clock.now_ns()):
                    self._emit(item)
            if not self._ended:
                self._say(LinkState.LOST)

    async def end(self, reason: str) -> None:
        """Stop the wearable where it is reachable, and close its stream."""
        self._ended = True
        connection = self._connection
        if connection is not None and not connection.lost.is_set():
            # What it sent before it obeys still counts: it arrives before the answer.
            try:
                async with asyncio.timeout(5):
                    await self.wearable.stop(connection)
            except (RipresaError, TimeoutError) as e:
                log.warning("%s: could not be stopped (%s)", self.identity, e)
        self._connection = None
        now_ns = self._clock.now_ns()
        items: list[StreamItem] = []
        if self._assembly is not None:
            items = self._assembly.end(reason, now_ns)
        elif self._resume is not None:
            items = abandoned(self._resume, now_ns)
        self._assembly = self._resume = None
        for item in items:
            self._emit(item)
        self._say(LinkState.SLEEPING, reason)

    async def _prepare(self, connection: Connection) -> None:
        if connection.mtu is not None and connection.mtu < self.wearable.minimum_mtu:
            # Samples cut short would all be refused one by one: say it once instead.
            raise TransportError(
                f"{self.identity}: the link carries {connection.mtu} bytes, "
                f"{self.wearable.minimum_mtu} are needed: update the system's Bluetooth"
            )
        self._check_services(connection)
        firmware = await self._ask_firmware(connection)
        sampling = await self.wearable.configure(connection)
        if self._assembly is None or self._assembly.sampling != sampling:
            self._begin_assembly(sampling, firmware)
        self._decoder = self.wearable.decoder(sampling)
        for characteristic in self.wearable.data_characteristics:
            await connection.subscribe(
                characteristic,
                lambda payload, c=characteristic: self._receive(connection, c, payload),  # type: ignore[misc]
            )
        await self.wearable.start(connection, self._decoder)
        if self._on_heart_rate is not None and connection.has(HEART_RATE_MEASUREMENT):
            await connection.subscribe(HEART_RATE_MEASUREMENT, self._receive_heart_rate)
        # Some answer on the characteristic that carries the data, so only now.
        await self._ask_battery(connection)

    def _check_services(self, connection: Connection) -> None:
        """Refuse a connection whose services the system hides, as it may for ever (bluez#1489).

        Where they stay hidden the wearable is asked all the same: it may lack them.
        """
        wanted = self.wearable.data_characteristics
        if all(connection.has(c) for c in wanted) or self._hidden >= MOST_HIDDEN:
            self._hidden = 0
            return
        self._hidden += 1
        raise ServicesMissingError(
            f"{self.identity}: connected, but the system does not show its data service "
            f"({self._hidden} time{'s' if self._hidden > 1 else ''}); next: switch it off and on"
        )

    async def _ask_firmware(self, connection: Connection) -> str | None:
        """Its firmware; one that does not tell is served all the same."""
        try:
            return (await self.wearable.information(connection)).firmware
        except RipresaError as e:
            if connection.lost.is_set():
                raise
            self._complain.warning("%s: device information not read: %s", self.identity, e)
            return None

    def _begin_assembly(self, sampling: Sampling, firmware: str | None) -> None:
        if self._assembly is not None:
            for item in self._assembly.end("configured anew", self._clock.now_ns()):
                self._emit(item)
        origin = Origin(
            wearable=self.identity,
            model=self.wearable.model,
            placement=self.placement,
            firmware=firmware,
        )
        self._assembly = StreamAssembly(
            origin,
            sampling,
            new_stream=self._new_stream,
            counters=self.counters,
            slack=self._clock.speed,
        )
        resume, self._resume = self._resume, None
        if resume is not None:
            for item in self._assembly.resume(resume, self._clock.now_ns()):
                self._emit(item)

    def _receive(self, connection: Connection, characteristic: str, payload: bytes) -> None:
        """Take one notification; runs in the platform's callback, so it never waits or raises."""
        arrival_ns = self._clock.now_ns()
        assembly, decoder = self._assembly, self._decoder
        if connection is not self._connection or assembly is None or decoder is None:
            # After a reconnection some platforms still call the old subscription (bleak #2002).
            self.counters.repeated_notifications += 1
            return
        self.counters.notifications += 1
        if assembly.sampling.stamped and payload == self._last_payload:
            self.counters.repeated_notifications += 1
            return
        self._last_payload = payload
        try:
            reading = decoder.decode(characteristic, payload)
            if reading is None:
                return
            rejected = self.counters.rejected_samples
            items = assembly.take(reading, arrival_ns)
            if self.counters.rejected_samples > rejected:
                self._complain.warning(
                    "%s: sample not finite or impossible, left out", self.identity
                )
        except DecodeError as e:
            self.counters.refused_notifications += 1
            assembly.refused()
            self._complain.warning("%s: notification refused: %s", self.identity, e)
            return
        except Exception:
            self.counters.refused_notifications += 1
            assembly.refused()
            self._complain.error("%s: notification refused: a fault in the decoder", self.identity)
            log.debug("decoder fault", exc_info=True)
            return
        first, self._heard_ns = self._heard_ns == 0, arrival_ns
        for item in items:
            self._emit(item)
        if first or len(items) > 1:
            self._say(LinkState.READY)

    def _receive_heart_rate(self, payload: bytes) -> None:
        """Take one heart rate; like `_receive` it never raises."""
        try:
            measured = decode_heart_rate(payload)
        except DecodeError as e:
            self.counters.refused_notifications += 1
            self._complain.warning("%s: notification refused: %s", self.identity, e)
            return
        if self._on_heart_rate is not None:
            try:
                self._on_heart_rate(self.identity, self._clock.now_ns(), measured)
            except Exception:
                # The platform's callback must not raise: its motion comes by the same way.
                self._complain.error("%s: a fault in what takes its heart rate", self.identity)
                log.debug("heart rate fault", exc_info=True)

    async def _watch(self, connection: Connection) -> None:
        """Return when the link goes; raise when it is up and no data come."""
        patience_ns = int(SILENCE_S * NS_PER_S * max(1.0, self._clock.speed))
        check_s = SILENCE_S / 8 * max(1.0, self._clock.speed)
        checked_ns = battery_ns = started_ns = self._clock.now_ns()
        while not connection.lost.is_set():
            await self._clock.sleep(check_s)
            now_ns = self._clock.now_ns()
            if now_ns - checked_ns > patience_ns:
                # This process itself stood still; give the radio a chance to catch up.
                started_ns = now_ns
            checked_ns = now_ns
            # No clock should go back; if one does, silence must still be noticed.
            self._heard_ns = min(self._heard_ns, now_ns)
            silent_ns = now_ns - max(self._heard_ns, started_ns)
            if silent_ns > patience_ns and not self._ended:
                self.counters.watchdog += 1
                raise TransportError(f"{self.identity}: no data for {SILENCE_S:g} s")
            if now_ns - battery_ns > BATTERY_EVERY_S * NS_PER_S:
                battery_ns = now_ns
                await self._ask_battery(connection)

    async def _ask_battery(self, connection: Connection) -> None:
        """Tell the charge; one answer that fails is no reason to leave a stream that runs."""
        try:
            self._battery = await self.wearable.battery(connection) or self._battery
        except RipresaError as e:
            self._complain.warning("%s: battery not read: %s", self.identity, e)
        if self._heard_ns and not self._ended:
            self._say(LinkState.READY)

    def _remarks(self) -> str:
        """What is not as it should be with the stream; empty: nothing."""
        own = () if self._assembly is None else self._assembly.remarks
        return "; ".join((*own, self._beside) if self._beside else own)

    def _say(self, state: LinkState, reason: str | None = None) -> None:
        self._on_state(
            WearableState(
                wearable=self.identity,
                state=state,
                model=self.wearable.model,
                placement=self.placement,
                stream=self.stream,
                battery_percent=None if self._battery is None else self._battery.percent,
                reason=reason or self._remarks() or None,
            )
        )
