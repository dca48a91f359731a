"""The steps of an erasure beside the journal's own: outbox, broker, the home's user, database."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from ingest.cli.rights_cli import database_step
from ingest.enrolment.enrolment import forget_home, gateway_of
from ingest.rights.consent import restricted_patients
from ingest.rights.erasure import carry_out, pending_erasures, steps_here
from ingest.stores.table import EraseStep, folders_erased, unanswered
from ripresa.home.erasing import erase_places
from telemetry.errors import StoreError
from telemetry.trouble import TroubleKind

from .broker_erasure import erase_at_broker
from .outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from ingest.journal.journal import Journal
    from ripresa.platform.configuration import Folder
    from telemetry.clock import Clock
    from telemetry.transport.mqtt import MqttSettings
    from telemetry.trouble import TroubleBoard

__all__ = ["ErasureParts", "ErasureRounds"]

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 15.0
RESTRICTED: Final = "restriction"


class ErasureParts:
    """Where the rest of a patient lies.

    Args:
        folder: the clinic's state.
        broker: the clinic's way to it.
        clock: stamps the command to the home.
        compose: where docker-compose.yml and the broker's files lie; None: not at hand.
        say: told what a person should know.
    """

    def __init__(
        self,
        folder: Folder,
        broker: MqttSettings,
        clock: Clock,
        *,
        compose: Path | None = None,
        say: Callable[[str], None] = log.info,
    ) -> None:
        self._folder = folder
        self._broker = broker
        self._clock = clock
        self._compose = compose
        self._say = say

    def steps(self, patient: str, sites: Collection[str]) -> dict[str, Callable[[], None]]:
        """The steps, by name, in order; none needs an event loop of its caller's."""
        gateways = gateway_of(self._compose, patient) if self._compose else ()
        letters = Outbox(self._folder.outbox).letters(patient)
        known = set(sites) | {site for x in letters for site in (x.site, *x.left)}

        def outbox() -> None:
            Outbox(self._folder.outbox).forget(patient)

        def broker() -> None:
            answered = asyncio.run(
                erase_at_broker(
                    self._broker, patient, sites=known, gateways=gateways, clock=self._clock
                )
            )
            self._say(
                "the home has erased what it kept"
                if answered
                else "no home has answered: what one still keeps stays there until it sends again"
            )

        def user() -> None:
            if self._compose is None or not (self._compose / ".env").is_file():
                self._say(
                    "its user at the broker stays, if it has one: run `ripresa clinic home revoke` "
                    "where docker-compose.yml lies, or this command with --folder"
                )
            elif forget_home(self._compose, patient):
                self._say("its user at the broker is gone: docker compose kill -s HUP mosquitto")

        def home() -> None:
            erase_places(self._folder)

        steps = {EraseStep.OUTBOX: outbox, EraseStep.BROKER: broker, EraseStep.USER: user}
        if self._folder.kept_demo.exists():
            # Its broker was its own and ended with it; its home lies here, and nobody runs it.
            steps[EraseStep.BROKER] = lambda: None
            steps[EraseStep.HOME] = home
        here = (EraseStep.JOURNAL, EraseStep.REWRITTEN, EraseStep.FILES, EraseStep.DATABASE)
        # The home erases itself, told by the broker step.
        if left := unanswered((*steps, *here, EraseStep.HOME)):
            raise StoreError(f"nobody knows how to erase by {', '.join(left)}: nothing was")
        return {str(step): do for step, do in steps.items()}


class ErasureRounds:
    """Finishes, in the running clinic, what an erasure or a restriction has left to do.

    `run` until cancelled.
    """

    def __init__(
        self,
        journal: Journal,
        folder: Folder,
        parts: ErasureParts,
        clock: Clock,
        board: TroubleBoard,
    ) -> None:
        self._journal = journal
        self._folder = folder
        self._parts = parts
        self._clock = clock
        self._board = board
        self._out: set[str] = set()
        """Restricted patients of whom this clinic has seen that the database has nothing."""

    async def run(self) -> None:
        """Look at once, and then now and then."""
        while True:
            pending = await asyncio.to_thread(pending_erasures, self._journal)
            for patient, sites in pending.items():
                failed = await asyncio.to_thread(self._finish, patient, sites)
                for step in failed:
                    self._board.show(TroubleKind.ERASURE_WAITS, step, self._clock.now_ns())
                if not failed:
                    self._board.clear(TroubleKind.ERASURE_WAITS)
                    log.info("an erasure is finished")
            try:
                await asyncio.to_thread(self._keep_out_restricted)
                self._board.clear(TroubleKind.ERASURE_WAITS, RESTRICTED)
            except StoreError as e:
                log.warning("a restricted patient may still stand in the database: %s", e)
                self._board.show(TroubleKind.ERASURE_WAITS, RESTRICTED, self._clock.now_ns())
            await self._clock.sleep(LOOK_EVERY_S)

    def _keep_out_restricted(self) -> None:
        """Take out whom the command could not, because the database was away.

        Raises:
            StoreError: it is away still, or the journal cannot be read.
        """
        restricted = set(restricted_patients(self._journal))
        self._out &= restricted
        for patient in restricted - self._out:
            for step in database_step(patient).values():
                step()
            self._out.add(patient)

    def _finish(self, patient: str, sites: list[str]) -> dict[str, str]:
        steps = {
            **steps_here(self._journal, patient, folders_erased(self._folder)),
            **self._parts.steps(patient, sites),
            **database_step(patient),
        }
        return carry_out(self._journal, patient, steps)
