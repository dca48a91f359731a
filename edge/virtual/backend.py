"""bleak on the virtual radio: `BleakClient(device, backend=VirtualClient, radio=...)`."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from typing import TYPE_CHECKING, Any, TypeVar

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.scanner import (
    AdvertisementData,
    AdvertisementDataCallback,
    BaseBleakScanner,
)
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import att, core
from bumble.core import AdvertisingData
from bumble.device import Peer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from bleak.args import SizedBuffer
    from bleak.assigned_numbers import CharacteristicPropertyName
    from bleak.backends.device import BLEDevice

    from .adapter import VirtualAdapter

__all__ = ["VirtualClient", "VirtualScanner"]

_PROPERTIES: dict[int, CharacteristicPropertyName] = {
    0x01: "broadcast",
    0x02: "read",
    0x04: "write-without-response",
    0x08: "write",
    0x10: "notify",
    0x20: "indicate",
}
_T = TypeVar("_T")
_UUID_LISTS = (0x02, 0x03, 0x04, 0x05, 0x06, 0x07)
_SERVICE_DATA = (0x16, 0x20, 0x21)


def _uuid(uuid: Any) -> str:
    text = uuid.to_hex_str("-") if len(uuid.uuid_bytes) == 16 else uuid.to_hex_str()
    return normalize_uuid_str(text)


class VirtualScanner(BaseBleakScanner):
    """bleak's scanner on a virtual adapter, handed over as the keyword `radio`."""

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: str = "active",
        *,
        radio: VirtualAdapter,
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._adapter = radio

    async def start(self) -> None:
        """Start scanning."""
        self.seen_devices = {}
        await self._adapter.listen(self)

    async def stop(self) -> None:
        """Stop scanning."""
        await self._adapter.unlisten(self)

    def on_advertisement(self, advertisement: Any) -> None:
        """Hand one advertisement to bleak's callbacks."""
        data = advertisement.data
        name = data.get(AdvertisingData.COMPLETE_LOCAL_NAME) or data.get(
            AdvertisingData.SHORTENED_LOCAL_NAME
        )
        uuids = [_uuid(u) for kind in _UUID_LISTS for found in data.get_all(kind) for u in found]
        if not self.is_allowed_uuid(uuids):
            return
        seen = AdvertisementData(
            local_name=name,
            manufacturer_data=dict(data.get_all(AdvertisingData.MANUFACTURER_SPECIFIC_DATA)),
            service_data={_uuid(u): d for k in _SERVICE_DATA for u, d in data.get_all(k)},
            service_uuids=uuids,
            tx_power=data.get(AdvertisingData.TX_POWER_LEVEL),
            rssi=advertisement.rssi,
            platform_data=(advertisement,),
        )
        key = advertisement.address.to_string(False)
        device = self.create_or_update_device(key, key, name, advertisement.address, seen)
        self.call_detection_callbacks(device, seen)


class VirtualClient(BaseBleakClient):
    """bleak's client on a virtual adapter, handed over as the keyword `radio`."""

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None = None,
        timeout: float = 30.0,
        services: set[str] | None = None,
        radio: VirtualAdapter,
        **_: Any,
    ) -> None:
        super().__init__(
            address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout
        )
        self._adapter = radio
        self._wanted = services
        self._link: Any = None
        self._listeners: dict[int, Callable[[bytes], None]] = {}
        self._name = getattr(address_or_ble_device, "name", None)

    @property
    def name(self) -> str:
        """The advertised name, or the address with dashes."""
        return self._name or self.address.replace(":", "-")

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._link is not None

    @property
    def mtu_size(self) -> int:
        """The negotiated ATT MTU."""
        return int(self._live_link().att_mtu)

    def _live_link(self) -> Any:
        if self._link is None:
            raise BleakError("Not connected")
        return self._link

    @staticmethod
    async def _request(request: Coroutine[Any, Any, _T]) -> _T:
        """See a request through although its caller is cancelled: Bumble cannot take one back."""
        task = asyncio.ensure_future(request)
        task.add_done_callback(lambda t: t.cancelled() or t.exception())
        return await asyncio.shield(task)

    @contextlib.asynccontextmanager
    async def _gatt(self) -> AsyncIterator[None]:
        """Bumble's errors as bleak's.

        When the link goes, Bumble *cancels* the future that a request waits on; that must not
        look like the cancellation of the caller's task.
        """
        link = self._live_link()
        try:
            yield
        except att.ATT_Error as e:
            raise BleakGATTProtocolError(e.error_code) from e
        except (core.TimeoutError, TimeoutError) as e:
            raise BleakError("ATT transaction timed out") from e
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._link is not link and task is not None and not task.cancelling():
                raise BleakError("disconnected") from None
            raise

    def _on_disconnection(self, _reason: int = 0) -> None:
        if self._link is None:
            return
        self._link, self.services = None, None
        self._listeners.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def connect(self, pair: bool, **_: Any) -> None:
        """Connect, negotiate the MTU, discover.

        Raises:
            BleakError: already connected, or no slot free.
            BleakDeviceNotFoundError: it never advertised.
            TimeoutError: it does not answer.
        """
        if self._link is not None:
            raise BleakError("Already connected")
        try:
            async with asyncio.timeout(self._timeout):
                link = await self._adapter.connect(self.address)
                self._link = link
                link.on("disconnection", functools.partial(self._on_link_lost, link))
                async with self._gatt():
                    peer = Peer(link)
                    with contextlib.suppress(att.ATT_Error):
                        await self._request(peer.request_mtu(self._adapter.mtu))
                    if pair:
                        await link.pair()
                    self.services = await self._request(self._discover(peer))
        except (TimeoutError, core.TimeoutError) as e:
            await self._abort()
            if self.address.upper() not in self._adapter.addresses:
                raise BleakDeviceNotFoundError(
                    self.address, f"Device {self.address} was not found."
                ) from e
            raise TimeoutError(f"connect to {self.address} timed out") from e
        except BaseException:
            await self._abort()
            raise

    def _on_link_lost(self, link: Any, reason: int) -> None:
        if self._link is link:
            self._on_disconnection(reason)

    async def _abort(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            with contextlib.suppress(Exception):
                await link.disconnect()

    async def _discover(self, peer: Any) -> BleakGATTServiceCollection:
        found = BleakGATTServiceCollection()
        await peer.discover_services()
        for service in peer.services:
            uuid = _uuid(service.uuid)
            if self._wanted and uuid not in self._wanted:
                continue
            entry = BleakGATTService(service, service.handle, uuid)
            found.add_service(entry)
            await service.discover_characteristics()
            for characteristic in service.characteristics:
                await self._add_characteristic(found, entry, characteristic)
        return found

    async def _add_characteristic(
        self, found: BleakGATTServiceCollection, service: BleakGATTService, characteristic: Any
    ) -> None:
        await characteristic.discover_descriptors()
        link = self._link
        flags = int(characteristic.properties)
        entry = BleakGATTCharacteristic(
            characteristic,
            characteristic.handle,
            _uuid(characteristic.uuid),
            [name for bit, name in _PROPERTIES.items() if flags & bit],
            lambda: link.att_mtu - 3,
            service,
        )
        found.add_characteristic(entry)
        for d in characteristic.descriptors:
            found.add_descriptor(BleakGATTDescriptor(d, d.handle, _uuid(d.type), entry))

    async def disconnect(self) -> None:
        """Close the link; harmless when it is closed."""
        if self._link is not None:
            with contextlib.suppress(Exception):
                await self._link.disconnect()
            self._on_disconnection()

    async def pair(self, *_: Any, **__: Any) -> None:
        """Pair with the peer."""
        async with self._gatt():
            await self._link.pair()

    async def unpair(self) -> None:
        """Not offered: nothing is bonded here."""
        raise NotImplementedError

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_: Any) -> bytearray:
        """Read a characteristic."""
        async with self._gatt():
            client = characteristic.obj.client
            return bytearray(await self._request(client.read_value(characteristic.handle)))
        raise AssertionError

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_: Any) -> bytearray:
        """Read a descriptor."""
        async with self._gatt():
            client = descriptor.obj.client
            return bytearray(await self._request(client.read_value(descriptor.handle)))
        raise AssertionError

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: SizedBuffer,
        response: bool,
    ) -> None:
        """Write a characteristic."""
        if not response and len(data) > self.mtu_size - 3:
            raise BleakError("data is longer than a write without response may be")
        async with self._gatt():
            client = characteristic.obj.client
            await self._request(
                client.write_value(characteristic.handle, bytes(data), with_response=response)
            )

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        """Write a descriptor."""
        async with self._gatt():
            client = descriptor.obj.client
            await self._request(
                client.write_value(descriptor.handle, bytes(data), with_response=True)
            )

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any
    ) -> None:
        """Subscribe; indications are taken where there are no notifications."""
        if characteristic.handle in self._listeners:
            raise BleakError("notifications are already on for this characteristic")

        def listener(value: bytes) -> None:
            callback(bytearray(value))

        prefer_notify = "notify" in characteristic.properties
        async with self._gatt():
            client = characteristic.obj.client
            await self._request(
                client.subscribe(characteristic.obj, listener, prefer_notify=prefer_notify)
            )
        self._listeners[characteristic.handle] = listener

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        listener = self._listeners.pop(characteristic.handle, None)
        async with self._gatt():
            client = characteristic.obj.client
            await self._request(client.unsubscribe(characteristic.obj, listener))
