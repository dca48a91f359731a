"""Virtual Polar H10 and Verity Sense: measurement data, heart rate, battery, information."""

from __future__ import annotations

import struct
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from bumble.core import AdvertisingData
from bumble.gatt import Characteristic, Service

from edge.virtual.attributes import battery_service, commandable, information_service, notifying
from edge.virtual.peripheral import VirtualWearable
from edge.wearables import pmd
from edge.wearables.pmd import PmdKind
from edge.wearables.polar import MILLI_G_M_S2, PolarH10, PolarVerity
from edge.wearables.standard import HEART_RATE_MEASUREMENT, HEART_RATE_SERVICE

__all__ = ["VirtualPolarH10", "VirtualPolarVerity"]

INVALID_PARAMETER = 5
ALREADY = 6
RAW_ACC = 0x01
COMPRESSED = 0x80
ACC_G_FACTOR = 2.44140625e-4
GYR_FACTOR = 0.0703125
FEATURES = b"\x0f\x04\x00"
RESTING_BPM = 72


class _VirtualPolar(VirtualWearable):
    """What H10 and Verity share: the control point, and the services around it."""

    model = ""
    kinds: ClassVar[tuple[PmdKind, ...]] = (PmdKind.ACC,)
    max_mtu = 247

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._serial = f"{self.number:08X}"
        self.identity = f"{self.model}-{self._serial}"
        self._control = commandable(
            pmd.CONTROL_POINT, self._on_command, lambda _: FEATURES, indicates=True
        )
        self._data = notifying(pmd.DATA)
        self._heart = notifying(HEART_RATE_MEASUREMENT)
        self._running: set[int] = set()
        self._beats = 0
        self._milli_g = self.motion.acc.astype(np.float64) / MILLI_G_M_S2
        self._gyr_deg = np.degrees(self.motion.gyr.astype(np.float64))

    def services(self) -> list[Service]:
        """Measurement data, heart rate, battery, information."""
        return [
            Service(pmd.SERVICE, [self._control, self._data]),
            Service(HEART_RATE_SERVICE, [self._heart]),
            battery_service(lambda: self.battery_percent),
            information_service(manufacturer="Polar", model=self.model, serial=self._serial),
        ]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """Name only, which ends in the serial number."""
        return [(AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode())]

    def notifications(
        self, rows: list[int], device_us: list[int]
    ) -> list[tuple[Characteristic, bytes]]:
        """A frame of each measurement, and a heart beat now and then."""
        last_ns = device_us[-1] * 1000
        frames = [(self._data, self.frame(kind, rows, last_ns)) for kind in self.kinds]
        beats = int(device_us[-1] / 1e6 * RESTING_BPM / 60)
        if beats > self._beats:
            self._beats = beats
            interval = round(60 / RESTING_BPM * 1024)
            frames.append((self._heart, struct.pack("<BBH", 0x16, RESTING_BPM, interval)))
        return frames

    def frame(self, kind: PmdKind, rows: list[int], last_ns: int) -> bytes:
        """One frame of one measurement."""
        raise NotImplementedError

    def factor_of(self, kind: PmdKind) -> float | None:
        """What the start response says of it."""
        raise NotImplementedError

    def accepts(self, kind: int, settings: dict[int, tuple[float, ...]]) -> bool:
        """Whether it measures so."""
        return kind in self.kinds and settings.get(0) == (self.rate_hz,)

    def _on_command(self, _link: Any, value: bytes) -> None:
        if len(value) < 2:
            return
        command, kind = value[0], value[1]
        status, more = 0, b""
        if command == pmd.START:
            status, more = self._start(kind, value[2:])
        elif command == pmd.STOP:
            self._running.discard(kind)
            if not self._running:
                self.stop_run()
        self.indicate(self._control, bytes((pmd.RESPONSE, command, kind, status)) + more)

    def _start(self, kind: int, settings: bytes) -> tuple[int, bytes]:
        if not self.accepts(kind, pmd.decode_settings(settings)):
            return INVALID_PARAMETER, b""
        status = ALREADY if kind in self._running else 0
        self._running.add(kind)
        if self._running == set(self.kinds):
            self.start_run()
        factor = self.factor_of(PmdKind(kind))
        if status or factor is None:
            return status, b"\x00"
        return status, b"\x00\x05\x01" + struct.pack("<f", factor)


class VirtualPolarH10(_VirtualPolar):
    """Acceleration at 100 Hz, raw frames of 36 samples."""

    name = "Polar H10 {number:08X}"
    model = PolarH10.model
    rate_hz = float(PolarH10.rate_hz)
    samples_per_notification = 36

    def frame(self, kind: PmdKind, rows: list[int], last_ns: int) -> bytes:
        """Raw, 16 bit, milli-g."""
        header = struct.pack("<BQB", kind, last_ns, RAW_ACC)
        return header + _int16(self._milli_g[rows]).astype("<i2").tobytes()

    def factor_of(self, kind: PmdKind) -> float | None:
        """None: raw frames have no factor."""
        return None

    def accepts(self, kind: int, settings: dict[int, tuple[float, ...]]) -> bool:
        """An H10 refuses the setting for channels."""
        return super().accepts(kind, settings) and 4 not in settings


class VirtualPolarVerity(_VirtualPolar):
    """Acceleration and angular velocity at 52 Hz, compressed frames of 26 samples."""

    name = "Polar Sense {number:08X}"
    model = PolarVerity.model
    kinds: ClassVar[tuple[PmdKind, ...]] = (PmdKind.ACC, PmdKind.GYRO)
    rate_hz = float(PolarVerity.rate_hz)
    samples_per_notification = 26

    def frame(self, kind: PmdKind, rows: list[int], last_ns: int) -> bytes:
        """Compressed type 0: 16 bit, times the factor in g or deg/s."""
        if kind is PmdKind.ACC:
            steps = _int16(self._milli_g[rows] / 1000 / ACC_G_FACTOR)
        else:
            steps = _int16(self._gyr_deg[rows] / GYR_FACTOR)
        return struct.pack("<BQB", kind, last_ns, COMPRESSED) + compressed(steps)

    def factor_of(self, kind: PmdKind) -> float | None:
        """One for each measurement."""
        return ACC_G_FACTOR if kind is PmdKind.ACC else GYR_FACTOR


def _int16(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.clip(np.rint(values), -32768, 32767).astype(np.int64)


def compressed(steps: npt.NDArray[np.int64]) -> bytes:
    """A reference sample and its deltas in blocks, as decode_frame reads them."""
    out: bytes = steps[0].astype("<i2").tobytes()
    deltas = np.diff(steps, axis=0)
    for start in range(0, len(deltas), 8):
        block = deltas[start : start + 8]
        bits = max(1, int(max(block.max(), -block.min() - 1)).bit_length() + 1)
        number = 0
        for i, delta in enumerate(block.ravel().tolist()):
            number |= (delta & ((1 << bits) - 1)) << (i * bits)
        size = -(-bits * block.size // 8)
        out += bytes((bits, len(block))) + number.to_bytes(size, "little")
    return out
