"""A virtual WitMotion: streams once it is subscribed, answers register reads."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.core import AdvertisingData
from bumble.gatt import Characteristic, Service

from edge.virtual.attributes import commandable, int16, notifying
from edge.virtual.peripheral import VirtualWearable
from edge.wearables import witmotion
from edge.wearables.wearable import STANDARD_GRAVITY_M_S2

__all__ = ["VirtualWitMotion"]


class VirtualWitMotion(VirtualWearable):
    """100 frames a second; no time stamp, no counter, no checksum."""

    name = "WT901BLE{number:02d}"
    rate_hz = float(witmotion.RATE_HZ)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.identity = f"wit-{self.name}"
        self._notify = notifying(witmotion.NOTIFY, self._on_subscription)
        acc = int16(self.motion.acc, witmotion.ACC_RANGE_G * STANDARD_GRAVITY_M_S2 / 32768)
        gyr = int16(np.degrees(self.motion.gyr), witmotion.GYR_RANGE_DEG_S / 32768)
        # Angles are the wearable's own estimate and not read: left at zero.
        zero = np.zeros_like(acc)
        self._frames = [row.tobytes() for row in np.hstack([acc, gyr, zero]).astype("<i2")]

    def services(self) -> list[Service]:
        """The vendor's one service."""
        return [
            Service(
                witmotion.SERVICE, [self._notify, commandable(witmotion.WRITE, self._on_command)]
            )
        ]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """Name only: with the service's UUID it would not fit."""
        return [(AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode())]

    def notifications(
        self,
        rows: list[int],
        device_us: list[int],
    ) -> list[tuple[Characteristic, bytes]]:
        """One frame a sample."""
        return [(self._notify, witmotion.MOTION + self._frames[row]) for row in rows]

    def _on_subscription(self, _link: Any, notify: bool, _indicate: bool) -> None:
        if notify:
            self.start_run()

    def _on_command(self, _link: Any, value: bytes) -> None:
        if value[:3] == b"\xff\xaa\x27" and len(value) == 5:
            register = value[3]
            content = [0] * 8
            if register == witmotion.BATTERY_REGISTER:
                content[0] = 387  # hundredths of a volt: 75 per cent
            answer = struct.pack("<BB8H", register, 0, *content)
            self.notify(self._notify, witmotion.REGISTER + answer)
