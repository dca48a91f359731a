"""One connection, by what knows the platform's stuck states; and making BlueZ forget a device.

bleak-retry-connector takes BlueZ's transient errors for what they are and waits for a link that
is still going down. What it leaves to its user is done here: an object of BlueZ's that answers
`InProgress` for ever, or hides a device's services, is removed; the device's next advertisement
makes a fresh one.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING, Any

from bleak import BleakClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from bleak.backends.device import BLEDevice

__all__ = ["connected_client", "forget_device"]

ATTEMPTS = 2
FORGET_S = 5.0


async def connected_client(
    device: BLEDevice,
    on_lost: Callable[[BleakClient], None],
    *,
    backend: type[Any] | None,
    timeout_s: float,
    options: dict[str, Any],
) -> BleakClient:
    """Connect.

    Args:
        device: as it was heard.
        on_lost: told when the link goes.
        backend: of bleak; None: the platform's own.
        timeout_s: for one attempt.
        options: of the backend.

    Raises:
        BleakError, TimeoutError, OSError: it could not be made.
    """
    if backend is not None or sys.platform != "linux":
        client = BleakClient(
            device, disconnected_callback=on_lost, timeout=timeout_s, backend=backend, **options
        )
        await client.connect()
        return client
    # Slow to import, and of no use with another radio.
    from bleak_retry_connector import (  # noqa: PLC0415
        close_stale_connections_by_address,
        establish_connection,
    )

    # A link that a killed process left behind keeps the device from advertising to others.
    await close_stale_connections_by_address(device.address)
    return await establish_connection(
        BleakClient,
        device,
        "wearable",
        disconnected_callback=on_lost,
        max_attempts=ATTEMPTS,
        use_services_cache=False,
        **options,
    )


async def forget_device(device: BLEDevice) -> bool:
    """Remove BlueZ's object of a device; False where there is no BlueZ, or it does not do so."""
    path = device.details.get("path") if isinstance(device.details, dict) else None
    if sys.platform != "linux" or not isinstance(path, str):
        return False
    from dbus_fast import BusType, Message, MessageType  # noqa: PLC0415 - Linux only
    from dbus_fast.aio import MessageBus  # noqa: PLC0415

    with contextlib.suppress(Exception):
        async with asyncio.timeout(FORGET_S):
            bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
            try:
                answer = await bus.call(
                    Message(
                        destination="org.bluez",
                        path=path.rsplit("/", 1)[0],
                        interface="org.bluez.Adapter1",
                        member="RemoveDevice",
                        signature="o",
                        body=[path],
                    )
                )
            finally:
                bus.disconnect()
            return answer is not None and answer.message_type is MessageType.METHOD_RETURN
    return False
