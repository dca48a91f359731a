"""A virtual Movesense with the GATT SensorData app."""

from __future__ import annotations

from typing import Any

import numpy as np
from bumble.core import AdvertisingData
from bumble.gatt import Characteristic, Service

from edge.virtual.attributes import battery_service, commandable, information_service, notifying
from edge.virtual.peripheral import VirtualWearable
from edge.wearables import movesense

__all__ = ["VirtualMovesense"]

OK = 200
NOT_FOUND = 404
HELLO = 0


class VirtualMovesense(VirtualWearable):
    """IMU6 at 104 Hz, eight samples a packet, cut in two where the MTU is short."""

    name = "Movesense {number:012d}"
    rate_hz = float(movesense.RATE_HZ)
    samples_per_notification = movesense.SAMPLES
    whole_notifications = True

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._serial = f"{self.number:012d}"
        self.identity = f"movesense-{self._serial}"
        self._data = notifying(movesense.DATA)
        self._reference = 0
        self._acc = self.motion.acc.astype("<f4")
        self._gyr_deg = np.degrees(self.motion.gyr).astype("<f4")

    def services(self) -> list[Service]:
        """The app's service and the SIG's."""
        command = commandable(movesense.COMMAND, self._on_command)
        return [
            Service(movesense.SERVICE, [command, self._data]),
            battery_service(lambda: self.battery_percent),
            information_service(manufacturer="Suunto", model="Movesense", serial=self._serial),
        ]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """Name only."""
        return [(AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode())]

    def notifications(
        self, rows: list[int], device_us: list[int]
    ) -> list[tuple[Characteristic, bytes]]:
        """Time of the first sample in milliseconds, then a block of each sensor."""
        milliseconds = device_us[0] // 1000 % (1 << 32)
        body = milliseconds.to_bytes(4, "little")
        body += self._acc[rows].tobytes() + self._gyr_deg[rows].tobytes()
        room = self.mtu - 3 - 2
        if len(body) <= room:
            return [(self._data, bytes((movesense.PART_1, self._reference)) + body)]
        return [
            (self._data, bytes((movesense.PART_1, self._reference)) + body[:room]),
            (self._data, bytes((movesense.PART_2, self._reference)) + body[room:]),
        ]

    def _on_command(self, _link: Any, value: bytes) -> None:
        if len(value) < 2:
            return
        command, reference, path = value[0], value[1], value[2:].decode("ascii", "replace")
        status = OK
        if command == movesense.SUBSCRIBE and path == f"/Meas/IMU6/{movesense.RATE_HZ}":
            self._reference = reference
            self.start_run()
        elif command == movesense.UNSUBSCRIBE and self.sensing:
            self.stop_run()
        elif command != HELLO:
            status = NOT_FOUND
        answer = bytes((movesense.RESULT, reference)) + status.to_bytes(2, "little")
        self.notify(self._data, answer)
