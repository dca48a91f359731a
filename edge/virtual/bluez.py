"""A stand-in for BlueZ's daemon: `org.bluez` on a private bus, its devices on a virtual radio.

    DBUS_SYSTEM_BUS_ADDRESS=unix:... python -m edge.virtual.bluez tcp-client:127.0.0.1:9001

With it bleak's real BlueZ backend runs without a kernel's Bluetooth: scan, connect, GATT and
notifications pass through this process to virtual wearables in another. Killing it is what
killing bluetoothd is. It offers what bleak asks for and no more.
"""

# No `from __future__ import annotations`: dbus-fast reads the annotations as D-Bus signatures.

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Annotated, Any

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError, BleakGATTProtocolError
from dbus_fast import BusType, DBusError, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusSignature
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

from .adapter import VirtualAdapter
from .backend import VirtualClient, VirtualScanner

__all__ = ["FakeBluez", "main"]

ADAPTER_PATH = "/org/bluez/hci0"

Text = Annotated[str, DBusSignature("s")]
Texts = Annotated[list[str], DBusSignature("as")]
Path = Annotated[str, DBusSignature("o")]
Flag = Annotated[bool, DBusSignature("b")]
Short = Annotated[int, DBusSignature("n")]
Word = Annotated[int, DBusSignature("q")]
Bytes = Annotated[bytes, DBusSignature("ay")]
Options = Annotated[dict[str, Variant], DBusSignature("a{sv}")]
Companies = Annotated[dict[int, Variant], DBusSignature("a{qv}")]


def _failed(error: BaseException) -> DBusError:
    """As BlueZ words it; bleak reads ATT errors out of that text."""
    if isinstance(error, BleakGATTProtocolError):
        text = f"Operation failed with ATT error: {error.code:#04x}"
        return DBusError("org.bluez.Error.Failed", text)
    return DBusError("org.bluez.Error.Failed", str(error) or type(error).__name__)


def _reads(name: str) -> Callable[[Callable[[Any], Any]], Any]:
    return dbus_property(access=PropertyAccess.READ, name=name)


class FakeBluez:
    """The daemon: an adapter, and a device for everything that advertises."""

    def __init__(self, bus: MessageBus, radio: VirtualAdapter) -> None:
        self.bus = bus
        self.radio = radio
        self.devices: dict[str, Device] = {}
        self.refusals: list[str] = []
        """Names of errors with which the next connections fail, e.g. InProgress."""
        self.late_s = 0.0
        """How long after the link services are shown."""
        self._scanner: BleakScanner | None = None
        self._adapter = Adapter(self)

    async def start(self) -> None:
        """Put the adapter and the name on the bus."""
        self.bus.export(ADAPTER_PATH, self._adapter)
        await self.bus.request_name("org.bluez")

    async def discover(self, on: bool) -> None:
        """Scan, or stop scanning."""
        if on and self._scanner is None:
            self._scanner = BleakScanner(self._seen, backend=VirtualScanner, radio=self.radio)
            await self._scanner.start()
        elif not on and self._scanner is not None:
            scanner, self._scanner = self._scanner, None
            await scanner.stop()

    def stick(self) -> None:
        """Every device's object answers InProgress until it is removed."""
        for device in self.devices.values():
            device.stuck = True

    def hide(self) -> None:
        """Every device's object shows no services until it is removed."""
        for device in self.devices.values():
            device.hides = True

    async def remove(self, path: str) -> None:
        """Forget a device; its next advertisement makes a fresh object."""
        device = next((d for d in self.devices.values() if d.path == path), None)
        if device is None:
            raise DBusError("org.bluez.Error.DoesNotExist", "Does Not Exist")
        await device.disconnect_link()
        self.devices = {a: d for a, d in self.devices.items() if d is not device}
        self.bus.unexport(path, device)

    def _seen(self, found: BLEDevice, advertisement: AdvertisementData) -> None:
        device = self.devices.get(found.address)
        if device is None:
            device = self.devices[found.address] = Device(self, found, advertisement)
            self.bus.export(device.path, device)
        device.heard(advertisement)


class Adapter(ServiceInterface):
    """`org.bluez.Adapter1`."""

    def __init__(self, daemon: FakeBluez) -> None:
        super().__init__("org.bluez.Adapter1")
        self._daemon = daemon
        self._discovering = False

    @_reads("Address")
    def address(self) -> Text:
        """Of the adapter."""
        return "F0:F1:F2:F3:F4:F5"

    @_reads("Name")
    def adapter_name(self) -> Text:
        """Any."""
        return "virtual"

    @_reads("Powered")
    def powered(self) -> Flag:
        """Always."""
        return True

    @_reads("Roles")
    def roles(self) -> Texts:
        """Central only."""
        return ["central"]

    @_reads("Discovering")
    def discovering(self) -> Flag:
        """Whether it scans."""
        return self._discovering

    @dbus_method(name="SetDiscoveryFilter")
    def set_filter(self, _options: Options) -> None:
        """Taken and ignored."""

    @dbus_method(name="StartDiscovery")
    async def start_discovery(self) -> None:
        """Scan; refused while it does."""
        if self._discovering:
            raise DBusError("org.bluez.Error.InProgress", "Operation already in progress")
        await self._set(True)

    @dbus_method(name="StopDiscovery")
    async def stop_discovery(self) -> None:
        """Stop scanning."""
        await self._set(False)

    @dbus_method(name="RemoveDevice")
    async def remove_device(self, device: Path) -> None:
        """Forget a device and its services."""
        await self._daemon.remove(device)

    async def _set(self, on: bool) -> None:
        self._discovering = on
        await self._daemon.discover(on)
        self.emit_properties_changed({"Discovering": on})


class Device(ServiceInterface):
    """`org.bluez.Device1`: one device that has advertised."""

    def __init__(
        self, daemon: FakeBluez, found: BLEDevice, advertisement: AdvertisementData
    ) -> None:
        super().__init__("org.bluez.Device1")
        self.path = f"{ADAPTER_PATH}/dev_{found.address.replace(':', '_')}"
        self._daemon = daemon
        self._found = found
        self._seen = advertisement
        self._client: BleakClient | None = None
        self._resolved = False
        self.stuck = False
        self.hides = False
        self._attributes: list[tuple[str, ServiceInterface]] = []

    def heard(self, advertisement: AdvertisementData) -> None:
        """Tell the bus of an advertisement."""
        self._seen = advertisement
        self.emit_properties_changed({"RSSI": advertisement.rssi})

    @_reads("Address")
    def address(self) -> Text:
        """Of the device."""
        return self._found.address

    @_reads("AddressType")
    def address_type(self) -> Text:
        """All virtual ones are random."""
        return "random"

    @_reads("Name")
    def device_name(self) -> Text:
        """As advertised."""
        return self._seen.local_name or ""

    @_reads("Alias")
    def alias(self) -> Text:
        """The name, or the address."""
        return self._seen.local_name or self._found.address.replace(":", "-")

    @_reads("Adapter")
    def adapter(self) -> Path:
        """Whose it is."""
        return ADAPTER_PATH

    @_reads("Paired")
    def paired(self) -> Flag:
        """Never."""
        return False

    @_reads("UUIDs")
    def uuids(self) -> Texts:
        """As advertised."""
        return list(self._seen.service_uuids)

    @_reads("ManufacturerData")
    def manufacturer_data(self) -> Companies:
        """As advertised."""
        return {k: Variant("ay", v) for k, v in self._seen.manufacturer_data.items()}

    @_reads("RSSI")
    def rssi(self) -> Short:
        """Of the last advertisement."""
        return self._seen.rssi

    @_reads("Connected")
    def connected(self) -> Flag:
        """Whether there is a link."""
        return self._client is not None

    @_reads("ServicesResolved")
    def services_resolved(self) -> Flag:
        """Whether its attributes are on the bus."""
        return self._resolved

    @dbus_method(name="Connect")
    async def connect(self) -> None:
        """Connect, discover, put the attributes on the bus."""
        if self._daemon.refusals:
            name = self._daemon.refusals.pop(0)
            raise DBusError(f"org.bluez.Error.{name}", name)
        if self.stuck:
            raise DBusError("org.bluez.Error.InProgress", "Operation already in progress")
        client = BleakClient(
            self._found,
            self._lost,
            timeout=10,
            backend=VirtualClient,
            radio=self._daemon.radio,
        )
        try:
            await client.connect()
        except (BleakError, TimeoutError) as e:
            raise _failed(e) from e
        self._client = client
        self.emit_properties_changed({"Connected": True})
        if self._daemon.late_s:
            await asyncio.sleep(self._daemon.late_s)
        for service in [] if self.hides else client.services:
            path = f"{self.path}/service{service.handle:04x}"
            self._export(path, Service(self.path, service.uuid))
            for characteristic in service.characteristics:
                at = f"{path}/char{characteristic.handle:04x}"
                self._export(at, Attribute(client, path, characteristic))
        self._resolved = True
        self.emit_properties_changed({"ServicesResolved": True})

    @dbus_method(name="Disconnect")
    async def disconnect(self) -> None:
        """Drop the link."""
        await self.disconnect_link()

    async def disconnect_link(self) -> None:
        """Drop the link, where there is one."""
        if self._client is not None:
            await self._client.disconnect()

    def _export(self, path: str, interface: ServiceInterface) -> None:
        self._attributes.append((path, interface))
        self._daemon.bus.export(path, interface)

    def _lost(self, _client: BleakClient) -> None:
        self._client = None
        self._resolved = False
        self.emit_properties_changed({"ServicesResolved": False})
        self.emit_properties_changed({"Connected": False})
        for path, interface in self._attributes:
            self._daemon.bus.unexport(path, interface)
        self._attributes.clear()


class Service(ServiceInterface):
    """`org.bluez.GattService1`."""

    def __init__(self, device: str, uuid: str) -> None:
        super().__init__("org.bluez.GattService1")
        self._device = device
        self._uuid = uuid

    @_reads("UUID")
    def uuid(self) -> Text:
        """Of the service."""
        return self._uuid

    @_reads("Device")
    def device(self) -> Path:
        """Whose it is."""
        return self._device


class Attribute(ServiceInterface):
    """`org.bluez.GattCharacteristic1`."""

    def __init__(
        self, client: BleakClient, service: str, characteristic: BleakGATTCharacteristic
    ) -> None:
        super().__init__("org.bluez.GattCharacteristic1")
        self._client = client
        self._service = service
        self._characteristic = characteristic
        self._value = b""
        self._notifying = False

    @_reads("UUID")
    def uuid(self) -> Text:
        """Of the characteristic."""
        return self._characteristic.uuid

    @_reads("Service")
    def service(self) -> Path:
        """Whose it is."""
        return self._service

    @_reads("Flags")
    def flags(self) -> Texts:
        """What can be done with it."""
        return list(self._characteristic.properties)

    @_reads("Value")
    def value(self) -> Bytes:
        """The last one known."""
        return self._value

    @_reads("Notifying")
    def notifying(self) -> Flag:
        """Whether it is subscribed."""
        return self._notifying

    @_reads("MTU")
    def mtu(self) -> Word:
        """Of the link."""
        return self._characteristic.max_write_without_response_size + 3

    @dbus_method(name="ReadValue")
    async def read_value(self, _options: Options) -> Bytes:
        """Read."""
        try:
            self._value = bytes(await self._client.read_gatt_char(self._characteristic))
        except BleakError as e:
            raise _failed(e) from e
        return self._value

    @dbus_method(name="WriteValue")
    async def write_value(self, value: Bytes, options: Options) -> None:
        """Write, with response unless it is said otherwise."""
        kind = options.get("type")
        response = kind is None or kind.value != "command"
        try:
            await self._client.write_gatt_char(self._characteristic, value, response=response)
        except BleakError as e:
            raise _failed(e) from e

    @dbus_method(name="StartNotify")
    async def start_notify(self) -> None:
        """Subscribe."""
        if self._notifying:
            raise DBusError("org.bluez.Error.InProgress", "In Progress")
        try:
            await self._client.start_notify(self._characteristic, self._notified)
        except BleakError as e:
            raise _failed(e) from e
        self._notifying = True
        self.emit_properties_changed({"Notifying": True})

    @dbus_method(name="StopNotify")
    async def stop_notify(self) -> None:
        """Unsubscribe."""
        self._notifying = False
        try:
            await self._client.stop_notify(self._characteristic)
        except BleakError as e:
            raise _failed(e) from e

    def _notified(self, _characteristic: BleakGATTCharacteristic, value: bytearray) -> None:
        self._value = bytes(value)
        self.emit_properties_changed({"Value": self._value})


async def _serve(transport: str) -> None:
    radio = await VirtualAdapter.on_transport(transport)
    bus = await MessageBus(bus_type=BusType.SYSTEM, negotiate_unix_fd=True).connect()
    daemon = FakeBluez(bus, radio)
    await daemon.start()
    print("ready", flush=True)  # noqa: T201 - tells the parent
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        asked = json.loads(line)
        daemon.refusals += asked.get("refuse", [])
        daemon.late_s = asked.get("late_s", daemon.late_s)
        if asked.get("stick"):
            daemon.stick()
        if asked.get("hide"):
            daemon.hide()


def main() -> None:
    """Serve until standard input ends; lines of JSON say what goes wrong.

    `{"refuse": ["InProgress"]}` refuses the next connections, `{"stick": true}` all of the known
    devices until these are removed, `{"hide": true}` hides their services until then,
    `{"late_s": 2}` shows services so late.
    """
    asyncio.run(_serve(sys.argv[1]))


if __name__ == "__main__":
    main()
