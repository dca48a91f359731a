"""The clinic publishes its surveys' keys, and gives each home one credential a survey."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from telemetry.errors import DecodeError, StoreError
from telemetry.messages.surveys import SurveyIssue, SurveyKeys, SurveyRequest
from telemetry.transport.topics import HomeTopics, SiteTopics, parse_topic

from .quarters import is_over, open_surveys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from telemetry.clock import Clock
    from telemetry.transport.bus import Bus, Message

    from .signing_keys import SigningKeys

__all__ = ["SurveyIssuing"]

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 5.0
QUEUED: Final = 200
"""More requests than this are turned away; their homes ask again."""


class SurveyIssuing:
    """Answers requests for credentials; `run` until cancelled.

    Args:
        bus: the clinic's connection.
        keys: the surveys'.
        clock: says which surveys are open.
        site: one site, or `+` for all.
        sites: those whose homes should find the keys.
        barred: whether nothing is done for a patient any more.
        clock_wrong: whether the clock is plainly wrong.
    """

    def __init__(
        self,
        bus: Bus,
        keys: SigningKeys,
        clock: Clock,
        *,
        site: str,
        sites: Callable[[], Iterable[str]],
        barred: Callable[[str], bool],
        clock_wrong: Callable[[], bool] = lambda: False,
    ) -> None:
        self._bus = bus
        self._keys = keys
        self._clock = clock
        self._sites = sites
        self._barred = barred
        self._clock_wrong = clock_wrong
        self._published: dict[str, bytes] = {}
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(QUEUED)
        self.refused = 0
        bus.subscribe(HomeTopics(site, "+").survey_request, self._on_request, qos=1)
        bus.on_connect(self._connected)

    async def run(self) -> None:
        """Publish the keys, now and then anew, and answer."""
        while True:
            if self._bus.connected:
                await self._publish_keys()
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    message = await self._queue.get()
            except TimeoutError:
                continue
            if message is None:
                continue
            try:
                answer = await asyncio.to_thread(self._answer, message)
                if answer is not None:
                    self._bus.publish(*answer, qos=1)
            except (DecodeError, StoreError) as e:
                self.refused += 1
                log.warning("a request for a survey's credential is refused: %s", e)
            finally:
                message.acknowledge()

    async def _publish_keys(self) -> None:
        try:
            await asyncio.to_thread(self._retire)
            keys = await asyncio.to_thread(self._open_keys)
            payload = SurveyKeys(keys=keys).encode()
            for site in sorted(set(await asyncio.to_thread(self._sites))):
                if self._published.get(site) != payload:
                    self._bus.publish(SiteTopics(site).survey_key, payload, qos=1, retain=True)
                    self._published[site] = payload
        except StoreError as e:
            log.warning("the surveys' keys are not published: %s", e)

    def _open_keys(self) -> dict[str, str]:
        return {survey: self._keys.public(survey) for survey in self._open()}

    def _retire(self) -> None:
        """A key that is deleted does not come back: a clock that may be wrong deletes none."""
        if self._clock_wrong():
            return
        for survey in self._keys.retire(lambda survey: is_over(survey, self._today())):
            log.info("survey %s is over: its private key is deleted", survey)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.now_ns() / 1e9, UTC).date()

    def _open(self) -> list[str]:
        return open_surveys(self._today())

    def _connected(self) -> None:
        """What a broker kept may be gone: publish anew, and do not wait for the next look."""
        self._published.clear()
        if not self._queue.full():
            self._queue.put_nowait(None)

    def _on_request(self, message: Message) -> None:
        if message.retained or not message.payload or self._queue.full():
            message.acknowledge()
            if message.retained and message.payload:  # a request is made once
                self._bus.publish(message.topic, b"", qos=1, retain=True)
            return
        self._queue.put_nowait(message)

    def _answer(self, message: Message) -> tuple[str, bytes] | None:
        """What is answered to one request, and where; None: nothing, to whom is barred.

        Raises:
            DecodeError: it is none, or not of its topic's patient.
            StoreError: what is issued cannot be written down.
        """
        request = SurveyRequest.decode(message.payload)
        whose = parse_topic(message.topic).values
        site, patient = whose["site"], whose["patient"]
        if request.patient != patient:
            raise DecodeError("survey request", "names another patient than its topic")
        if request.survey not in self._open():
            raise DecodeError("survey request", "is for no survey that is open")
        if self._barred(patient):
            return None
        signature = self._keys.issue(site, patient, request.survey, bytes.fromhex(request.blinded))
        if signature is None:
            raise DecodeError("survey request", "this home has had its one credential")
        issue = SurveyIssue(survey=request.survey, blind_signature=signature.hex())
        return HomeTopics(site, patient).survey_issue, issue.encode()
