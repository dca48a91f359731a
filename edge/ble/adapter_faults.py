"""Why Bluetooth cannot be used, in words that say what to do."""

from __future__ import annotations

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
)

__all__ = ["explained"]

_ASK_SYSTEM = (
    "allow it in the system's privacy settings; on Linux add yourself to the group 'bluetooth' "
    "and log in again"
)
_REASONS = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: (
        "no Bluetooth adapter",
        "plug one in (4.2 or later), or check that its driver is loaded",
    ),
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: (
        "the adapter has no Bluetooth Low Energy",
        "plug in one with Bluetooth 4.2 or later",
    ),
    BleakBluetoothNotAvailableReason.POWERED_OFF: (
        "Bluetooth is switched off",
        "switch it on; on Linux: rfkill unblock bluetooth, bluetoothctl power on",
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: ("permission was denied", _ASK_SYSTEM),
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: ("the system denies it", _ASK_SYSTEM),
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: ("permission was denied", _ASK_SYSTEM),
}
_DBUS = {
    "AccessDenied": ("no permission to use BlueZ", _ASK_SYSTEM),
    "NotAuthorized": ("no permission to use BlueZ", _ASK_SYSTEM),
    "NotPermitted": ("no permission to use BlueZ", _ASK_SYSTEM),
    "ServiceUnknown": ("bluetoothd is not running", "systemctl start bluetooth"),
    "NameHasNoOwner": ("bluetoothd is not running", "systemctl start bluetooth"),
    "NotReady": ("Bluetooth is switched off", "bluetoothctl power on"),
    "InProgress": (
        "BlueZ says that an earlier attempt is still going on",
        "it is tried again; other programs that scan or connect can be the reason",
    ),
}


def explained(error: BaseException) -> str | None:
    """What is wrong with the adapter and what to do; None for an error that is not the adapter's.

    Radio addresses, which errors of the platform may hold, do not come through.
    """
    if isinstance(error, BleakBluetoothNotAvailableError):
        wrong, remedy = _REASONS.get(error.reason, ("it is not available", "see ripresa doctor"))
        return f"{wrong}: {remedy}"
    if isinstance(error, BleakDBusError):
        known = _DBUS.get(error.dbus_error.rsplit(".", 1)[-1])
        return None if known is None else f"{known[0]}: {known[1]}"
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return "the system bus is not there: systemctl start dbus bluetooth"
    if isinstance(error, PermissionError):
        return f"no permission: {_ASK_SYSTEM}"
    return None
