"""The end of a home's records: everything of its patient goes, then the clinic is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ingest.rights.erasure import erase_home
from telemetry.messages.notices import Receipt
from telemetry.transport.mqtt import MqttBus

if TYPE_CHECKING:
    from telemetry.messages.notices import Command

    from .home import Home

__all__ = ["erase"]

ERASED_PATIENCE_S = 30


async def erase(home: Home, command: Command) -> int:
    """Delete all that this home keeps of its patient, then say so to the clinic.

    Returns:
        How many files are gone.

    Raises:
        StoreError: a file cannot be deleted; the command stays on its way and is done again.
    """
    folder = home.folder
    gone = await asyncio.to_thread(erase_home, folder.home_journal.parent)
    for place in (folder.plans, folder.logs, folder.pictures, folder.surveys):
        gone += await asyncio.to_thread(erase_home, place)
    if folder.devices.exists():
        # Address and serial number of what she wore.
        folder.devices.unlink()
        gone += 1
    receipt = Receipt(
        patient=command.patient,
        what="command",
        id=command.command,
        state="done",
        t_ns=home.clock.now_ns(),
    )
    async with MqttBus(home.clinic_broker, f"erased-{command.command}") as bus:
        await bus.wait_connected(ERASED_PATIENCE_S)
        await bus.deliver(home.identity.topics.receipt, receipt.encode())
    return gone
