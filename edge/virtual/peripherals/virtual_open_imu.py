"""A virtual home-built sensor with Ripresa's open profile."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import numpy.typing as npt
from bumble.core import AdvertisingData
from bumble.gatt import Characteristic, Service

from edge.virtual.attributes import (
    battery_service,
    commandable,
    information_service,
    int16,
    notifying,
    readable,
)
from edge.virtual.motion_source import SensedMotion, swing
from edge.virtual.peripheral import VirtualWearable
from edge.wearables import open_imu
from edge.wearables.wearable import STANDARD_GRAVITY_M_S2, Sampling

__all__ = ["VirtualOpenImu"]

ACC_RANGE_G = 4
GYR_RANGE_DEG_S = 2000


class VirtualOpenImu(VirtualWearable):
    """100 Hz, five samples a packet, as the sketch for the Nano 33 BLE Sense does it."""

    name = "Ripresa IMU"
    rate_hz = 100.0
    samples_per_notification = 5

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._serial = f"{self.number:08X}"
        self.identity = f"open-{self._serial}"
        self.identified = 0
        self._sequence = 0
        self._data = notifying(open_imu.DATA)
        self._samples = _integers(self.motion)

    @staticmethod
    def prepared(count: int) -> tuple[list[bytes], Sampling]:
        """Notifications of one sample each, as it would send them, without a radio."""
        motion = swing(4.0, 100.0)
        rows = _integers(motion)
        payloads = [
            struct.pack("<BHI", open_imu.VERSION, i % (1 << 16), i * 10_000)
            + rows[i % len(rows)].tobytes()
            for i in range(count)
        ]
        sampling = Sampling.in_g(
            100.0,
            acc_range_g=ACC_RANGE_G,
            gyr_range_deg_s=GYR_RANGE_DEG_S,
            wrap_us=open_imu.WRAP_US,
        )
        return payloads, sampling

    def services(self) -> list[Service]:
        """The profile's service and the SIG's."""
        sampling = open_imu.OpenSampling(self.rate_hz, ACC_RANGE_G, GYR_RANGE_DEG_S)
        return [
            Service(
                open_imu.SERVICE,
                [
                    readable(open_imu.SAMPLING, sampling.encode()),
                    self._data,
                    commandable(open_imu.CONTROL, self._on_control),
                ],
            ),
            battery_service(lambda: self.battery_percent),
            information_service(manufacturer="home-built", model="open", serial=self._serial),
        ]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """The service; the name would not fit beside it."""
        uuid = bytes.fromhex(open_imu.SERVICE.replace("-", ""))[::-1]
        return [(AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, uuid)]

    def notifications(
        self, rows: list[int], device_us: list[int]
    ) -> list[tuple[Characteristic, bytes]]:
        """Version, sequence number, time of the first sample, samples."""
        header = struct.pack(
            "<BHI", open_imu.VERSION, self._sequence, device_us[0] % open_imu.WRAP_US
        )
        self._sequence = (self._sequence + 1) % (1 << 16)
        return [(self._data, header + self._samples[rows].tobytes())]

    def _on_control(self, _link: Any, value: bytes) -> None:
        match value[:1]:
            case b"\x01":
                self.start_run()
            case b"\x00":
                self.stop_run()
            case b"\x02":
                self.identified += 1


def _integers(motion: SensedMotion) -> npt.NDArray[np.int16]:
    """[n, 6] acceleration and angular velocity as the sensor counts."""
    acc = int16(motion.acc, ACC_RANGE_G * STANDARD_GRAVITY_M_S2 / 32768)
    gyr = int16(np.degrees(motion.gyr), GYR_RANGE_DEG_S / 32768)
    return np.hstack([acc, gyr]).astype("<i2")
