"""The web view: one page on loopback that shows therapy as it happens, and as it was.

Wiring, in the process that has the clinic's journal::

    from dashboards.web.app import create_app
    from dashboards.web.serving import serve

    app = create_app(reader, bus, ledger=ledger, plan=plan, clock=clock)
    async with serve(app) as page:          # a free port if the usual one is taken
        webbrowser.open(page.url)           # e.g. http://127.0.0.1:8470/
        ...

`reader` is a `SessionIndex` on the clinic's journal, `bus` any `Bus` (None: no live view),
`ledger()` gives a `LossLedger`, `plan(patient, plan_version)` that `Plan`, or None where it is
unknown. `care` is a `CareRecord`: plans, judged days and alerts, where the clinic keeps them.
They are called on the event loop or in worker threads, and must be quick.
The bus need not be connected yet. After a session's close the page waits for its results to
come into `reader` and shows them by itself, so the server should outlive the session a little.
The app brings its own pages, styles and scripts; nothing is fetched from elsewhere.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from fastapi import Depends, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response

from dashboards.access.entrance import Allowed, Entrance, OpenEntrance, hold_to_actions
from dashboards.access.guarded_entrance import GuardedEntrance
from dashboards.access.oidc import OidcProvider
from dashboards.access.principal import Action
from dashboards.access.refused import Refusal, answer_in_both
from dashboards.around.around_api import AroundPatients, around_routes
from dashboards.around.treatment_port import TreatmentPort
from dashboards.curves.curve_api import curve_routes
from dashboards.curves.session_curve import SessionCurve
from dashboards.live.live_feed import LiveFeed
from dashboards.live.live_leases import LiveLeases
from dashboards.live.live_socket import live_routes
from dashboards.live.running_sessions import RunningSessions
from dashboards.plans.plan_api import plan_routes
from dashboards.plans.plan_desk import PlanDesk
from dashboards.surveys.survey_api import survey_routes
from dashboards.surveys.survey_port import SurveyPort
from dashboards.views.care_record import CareRecord
from dashboards.views.clinic_state import ClinicState
from dashboards.views.loss_ledger import LossLedger
from dashboards.views.words import words
from telemetry.clock import Clock, SystemClock
from telemetry.seams import SessionIndex
from telemetry.transport.bus import Bus
from therapy.plan.plan import Plan

from .oidc_api import oidc_routes
from .patient_api import Patients, patient_routes
from .session_api import Sources, api_routes, no_plan
from .shared_answers import SharedAnswers
from .sign_in_api import sign_in_routes
from .sign_in_desk import SignInDesk
from .worklist_api import Worklist, worklist_routes

__all__ = ["LOOPBACK_NAMES", "create_app"]

PAGES: Final = (
    *("/", "/live", "/group", "/clinic", "/sessions", "/patients"),
    *("/live/{_name}", "/session/{_name}", "/patient/{_name}", "/plan/{_name}"),
)
DOCUMENTS: Final = {"/s": "survey.html", "/survey-codes": "survey-codes.html"}
"""Pages of their own: whoever answers a survey loads nothing of the clinic's page."""
NO_CURVE: Final = SessionCurve(of="", state="no motion")
SMALL: Final = 1000
"""Bytes from which on a file of the page's own is sent compressed."""
KEPT: Final = ("/static/vendor/", "/drawings/")
"""What a browser may keep: it holds nothing of anyone, and stays as it is."""
STATIC: Final = Path(__file__).parent / "static"
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "::1")
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(
    reader: SessionIndex,
    bus: Bus | None = None,
    *,
    ledger: Callable[[], LossLedger] | None = None,
    plan: Callable[[str, int], Plan | None] = no_plan,
    care: CareRecord | None = None,
    plans: PlanDesk | None = None,
    treatment: TreatmentPort | None = None,
    surveys: SurveyPort | None = None,
    clock: Clock | None = None,
    state: Callable[[Callable[[str], bool]], ClinicState] | None = None,
    entrance: Entrance | None = None,
    provider: OidcProvider | None = None,
    site_of: Callable[[str], str | None] | None = None,
    curve: Callable[[str, str], SessionCurve] = lambda _session, _home: NO_CURVE,
    host_names: Sequence[str] = LOOPBACK_NAMES,
) -> FastAPI:
    """The application; call it within the event loop, as it subscribes to `bus`.

    Args:
        reader: the recorded sessions.
        bus: live control and events of all homes; None for a view of the past only.
        ledger: where every sample went, so far; None where nobody counts.
        plan: a patient's plan in a version; None where it is unknown.
        care: plans, judged days and alerts, where the clinic keeps them; without it days are
            judged by what was recorded, and there are no alerts.
        plans: drafts, signatures and publications, where the page may write plans.
        treatment: writes down what is done around a plan; None: nobody does.
        surveys: by code, where the clinic keeps them.
        clock: waits for results with it, and says which day it is; the machine's own without.
        state: how the clinic behind the page is, to somebody who sees the patients of whom the
            given function is true; None where none runs.
        entrance: says who asks; without it everybody may do everything.
        provider: at which one may sign in, too; None: at none.
        site_of: a patient's site, where their home is asked before anything is seen live; None:
            whatever is on `bus` is shown.
        curve: the curve of a session and home, where curves are kept.
        host_names: names by which browsers may reach it; any other is refused, so that no
            page from elsewhere can read it through a name of its own.
    """
    clock = clock or SystemClock()
    patients = Patients(reader, plan, care, clock, edits_plans=plans is not None)
    feed = None if bus is None else LiveFeed(bus, reader, plan, clock)
    leases = None
    if bus is not None and feed is not None and site_of is not None:
        running = RunningSessions(reader, feed, clock)
        leases = LiveLeases(bus, running, site_of, clock, lambda p: patients.agreed(p) is False)

    @contextlib.asynccontextmanager
    async def until_closed(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if feed is not None:
            feed.close()

    app = FastAPI(
        title="Ripresa",
        lifespan=until_closed,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses={422: {"model": Refusal}},
    )
    app.state.entrance = entrance or OpenEntrance()
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(host_names))
    app.middleware("http")(_guarded)
    answer_in_both(app)
    # They hold nothing of anyone, so that their size may tell of them.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC), SMALL), name="static")
    app.include_router(
        api_routes(
            Sources(
                reader=reader,
                bus=bus,
                feed=feed,
                running=leases.running if leases else None,
                ledger=ledger,
                plan=plan,
                zone=patients.zone_on,
                state=state,
                answers=(answers := SharedAnswers()),
            )
        )
    )
    desk = None
    if isinstance(entrance, GuardedEntrance):
        desk = SignInDesk(entrance, clock, None if provider is None else provider.name)
        if provider is not None:
            app.include_router(oidc_routes(desk, provider))
    app.include_router(sign_in_routes(desk))
    read = None if care is None else words(care.hours.text())
    app.include_router(
        worklist_routes(
            Worklist(
                patients.lines,
                clock,
                zone="UTC" if care is None else care.hours.time_zone,
                with_alerts=care is not None,
                read=read,
            ),
            object if care is None else care.stamp,
            answers,
        )
    )
    app.include_router(patient_routes(patients))
    if plans is not None:
        app.include_router(plan_routes(plans, clock))
    app.include_router(around_routes(AroundPatients(patients.figures, clock, treatment)))
    app.include_router(survey_routes(surveys, clock))
    app.include_router(curve_routes(reader, curve))
    if feed is not None:
        app.include_router(live_routes(feed, leases))
    _add_pages(app)

    @app.get(
        "/api/openapi.json",
        include_in_schema=False,
        dependencies=[Depends(Allowed(Action.READ_DESCRIPTION))],
    )
    def description() -> JSONResponse:
        return JSONResponse(app.openapi())

    hold_to_actions(app)
    return app


def _add_pages(app: FastAPI) -> None:
    """Every page of the clinic's is one document, whose script reads the address."""
    for address, name in {**dict.fromkeys(PAGES, "index.html"), **DOCUMENTS}.items():
        app.get(
            address, include_in_schema=False, dependencies=[Depends(Allowed(Action.OPEN_PAGE))]
        )(_document(name))


def _document(name: str) -> Callable[[], Awaitable[FileResponse]]:
    async def document() -> FileResponse:
        return FileResponse(STATIC / name, media_type="text/html")

    return document


async def _guarded(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Say with every answer what a browser may do with it; health data is never kept."""
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers[name] = value
    kept = request.url.path.startswith(KEPT)
    response.headers["Cache-Control"] = "max-age=86400" if kept else "no-store"
    return response
