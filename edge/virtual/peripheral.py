"""A virtual wearable: its own controller and GATT server, and motion that it senses."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bumble.core import AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.hci import Address
from bumble.host import Host
from bumble.transport.common import AsyncPipeSink

from telemetry.clock import NS_PER_S, Clock

from .air import Air, VirtualController
from .motion_source import SensedMotion, resampled

if TYPE_CHECKING:
    from bumble.gatt import Characteristic, Service

__all__ = ["Tamper", "VirtualWearable"]

log = logging.getLogger(__name__)

Tamper = Callable[[bytes], list[bytes]]
"""What a fault does to one notification: nothing left, changed, doubled."""

ADVERTISING_INTERVAL_MS = 100
# Notifications at one go before other tasks get their turn.
BURST = 32


class VirtualWearable:
    """Base of all virtual wearables.

    It senses `motion` from the first start command on, sample 0 at that moment, by its own
    clock, which is `skew_ppm` fast against `clock`. It goes on sensing while its link is down:
    those samples are emitted, and lost. A stop ends the run; the next start begins it anew.

    A subclass gives its services, its advertisement, and how samples become notifications.

    Args:
        number: counts up in a radio; address and serial number come of it.
        boot_us: how long it has been on.
        skew_ppm: how much faster its clock is.
        max_mtu: the longest ATT MTU it takes.
        rate_hz, samples: instead of its own rate, and samples a notification.
        run_samples: end a run after so many, for a motion that does not end.

    Attributes:
        emitted: samples sensed so far, over all runs: the truth that a ledger is held against.
        links: connections that centrals have made so far.
        ended: set when the motion is over and every notification has been handed to the link.
        tamper: a fault done to each notification on its way out; None for a healthy device.
    """

    name = "Virtual wearable"
    identity = ""
    """As the gateway will know it."""
    rate_hz = 60.0
    samples_per_notification = 1
    whole_notifications = False
    """Whether samples that do not fill a notification at the end are not sensed at all."""

    def __init__(
        self,
        air: Air,
        motion: SensedMotion,
        clock: Clock,
        *,
        number: int = 1,
        boot_us: int = 1_000_000,
        skew_ppm: float = 0.0,
        max_mtu: int = 247,
        rate_hz: float | None = None,
        samples: int | None = None,
        run_samples: int | None = None,
    ) -> None:
        if rate_hz is not None:
            self.rate_hz = rate_hz
        if samples is not None:
            self.samples_per_notification = samples
        self.air = air
        self.number = number
        self.name = self.name.format(number=number)
        self.address = Address(f"C0:00:00:00:{number >> 8:02X}:{number & 0xFF:02X}")
        self.motion = resampled(motion, self.rate_hz)
        self.run_samples = run_samples
        self.emitted = 0
        self.ended = asyncio.Event()
        self.tamper: Tamper | None = None
        self.battery_percent = 87
        self.links = 0
        self._clock = clock
        self._skew = 1 + skew_ppm * 1e-6
        self._booted_ns = clock.now_ns() - boot_us * 1000
        self._cursor = 0
        self._task: asyncio.Task[None] | None = None
        self._link: Any = None
        self._indicating: asyncio.Future[None] | None = None
        self._on_air = False
        self._set_up = False
        self._advertising: asyncio.Task[None] | None = None
        self._awaited: list[tuple[int, asyncio.Future[None]]] = []
        self._controller = VirtualController(self.name, link=air)
        self.device = Device(
            config=DeviceConfiguration(
                name=self.name,
                address=self.address,
                advertising_interval_min=ADVERTISING_INTERVAL_MS,
                advertising_interval_max=ADVERTISING_INTERVAL_MS,
            ),
            host=Host(self._controller, AsyncPipeSink(self._controller)),
        )
        self.device.gatt_server.max_mtu = max_mtu
        self.device.on("connection", self._on_connection)

    # What a subclass gives.

    def services(self) -> list[Service]:
        """Its GATT services."""
        raise NotImplementedError

    def advertisement(self) -> list[tuple[int, bytes]]:
        """Its advertising data besides the flags."""
        return [(AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode())]

    def notifications(
        self, rows: list[int], device_us: list[int]
    ) -> list[tuple[Characteristic, bytes]]:
        """Samples of the motion, by row and device time, as notifications."""
        raise NotImplementedError

    # What a test, a demo or a bench does with it.

    async def power_on(self) -> None:
        """Start up, or wake up again, and advertise."""
        if not self._set_up:
            self._set_up = True
            await self._set_up_device()
        self._on_air = True
        await self._advertise()

    async def _set_up_device(self) -> None:
        self.device.add_services(self.services())
        flags = AdvertisingData.Flags
        basic = bytes([flags.LE_GENERAL_DISCOVERABLE_MODE | flags.BR_EDR_NOT_SUPPORTED])
        fields = [(AdvertisingData.FLAGS, basic), *self.advertisement()]
        self.device.advertising_data = bytes(AdvertisingData(fields))
        await self.device.power_on()

    async def power_off(self) -> None:
        """Fall silent."""
        self._on_air = False
        await self.end_run()
        if self._link is not None:
            with contextlib.suppress(Exception):
                await self._link.disconnect()
        if self._advertising is not None:
            await self._advertising
        if self.device.is_advertising:
            await self.device.stop_advertising()

    async def reboot(self, *, pause_s: float = 0.5) -> None:
        """Fail hard: link gone, clock at zero, measuring ended.

        The next start goes on with the motion where it was.
        """
        on_air, self._on_air = self._on_air, False
        await self.end_run()
        self.air.cut_link(self.address)
        if self.device.is_advertising:
            await self.device.stop_advertising()
        await self._clock.sleep(pause_s)
        self._booted_ns = self._clock.now_ns()
        self._on_air = on_air
        await self._advertise()

    def start_run(self) -> None:
        """Begin to measure, as the start command of the protocol does; no harm if it does."""
        if self._task is None or self._task.done():
            if self._cursor == 0:
                self.ended.clear()
            self._task = asyncio.ensure_future(self._sense())

    async def end_run(self) -> None:
        """End measuring."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def stop_run(self) -> None:
        """End measuring, as the stop command does; the next start begins the motion anew."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._cursor = 0

    async def reached(self, count: int) -> None:
        """Wait until so many samples were emitted.

        Who waits goes on before the next one is emitted, however busy the machine is.
        """
        if self.emitted < count:
            reached = asyncio.get_running_loop().create_future()
            self._awaited.append((count, reached))
            await reached

    @property
    def sensing(self) -> bool:
        """Whether a run is under way."""
        return self._task is not None and not self._task.done()

    @property
    def connected(self) -> bool:
        """Whether a central holds a link."""
        return self._link is not None

    # How it works.

    def _device_us(self, host_ns: float) -> int:
        return int((host_ns - self._booted_ns) * self._skew / 1000)

    async def _sense(self) -> None:
        # Real time between samples, on a clock that this device's own overtakes by the skew.
        period_ns = NS_PER_S / self.rate_hz / self._skew
        started_ns, first = self._clock.now_ns(), self._cursor
        # Whole steps on the device's own clock keep its time stamps on an even grid.
        started_us = self._device_us(started_ns)
        while True:
            due = first + int((self._clock.now_ns() - started_ns) / period_ns) + 1
            over = self._emit_until(due, first, started_us)
            await self._drained()
            if over:
                self.ended.set()
                return
            if self._cursor < due - self.samples_per_notification:
                await asyncio.sleep(0)
                continue
            wanted = self._cursor + self.samples_per_notification - 1
            next_ns = started_ns + (wanted - first) * period_ns
            await self._clock.sleep((next_ns - self._clock.now_ns()) / NS_PER_S)

    def _emit_until(self, due: int, first: int, started_us: int) -> bool:
        """Emit what is due, a burst at most; True when the motion is over."""
        n = self.samples_per_notification
        for _ in range(BURST):
            stop = self._cursor + n
            if self.run_samples is not None:
                stop = min(stop, self.run_samples)
            rows = [self.motion.index(i) for i in range(self._cursor, stop)]
            known = [r for r in rows if r is not None]
            if not known or (self.whole_notifications and len(known) < n):
                return True
            if self._cursor + len(known) > due:
                return False
            us = [
                started_us + int((self._cursor + k - first) * 1e6 / self.rate_hz)
                for k in range(len(known))
            ]
            self._cursor += len(known)
            self.emitted += len(known)
            self._send(known, us)
            if self._awaited and self._tell_reached():
                return False
        return False

    def _tell_reached(self) -> bool:
        """Wake who waits for what was emitted now; whether there is one, who is to go first."""
        told = [reached for count, reached in self._awaited if count <= self.emitted]
        self._awaited = [(count, r) for count, r in self._awaited if count > self.emitted]
        for reached in told:
            if not reached.done():
                reached.set_result(None)
        return bool(told)

    def _send(self, rows: list[int], device_us: list[int]) -> None:
        if self._link is None:
            return
        for characteristic, value in self.notifications(rows, device_us):
            self.notify(characteristic, value)

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        """Send one notification to the central, if it has subscribed."""
        if self._link is None:
            return
        for part in [value] if self.tamper is None else self.tamper(value):
            # The coroutine never waits; driving it by hand spares a task for each packet.
            sending = self.device.gatt_server.notify_subscriber(self._link, characteristic, part)
            with contextlib.suppress(StopIteration):
                sending.send(None)

    def indicate(self, characteristic: Characteristic, value: bytes) -> None:
        """Send one indication, after whatever is being answered now."""
        if self._link is not None:
            server = self.device.gatt_server
            sending = server.indicate_subscriber(self._link, characteristic, value)
            self._indicating = asyncio.ensure_future(sending)

    @property
    def mtu(self) -> int:
        """The ATT MTU of the link."""
        return 23 if self._link is None else int(self._link.att_mtu)

    async def _drained(self) -> None:
        """Wait for the link to take what is queued: it paces, nothing is dropped."""
        queue = self.device.host.le_acl_packet_queue
        # Bumble announces progress to callbacks only, and a turn of the loop is enough.
        while self._link is not None and queue is not None and queue.pending > BURST:  # noqa: ASYNC110
            await asyncio.sleep(0)

    def _on_connection(self, link: Any) -> None:
        self._link = link
        self.links += 1
        link.on("disconnection", lambda _reason: self._on_disconnection(link))

    def _on_disconnection(self, link: Any) -> None:
        if self._link is link:
            self._link = None
            self._advertising = asyncio.ensure_future(self._advertise())

    async def _advertise(self) -> None:
        if self._on_air and self._link is None and not self.device.is_advertising:
            await self.device.start_advertising(auto_restart=False)
