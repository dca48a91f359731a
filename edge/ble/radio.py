"""The adapter: scanning, and one connection attempt at a time. The only place that calls bleak.

The backend is injected: none for the platform's own, the virtual one in a demo or a test.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bleak import BleakScanner
from bleak.exc import BleakError

from edge.wearables.wearable import Advertisement, OnData
from telemetry.errors import TransportError, TransportTimeout

from .adapter_faults import explained
from .address_privacy import keep_addresses_out_of_logs, without_addresses
from .connecting import connected_client, forget_device

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from bleak import BleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

__all__ = ["Connection", "Radio", "RadioBackend", "Sighting"]

log = logging.getLogger(__name__)

ANSWER_S = 3.0
LEAST_MTU = 23
FORGET_AFTER = 2
NEXT_STEPS = (
    (5, "systemctl restart bluetooth, or restart this machine"),
    (3, "switch the wearable off and on"),
    (0, "it is tried again"),
)
"""After how many failures in a row which step is worth a try."""


@dataclass(frozen=True, slots=True)
class RadioBackend:
    """Which bleak backend to use, and what its constructors want besides.

    With none given bleak takes the platform's own.
    """

    client: type[Any] | None = None
    scanner: type[Any] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    close: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device that advertised. The address stays within this process and out of the logs."""

    device: BLEDevice
    advertisement: Advertisement
    rssi: int = 0

    @property
    def address(self) -> str:
        """The key by which bleak knows it."""
        return self.device.address


class Connection:
    """A connected device, as wearables use it.

    Every error of bleak or the platform comes out as `TransportError`.
    """

    def __init__(self, client: BleakClient, name: str | None = None) -> None:
        # Not bleak's own name: that falls back to the address.
        self.name = name
        self._client = client
        self._listeners: dict[str, list[OnData]] = {}
        self.lost = asyncio.Event()

    @property
    def mtu(self) -> int | None:
        """The ATT MTU; None where the platform does not tell.

        bleak's BlueZ backend always gives 23, the least there is; the characteristics know
        better, but from BlueZ 5.62 on only. So 23 says nothing.
        """
        sizes = [
            c.max_write_without_response_size
            for c in self._client.services.characteristics.values()
        ]
        mtu = max(sizes, default=LEAST_MTU - 3) + 3
        return mtu if mtu > LEAST_MTU else None

    def has(self, characteristic: str) -> bool:
        """Whether the device has this characteristic."""
        return self._client.services.get_characteristic(characteristic) is not None

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        with _errors("read"):
            return bytes(await self._client.read_gatt_char(characteristic))

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        """Write a value."""
        with _errors("write"):
            await self._client.write_gatt_char(characteristic, value, response=response)

    async def subscribe(self, characteristic: str, on_data: OnData) -> None:
        """Call `on_data` with every notification or indication, after earlier subscribers."""
        if characteristic in self._listeners:
            self._listeners[characteristic].append(on_data)
            return
        listeners = self._listeners[characteristic] = [on_data]

        def hand_out(_: object, data: bytearray) -> None:
            payload = bytes(data)
            for listener in tuple(listeners):
                listener(payload)

        with _errors("subscribe"):
            await self._client.start_notify(characteristic, hand_out)

    async def exchange(
        self, command: bytes, *, write: str, listen: str, accept: Callable[[bytes], bool]
    ) -> bytes:
        """Write `command` to one characteristic, return the first answer that is accepted.

        Raises:
            TransportError: no such answer came within 3 s.
        """
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        def on_answer(payload: bytes) -> None:
            if not answer.done() and accept(payload):
                answer.set_result(payload)

        await self.subscribe(listen, on_answer)
        try:
            await self.write(write, command)
            with _errors("answer"):
                async with asyncio.timeout(ANSWER_S):
                    return await answer
        finally:
            self._listeners[listen].remove(on_answer)
        raise AssertionError

    async def bond(self, *, timeout_s: float = 8.0) -> bool:
        """Ask for LE Secure Connections; False where the device or the platform offers none."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._client.pair()
        except (BleakError, OSError, EOFError, NotImplementedError, AttributeError):
            return False
        return True

    async def pause(self, seconds: float) -> None:
        """Wait, where a wearable needs time between two commands."""
        await asyncio.sleep(seconds)

    async def close(self, *, timeout_s: float = 5.0) -> None:
        """Disconnect; a daemon that hangs or has gone is given up after `timeout_s`."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(timeout_s):
                await self._client.disconnect()
        self.lost.set()


class Radio:
    """One adapter.

    Args:
        backend: bleak's platform backend where none is given.
        slots: connections it holds at once; further ones wait.
        connect_timeout_s: for one attempt.
    """

    def __init__(
        self,
        backend: RadioBackend | None = None,
        *,
        slots: int = 7,
        connect_timeout_s: float = 15.0,
    ) -> None:
        keep_addresses_out_of_logs()
        self._backend = backend or RadioBackend()
        self._timeout_s = connect_timeout_s
        self._limit = slots
        self._slots = asyncio.Semaphore(slots)
        self._attempt = asyncio.Lock()
        self._scanner: BleakScanner | None = None
        self._on_sighting: Callable[[Sighting], None] = lambda _: None
        self._failed: dict[str, int] = {}
        self.heard = 0
        """Advertisements so far; standing still while scanning means a dead scanner."""

    @property
    def scanning(self) -> bool:
        """Whether it listens for advertisements."""
        return self._scanner is not None

    async def close(self) -> None:
        """Let go of the backend, where it is one that must be let go of."""
        await self.stop_scan()
        if self._backend.close is not None:
            await self._backend.close()

    async def start_scan(self, on_sighting: Callable[[Sighting], None]) -> None:
        """Listen for advertisements until `stop_scan`.

        Raises:
            TransportError: no adapter, or no permission; the message says which.
        """
        await self.stop_scan()
        self._on_sighting = on_sighting
        with _errors("scan"):
            scanner = BleakScanner(
                self._hear, backend=self._backend.scanner, **self._backend.options
            )
            await scanner.start()
        self._scanner = scanner

    async def stop_scan(self) -> None:
        """Stop listening; harmless when it does not."""
        scanner, self._scanner = self._scanner, None
        if scanner is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(5):
                    await scanner.stop()

    def _hear(self, device: BLEDevice, data: AdvertisementData) -> None:
        self.heard += 1
        advertisement = Advertisement(
            name=data.local_name or device.name,
            service_uuids=frozenset(data.service_uuids),
            company_ids=frozenset(data.manufacturer_data),
        )
        self._on_sighting(Sighting(device, advertisement, data.rssi))

    @contextlib.asynccontextmanager
    async def connected(
        self, sighting: Sighting, name: str = "a wearable"
    ) -> AsyncIterator[Connection]:
        """A connection for as long as the block lasts; `lost` is set when it breaks before.

        Waits for a slot, and for other attempts: adapters take one at a time.

        Args:
            sighting: which one.
            name: how a failure names it.

        Raises:
            TransportError: it could not be made; names it, what was tried, and the next step.
        """
        if self._slots.locked():
            log.warning("Bluetooth: all %d connections are taken, one more waits", self._limit)
        async with self._slots:
            connection = await self._connect(sighting, name)
            try:
                yield connection
            finally:
                await connection.close()

    async def forget(self, sighting: Sighting) -> bool:
        """Have the platform forget what it believes of a device, where it can be told to."""
        return await forget_device(sighting.device)

    async def _connect(self, sighting: Sighting, name: str) -> Connection:
        connections: list[Connection] = []

        def on_lost(_: BleakClient) -> None:
            for connection in connections:
                connection.lost.set()

        try:
            async with self._attempt:
                with _errors("connect"):
                    # bleak's own time-out does not cover every stage on every platform.
                    async with asyncio.timeout(self._timeout_s + 5):
                        client = await connected_client(
                            sighting.device,
                            on_lost,
                            backend=self._backend.client,
                            timeout_s=self._timeout_s,
                            options=self._backend.options,
                        )
        except TransportError as e:
            raise TransportError(f"{name}: {await self._after_failure(sighting, str(e))}") from e
        self._failed.pop(sighting.address, None)
        connection = Connection(client, sighting.advertisement.name)
        connections.append(connection)
        if not client.is_connected:
            connection.lost.set()
        return connection

    async def _after_failure(self, sighting: Sighting, cause: str) -> str:
        """What was wrong, what was tried, and the next step; the second time BlueZ must forget."""
        times = self._failed[sighting.address] = self._failed.get(sighting.address, 0) + 1
        tried = f"tried {times} time{'s' if times > 1 else ''}"
        if times >= FORGET_AFTER and await self.forget(sighting):
            tried += ", had BlueZ forget the device"
        step = next(step for least, step in NEXT_STEPS if times >= least)
        return f"{cause}; {tried}; next: {step}"


@contextlib.contextmanager
def _errors(what: str) -> Iterator[None]:
    """Whatever the platform raises as one line, without the radio addresses it may name."""
    try:
        yield
    except TimeoutError as e:
        raise TransportTimeout(f"Bluetooth: {what} timed out") from e
    # With its daemon gone bleak's BlueZ backend also trips over its own state.
    except (BleakError, OSError, EOFError, AttributeError, AssertionError, KeyError) as e:
        known = explained(e) or (e.__cause__ and explained(e.__cause__))
        reason = known or f"{what} failed ({type(e).__name__}: {e})"
        raise TransportError(f"Bluetooth: {without_addresses(reason)}") from e
