"""What the gateway asks of a wearable, whichever it is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from telemetry.errors import DecodeError

if TYPE_CHECKING:
    from telemetry.messages.motion import Float32Array, Int64Array

__all__ = [
    "STANDARD_GRAVITY_M_S2",
    "Advertisement",
    "Battery",
    "Decoder",
    "DeviceInformation",
    "GattClient",
    "OnData",
    "Reading",
    "Sampling",
    "Wearable",
    "checked_length",
    "degrees_to_radians",
    "identity_text",
    "joined",
    "rows_of",
]

OnData: TypeAlias = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a device says of itself before anyone connects; UUIDs in lower case, 128 bit."""

    name: str | None = None
    service_uuids: frozenset[str] = frozenset()
    company_ids: frozenset[int] = frozenset()


STANDARD_GRAVITY_M_S2 = 9.80665


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a wearable samples, once configured.

    Attributes:
        rate_hz: of its own clock.
        stamped: its samples carry device time; else they are only counted on arrival.
        gyroscope: whether it measures angular rates.
        wrap_us: device time starts anew here, in microseconds; None where it never does.
        acc_range_m_s2, gyr_range_rad_s: full scale, where known.
    """

    rate_hz: float
    stamped: bool = True
    gyroscope: bool = True
    wrap_us: int | None = None
    acc_range_m_s2: float | None = None
    gyr_range_rad_s: float | None = None

    @classmethod
    def in_g(
        cls,
        rate_hz: float,
        *,
        acc_range_g: float = 16,
        gyr_range_deg_s: float | None = 2000,
        stamped: bool = True,
        wrap_us: int | None = None,
    ) -> Sampling:
        """With full scales as data sheets give them; no range of rates: no gyroscope."""
        return cls(
            rate_hz=rate_hz,
            stamped=stamped,
            gyroscope=gyr_range_deg_s is not None,
            wrap_us=wrap_us,
            acc_range_m_s2=acc_range_g * STANDARD_GRAVITY_M_S2,
            gyr_range_rad_s=None if gyr_range_deg_s is None else math.radians(gyr_range_deg_s),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The samples of one notification, in order.

    Attributes:
        acc: [n, 3] float32, m/s².
        gyr: [n, 3] float32, rad/s; None without gyroscope.
        mag: [n, 3] float32, in units of the local field; None without magnetometer.
        device_us: [n] int64, the device time of each sample as it came, not unwrapped.
    """

    acc: Float32Array
    gyr: Float32Array | None = None
    mag: Float32Array | None = None
    device_us: Int64Array | None = None

    def __len__(self) -> int:
        return len(self.acc)

    def prints(self) -> list[int]:
        """A fingerprint of each sample's values, without its time."""
        if len(self.acc) == 1:
            # The common case: views of one row cost more than the hash.
            gyr = b"" if self.gyr is None else self.gyr.tobytes()
            return [hash(self.acc.tobytes() + gyr)]
        if self.gyr is None:
            return [hash(a.tobytes()) for a in self.acc]
        return [hash(a.tobytes() + g.tobytes()) for a, g in zip(self.acc, self.gyr, strict=True)]


def rows_of(reading: Reading, rows: Int64Array) -> Reading:
    """Some of a reading's samples, by their row."""
    return Reading(
        reading.acc[rows],
        None if reading.gyr is None else reading.gyr[rows],
        None if reading.mag is None else reading.mag[rows],
        None if reading.device_us is None else reading.device_us[rows],
    )


def joined(readings: list[Reading]) -> Reading:
    """Readings of one wearable, one after the other."""

    def of(name: str) -> Any:
        parts = [getattr(reading, name) for reading in readings]
        return None if any(part is None for part in parts) else np.concatenate(parts)

    return Reading(of("acc"), of("gyr"), of("mag"), of("device_us"))


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge in percent, and whether it is charging where the wearable tells."""

    percent: int
    charging: bool | None = None


@dataclass(frozen=True, slots=True)
class DeviceInformation:
    """What a wearable says of itself; None for what it does not say."""

    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    tag: str | None = field(default=None)
    """A name that a person gave it."""


class GattClient(Protocol):
    """A connection, as wearables use it."""

    @property
    def name(self) -> str | None:
        """The advertised name."""
        ...

    @property
    def mtu(self) -> int | None:
        """The ATT MTU; None where the platform does not tell."""
        ...

    def has(self, characteristic: str) -> bool:
        """Whether the device has this characteristic."""
        ...

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        ...

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        """Write a value."""
        ...

    async def subscribe(self, characteristic: str, on_data: OnData) -> None:
        """Call `on_data` with every notification or indication."""
        ...

    async def exchange(
        self, command: bytes, *, write: str, listen: str, accept: Callable[[bytes], bool]
    ) -> bytes:
        """Write `command` to one characteristic, return the first answer that is accepted.

        Raises:
            TransportError: no such answer came in time.
        """
        ...

    async def pause(self, seconds: float) -> None:
        """Wait, where a wearable needs time between two commands."""
        ...


class Decoder(Protocol):
    """Bytes to readings; one for each connection, as some wearables need reassembly."""

    def decode(self, characteristic: str, payload: bytes) -> Reading | None:
        """Read one notification; None when it holds no whole sample yet.

        Raises:
            DecodeError: the payload is not what this wearable sends; names it and the offset.
        """
        ...


class Wearable(Protocol):
    """One kind of wearable. Stateless; state of a connection lies in the decoder."""

    @property
    def model(self) -> str:
        """Short name, as in `StreamOpened.model`."""
        ...

    @property
    def data_characteristics(self) -> tuple[str, ...]:
        """Where its samples come from."""
        ...

    @property
    def minimum_mtu(self) -> int:
        """Below this its notifications would be cut short."""
        ...

    def recognises(self, advertisement: Advertisement) -> bool:
        """Whether this advertisement is one of its kind."""
        ...

    def advertised_identity(self, advertisement: Advertisement) -> str | None:
        """Its identity, where it advertises one; else it is asked for after connecting."""
        ...

    async def identify(self, client: GattClient) -> str | None:
        """Its identity: serial number or configured name, never the radio address."""
        ...

    async def information(self, client: GattClient) -> DeviceInformation:
        """Manufacturer, model, serial number, firmware."""
        ...

    async def configure(self, client: GattClient) -> Sampling:
        """Set rate and range; before subscribing."""
        ...

    def decoder(self, sampling: Sampling) -> Decoder:
        """A fresh decoder for a connection."""
        ...

    async def start(self, client: GattClient, decoder: Decoder) -> None:
        """Begin to measure; the data characteristics are subscribed, `decoder` gets the data."""
        ...

    async def stop(self, client: GattClient) -> None:
        """End measuring."""
        ...

    async def battery(self, client: GattClient) -> Battery | None:
        """Charge now; None where it cannot tell."""
        ...

    async def blink(self, client: GattClient) -> bool:
        """Make it show itself to a person; False where it cannot."""
        ...


def identity_text(kind: str, own: str) -> str:
    """An identity that may stand in a topic: the kind and the wearable's own name or number."""
    kept = re.sub(r"[^A-Za-z0-9_-]+", "-", own).strip("-")
    return f"{kind}-{kept}"[:40]


def degrees_to_radians(values: npt.NDArray[Any]) -> Float32Array:
    """Angular velocity in rad/s, rounded once."""
    radians: Float32Array = np.radians(values, dtype=np.float64).astype(np.float32)
    return radians


def checked_length(what: str, payload: bytes, least: int) -> None:
    """Refuse a payload that is too short.

    Raises:
        DecodeError: it ends before `least` bytes; the offset is where it ends.
    """
    if len(payload) < least:
        raise DecodeError(
            what, f"{len(payload)} bytes, at least {least} expected", offset=len(payload)
        )
