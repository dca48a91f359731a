"""The end of a home's records: everything of its patient goes, then the clinic is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ingest.rights.erasure import erase_home
from ingest.stores.table import EraseStep, names_of
from telemetry.errors import StoreError
from telemetry.messages.notices import Receipt
from telemetry.transport.mqtt import MqttBus

if TYPE_CHECKING:
    from ripresa.platform.configuration import Folder
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
    gone = await asyncio.to_thread(erase_places, home.folder)
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


def erase_places(folder: Folder) -> int:
    """Delete all that a home keeps: its own folder, plans, pictures, and what the table names.

    Returns:
        How many files are gone.

    Raises:
        StoreError: a file cannot be deleted.
    """
    named = [getattr(folder, name) for name in names_of(EraseStep.HOME)]
    gone = 0
    for place in (folder.home, folder.plans, folder.pictures, *named):
        if place.is_file():
            try:
                place.unlink()
            except OSError as e:
                raise StoreError(f"{place} could not be erased ({e}): delete it by hand") from e
            gone += 1
        else:
            gone += erase_home(place)
    return gone
