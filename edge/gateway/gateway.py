"""The gateway: finds the wearables that are bound, serves each, and gives their streams on.

How to wire one, here with a virtual DOT (all of it inside a running event loop)::

    clock = ScaledClock.start(speed)
    name, motion = load_recording("spar:1:ABD:0")
    home = VirtualRadio(clock)                      # edge.virtual.virtual_radio
    dot = await home.add(VirtualDot, motion)        # powered on; dot.identity == "dot-D422..."

    record = RecordSink(recorder, clock, session=lambda: session_id)
    live = LiveSink(bus, HomeTopics(site, patient))
    board = StateBoard(bus, GatewayTopics(site, gateway), clock, backlog=lambda: record.backlog)
    gateway = Gateway(
        Radio(await home.backend()),                # Radio() for the machine's own Bluetooth
        {dot.identity: "wrist-right"}.get,          # placement of an identity, None: not bound
        clock=clock,
        sinks=[live, record],
        board=board,
    )
    record.start()
    async with gateway:                             # scans, connects, streams
        await dot.ended.wait()                      # the recording is over
        await gateway.settled()                     # what was sent has arrived
    unstored = await record.stop()                  # everything durable; 0 samples left

    dot.emitted                                     # the truth for the ledger
    gateway.counters()                              # per wearable: decoded, declared_lost, ...

After a kill -9 hand over what the journal's streams say, so that they go on with a declared gap::

    points = resume_points(reader.stream_items(s) for s in streams_of_the_open_session)
    gateway = Gateway(..., resume=points)           # edge.gateway.resuming

Leaving the block stops the wearables and ends their streams (`StreamEnded`, reason "stopped").
The last will of the bus is `state.last_will_payload(gateway)` on `GatewayTopics.state`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from typing import TYPE_CHECKING, Self

from edge.ble.back_off import BackOff
from edge.ble.identity_guard import IdentityGuard
from edge.wearables.catalogue import identity_of, recognise
from telemetry.errors import RipresaError, TransportError
from telemetry.identity import new_ulid
from telemetry.messages.notices import LinkState, WearableState

from .rate_limited import RateLimited
from .resuming import abandoned
from .wearing import OnHeartRate, ServicesMissingError, Wearing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from edge.ble.radio import Connection, Radio, Sighting
    from edge.wearables.wearable import Wearable
    from telemetry.clock import Clock
    from telemetry.messages.motion import StreamItem
    from telemetry.seams import ItemSink

    from .counters import Counters
    from .gateway_state import StateBoard
    from .resuming import ResumePoint

__all__ = ["Gateway"]

log = logging.getLogger(__name__)

SCAN_CHECK_S = 3.0
STATE_EVERY_CHECKS = 10
REASON_LENGTH = 300
FORGOTTEN = "; BlueZ was made to forget the device, and it is tried again"


class Gateway:
    """Serves every bound wearable that is in range.

    Args:
        radio: the adapter.
        placement_of: where an identity is worn; None when it is not bound here.
        clock: stamps and paces everything.
        sinks: each gets every stream item, in order, on the event loop.
        board: publishes states.
        on_heart_rate: told each measurement of a wearable with the Heart Rate service.
        resume: streams that a former process left open, by identity; those whose wearable does
            not come back are closed at the end.
        places: once each of these is served, scanning rests, which leaves the air to the
            connections; without any it never does.
        guard: knows which device was bound; None: only equal identities are told apart.
        kinds: wearables that are served besides those that are installed.
        rng: jitter of the back-off.
    """

    def __init__(
        self,
        radio: Radio,
        placement_of: Callable[[str], str | None],
        *,
        clock: Clock,
        sinks: Sequence[ItemSink] = (),
        board: StateBoard | None = None,
        on_heart_rate: OnHeartRate | None = None,
        resume: Mapping[str, ResumePoint] | None = None,
        places: Collection[str] = (),
        guard: IdentityGuard | None = None,
        kinds: Sequence[Wearable] = (),
        rng: random.Random | None = None,
    ) -> None:
        self._radio = radio
        self._placement_of = placement_of
        self._clock = clock
        self._sinks = list(sinks)
        self._board = board
        self._on_heart_rate = on_heart_rate
        self._resume = dict(resume or {})
        self._places = frozenset(places)
        self._guard = guard or IdentityGuard()
        self._kinds = tuple(kinds)
        self._scans = False
        self._back_off = BackOff(rng or random.Random())
        self._wearings: dict[str, Wearing] = {}
        self._identities: dict[str, str] = {}
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._scan: asyncio.Task[None] | None = None
        self._complain = RateLimited(log, clock)
        self.unknown_devices: set[str] = set()
        """Addresses of devices that are no wearable; only their number is told."""

    async def __aenter__(self) -> Self:
        """Start.

        Raises:
            TransportError: no adapter, or no permission to use it.
        """
        self._say(LinkState.INIT)
        await self._radio.start_scan(self._on_sighting)
        self._scans = True
        self._scan = asyncio.create_task(self._keep_scanning(), name="scan watchdog")
        self._say(LinkState.READY)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the wearables, end their streams, let go of the radio."""
        await self._end_scanning()
        for wearing in self._wearings.values():
            await wearing.end("stopped")
        for point in self._resume.values():
            for item in abandoned(point, self._clock.now_ns()):
                self._emit(item)
        self._resume.clear()
        for task in list(self._tasks):
            await self._cancel(task)
        self._say(LinkState.SLEEPING)

    async def abandon(self) -> None:
        """Stop where it is, as a killed process does: no stream is ended, nothing is said."""
        self._sinks.clear()
        self._board = None
        await self._end_scanning()
        for task in list(self._tasks):
            await self._cancel(task)

    async def run(self, sink: ItemSink) -> None:
        """Give items to `sink` until cancelled: the gateway as a `WearableSource`."""
        self._sinks.append(sink)
        try:
            async with self:
                await asyncio.Event().wait()
        finally:
            self._sinks.remove(sink)

    def counters(self) -> dict[str, Counters]:
        """Totals by identity."""
        return {identity: wearing.counters for identity, wearing in self._wearings.items()}

    def streams(self) -> dict[str, str]:
        """The open stream of each identity that has one."""
        return {i: w.stream for i, w in self._wearings.items() if w.stream is not None}

    async def settled(self, *, quiet_s: float = 0.1) -> None:
        """Wait until no notification has come for `quiet_s` real seconds."""
        before = -1
        while before != (now := sum(c.notifications for c in self.counters().values())):
            before = now
            await asyncio.sleep(quiet_s)

    def _say(self, state: LinkState) -> None:
        if self._board is not None:
            self._board.gateway(state)

    def _on_wearable_state(self, state: WearableState) -> None:
        if self._board is not None:
            self._board.wearable(state)

    def _emit(self, item: StreamItem) -> None:
        for sink in self._sinks:
            try:
                sink(item)
            except Exception:
                # A sink must not raise; one that does may not take the others down.
                self._complain.error("a sink refused a %s", type(item).__name__)
                log.debug("sink fault", exc_info=True)

    def _on_sighting(self, sighting: Sighting) -> None:
        address = sighting.address
        if address in self._busy or not self._back_off.over(address, self._clock.now_ns()):
            return
        wearable = recognise(sighting.advertisement, self._kinds)
        if wearable is None:
            if len(self.unknown_devices) < 1000:
                self.unknown_devices.add(address)
            return
        identity = self._identities.get(address) or wearable.advertised_identity(
            sighting.advertisement
        )
        if identity is not None:
            if self._placement_of(identity) is None:
                self._say_renamed(identity, address)
                return
            refused = self._guard.sighted(identity, address, self._clock.now_ns())
            if refused is not None:
                self._refuse(wearable, identity, refused)
                return
        self._busy.add(address)
        task = asyncio.create_task(self._serve(sighting, wearable))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, sighting: Sighting, wearable: Wearable) -> None:
        """One connection from beginning to end; failures are told and tried again later."""
        address = sighting.address
        started_ns = self._clock.now_ns()
        try:
            name = self._name_of(sighting, wearable)
            async with self._radio.connected(sighting, name or wearable.model) as connection:
                await self._serve_connection(sighting, wearable, connection)
        except ServicesMissingError as e:
            forgot = await self._radio.forget(sighting)
            self._lost(sighting, wearable, f"{e}{FORGOTTEN if forgot else ''}")
        except RipresaError as e:
            self._lost(sighting, wearable, str(e))
        except Exception as e:
            self._complain.error("%s: unexpected %s", wearable.model, type(e).__name__)
            log.debug("connection fault", exc_info=True)
        finally:
            now_ns = self._clock.now_ns()
            self._back_off.failed(address, now_ns, lasted_s=(now_ns - started_ns) / 1e9)
            self._busy.discard(address)
            if self._scans and not self._radio.scanning:
                await self._start_scan()

    async def _serve_connection(
        self, sighting: Sighting, wearable: Wearable, connection: Connection
    ) -> None:
        identity = await identity_of(wearable, sighting.advertisement, connection)
        if identity is None:
            raise TransportError(f"{wearable.model}: it has no serial number to be known by")
        self._identities[sighting.address] = identity
        placement = self._placement_of(identity)
        if placement is None:
            self._say_renamed(identity, sighting.address)
            log.info("%s is in range and not bound: ripresa devices bind", identity)
            return
        serial = await _serial(wearable, connection)
        refused = self._guard.connected(identity, sighting.address, serial)
        if refused is not None:
            self._refuse(wearable, identity, refused)
            return
        self._guard.serves(identity, sighting.address)
        try:
            await self._serve_known(identity, placement, wearable, connection)
        finally:
            self._guard.left(identity, sighting.address)

    async def _serve_known(
        self, identity: str, placement: str, wearable: Wearable, connection: Connection
    ) -> None:
        wearing = self._wearings.get(identity)
        if wearing is None:
            wearing = self._wearings[identity] = Wearing(
                wearable,
                identity,
                placement,
                clock=self._clock,
                new_stream=lambda: new_ulid(self._clock),
                emit=self._emit,
                on_state=self._on_wearable_state,
                on_heart_rate=self._on_heart_rate,
                resume=self._resume.pop(identity, None),
            )
        for other in self._worn_at(placement):
            if other is not wearing:
                await _end_replaced(other)
        try:
            await wearing.serve(connection)
        finally:
            if any(other.connected for other in self._worn_at(placement)):
                await _end_replaced(wearing)

    def _name_of(self, sighting: Sighting, wearable: Wearable) -> str | None:
        """Its identity, as far as it is known before it is asked."""
        return (
            self._identities.get(sighting.address)
            or wearable.advertised_identity(sighting.advertisement)
            or self._guard.bound_at(sighting.address)
        )

    def _lost(self, sighting: Sighting, wearable: Wearable, reason: str) -> None:
        """Say why a connection was not made, or ended."""
        self._complain.warning("%s", reason)
        identity = self._name_of(sighting, wearable)
        placement = None if identity is None else self._placement_of(identity)
        if identity is not None and placement is not None:
            self._on_wearable_state(
                WearableState(
                    wearable=identity,
                    state=LinkState.LOST,
                    model=wearable.model,
                    placement=placement,
                    stream=self.streams().get(identity),
                    reason=reason[:REASON_LENGTH],
                )
            )

    def _say_renamed(self, identity: str, address: str) -> None:
        renamed = self._guard.renamed(identity, address)
        if renamed is not None:
            self._complain.warning("%s", renamed)

    def _refuse(self, wearable: Wearable, identity: str, reason: str) -> None:
        """Say whom the home does not take for one of its own, and why."""
        self._complain.warning("%s", reason)
        wearing = self._wearings.get(identity)
        if wearing is not None:
            wearing.beside(reason)
        else:
            self._on_wearable_state(
                WearableState(
                    wearable=identity,
                    state=LinkState.LOST,
                    model=wearable.model,
                    placement=self._placement_of(identity),
                    reason=reason,
                )
            )

    def _worn_at(self, placement: str) -> list[Wearing]:
        return [w for w in self._wearings.values() if w.placement == placement]

    async def _keep_scanning(self) -> None:
        """Start the scanner anew when it has failed or gone deaf; tell the state now and then."""
        heard, checks, strangers = -1, 0, 0
        while True:
            await self._clock.sleep(SCAN_CHECK_S * max(1.0, self._clock.speed))
            checks += 1
            if checks % STATE_EVERY_CHECKS == 0:
                # The clinic reads this home's clock and backlog from it.
                self._say(LinkState.READY)
                if len(self.unknown_devices) > strangers:
                    strangers = len(self.unknown_devices)
                    log.info("%d devices in range are no wearable that is known", strangers)
            if self._places and self._places <= self._served():
                await self._radio.stop_scan()
                continue
            missing = [w for w in self._wearings.values() if not w.connected]
            deaf = heard == self._radio.heard and (missing or not self._wearings)
            heard = self._radio.heard
            if deaf or not self._radio.scanning:
                await self._start_scan()

    def _served(self) -> set[str]:
        """Places where a wearable is worn that is connected."""
        return {w.placement for w in self._wearings.values() if w.connected}

    async def _start_scan(self) -> None:
        try:
            await self._radio.start_scan(self._on_sighting)
        except TransportError as e:
            self._complain.error("%s; trying again", e)

    async def _end_scanning(self) -> None:
        self._scans = False
        await self._cancel(self._scan)
        await self._radio.stop_scan()

    @staticmethod
    async def _cancel(task: asyncio.Task[None] | None) -> None:
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _serial(wearable: Wearable, connection: Connection) -> str | None:
    """The serial number that it tells; None where it tells none."""
    try:
        return (await wearable.information(connection)).serial
    except RipresaError:
        if connection.lost.is_set():
            raise
        return None


async def _end_replaced(gone: Wearing) -> None:
    """End the stream of one in whose place another is worn: nobody may wait for its samples."""
    if not gone.connected and gone.stream is not None:
        await gone.end("replaced")
