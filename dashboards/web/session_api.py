"""The JSON that the pages read; every answer is a model, listed in `/api/openapi.json`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict

from dashboards.access.entrance import Allowed, Asking
from dashboards.access.principal import Action
from dashboards.views.clinic_state import ClinicState
from dashboards.views.loss_ledger import LossLedger
from dashboards.views.session_view import SessionView, session_view
from telemetry.errors import AmbiguousName
from telemetry.identity import UlidText
from telemetry.messages.events import SessionEvent
from telemetry.seams import SessionReader, SessionSummary
from telemetry.transport.bus import Bus
from therapy.plan.plan import Plan

from .live_feed import LiveFeed, LiveSessionSummary

__all__ = ["Overview", "SessionLine", "Sources", "api_routes", "no_plan"]

SEVERAL = "more than one home gave a session this name: open it from the list of sessions"


class SessionLine(BaseModel):
    """One line of the list of past sessions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session: str
    home: str | None
    patient: str
    day: str
    opened_ms: float
    closed_ms: float | None
    reason: str | None


class Overview(BaseModel):
    """What there is to look at: what is played now, and what was recorded, newest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    has_bus: bool
    connected: bool
    live: tuple[LiveSessionSummary, ...]
    sessions: tuple[SessionLine, ...]


def no_plan(_patient: str, _version: int) -> Plan | None:
    """The plan where none is known."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the answers come from; `create_app` says what each is."""

    reader: SessionReader
    bus: Bus | None = None
    feed: LiveFeed | None = None
    ledger: Callable[[], LossLedger] | None = None
    plan: Callable[[str, int], Plan | None] = field(default=no_plan)
    state: Callable[[Callable[[str], bool]], ClinicState] | None = None


def api_routes(sources: Sources) -> APIRouter:
    """The routes under `/api`, but for the live one."""
    router = APIRouter(prefix="/api")
    reader, bus, feed = sources.reader, sources.bus, sources.feed

    @router.get("/overview")
    async def overview(
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_WORKLIST))],
    ) -> Overview:
        """What is played now and what was recorded."""
        return Overview(
            has_bus=bus is not None,
            connected=bus is not None and bus.connected,
            live=tuple(s for s in feed.sessions() if asking.sees(s.patient)) if feed else (),
            sessions=tuple(_line(s) for s in reversed(reader.sessions()) if asking.sees(s.patient)),
        )

    @router.get("/sessions/{session}")
    def recorded(
        session: UlidText,
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_SESSION))],
        home: UlidText | None = None,
    ) -> SessionView:
        """One recorded session; `home` says whose, where several homes have one of that name."""
        events, home = _events(reader, session, home, asking)
        opened = next((e for e in events if e.type == "session.opened"), None)
        plan, day = None, None
        if opened is not None:
            plan = sources.plan(opened.patient, opened.plan_version)
            listed = reader.sessions(patient=opened.patient)
            days = (s.day for s in listed if s.session == session and home in (None, s.home))
            day = next(days, None)
        view = session_view(events, reader.results(session, home=home), plan, day=day)
        if view is None:
            raise HTTPException(404, _unknown(session))
        asking.about(view.patient, _unknown(session))
        return view

    @router.get("/ledger", dependencies=[Depends(Allowed(Action.SEE_OPERATION))])
    async def ledger() -> LossLedger | None:
        """Where every sample went; null where nobody counts."""
        if sources.ledger is None:
            return None
        counted = sources.ledger()
        refused = counted.refused + (feed.refused if feed else 0)
        return counted.model_copy(update={"refused": refused})

    @router.get("/clinic")
    async def clinic(
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_OPERATION))],
    ) -> ClinicState | None:
        """How the running clinic is; null where none runs behind the page."""
        return None if sources.state is None else sources.state(asking.sees)

    return router


def _events(
    reader: SessionReader, session: str, home: str | None, asking: Asking
) -> tuple[list[SessionEvent], str | None]:
    """A session's events, and whose it is.

    Of sessions of one name only those of one's own sites count: that others have one is not told.

    Raises:
        HTTPException: there are several, or none.
    """
    try:
        return reader.events(session, home=home), home
    except AmbiguousName:
        seen = [s for s in reader.sessions() if s.session == session and asking.sees(s.patient)]
    if not seen:
        raise HTTPException(404, _unknown(session))
    if len(seen) > 1:
        raise HTTPException(409, SEVERAL)
    return reader.events(session, home=seen[0].home), seen[0].home


def _unknown(session: str) -> str:
    return f"no session {session} in this journal"


def _line(summary: SessionSummary) -> SessionLine:
    closed_ns = summary.closed_ns
    return SessionLine(
        session=summary.session,
        home=summary.home,
        patient=summary.patient,
        day=summary.day,
        opened_ms=summary.opened_ns / 1e6,
        closed_ms=None if closed_ns is None else closed_ns / 1e6,
        reason=summary.reason,
    )
