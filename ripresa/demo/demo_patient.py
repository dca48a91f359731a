"""The demo's patient: answers over the bus as a person at the screen would."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

from telemetry.identity import new_ulid
from telemetry.messages.requests import (
    AnswerCheck,
    EndExercise,
    StartExercise,
    encode_request,
)
from therapy.session.alignment import SegmentFound
from therapy.session.answers import healthy_answer
from therapy.session.session_state import SessionStage
from therapy.wording import Wording

if TYPE_CHECKING:
    from ripresa.session.session_service import SessionService
    from telemetry.clock import Clock
    from telemetry.messages.requests import Request
    from telemetry.transport.bus import Bus
    from telemetry.transport.topics import HomeTopics
    from therapy.session.session_state import SessionState

__all__ = ["DemoPatient"]

PATIENCE_S = 1.0
AXES_KNOWN = Wording(
    "assi noti dalla scheda della registrazione", "axes known from the recording's data sheet"
)


class DemoPatient:
    """Makes requests and waits until the session has moved on.

    A request that a broken broker swallowed is made again, with the same ULID.
    """

    def __init__(self, bus: Bus, topics: HomeTopics, clock: Clock, service: SessionService) -> None:
        self._bus = bus
        self._topics = topics
        self._clock = clock
        self._service = service

    async def answer_questions(self, stage: SessionStage) -> None:
        """Answer each question of the check-in or the check-out."""
        while (state := self._state()).stage is stage and state.asking:
            question = state.asking[0]
            answer = AnswerCheck(
                question=question.id, answer=healthy_answer(question), answered_by="demo"
            )
            left = len(state.asking)
            await self._ask(
                answer, lambda s, left=left: s.stage is not stage or len(s.asking) < left
            )

    async def place_wearables(self) -> None:
        """Let each wearable's calibration pass: how it lies is known from the recording."""
        while (state := self._state()).stage is SessionStage.ALIGN:
            found = SegmentFound(
                attempt=state.measuring.attempt,
                placement=state.alignments[0].placement,
                passed=True,
                note=AXES_KNOWN,
            )
            self._service.happened(found)
            await self._service.wait_for(partial(_placed, left=len(state.alignments)))

    async def start_exercise(self) -> None:
        """Begin the item at hand."""
        await self._ask(StartExercise(), lambda s: s.stage is not SessionStage.READY)

    async def end_exercise(self) -> None:
        """End the open item, as done; harmless where it ended by itself."""
        if self._state().open_item:
            await self._ask(EndExercise(), lambda s: not s.open_item)

    def _state(self) -> SessionState:
        state = self._service.state
        if state is None:
            raise RuntimeError("no session is open")
        return state

    async def _ask(self, wish: Request, done: Any) -> None:
        request = wish.stamped(new_ulid(self._clock), self._state().session)
        while True:
            self._bus.publish(self._topics.request, encode_request(request), qos=1)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._service.wait_for(done)
                    return


def _placed(state: SessionState, *, left: int) -> bool:
    """Whether fewer than `left` calibrations are to be done."""
    return state.stage is not SessionStage.ALIGN or len(state.alignments) < left
