"""The JSON that the pages read; every answer is a model, listed in `/api/openapi.json`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from dashboards.access.entrance import Allowed, Asking
from dashboards.access.principal import Action
from dashboards.access.refused import Refused, no_session
from dashboards.live.live_feed import LiveFeed, LiveSessionSummary
from dashboards.live.running_sessions import RunningSessions, UnwellNow
from dashboards.views.clinic_state import ClinicState
from dashboards.views.loss_ledger import LossLedger
from dashboards.views.session_view import SessionView, session_view
from telemetry.errors import AmbiguousName
from telemetry.identity import Pseudonym, UlidText
from telemetry.messages.events import SessionEvent
from telemetry.seams import SessionIndex, SessionSummary
from telemetry.transport.bus import Bus
from therapy.plan.plan import Plan
from therapy.wording import Wording

from .paging import LARGEST_CURSOR, MOST, USUAL, cursor_of, read_cursor
from .shared_answers import SharedAnswers, sight_of

__all__ = [
    "LiveNow",
    "Overview",
    "PartWish",
    "SessionLine",
    "SessionPart",
    "Sources",
    "api_routes",
    "no_plan",
]

NEWEST = 20
DAY_IN_NEWEST = 4000
"""Among so many newest sessions of a patient a day's are looked for: three a day for years."""
LOOKS = 10
"""So many times the list is read on where few sessions are of one's own patients."""

SEVERAL = Wording(
    "più case hanno dato questo nome a una sessione: la apra dalla lista delle sessioni",
    "more than one home gave a session this name: open it from the list of sessions",
)


class SessionLine(BaseModel):
    """One line of the list of past sessions; `opened_ms` is to be told in `time_zone`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session: str
    home: str | None
    patient: str
    day: str
    opened_ms: float
    closed_ms: float | None
    reason: str | None
    time_zone: str | None = None


class SessionPart(BaseModel):
    """Recorded sessions, newest first; `next` says where the next part begins, None: nowhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sessions: tuple[SessionLine, ...]
    next: str | None


class LiveNow(BaseModel):
    """What is played now; `by_lease`: each home is asked before anything of it is seen.

    `unwell` are those who have just felt unwell, whether anybody watches them or not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    has_bus: bool
    connected: bool
    by_lease: bool
    live: tuple[LiveSessionSummary, ...]
    unwell: tuple[UnwellNow, ...]


class Overview(LiveNow):
    """What there is to look at: what is played now, and the newest of what was recorded."""

    sessions: tuple[SessionLine, ...]


class PartWish(BaseModel):
    """Which part of a list of sessions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: str | None = Field(
        default=None, max_length=LARGEST_CURSOR, description="`next` of the part before."
    )
    limit: int = Field(default=USUAL, ge=1, le=MOST)


def no_plan(_patient: str, _version: int) -> Plan | None:
    """The plan where none is known."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the answers come from; `create_app` says what each is."""

    reader: SessionIndex
    bus: Bus | None = None
    feed: LiveFeed | None = None
    running: RunningSessions | None = None
    ledger: Callable[[], LossLedger] | None = None
    plan: Callable[[str, int], Plan | None] = field(default=no_plan)
    zone: Callable[[str, str], str | None] = lambda _patient, _day: None
    state: Callable[[Callable[[str], bool]], ClinicState] | None = None
    answers: SharedAnswers = field(default_factory=SharedAnswers)


def api_routes(sources: Sources) -> APIRouter:
    """The routes under `/api`, but for the live one."""
    router = APIRouter(prefix="/api")
    reader, feed = sources.reader, sources.feed
    _add_lists(router, sources)

    @router.get("/sessions/{session}")
    def recorded(
        session: UlidText,
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_SESSION))],
        home: UlidText | None = None,
    ) -> SessionView:
        """One recorded session; `home` says whose, where several homes have one of that name."""
        events, home = _events(reader, session, home, asking)
        opened = next((e for e in events if e.type == "session.opened"), None)
        plan, day, zone = None, None, None
        if opened is not None:
            plan = sources.plan(opened.patient, opened.plan_version)
            summary = reader.session(session, home=home)
            day = None if summary is None else summary.day
            zone = sources.zone(opened.patient, day or opened.day)
        results = reader.results(session, home=home)
        view = session_view(events, results, plan, day=day, zone=zone)
        if view is None:
            raise Refused(404, no_session(session))
        asking.about(view.patient, no_session(session))
        return view

    @router.get("/ledger", dependencies=[Depends(Allowed(Action.SEE_OPERATION))])
    async def ledger() -> LossLedger | None:
        """Where every sample went; null where nobody counts."""
        if sources.ledger is None:
            return None
        counted = sources.ledger()
        refused = counted.refused + (feed.refused if feed else 0)
        return counted.model_copy(update={"refused": refused})

    @router.get("/clinic", response_model=ClinicState | None)
    async def clinic(
        request: Request,
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_OPERATION))],
        *,
        lines: bool = True,
    ) -> Response:
        """How the running clinic is; null where none runs behind the page.

        `lines`: with how each of its parts does; without, only what is wrong. It is looked at once
        a second for all who see the same patients.
        """
        state = sources.state
        if state is None:
            return JSONResponse(None)

        def told() -> ClinicState:
            found = state(asking.sees)
            return found if lines else found.model_copy(update={"lines_it": (), "lines_en": ()})

        key = ("clinic", lines, sight_of(asking.principal))
        return sources.answers.answer(request, key, int(time.monotonic()), told)

    return router


def _add_lists(router: APIRouter, sources: Sources) -> None:
    """What there is to look at."""
    reader, bus, feed = sources.reader, sources.bus, sources.feed

    @router.get("/overview")
    def overview(
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_WORKLIST))],
    ) -> Overview:
        """What is played now and the newest of what was recorded."""
        newest = _part(sources, PartWish(limit=NEWEST), asking.sees)
        return Overview(**dict(_now(asking)), sessions=newest.sessions)

    @router.get("/live")
    def now(
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_WORKLIST))],
    ) -> LiveNow:
        """What is played now."""
        return _now(asking)

    @router.get("/sessions")
    def listed(
        part: Annotated[PartWish, Query()],
        asking: Annotated[Asking, Depends(Allowed(Action.SEE_WORKLIST))],
    ) -> SessionPart:
        """Recorded sessions of everybody, newest first."""
        return _part(sources, part, asking.sees)

    @router.get("/patients/{patient}/sessions", dependencies=[Depends(Allowed(Action.SEE_PATIENT))])
    def of_patient(
        patient: Annotated[Pseudonym, Path()], part: Annotated[PartWish, Query()]
    ) -> SessionPart:
        """A patient's recorded sessions, newest first."""
        return _part(sources, part, lambda _patient: True, patient)

    @router.get(
        "/patients/{patient}/days/{day}", dependencies=[Depends(Allowed(Action.SEE_PATIENT))]
    )
    def of_day(patient: Annotated[Pseudonym, Path()], day: date) -> SessionPart:
        """All sessions of one of a patient's days, in the order in which they began."""
        newest = reader.newest_sessions(patient=patient, limit=DAY_IN_NEWEST)
        found = [s for s in newest if s.day == day.isoformat()]
        return SessionPart(
            sessions=tuple(_line(s, sources.zone) for s in reversed(found)), next=None
        )

    def _now(asking: Asking) -> LiveNow:
        running = sources.running.all() if sources.running else feed.sessions() if feed else []
        unwell = sources.running.unwell() if sources.running else []
        return LiveNow(
            has_bus=bus is not None,
            connected=bus is not None and bus.connected,
            by_lease=sources.running is not None,
            live=tuple(s for s in running if asking.sees(s.patient)),
            unwell=tuple(u for u in unwell if asking.sees(u.patient)),
        )


def _events(
    reader: SessionIndex, session: str, home: str | None, asking: Asking
) -> tuple[list[SessionEvent], str | None]:
    """A session's events, and whose it is.

    Of sessions of one name only those of one's own sites count: that others have one is not told.

    Raises:
        Refused: there are several, or none.
    """
    try:
        return reader.events(session, home=home), home
    except AmbiguousName as e:
        of_that_name = (reader.session(session, home=one) for one in e.homes)
        seen = [s for s in of_that_name if s is not None and asking.sees(s.patient)]
    if not seen:
        raise Refused(404, no_session(session))
    if len(seen) > 1:
        raise Refused(409, SEVERAL)
    return reader.events(session, home=seen[0].home), seen[0].home


def _part(
    sources: Sources, part: PartWish, sees: Callable[[str], bool], patient: str | None = None
) -> SessionPart:
    """A part of the list; one that holds few of one's own may be short, and still have a next."""
    before: tuple[str, str] | None = None
    if part.after is not None:
        session, home = read_cursor(part.after, str, str)
        before = str(session), str(home)
    found: list[SessionSummary] = []
    more = True
    for _ in range(LOOKS):
        page = sources.reader.newest_sessions(limit=MOST, patient=patient, before=before)
        for summary in page:
            if len(found) == part.limit:
                break
            before = summary.session, summary.home or ""
            if sees(summary.patient):
                found.append(summary)
        else:
            more = len(page) == MOST
            if more and len(found) < part.limit:
                continue
        break
    return SessionPart(
        sessions=tuple(_line(s, sources.zone) for s in found),
        next=cursor_of(*before) if more and before is not None else None,
    )


def _line(summary: SessionSummary, zone: Callable[[str, str], str | None]) -> SessionLine:
    closed_ns = summary.closed_ns
    return SessionLine(
        session=summary.session,
        home=summary.home,
        patient=summary.patient,
        day=summary.day,
        opened_ms=summary.opened_ns / 1e6,
        closed_ms=None if closed_ns is None else closed_ns / 1e6,
        reason=summary.reason,
        time_zone=zone(summary.patient, summary.day),
    )
