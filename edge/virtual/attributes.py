"""GATT attributes of virtual wearables, in the few forms that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from bumble.att import ATT_Error
from bumble.gatt import Characteristic, CharacteristicValue, Service

from edge.wearables.standard import BATTERY_LEVEL, sig_uuid

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "att_error",
    "battery_service",
    "commandable",
    "information_service",
    "int16",
    "notifying",
    "readable",
]

_P = Characteristic.Properties


def att_error(code: int) -> Exception:
    """The error by which a device refuses a request."""
    error: Exception = ATT_Error(code)
    return error


def readable(uuid: str, value: bytes | Callable[[Any], bytes]) -> Characteristic:
    """A characteristic that can be read."""
    if callable(value):
        value = CharacteristicValue(read=value)
    return Characteristic(uuid, _P.READ, Characteristic.READABLE, value)


def notifying(
    uuid: str, on_subscription: Callable[[Any, bool, bool], None] | None = None
) -> Characteristic:
    """A characteristic that notifies; `on_subscription` is told when it is switched."""
    characteristic = Characteristic(uuid, _P.NOTIFY, Characteristic.READABLE, b"")
    if on_subscription is not None:
        characteristic.on(Characteristic.EVENT_SUBSCRIPTION, on_subscription)
    return characteristic


def commandable(
    uuid: str,
    write: Callable[[Any, bytes], None],
    read: Callable[[Any], bytes] | None = None,
    *,
    indicates: bool = False,
) -> Characteristic:
    """A characteristic that is written, and read where `read` is given."""
    properties = _P.WRITE | _P.WRITE_WITHOUT_RESPONSE
    permissions = Characteristic.WRITEABLE
    if read is not None:
        properties |= _P.READ
        permissions |= Characteristic.READABLE
    if indicates:
        properties |= _P.INDICATE
    value = CharacteristicValue(read=read, write=write)
    return Characteristic(uuid, properties, permissions, value)


def battery_service(percent: Callable[[], int]) -> Service:
    """The SIG's Battery service."""
    return Service(sig_uuid(0x180F), [readable(BATTERY_LEVEL, lambda _: bytes((percent(),)))])


def information_service(
    *, manufacturer: str, model: str, serial: str, firmware: str = "1.0.0"
) -> Service:
    """The SIG's Device Information service."""
    texts = {0x2A29: manufacturer, 0x2A24: model, 0x2A25: serial, 0x2A26: firmware}
    return Service(sig_uuid(0x180A), [readable(sig_uuid(n), t.encode()) for n, t in texts.items()])


def int16(values: npt.NDArray[Any], scale: float) -> npt.NDArray[np.int16]:
    """Physical values as a sensor's integers: `scale` a step, saturated at full scale."""
    steps = np.rint(np.asarray(values, np.float64) / scale)
    return np.clip(steps, -32768, 32767).astype(np.int16)
