"""The retained state of a gateway and its wearables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.messages.notices import MOST_WEARABLES, GatewayState, LinkState, WearableState

if TYPE_CHECKING:
    from collections.abc import Callable

    from telemetry.clock import Clock
    from telemetry.transport.bus import Bus
    from telemetry.transport.topics import GatewayTopics

__all__ = ["StateBoard", "last_will_payload"]


def last_will_payload(gateway: str) -> bytes:
    """What the broker says, retained on the gateway's state topic, when the gateway dies.

    While a gateway is lost, what its wearables' topics say is out of date.
    """
    return GatewayState(gateway=gateway, state=LinkState.LOST).encode()


class StateBoard:
    """Publishes states, retained, and again whenever the bus comes back.

    Args:
        bus: its connection should carry `last_will_payload` as its last will.
        topics: of this gateway.
        clock: stamps the gateway's state.
        backlog: samples that wait for the journal.
    """

    def __init__(
        self,
        bus: Bus,
        topics: GatewayTopics,
        clock: Clock,
        *,
        backlog: Callable[[], int] = lambda: 0,
    ) -> None:
        self._bus = bus
        self._topics = topics
        self._clock = clock
        self._backlog = backlog
        self._gateway = LinkState.INIT
        self._wearables: dict[str, WearableState] = {}
        bus.on_connect(self.republish)

    def gateway(self, state: LinkState) -> None:
        """Set the gateway's own state."""
        self._gateway = state
        self._say()

    def wearable(self, state: WearableState) -> None:
        """Set one wearable's state."""
        if self._wearables.get(state.wearable) != state:
            self._wearables[state.wearable] = state
            self._say()

    def known(self) -> list[WearableState]:
        """Every wearable's state."""
        return list(self._wearables.values())

    def republish(self) -> None:
        """Say it all again: a last will may have been said in between."""
        self._say()

    def _say(self) -> None:
        state = GatewayState(
            gateway=self._topics.gateway,
            state=self._gateway,
            home_ns=self._clock.now_ns(),
            backlog=self._backlog(),
            wearables=tuple(self._wearables.values())[-MOST_WEARABLES:],
        )
        self._bus.publish(self._topics.state, state.encode(), qos=1, retain=True)
