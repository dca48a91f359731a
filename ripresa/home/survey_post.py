"""Takes a home's anonymous answers to the clinic so that neither name nor moment goes with them.

An answer leaves alone, on a connection of its own under a user whose name means nothing, at a
random moment: every ten minutes that the home runs, chance decides. It carries a credential that
the clinic has signed without seeing it, asked for under the home's own name beforehand. It is sent
again, after another such wait, until the clinic has said that its token is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from typing import TYPE_CHECKING

from ripresa.survey.wallet import SurveyWallet
from telemetry.errors import DecodeError, TransportError
from telemetry.messages.surveys import SurveyNotice, SurveyTaken
from telemetry.transport.mqtt import MqttBus
from telemetry.transport.topics import SiteTopics

from .survey_box import SurveyBox

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from telemetry.clock import Clock
    from telemetry.transport.bus import Bus, Message
    from telemetry.transport.mqtt import MqttSettings

    from .home import Home

__all__ = ["CHANCE", "TURN_S", "SurveyPost", "anonymous_bus", "survey_post"]

log = logging.getLogger(__name__)

TURN_S = 600.0
CHANCE = 1 / 36
"""Of sending in one turn: an answer leaves after six hours of running on average."""
PATIENCE_S = 30.0
LOOK_S = 0.2


class SurveyPost:
    """Sends what waits in the box; run it as a task until cancelled.

    Args:
        box: the home's answers.
        wallet: its credentials.
        connect: a connection that tells nothing of the home, for one answer.
        topics: the site's.
        clock: paces.
        may_send: False while therapy is withdrawn.
        draw: makes the lots; a generator with a seed in tests.
        chance: of sending in one turn.
    """

    def __init__(
        self,
        box: SurveyBox,
        wallet: SurveyWallet,
        connect: Callable[[], AbstractAsyncContextManager[Bus]],
        topics: SiteTopics,
        clock: Clock,
        *,
        may_send: Callable[[], bool] = lambda: True,
        draw: random.Random | None = None,
        chance: float = CHANCE,
    ) -> None:
        self._box = box
        self._wallet = wallet
        self._connect = connect
        self._topics = topics
        self._clock = clock
        self._may_send = may_send
        self._chance = chance
        self._draw = secrets.SystemRandom() if draw is None else draw

    async def run(self) -> None:
        """Send, now and then, until cancelled."""
        while True:
            await self._clock.sleep(TURN_S)
            if not self._may_send():
                continue
            # A credential that is asked for now is used in a later turn, if chance will have it.
            if self._draw.random() < self._chance:
                await self.send_one()
            self.ask()

    def ask(self) -> None:
        """Ask for the credentials of the answers that wait."""
        self._wallet.ask({answer.survey for answer in self._box.waiting().values()})

    async def send_one(self) -> bool:
        """Send one of the waiting answers, drawn by lot; whether the clinic has stored it."""
        waiting = self._box.waiting()
        ready = {name: c for name, a in waiting.items() if (c := self._wallet.issued(a.survey))}
        if not ready:
            return False
        name = self._draw.choice(sorted(ready))
        answer, credential = waiting[name], ready[name]
        notice = SurveyNotice(
            token=credential.token,
            survey=answer.survey,
            marks=dict(sorted(answer.marks.items())),
            prefix=credential.prefix,
            signature=credential.signature,
        )
        try:
            taken = await self._deliver(notice)
        except TransportError as e:
            log.info("an anonymous answer waits: %s", e)
            return False
        if taken:
            self._box.delivered(name)
            self._wallet.spent(answer.survey)
        return taken

    async def _deliver(self, notice: SurveyNotice) -> bool:
        taken = asyncio.Event()

        def hear(message: Message) -> None:
            try:
                if SurveyTaken.decode(message.payload).token == notice.token:
                    taken.set()
            except DecodeError as e:
                log.warning("refused: %s", e)

        async with self._connect() as bus:
            bus.subscribe(self._topics.survey_taken, hear, qos=1)
            bus.publish(self._topics.survey, notice.encode(), qos=1)
            until_ns = self._clock.now_ns() + round(PATIENCE_S * 1e9)
            while not taken.is_set() and self._clock.now_ns() < until_ns:
                await self._clock.sleep(LOOK_S)
        return taken.is_set()


@contextlib.asynccontextmanager
async def anonymous_bus(settings: MqttSettings) -> AsyncIterator[Bus]:
    """A connection of its own under a random name, for as long as the context lasts.

    Raises:
        TransportError: no broker.
    """
    async with MqttBus(settings, f"survey-{secrets.token_hex(8)}") as bus:
        await bus.wait_connected()
        yield bus


def survey_post(home: Home, clinic_bus: Bus) -> SurveyPost | None:
    """What takes a home's answers to the clinic; None where they have no way there.

    Args:
        home: whose.
        clinic_bus: its own connection, for credentials; no answer goes there.
    """
    settings, folder = home.surveys, home.folder
    if settings is None:
        return None
    site = SiteTopics(home.identity.site)
    return SurveyPost(
        SurveyBox(folder.surveys),
        SurveyWallet(folder.surveys, clinic_bus, home.identity.topics, site),
        lambda: anonymous_bus(settings),
        site,
        home.clock,
        may_send=lambda: not folder.withdrawn.exists(),
    )
