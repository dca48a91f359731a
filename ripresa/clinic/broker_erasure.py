"""Erasing a patient at the broker: the home is told, and all that is kept under its topics goes.

Nothing of it waits in the broker for an answer: the command is not retained, so a home that is
not connected now is told when it next sends something (see `Receiver`).
"""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import TYPE_CHECKING, Final

from ripresa.region.clinic_names import ERASURE
from telemetry.errors import DecodeError, TransportError
from telemetry.identity import new_ulid
from telemetry.messages.notices import Command, Receipt
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

if TYPE_CHECKING:
    from collections.abc import Collection

    from telemetry.clock import Clock
    from telemetry.transport.bus import Message

__all__ = ["erase_at_broker"]

ANSWER_S: Final = 10.0
RETAINED_S: Final = 1.0
"""Retained messages come at once after the subscription; nothing says that all are there."""


async def erase_at_broker(
    settings: MqttSettings,
    patient: str,
    *,
    sites: Collection[str],
    gateways: Collection[str],
    clock: Clock,
    answer_s: float = ANSWER_S,
) -> bool:
    """Tell the patient's home to erase, and clear every retained topic that names the patient.

    Args:
        settings: the clinic's way to the broker.
        patient: the pseudonym.
        sites: where homes of the patient are known.
        gateways: names of their boxes, as far as they are known.
        clock: stamps the command.
        answer_s: how long to wait for the home's answer.

    Returns:
        Whether a home has answered that it is done.

    Raises:
        TransportError: the broker is not there; nothing was cleared.
    """
    bus = MqttBus(settings, f"{ERASURE}{secrets.token_hex(4)}")
    kept: set[str] = set()
    answered = asyncio.Event()
    whole = re.compile(rb"(?<![A-Za-z0-9_-])" + re.escape(patient.encode()) + rb"(?![A-Za-z0-9_-])")

    def note(message: Message) -> None:
        parts = message.topic.split("/")
        theirs = patient in parts or not set(parts).isdisjoint(gateways)
        default = any(part == f"box-{patient}"[:40] for part in parts)
        if message.retained and (theirs or default or whole.search(message.payload)):
            kept.add(message.topic)
        elif parts[-1] == "receipt" and patient in parts and _is_done(message):
            answered.set()

    bus.subscribe("ripresa/#", note)
    async with bus:
        await bus.wait_connected()
        for site in sites:
            command = Command(command=new_ulid(clock), what="erase", patient=patient)
            bus.publish(HomeTopics(site, patient).command, command.encode(), qos=1)
        await asyncio.sleep(RETAINED_S)
        if sites:
            try:
                async with asyncio.timeout(answer_s):
                    await answered.wait()
            except TimeoutError:
                pass
        for topic in sorted(kept | _topics(patient, sites)):
            bus.publish(topic, b"", qos=1, retain=True)
        if not await bus.drained(10, left=0):
            raise TransportError("the broker did not take all of it: it is tried again")
    return answered.is_set()


def _topics(patient: str, sites: Collection[str]) -> set[str]:
    found: set[str] = set()
    for site in sites:
        home = HomeTopics(site, patient)
        found |= {home.plan, home.message, home.command, home.ack, home.record, home.receipt}
        found.add(home.ledger)
    return found


def _is_done(message: Message) -> bool:
    try:
        receipt = Receipt.decode(message.payload)
    except DecodeError:
        return False
    return receipt.what == "command" and receipt.state == "done"
