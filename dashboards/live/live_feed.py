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

KEPT_UNHEARD_S = 900
"""How long one that was never closed does: a home closes it itself after as long without a word."""

KEPT_OF_A_PATIENT = 4
"""Sessions of one patient at a time: a person has one or two boxes."""


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
        # In the order in which they were last heard.
        self._sessions: dict[tuple[str, str], LiveSession] = {}
        # Who watches one session; with None whichever of the patient's is heard.
        self._audiences: dict[tuple[str, str | None], Audience] = {}
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
        self._forget_the_unheard()
        last = {patient: live for (patient, _), live in self._sessions.items()}
        found = []
        for patient, live in last.items():
            state = live.state()
            phase: SessionPhase = "check-in" if state is None else state.session.phase
            opened_ms = None if state is None else state.session.opened_ms
            found.append(
                LiveSessionSummary(
                    patient=patient, session=live.session, phase=phase, opened_ms=opened_ms
                )
            )
        return sorted(found, key=lambda s: (s.phase == "closed", -(s.opened_ms or 0)))

    def watch(
        self, patient: str, mailbox: Mailbox | None = None, *, session: str | None = None
    ) -> Mailbox:
        """A mailbox that has all there is of a session and gets what comes.

        Args:
            patient: whose.
            mailbox: the page's; made where there is none.
            session: the one that may be seen, and no other; None: whichever is heard.
        """
        self._forget_the_unheard()
        mailbox = mailbox or Mailbox()
        live = self._last(patient) if session is None else self._sessions.get((patient, session))
        if live is not None:
            ago_s = max(0, self._clock.now_ns() - live.sampled_ns) / NS_PER_S
            mailbox.put(*encoded_frame(tuple(live.trace), live.state(), ago_s=ago_s))
        self._audiences.setdefault((patient, session), Audience()).join(mailbox)
        return mailbox

    def leave(self, patient: str, mailbox: Mailbox) -> None:
        """The page went away, or may see nothing more."""
        for key, audience in list(self._audiences.items()):
            if key[0] == patient:
                audience.leave(mailbox)
                if not audience:
                    del self._audiences[key]

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
        if samples:
            live.sampled_ns = live.heard_ns
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
        live = self._sessions.pop((patient, session), None) or LiveSession(session)
        live.heard_ns = self._clock.now_ns()
        self._sessions[patient, session] = live
        of_patient = [key for key in self._sessions if key[0] == patient]
        for key in of_patient[:-KEPT_OF_A_PATIENT]:
            del self._sessions[key]
        return live

    def _last(self, patient: str) -> LiveSession | None:
        """The patient's session that was heard last."""
        heard = (live for (whose, _), live in reversed(self._sessions.items()) if whose == patient)
        return next(heard, None)

    def _forget_the_unheard(self) -> None:
        before_ns = self._clock.now_ns() - KEPT_UNHEARD_S * NS_PER_S
        for key in [key for key, live in self._sessions.items() if live.heard_ns < before_ns]:
            del self._sessions[key]

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
        watched = (self._audiences.get((patient, which)) for which in (live.session, None))
        for audience in watched:
            if audience is not None:
                audience.put(samples, live.state() if changed else None)

    async def _see_off(self, patient: str, live: LiveSession) -> None:
        """Show a closed session's results, then forget it: what is erased must be gone here too."""
        await self._await_results(patient, live)
        await self._clock.sleep(KEPT_AFTER_CLOSE_S)
        if self._sessions.get((patient, live.session)) is live:
            del self._sessions[patient, live.session]

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
