"""A session as streams of the Lab Streaming Layer, while it goes on.

- **motion**, one stream a sensor: `acc_x` ... in m/s², `gyr_x` ... in rad/s, `mag_x` ... in units
  of the local field, as float32, which is how they came.
- **joints**: `angle_deg` (NaN where no angle is observable), `control`, `target` and `limit`.
- **events**: text markers, JSON: the session's events, and repetitions counted live.

Each sample is stamped with the host time at which it was taken, not at which it was sent, in LSL's
own clock: the offset between both clocks is taken once, of several readings the one that took the
shortest. Units, labels and the placement stand in each stream's description, as the layer's
metadata specifications have them (github.com/sccn/xdf/wiki/Meta-Data).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from telemetry.messages.events import encode_event
from telemetry.messages.live import ControlBatch, encode_live
from telemetry.messages.motion import MotionBatch, StreamEnded, StreamOpened

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.clock import Clock
    from telemetry.messages.events import SessionEvent
    from telemetry.messages.live import LiveMessage
    from telemetry.messages.motion import StreamItem

__all__ = ["LslClock", "LslOutlets"]

READINGS: Final = 20
JOINTS: Final = (("angle_deg", "degrees"), ("control", "1"), ("target", "1"), ("limit", "1"))
_CHANNELS: Final = {"acc": "m/s^2", "gyr": "rad/s", "mag": "local field"}
_KINDS: Final = {"acc": "Accelerometer", "gyr": "Gyroscope", "mag": "Magnetometer"}


@dataclass(frozen=True, slots=True)
class LslClock:
    """Host time in LSL's clock; both run on from one moment."""

    host_ns: int
    lsl_s: float
    speed: float

    @classmethod
    def now(cls, clock: Clock, local_clock: Callable[[], float]) -> LslClock:
        """Read both clocks.

        Args:
            clock: that stamps the samples.
            local_clock: LSL's.
        """
        best: tuple[float, int, float] | None = None
        for _ in range(READINGS):
            begun = time.monotonic()
            before = local_clock()
            host_ns = clock.now_ns()
            after = local_clock()
            took = time.monotonic() - begun
            if best is None or took < best[0]:
                best = took, host_ns, (before + after) / 2
        _, host_ns, lsl_s = best or (0.0, clock.now_ns(), local_clock())
        return cls(host_ns, lsl_s, clock.speed)

    def lsl(self, t_ns: int) -> float:
        """A moment in seconds of LSL's clock."""
        return self.lsl_s + (t_ns - self.host_ns) / 1e9 / self.speed


class LslOutlets:
    """Opens an outlet for each stream that it hears of, and pushes into it.

    Args:
        clock: that stamps the samples.
        opened_of: how a stream was opened that was heard of in its midst; None where nobody knows.

    Raises:
        ModuleNotFoundError: pylsl is not installed.
        ConfigurationError: its library cannot be loaded.
    """

    def __init__(
        self, clock: Clock, opened_of: Callable[[str], StreamOpened | None] = lambda _: None
    ) -> None:
        self._lsl = _pylsl()
        self._clock = LslClock.now(clock, self._lsl.local_clock)
        self._opened_of = opened_of
        self._opened: dict[str, StreamOpened] = {}
        self._motion: dict[str, Any] = {}
        self._joints = self._outlet("Ripresa joints", "MoCap", 0.0, JOINTS, "ripresa-joints")
        self._events = self._outlet("Ripresa events", "Markers", 0.0, (), "ripresa-events")

    @property
    def streams(self) -> list[str]:
        """The motion streams that have an outlet."""
        return sorted(self._motion)

    def take(self, item: StreamItem) -> None:
        """One item of a motion stream."""
        match item:
            case StreamOpened():
                self._opened[item.stream] = item
            case MotionBatch():
                outlet = self._motion.get(item.stream)
                if outlet is None:
                    outlet = self._motion[item.stream] = self._motion_outlet(item)
                stamps = [self._clock.lsl(int(t_ns)) for t_ns in item.t_ns]
                values = [v for v in (item.acc, item.gyr, item.mag) if v is not None]
                outlet.push_chunk(np.column_stack(values).astype(np.float32), stamps)
            case StreamEnded():
                # An outlet that is dropped is closed, and whoever listens is told.
                self._motion.pop(item.stream, None)
                self._opened.pop(item.stream, None)
            case _:
                pass

    def take_event(self, event: SessionEvent) -> None:
        """One event of the session."""
        self._events.push_sample([encode_event(event).decode()], self._clock.lsl(event.t_ns))

    def take_live(self, message: LiveMessage) -> None:
        """One live message of the core."""
        if not isinstance(message, ControlBatch):
            t_ns = getattr(message, "t_ns", None)
            stamp = self._lsl.local_clock() if t_ns is None else self._clock.lsl(t_ns)
            self._events.push_sample([encode_live(message).decode()], stamp)
            return
        angles = message.angle_deg or (float("nan"),) * len(message.control)
        if not message.control:
            return
        rows = [
            [angle, control, message.target, message.limit]
            for angle, control in zip(angles, message.control, strict=True)
        ]
        stamps = [self._clock.lsl(message.t0_ns + dt_us * 1000) for dt_us in message.dt_us]
        self._joints.push_chunk(np.asarray(rows, np.float32), stamps)

    def _motion_outlet(self, batch: MotionBatch) -> Any:
        opened = self._opened.get(batch.stream) or self._opened_of(batch.stream)
        names = [name for name in _CHANNELS if getattr(batch, name) is not None]
        channels = tuple((f"{name}_{axis}", _CHANNELS[name]) for name in names for axis in "xyz")
        place = "unknown place" if opened is None else opened.placement
        rate_hz = 0.0 if opened is None else opened.rate_hz
        return self._outlet(f"Ripresa {place}", "MoCap", rate_hz, channels, batch.stream, opened)

    def _outlet(  # noqa: PLR0917 - as the layer's own constructor has them
        self,
        name: str,
        kind: str,
        rate_hz: float,
        channels: tuple[tuple[str, str], ...],
        source: str,
        opened: StreamOpened | None = None,
    ) -> Any:
        """An outlet; one without channels is of text markers."""
        form = "float32" if channels else "string"
        info = self._lsl.StreamInfo(name, kind, max(1, len(channels)), rate_hz, form, source)
        described = info.desc()
        listed = described.append_child("channels")
        for label, unit in channels or (("marker", ""),):
            channel = listed.append_child("channel").append_child_value("label", label)
            if unit:
                channel.append_child_value("unit", unit)
            channel.append_child_value("type", _KINDS.get(label.partition("_")[0], kind))
        if opened is not None:
            worn = described.append_child("placement")
            worn.append_child_value("label", opened.placement)
            described.append_child("acquisition").append_child_value("model", opened.model)
        stamped = described.append_child("synchronization")
        stamped.append_child_value("clock", "lsl local_clock, from the host time of each sample")
        stamped.append_child_value("can_drop_samples", "true")
        return self._lsl.StreamOutlet(info)


def _pylsl() -> Any:
    from telemetry.errors import ConfigurationError  # noqa: PLC0415 - only where it is told

    try:
        import pylsl  # noqa: PLC0415 - of an extra
    except ModuleNotFoundError:
        raise
    except (ImportError, OSError, RuntimeError) as e:
        raise ConfigurationError(
            f"pylsl's own library cannot be loaded ({e}): install liblsl for this platform, "
            "github.com/sccn/liblsl, or set PYLSL_LIB to it"
        ) from e
    return pylsl
