"""A virtual Movella DOT: configuration, measurement and battery services, mode 21."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

from bumble.core import AdvertisingData
from bumble.gatt import Characteristic, Service

from edge.virtual.attributes import att_error, commandable, notifying, readable
from edge.virtual.peripheral import VirtualWearable
from edge.wearables import dot

if TYPE_CHECKING:
    from edge.virtual.air import Air
    from edge.virtual.motion_source import SensedMotion
    from telemetry.clock import Clock

__all__ = ["VirtualDot"]

INVALID_LENGTH = 0x0D
OUT_OF_RANGE = 0xFF
_VISIT = {"identify": 0x01, "tag": 0x08, "rate": 0x10, "filter": 0x20}
_LIVE_RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
_RATE = struct.Struct("<I6f")
_FIRMWARE = bytes((2, 0, 0))
_BUILT = struct.pack("<H5B", 2022, 3, 15, 12, 0, 0)


class VirtualDot(VirtualWearable):
    """Speaks the DOT protocol; notifies in mode 21 only and refuses the others."""

    name = "Movella DOT"
    rate_hz = float(dot.RATE_HZ)

    def __init__(
        self,
        air: Air,
        motion: SensedMotion,
        clock: Clock,
        *,
        tag: str = "",
        **more: Any,
    ) -> None:
        super().__init__(air, motion, clock, **more)
        self.identified = 0
        self._serial = 0xD422CD000000 + self.number
        self.identity = f"dot-{self._serial:012X}"
        self._control = bytearray(32)
        self._set_tag(tag.encode()[:16])
        # As delivered: 60 Hz, general filter, power save after 10 and 30 minutes.
        self._control[3:7] = bytes((10, 0, 30, 0))
        self._control[24:26] = dot.RATE_HZ.to_bytes(2, "little")
        self._payload = notifying(dot.PAYLOAD_MEDIUM)
        self._acc = self.motion.acc.tolist()
        self._gyr_deg = [[math.degrees(v) for v in row] for row in self.motion.gyr.tolist()]

    def services(self) -> list[Service]:
        """The three services that matter; the DOT has no SIG battery."""
        return [
            Service(
                dot.CONFIGURATION_SERVICE,
                [
                    readable(dot.DEVICE_INFORMATION, self._information()),
                    commandable(dot.DEVICE_CONTROL, self._configure, lambda _: self._state()),
                    notifying(dot.DEVICE_REPORT),
                ],
            ),
            Service(
                dot.MEASUREMENT_SERVICE,
                [
                    commandable(
                        dot.MEASUREMENT_CONTROL,
                        self._measure,
                        lambda _: bytes((1, self.sensing, dot.MODE_RATE)),
                    ),
                    notifying(dot.PAYLOAD_LONG),
                    self._payload,
                    notifying(dot.PAYLOAD_SHORT),
                ],
            ),
            Service(
                dot.BATTERY_SERVICE,
                [readable(dot.BATTERY, lambda _: bytes((self.battery_percent, 0)))],
            ),
        ]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """Name and company; the name is all that real ones have to be told by."""
        company = dot.COMPANY_ID.to_bytes(2, "little")
        return [
            *super().advertisement(),
            (AdvertisingData.MANUFACTURER_SPECIFIC_DATA, company + bytes(4)),
        ]

    def notifications(
        self, rows: list[int], device_us: list[int]
    ) -> list[tuple[Characteristic, bytes]]:
        """One payload a sample, zero-padded to the characteristic's 40 bytes."""
        return [
            (
                self._payload,
                _RATE.pack(us % dot.WRAP_US, *self._acc[row], *self._gyr_deg[row]).ljust(40, b"\0"),
            )
            for row, us in zip(rows, device_us, strict=True)
        ]

    def _information(self) -> bytes:
        address = bytes.fromhex(str(self.address)[:17].replace(":", ""))[::-1]
        softdevice = (0x0102).to_bytes(4, "little")
        serial = self._serial.to_bytes(8, "little")
        return address + _FIRMWARE + _BUILT + softdevice + serial + b"XS-T01"

    def _state(self) -> bytes:
        return bytes(self._control)

    def _set_tag(self, tag: bytes) -> None:
        self._control[7] = len(tag)
        self._control[8:24] = tag.ljust(16, b"\0")

    def _configure(self, _link: Any, value: bytes) -> None:
        if len(value) != len(self._control):
            raise att_error(INVALID_LENGTH)
        visited = value[0]
        if visited & _VISIT["identify"]:
            self.identified += 1
        if visited & _VISIT["tag"]:
            self._set_tag(value[8 : 8 + min(value[7], 16)])
        if visited & _VISIT["rate"]:
            if int.from_bytes(value[24:26], "little") not in _LIVE_RATES_HZ:
                raise att_error(OUT_OF_RANGE)
            self._control[24:26] = value[24:26]
        if visited & _VISIT["filter"]:
            self._control[26] = value[26]

    def _measure(self, _link: Any, value: bytes) -> None:
        if len(value) != 3 or value[0] != 1:
            raise att_error(INVALID_LENGTH)
        if value[2] != dot.MODE_RATE:
            raise att_error(OUT_OF_RANGE)
        if value[1]:
            self.start_run()
        else:
            self.stop_run()
