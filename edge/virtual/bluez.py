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

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError
from dbus_fast import BusType, DBusError, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_method

from .adapter import VirtualAdapter
from .backend import VirtualClient, VirtualScanner
from .bluez_attributes import (
    Attribute,
    Companies,
    Flag,
    Options,
    Path,
    Service,
    Short,
    Text,
    Texts,
    failed,
    reads,
)

__all__ = ["FakeBluez", "main"]

ADAPTER_PATH = "/org/bluez/hci0"


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

    @reads("Address")
    def address(self) -> Text:
        """Of the adapter."""
        return "F0:F1:F2:F3:F4:F5"

    @reads("Name")
    def adapter_name(self) -> Text:
        """Any."""
        return "virtual"

    @reads("Powered")
    def powered(self) -> Flag:
        """Always."""
        return True

    @reads("Roles")
    def roles(self) -> Texts:
        """Central only."""
        return ["central"]

    @reads("Discovering")
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

    @reads("Address")
    def address(self) -> Text:
        """Of the device."""
        return self._found.address

    @reads("AddressType")
    def address_type(self) -> Text:
        """All virtual ones are random."""
        return "random"

    @reads("Name")
    def device_name(self) -> Text:
        """As advertised."""
        return self._seen.local_name or ""

    @reads("Alias")
    def alias(self) -> Text:
        """The name, or the address."""
        return self._seen.local_name or self._found.address.replace(":", "-")

    @reads("Adapter")
    def adapter(self) -> Path:
        """Whose it is."""
        return ADAPTER_PATH

    @reads("Paired")
    def paired(self) -> Flag:
        """Never."""
        return False

    @reads("UUIDs")
    def uuids(self) -> Texts:
        """As advertised."""
        return list(self._seen.service_uuids)

    @reads("ManufacturerData")
    def manufacturer_data(self) -> Companies:
        """As advertised."""
        return {k: Variant("ay", v) for k, v in self._seen.manufacturer_data.items()}

    @reads("RSSI")
    def rssi(self) -> Short:
        """Of the last advertisement."""
        return self._seen.rssi

    @reads("Connected")
    def connected(self) -> Flag:
        """Whether there is a link."""
        return self._client is not None

    @reads("ServicesResolved")
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
            raise failed(e) from e
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
