"""A home's end of the clinic's plans: kept, answered, and waited for where there is none yet."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, Literal

from ripresa.session.plan_folder import PlanFolder
from telemetry.errors import ConfigurationError, DecodeError
from telemetry.identity import new_ulid
from telemetry.messages.notices import PlanNotice, Receipt
from telemetry.transport.mqtt import MqttBus
from therapy.plan.plan_file import PlanError, parse_plan_body
from therapy.wording import WordedError, Wording

from .letters.sent_takes import keep_sent_takes
from .todays_plan import plan_for_today

if TYPE_CHECKING:
    from telemetry.transport.bus import Bus, Message

    from .home import Home

__all__ = ["answer", "keep_plan", "plan_arrives"]

log = logging.getLogger(__name__)

_NO_NOTE: Final = Wording("", "")


async def plan_arrives(home: Home, patience_s: float | None = None) -> None:
    """Wait until a plan is in force; at once where there is one already.

    A home that has just joined has none: its clinic's is retained at the clinic's broker, and
    nothing else of a home can run without it.

    Args:
        home: has joined a clinic; elsewhere nobody sends a plan and nothing is waited for.
        patience_s: how long; None: as long as it takes.

    Raises:
        ConfigurationError: none is in force, and none came.
    """
    try:
        plan_for_today(home)
    except ConfigurationError:
        if home.clinic_broker == home.broker:
            raise
        log.info("no plan is in force yet: waiting for the clinic's")
        try:
            async with asyncio.timeout(patience_s):
                await _taken(home)
        except TimeoutError:
            plan_for_today(home)


async def _taken(home: Home) -> None:
    came = asyncio.Event()

    async with MqttBus(home.clinic_broker, f"plan-{new_ulid(home.clock)}") as bus:

        def take(message: Message) -> None:
            keep_plan(home, bus, message)
            came.set()

        bus.subscribe(home.identity.topics.plan, take, qos=1)
        while True:
            await came.wait()
            came.clear()
            await bus.drain()
            try:
                plan = plan_for_today(home)
            except ConfigurationError:
                continue
            log.info("plan version %d came from the clinic", plan.version)
            return


def keep_plan(home: Home, clinic_bus: Bus, message: Message) -> None:
    """Keep a plan that the clinic published, or tell the clinic why not."""
    if not message.payload:
        return
    try:
        notice = PlanNotice.decode(message.payload)
        PlanFolder(home.folder.plans).add(parse_plan_body(notice.plan))
        keep_sent_takes(home.folder.takes, notice.takes)
    except PlanError as e:
        answer(home, clinic_bus, "plan", str(notice.version), "refused", note=_first(e))
    except DecodeError as e:
        log.warning("a plan from the clinic cannot be read: %s", e)
    except ConfigurationError as e:
        why = e.wording if isinstance(e, WordedError) else Wording("", str(e))
        answer(home, clinic_bus, "plan", str(notice.version), "refused", note=why)
    else:
        answer(home, clinic_bus, "plan", str(notice.version), "taken")


def _first(error: PlanError) -> Wording:
    """The first of a plan's mistakes, and how many more there are."""
    if not error.told:
        return Wording("", str(error))
    first, more = error.told[0], len(error.told) - 1
    it, en = (
        f"{place}: {what}" if place else what
        for place, what in ((first.place.it, first.what.it), (first.place.en, first.what.en))
    )
    return Wording(
        f"{it} (e altri {more})" if more else it, f"{en} (and {more} more)" if more else en
    )


def answer(
    home: Home,
    clinic_bus: Bus,
    what: Literal["plan", "message", "command"],
    name: str,
    state: Literal["taken", "done", "refused"],
    *,
    note: Wording = _NO_NOTE,
) -> None:
    """Tell the clinic what became of what it sent; the note never names the patient."""
    receipt = Receipt(
        patient=home.identity.patient,
        what=what,
        id=name,
        state=state,
        t_ns=home.clock.now_ns(),
        note=note.en.replace(home.identity.patient, "the patient")[:300],
        note_it=note.it.replace(home.identity.patient, "il paziente")[:300],
    )
    clinic_bus.publish(home.identity.topics.receipt, receipt.encode(), qos=1)
