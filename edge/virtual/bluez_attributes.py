"""GATT services and characteristics on the stand-in's bus, as BlueZ puts them there."""

# No `from __future__ import annotations`: dbus-fast reads the annotations as D-Bus signatures.

from collections.abc import Callable
from typing import Annotated, Any

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError, BleakGATTProtocolError
from dbus_fast import DBusError, PropertyAccess, Variant
from dbus_fast.annotations import DBusSignature
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

__all__ = [
    "Attribute",
    "Companies",
    "Flag",
    "Options",
    "Path",
    "Service",
    "Short",
    "Text",
    "Texts",
    "failed",
    "reads",
]

Text = Annotated[str, DBusSignature("s")]
Texts = Annotated[list[str], DBusSignature("as")]
Path = Annotated[str, DBusSignature("o")]
Flag = Annotated[bool, DBusSignature("b")]
Short = Annotated[int, DBusSignature("n")]
Word = Annotated[int, DBusSignature("q")]
Bytes = Annotated[bytes, DBusSignature("ay")]
Options = Annotated[dict[str, Variant], DBusSignature("a{sv}")]
Companies = Annotated[dict[int, Variant], DBusSignature("a{qv}")]


def failed(error: BaseException) -> DBusError:
    """As BlueZ words it; bleak reads ATT errors out of that text."""
    if isinstance(error, BleakGATTProtocolError):
        text = f"Operation failed with ATT error: {error.code:#04x}"
        return DBusError("org.bluez.Error.Failed", text)
    return DBusError("org.bluez.Error.Failed", str(error) or type(error).__name__)


def reads(name: str) -> Callable[[Callable[[Any], Any]], Any]:
    """A property that can be read, under its name on the bus."""
    return dbus_property(access=PropertyAccess.READ, name=name)


class Service(ServiceInterface):
    """`org.bluez.GattService1`."""

    def __init__(self, device: str, uuid: str) -> None:
        super().__init__("org.bluez.GattService1")
        self._device = device
        self._uuid = uuid

    @reads("UUID")
    def uuid(self) -> Text:
        """Of the service."""
        return self._uuid

    @reads("Device")
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

    @reads("UUID")
    def uuid(self) -> Text:
        """Of the characteristic."""
        return self._characteristic.uuid

    @reads("Service")
    def service(self) -> Path:
        """Whose it is."""
        return self._service

    @reads("Flags")
    def flags(self) -> Texts:
        """What can be done with it."""
        return list(self._characteristic.properties)

    @reads("Value")
    def value(self) -> Bytes:
        """The last one known."""
        return self._value

    @reads("Notifying")
    def notifying(self) -> Flag:
        """Whether it is subscribed."""
        return self._notifying

    @reads("MTU")
    def mtu(self) -> Word:
        """Of the link."""
        return self._characteristic.max_write_without_response_size + 3

    @dbus_method(name="ReadValue")
    async def read_value(self, _options: Options) -> Bytes:
        """Read."""
        try:
            self._value = bytes(await self._client.read_gatt_char(self._characteristic))
        except BleakError as e:
            raise failed(e) from e
        return self._value

    @dbus_method(name="WriteValue")
    async def write_value(self, value: Bytes, options: Options) -> None:
        """Write, with response unless it is said otherwise."""
        kind = options.get("type")
        response = kind is None or kind.value != "command"
        try:
            await self._client.write_gatt_char(self._characteristic, value, response=response)
        except BleakError as e:
            raise failed(e) from e

    @dbus_method(name="StartNotify")
    async def start_notify(self) -> None:
        """Subscribe."""
        if self._notifying:
            raise DBusError("org.bluez.Error.InProgress", "In Progress")
        try:
            await self._client.start_notify(self._characteristic, self._notified)
        except BleakError as e:
            raise failed(e) from e
        self._notifying = True
        self.emit_properties_changed({"Notifying": True})

    @dbus_method(name="StopNotify")
    async def stop_notify(self) -> None:
        """Unsubscribe."""
        self._notifying = False
        try:
            await self._client.stop_notify(self._characteristic)
        except BleakError as e:
            raise failed(e) from e

    def _notified(self, _characteristic: BleakGATTCharacteristic, value: bytearray) -> None:
        self._value = bytes(value)
        self.emit_properties_changed({"Value": self._value})
