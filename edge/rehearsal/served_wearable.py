"""A wearable heard over a virtual radio, as arrays: what an entry of a challenge answers.

The twin senses a motion that the caller gives, a real gateway records what comes over the radio;
what it recorded is told: every sample with its index and times, every gap, every remark. Nothing
waits for a wall clock: the event loop skips to whatever is due next, so the same motion gives the
same answer on every machine.

    solve = ServedWearable(KIND)      # of an entry
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from telemetry.messages.motion import MotionBatch, StreamGap, StreamOpened, StreamQuality
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import GatewayTopics

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from edge.wearables.catalogue import WearableKind
    from telemetry.messages.motion import StreamItem

__all__ = ["ServedWearable", "SkippingClock", "SkippingLoop", "heard_arrays"]

EPOCH_NS = 1_700_000_000_000_000_000
PATIENCE_S = 600.0
LEAST_S = 1e-6


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time: it skips to whatever is due next."""

    def __init__(self) -> None:
        self._skipped_s = 0.0
        super().__init__()
        selector: Any = self._selector  # type: ignore[attr-defined]
        select = selector.select

        def skip(timeout: float | None = None) -> Any:
            if timeout is None:
                raise RuntimeError("everything waits, and nothing is due")
            self._skipped_s += max(0.0, timeout)
            return select(0)

        selector.select = skip

    def time(self) -> float:
        """Seconds that were skipped so far."""
        return self._skipped_s


@dataclass(frozen=True, slots=True)
class SkippingClock:
    """The clock of such a loop."""

    loop: SkippingLoop
    speed: float = 1.0

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""
        return EPOCH_NS + round(self.loop.time() * 1e9)

    async def sleep(self, seconds: float) -> None:
        """Wait, without waiting; at least so long that the loop's own rounding does not hide it."""
        await asyncio.sleep(max(LEAST_S, seconds))


@dataclass(frozen=True, slots=True)
class _Radio:
    interval_s: float
    cut_at: float | None
    pace: float


@dataclass(slots=True)
class _Heard:
    items: list[StreamItem] = field(default_factory=list)
    battery_percent: int | None = None
    met: set[str] = field(default_factory=set)


class ServedWearable:
    """Answers with what a gateway heard of a wearable.

    Args:
        kind: the wearable and its twin.
    """

    def __init__(self, kind: WearableKind) -> None:
        self._kind = kind

    def __call__(self, asked: str, **scene: Any) -> dict[str, Any]:
        """One answer in plain values: `facts`, or what is heard when it is asked to `hear`."""
        if asked == "facts":
            return {"model": self._kind.wearable.model, "name": self._kind.name}
        return self.hear(**scene)

    def hear(
        self,
        *,
        acc: npt.NDArray[np.float32],
        gyr: npt.NDArray[np.float32],
        rate_hz: float,
        interval_s: float = 0.0,
        cut_at: float | None = None,
        pace: float = 1.0,
    ) -> dict[str, Any]:
        """What was heard of a motion; all arrays over its samples in order.

        Args:
            acc: [n, 3] m/s² that the twin senses.
            gyr: [n, 3] rad/s.
            rate_hz: of both.
            interval_s: the radio's connection interval.
            cut_at: the link is cut when this share was sensed; None: never.
            pace: samples a second of the twin, in shares of its own rate; 0.5 is half of it.
        """
        loop = SkippingLoop()
        clock = SkippingClock(loop)
        sensed = (acc, gyr, rate_hz)
        try:
            return loop.run_until_complete(
                _listen(self._kind, clock, sensed, _Radio(interval_s, cut_at, pace))
            )
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


async def _listen(
    kind: WearableKind, clock: SkippingClock, sensed: tuple[Any, Any, float], asked: _Radio
) -> dict[str, Any]:
    from edge.ble.radio import Radio  # noqa: PLC0415 - Bumble is an extra
    from edge.gateway.gateway import Gateway  # noqa: PLC0415
    from edge.gateway.gateway_state import StateBoard  # noqa: PLC0415
    from edge.virtual.motion_source import SensedMotion  # noqa: PLC0415
    from edge.virtual.peripherals.virtual_catalogue import twin_of  # noqa: PLC0415
    from edge.virtual.virtual_radio import VirtualRadio  # noqa: PLC0415

    heard = _Heard()
    radio = VirtualRadio(clock, interval_s=asked.interval_s)
    twin = twin_of(kind)
    own_hz = twin.rate_hz
    worn = await radio.add(twin, SensedMotion(*sensed), rate_hz=own_hz * asked.pace)

    def placement_of(identity: str) -> str | None:
        heard.met.add(identity)
        return "wrist-left" if identity == worn.identity else None

    board = StateBoard(LocalBus(), GatewayTopics("challenge", "challenge"), clock)
    gateway = Gateway(
        Radio(await radio.backend()),
        placement_of,
        clock=clock,
        sinks=[heard.items.append],
        kinds=[kind.wearable],
        board=board,
        # Its back-off after a lost link is random, and the same each time.
        rng=random.Random(1),
    )
    try:
        async with gateway, asyncio.timeout(PATIENCE_S):
            if asked.cut_at is not None:
                await worn.reached(int(len(worn.motion) * asked.cut_at))
                radio.air.cut_link(worn.address)
            await worn.ended.wait()
            await gateway.settled()
    except TimeoutError as e:
        met = ", ".join(sorted(heard.met)) or "nobody"
        raise RuntimeError(
            f"the twin {worn.identity} was not heard to its end; the gateway met {met}"
        ) from e
    finally:
        await radio.close()
    for state in board.known():
        heard.battery_percent = state.battery_percent
    return _told(kind, heard, own_hz * asked.pace)


def _told(kind: WearableKind, heard: _Heard, rate_hz: float) -> dict[str, Any]:
    return {
        "model": kind.wearable.model,
        "rate_hz": rate_hz,
        "battery_percent": heard.battery_percent,
        **heard_arrays(heard.items),
    }


def heard_arrays(items: Iterable[StreamItem]) -> dict[str, Any]:
    """Recorded items of one wearable as arrays: `index`, `t_ns`, `arrival_ns`, `acc`, `gyr`.

    With them `gaps` (first index, count or None), `remarks` (kind, state), `streams`, and
    `opened_hz`, the rate that the last stream was opened with.
    """
    held = list(items)
    batches = [i for i in held if isinstance(i, MotionBatch)]
    opened = [i for i in held if isinstance(i, StreamOpened)]
    gyr = [b.gyr for b in batches if b.gyr is not None]
    return {
        "streams": len(opened),
        "opened_hz": opened[-1].rate_hz if opened else None,
        "index": _joined([np.arange(b.first_index, b.next_index) for b in batches]),
        "t_ns": _joined([b.t_ns for b in batches]),
        "arrival_ns": _joined([b.arrival_ns for b in batches]),
        "acc": _joined([b.acc for b in batches]),
        "gyr": _joined(gyr) if gyr and len(gyr) == len(batches) else None,
        "gaps": [[i.first_index, i.count] for i in held if isinstance(i, StreamGap)],
        "remarks": [[i.kind.value, i.state] for i in held if isinstance(i, StreamQuality)],
    }


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)
