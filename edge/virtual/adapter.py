"""The gateway's end of the virtual radio: one adapter, shared by all clients and scanners."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Protocol

from bleak.exc import BleakError
from bumble import core, hci
from bumble.device import Device
from bumble.host import Host
from bumble.transport import open_transport
from bumble.transport.common import AsyncPipeSink

from .air import Air, VirtualController

__all__ = ["AdvertisementListener", "VirtualAdapter"]

GATEWAY_ADDRESS = "F0:F1:F2:F3:F4:F5"
ANSWER_S = 10.0
"""For a controller in another process to answer at power-on."""
_LE = core.PhysicalTransport.LE


class AdvertisementListener(Protocol):
    """Hears advertisements while it scans."""

    def on_advertisement(self, advertisement: Any) -> None:
        """Take one Bumble advertisement."""
        ...


class VirtualAdapter:
    """A Bumble device in the central role, as a host's Bluetooth adapter would be.

    Args:
        device: powered on by `on_air` or `on_transport`, which are the ways to make one.
        mtu: the ATT MTU asked for at every connection.
        max_connections: as many as the hardware would hold; None for no limit.
    """

    def __init__(self, device: Any, *, mtu: int = 517, max_connections: int | None = None) -> None:
        self.device = device
        self.mtu = mtu
        self.max_connections = max_connections
        # HCI knows one pending connection at a time.
        self.connecting = asyncio.Lock()
        self.addresses: dict[str, Any] = {}
        self._listeners: list[AdvertisementListener] = []
        self._transport: Any = None
        device.on("advertisement", self._on_advertisement)

    @classmethod
    async def on_air(
        cls, air: Air, *, mtu: int = 517, max_connections: int | None = None
    ) -> VirtualAdapter:
        """An adapter in this process, on this air."""
        controller = VirtualController("adapter", link=air)
        host = Host(controller, AsyncPipeSink(controller))
        device = Device(name="adapter", address=hci.Address(GATEWAY_ADDRESS), host=host)
        adapter = cls(device, mtu=mtu, max_connections=max_connections)
        await device.power_on()
        return adapter

    @classmethod
    async def on_transport(
        cls, spec: str, *, mtu: int = 517, max_connections: int | None = None
    ) -> VirtualAdapter:
        """An adapter whose controller is in another process, e.g. `tcp-client:127.0.0.1:9001`.

        Raises:
            OSError: nobody listens there, or whoever does gives no answer (TimeoutError).
        """
        transport = await open_transport(spec)
        device = Device.with_hci(
            "adapter", hci.Address(GATEWAY_ADDRESS), transport.source, transport.sink
        )
        adapter = cls(device, mtu=mtu, max_connections=max_connections)
        adapter._transport = transport
        try:
            async with asyncio.timeout(ANSWER_S):
                await device.power_on()
        except TimeoutError:
            await adapter.close()
            raise TimeoutError(f"no answer within {ANSWER_S:.0f} s") from None
        return adapter

    async def close(self) -> None:
        """Let go of the transport; on a controller elsewhere this is as hard as a crash."""
        if self._transport is not None:
            await self._transport.close()

    async def listen(self, listener: AdvertisementListener) -> None:
        """Start scanning for this listener."""
        if listener not in self._listeners:
            self._listeners.append(listener)
        if not self.device.is_scanning:
            await self.device.start_scanning(legacy=True, filter_duplicates=False)

    async def unlisten(self, listener: AdvertisementListener) -> None:
        """Stop scanning for this listener."""
        with contextlib.suppress(ValueError):
            self._listeners.remove(listener)
        if not self._listeners and self.device.is_scanning:
            await self.device.stop_scanning(legacy=True)

    def _on_advertisement(self, advertisement: Any) -> None:
        self.addresses[advertisement.address.to_string(False)] = advertisement.address
        for listener in tuple(self._listeners):
            listener.on_advertisement(advertisement)

    async def connect(self, address: str) -> Any:
        """Connect to a device that advertises; waits for as long as it does not.

        Raises:
            BleakError: every slot is taken, or the controller refused.
        """
        links = sum(c.transport == _LE for c in self.device.connections.values())
        if self.max_connections is not None and links >= self.max_connections:
            raise BleakError("Connection limit exceeded (HCI 0x09)")
        peer = self.addresses.get(address.upper()) or hci.Address(address)
        async with self.connecting:
            attempt = asyncio.ensure_future(self.device.connect_le(peer, timeout=None))
            try:
                return await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await self._take_back(attempt)
                raise
            except (hci.HCI_Error, core.ConnectionError) as e:
                raise BleakError(f"connection failed: {e}") from e

    async def _take_back(self, attempt: asyncio.Future[Any]) -> None:
        """End an attempt whose caller has gone; Bumble would leave it pending, refuse the next."""
        await self.device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        with contextlib.suppress(Exception, asyncio.CancelledError):
            async with asyncio.timeout(2):
                link = await attempt
                await link.disconnect()
