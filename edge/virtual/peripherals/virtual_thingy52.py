"""A virtual Thingy:52: motion, user interface and battery services."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.core import AdvertisingData
from bumble.gatt import Characteristic, Service

from edge.virtual.attributes import battery_service, commandable, int16, notifying
from edge.virtual.peripheral import VirtualWearable
from edge.wearables import thingy52
from edge.wearables.wearable import STANDARD_GRAVITY_M_S2

__all__ = ["VirtualThingy52"]

CONFIGURATION_SERVICE = "ef680100-9b35-4933-9b10-52ffa9740042"


class VirtualThingy52(VirtualWearable):
    """Raw motion at 100 Hz, no time stamp; delivered at 10 Hz as a new one is."""

    name = "Thingy{number:02d}"
    rate_hz = float(thingy52.RATE_HZ)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.identity = f"thingy-{self.name}"
        self.identified = 0
        self._configuration = struct.pack("<HHHHB", 3000, 3000, 3000, 10, 1)
        self._raw = notifying(thingy52.RAW, self._on_subscription)
        acc = int16(self.motion.acc, STANDARD_GRAVITY_M_S2 / thingy52.ACC_SCALE)
        gyr = int16(np.degrees(self.motion.gyr), 1 / thingy52.GYR_SCALE_DEG_S)
        mag = np.zeros_like(acc)
        self._rows = [row.tobytes() for row in np.hstack([acc, gyr, mag]).astype("<i2")]

    def services(self) -> list[Service]:
        """What the gateway uses, and the service that it is recognised by."""
        return [
            Service(thingy52.UI_SERVICE, [commandable(thingy52.LED, self._on_light)]),
            Service(
                thingy52.MOTION_SERVICE,
                [
                    commandable(
                        thingy52.CONFIGURATION,
                        self._on_configuration,
                        lambda _: self._configuration,
                    ),
                    self._raw,
                ],
            ),
            battery_service(lambda: self.battery_percent),
        ]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """Name and configuration service."""
        uuid = bytes.fromhex(CONFIGURATION_SERVICE.replace("-", ""))[::-1]
        # 31 bytes hold the flags, the service and a short name.
        return [
            (AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode()),
            (AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, uuid),
        ]

    def notifications(
        self,
        rows: list[int],
        device_us: list[int],
    ) -> list[tuple[Characteristic, bytes]]:
        """One notification a sample."""
        return [(self._raw, self._rows[row]) for row in rows]

    def _on_subscription(self, _link: Any, notify: bool, _indicate: bool) -> None:
        if notify:
            self.start_run()

    def _on_configuration(self, _link: Any, value: bytes) -> None:
        self._configuration = bytes(value)

    def _on_light(self, _link: Any, _value: bytes) -> None:
        self.identified += 1
