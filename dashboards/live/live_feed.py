"""From the bus to the pages: the sessions that are being played, and who watches them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from telemetry.errors import DecodeError, RipresaError
from telemetry.messages.codec import MAX_PAYLOAD_BYTES
from telemetry.messages.events import decode_event
from telemetry.messages.live import decode_live
from telemetry.messages.results import AdherenceResult, SessionResult
from telemetry.transport.topics import HomeTopics, parse_topic

from .audience import Audience, Mailbox, encoded_frame
from .live_session import LiveSession

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telemetry.clock import Clock
    from telemetry.messages.phases import SessionPhase
    from telemetry.messages.results import Result
    from telemetry.seams import SessionIndex, SessionSummary
    from telemetry.transport.bus import Bus, Message
    from therapy.plan.plan import Plan

    from .live_session import Sample

__all__ = ["LiveFeed", "LiveSessionSummary"]

log = logging.getLogger(__name__)

NS_PER_S = 1_000_000_000

RESULTS_WITHIN_S = 120
"""How long after a session's close its results are waited for."""

RECENT = 100
"""A session that is played is among so many newest of its patient."""

KEPT_AFTER_CLOSE_S = 600
"""How long a closed session stays in memory; from then on the journal alone has it."""


class LiveSessionSummary(BaseModel):
    """One line of the list of what is being played."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    patient: str
    session: str
    phase: str
    opened_ms: float | None


class LiveFeed:
    """Listens to every home's live control and events.

    What cannot be read is counted in `refused` and reported in one line; all else goes on.
    A session's events are completed from `reader`, and after its close its results are read
    from there as soon as they arrive.

    Args:
        plan: a patient's plan in a version; None where it is unknown.
    """

    def __init__(
        self,
        bus: Bus,
        reader: SessionIndex,
        plan: Callable[[str, int], Plan | None],
        clock: Clock,
    ) -> None:
        self.refused = 0
        self._reader = reader
        self._plan = plan
        self._clock = clock
        self._sessions: dict[str, LiveSession] = {}
        self._audiences: dict[str, Audience] = {}
        self._waits: set[asyncio.Task[None]] = set()
        everyone = HomeTopics("+", "+")
        bus.subscribe(everyone.control, self._on_control)
        bus.subscribe(everyone.event, self._on_event)

    def close(self) -> None:
        """Wait for no more results."""
        for task in self._waits:
            task.cancel()

    def sessions(self) -> list[LiveSessionSummary]:
        """The last session of each patient who was heard, running ones first, newest first."""
        found = []
        for patient, live in list(self._sessions.items()):
            state = live.state()
            phase: SessionPhase = "check-in" if state is None else state.session.phase
            opened_ms = None if state is None else state.session.opened_ms
            found.append(
                LiveSessionSummary(
                    patient=patient, session=live.session, phase=phase, opened_ms=opened_ms
                )
            )
        return sorted(found, key=lambda s: (s.phase == "closed", -(s.opened_ms or 0)))

    def watch(self, patient: str, mailbox: Mailbox | None = None) -> Mailbox:
        """A mailbox that has all there is of the patient's session and gets what comes."""
        mailbox = mailbox or Mailbox()
        live = self._sessions.get(patient)
        if live is not None:
            mailbox.put(*encoded_frame(tuple(live.trace), live.state()))
        self._audiences.setdefault(patient, Audience()).join(mailbox)
        return mailbox

    def leave(self, patient: str, mailbox: Mailbox) -> None:
        """The page went away."""
        audience = self._audiences.get(patient)
        if audience is not None:
            audience.leave(mailbox)
            if not audience:
                del self._audiences[patient]

    def _on_control(self, message: Message) -> None:
        try:
            patient = _patient(message)
            heard = decode_live(message.payload)
        except DecodeError as e:
            self._refuse(e)
            return
        live = self._session(patient, heard.session)
        before = live.flags
        samples = live.hear(heard)
        opening_found = live.plan_version is None and self._complete(patient, live)
        changed = opening_found or not samples or live.flags != before
        self._show(patient, live, samples, changed=changed)

    def _on_event(self, message: Message) -> None:
        try:
            patient = _patient(message)
            event = decode_event(message.payload)
        except DecodeError as e:
            self._refuse(e)
            return
        live = self._session(patient, event.session)
        live.add_events([event])
        if live.plan_version is None or not live.complete:
            self._complete(patient, live)
        self._prescribe(live)
        self._show(patient, live, changed=True)
        if event.type == "session.closed":
            task = asyncio.get_running_loop().create_task(self._see_off(patient, live))
            self._waits.add(task)
            task.add_done_callback(self._waits.discard)

    def _session(self, patient: str, session: str) -> LiveSession:
        live = self._sessions.get(patient)
        if live is None or live.session != session:
            live = self._sessions[patient] = LiveSession(session)
        return live

    def _kept(self, patient: str, live: LiveSession) -> SessionSummary | None:
        """The patient's session as it is kept; None before its opening has come.

        Another patient's home may have a session of the same name.
        """
        if live.kept is None:
            of_patient = self._reader.newest_sessions(patient=patient, limit=RECENT)
            named = (s for s in of_patient if s.session == live.session)
            live.kept = next(named, None)
        return live.kept

    def _complete(self, patient: str, live: LiveSession) -> bool:
        """Fill what the bus did not bring from the journal, at most once a second.

        Returns:
            Whether the session's opening is known by it.
        """
        now_ns = self._clock.now_ns()
        if now_ns - live.completed_ns < NS_PER_S:
            return False
        live.completed_ns = now_ns
        try:
            kept = self._kept(patient, live)
            if kept is not None:
                live.add_events(self._reader.events(kept.session, home=kept.home))
        except RipresaError as e:
            log.warning("live page: events of %s not read yet: %s", live.session, e)
        self._prescribe(live)
        return live.plan_version is not None

    def _prescribe(self, live: LiveSession) -> None:
        if live.plan_version is not None:
            live.set_plan(self._plan(*live.plan_version))

    def _show(
        self,
        patient: str,
        live: LiveSession,
        samples: Sequence[Sample] = (),
        *,
        changed: bool,
    ) -> None:
        audience = self._audiences.get(patient)
        if audience is not None:
            audience.put(samples, live.state() if changed else None)

    async def _see_off(self, patient: str, live: LiveSession) -> None:
        """Show a closed session's results, then forget it: what is erased must be gone here too."""
        await self._await_results(patient, live)
        await self._clock.sleep(KEPT_AFTER_CLOSE_S)
        if self._sessions.get(patient) is live:
            del self._sessions[patient]

    async def _await_results(self, patient: str, live: LiveSession) -> None:
        """Look once a second for the results that count, and show them."""
        seen = 0
        for _ in range(RESULTS_WITHIN_S):
            try:
                kept = self._kept(patient, live)
                results = []
                if kept is not None:
                    live.add_events(self._reader.events(kept.session, home=kept.home))
                    results = self._reader.results(kept.session, home=kept.home)
            except RipresaError as e:
                log.warning("live page: results of %s not read yet: %s", live.session, e)
                results = []
            if len(results) != seen:
                seen = len(results)
                live.set_results(results)
                self._show(patient, live, changed=True)
            if _all_there(results):
                return
            await self._clock.sleep(1)

    def _refuse(self, error: DecodeError) -> None:
        self.refused += 1
        if self.refused & (self.refused - 1) == 0:
            log.warning("live page: message left out (%d so far): %s", self.refused, error)


def _patient(message: Message) -> str:
    if len(message.payload) > MAX_PAYLOAD_BYTES:
        raise DecodeError(
            "live message", f"{len(message.payload)} bytes, more than {MAX_PAYLOAD_BYTES}"
        )
    return parse_topic(message.topic).values["patient"]


def _all_there(results: Sequence[Result]) -> bool:
    """Whether the run that counts and its adherence are both there."""
    final = any(isinstance(r, SessionResult) and not r.provisional for r in results)
    return final and any(isinstance(r, AdherenceResult) for r in results)
