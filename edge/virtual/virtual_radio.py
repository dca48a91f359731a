"""A home's virtual radio: the air, the adapter, and its wearables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from edge.ble.radio import RadioBackend

from .adapter import VirtualAdapter
from .air import Air
from .backend import VirtualClient, VirtualScanner
from .peripheral import VirtualWearable

if TYPE_CHECKING:
    from telemetry.clock import Clock

    from .motion_source import SensedMotion

__all__ = ["VirtualRadio"]

_W = TypeVar("_W", bound=VirtualWearable)


class VirtualRadio:
    """Everything between a motion and bleak.

    Args:
        clock: paces the wearables.
        interval_s: the connection interval; 0 delivers at once.
    """

    def __init__(self, clock: Clock, *, interval_s: float = 0.0) -> None:
        self.air = Air(interval_s=interval_s)
        self.wearables: list[VirtualWearable] = []
        self._clock = clock
        self._adapter: VirtualAdapter | None = None

    async def add(self, kind: type[_W], motion: SensedMotion, **more: Any) -> _W:
        """A wearable that is switched on; addresses and serial numbers count up."""
        number = len(self.wearables) + 1
        more.setdefault("number", number)
        wearable = kind(self.air, motion, self._clock, **more)
        self.wearables.append(wearable)
        await wearable.power_on()
        return wearable

    async def backend(self) -> RadioBackend:
        """What a `Radio` needs to be on this air."""
        if self._adapter is None:
            self._adapter = await VirtualAdapter.on_air(self.air)
        return RadioBackend(VirtualClient, VirtualScanner, {"radio": self._adapter})

    async def close(self) -> None:
        """Switch everything off."""
        for wearable in self.wearables:
            await wearable.power_off()
        if self._adapter is not None:
            await self._adapter.close()
