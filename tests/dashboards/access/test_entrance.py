"""Every way into the page is watched, and another site's patient might as well not exist."""

import re
from dataclasses import replace

import httpx
import pytest
import websockets
from fastapi import APIRouter, Depends, FastAPI

from analytics.monitoring.fold import Fold
from dashboards.access.entrance import (
    Allowed,
    OpenEntrance,
    declared_actions,
    hold_to_actions,
)
from dashboards.access.policy import PUBLIC
from dashboards.access.principal import NOBODY, Action, Principal, Role
from dashboards.views.care_record import MemoryCareRecord, recorded_facts
from dashboards.views.clinic_state import ClinicState
from dashboards.web.app import create_app
from dashboards.web.serving import serve
from telemetry.clock import ManualClock
from telemetry.errors import AmbiguousName, ConfigurationError
from telemetry.messages.events import encode_event
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics

SITES = {"p-milano": "milano", "p-roma": "roma"}
SESSIONS = {"p-milano": "01J00000000000000000000001", "p-roma": "01J00000000000000000000002"}


class As(OpenEntrance):
    """An entrance at which one and the same principal always stands."""

    def __init__(self, principal):
        super().__init__(SITES.get)
        self.principal = principal

    async def identify(self, connection, action):
        del connection, action
        return self.principal


PHYSIO = Principal(
    name="anna", roles=frozenset({Role.PHYSIOTHERAPIST}), sites=frozenset({"milano"})
)


@pytest.fixture
def app(pretend):
    def make(principal=PHYSIO):
        reader = pretend.MemoryReader(
            {s: pretend.script(s, patient=p) for p, s in SESSIONS.items()},
            {s: pretend.results(s, patient=p) for p, s in SESSIONS.items()},
        )
        clock = ManualClock(pretend.t0_ns + 10**12)
        fold = Fold(pretend.plan_of)
        care = MemoryCareRecord(recorded_facts(reader), clock, fold)
        bus = LocalBus()
        app = create_app(
            reader,
            bus,
            plan=pretend.plan_of,
            care=care,
            clock=clock,
            state=lambda sees: ClinicState(well=True, lines_en=tuple(p for p in SITES if sees(p))),
            entrance=As(principal),
        )
        app.state.bus = bus
        return app

    return make


def client(app):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", follow_redirects=False
    )


def ways(app):
    return declared_actions(app.routes)


def test_every_way_in_declares_its_action(app):
    found = dict(ways(app()))
    assert len(found) >= 14
    assert None not in found.values()


@pytest.mark.parametrize("where", ["app", "router", "websocket", "mount"])
def test_a_way_in_without_an_action_is_not_served(where):
    app, router = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), APIRouter()
    if where == "app":
        app.get("/new")(lambda: None)
    elif where == "router":
        router.get("/new", dependencies=[Depends(lambda: None)])(lambda: None)
        app.include_router(router)
    elif where == "websocket":
        app.websocket("/new")(lambda: None)
    else:
        app.mount("/new", app)
    with pytest.raises(ConfigurationError, match="/new"):
        hold_to_actions(app)


def test_an_action_that_a_routes_own_dependency_asks_for_counts():
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.get("/new", dependencies=[Depends(Allowed(Action.SEE_PATIENT))])(lambda: None)
    hold_to_actions(app)


async def test_who_has_not_signed_in_is_answered_nothing_anywhere(app):
    app = app(NOBODY)
    async with client(app) as web:
        for path, action in ways(app):
            if action in PUBLIC or "/live/" in path:
                continue
            filled = re.sub(r"\{\w+\}", "p-milano", path)
            for method in ("GET", "POST"):
                origin = {"Origin": "http://127.0.0.1"}
                answer = await web.request(method, filled, headers=origin)
                assert answer.status_code in (401, 405), path
                assert "p-milano" not in answer.text


class Filled(dict):
    """What fills in an address; a name that is not told is a ULID's."""

    def __missing__(self, _name):
        return "01J00000000000000000000001"


async def test_another_sites_patient_is_answered_like_one_that_there_is_not(app):
    app = app()
    seen = {"kind": "fall", "opened": "2026-01-01", "by": "anna", "action": "called"}
    origin = {"Origin": "http://127.0.0.1"}
    async with client(app) as web:
        assert (await web.get("/api/patients/p-milano")).status_code == 200
        checked = 0
        for path, _ in ways(app):
            if not path.startswith("/api") or "{patient}" not in path or "/live/" in path:
                continue
            for method in ("GET", "POST"):
                other, none = [
                    await web.request(
                        method,
                        path.format_map(Filled(patient=name, day="2026-01-01")),
                        json=seen,
                        headers=origin,
                    )
                    for name in ("p-roma", "p-nobody")
                ]
                assert other.status_code == none.status_code
                assert other.text == none.text.replace("p-nobody", "p-roma")
                assert other.status_code in (404, 405)
                checked += other.status_code == 404
        assert checked >= 2


async def test_another_sites_session_is_answered_like_one_that_there_is_not(app):
    unknown = "01J00000000000000000000009"
    async with client(app()) as web:
        own, other, none = [
            await web.get(f"/api/sessions/{s}") for s in (*SESSIONS.values(), unknown)
        ]
    assert own.status_code == 200
    assert other.status_code == none.status_code == 404
    assert other.text == none.text.replace(unknown, SESSIONS["p-roma"])


@pytest.mark.parametrize(
    ("sites", "status"), [(("milano",), 200), (("bari",), 404), (("milano", "roma"), 409)]
)
async def test_that_another_site_has_a_session_of_one_name_is_not_told(pretend, sites, status):
    one = "01J00000000000000000000001"
    homes = {"p-milano": "01J000000000000000000000M1", "p-roma": "01J000000000000000000000R0"}

    class TwoHomes(pretend.MemoryReader):
        """Two homes gave one name to a session each."""

        def sessions(self, *, patient=None):
            (summary,) = super().sessions()
            both = (replace(summary, patient=p, home=h) for p, h in homes.items())
            return [s for s in both if patient in (None, s.patient)]

        def events(self, session, *, home=None):
            if home is None:
                raise AmbiguousName("session", session, tuple(homes.values()))
            (patient,) = (p for p, h in homes.items() if h == home)
            return pretend.script(session, patient=patient)

    reader = TwoHomes({one: pretend.script(one)}, {one: pretend.results(one)})
    somebody = Principal(
        name="anna", roles=frozenset({Role.PHYSIOTHERAPIST}), sites=frozenset(sites)
    )
    app = create_app(reader, plan=pretend.plan_of, entrance=As(somebody))
    async with client(app) as web:
        answer = await web.get(f"/api/sessions/{one}")
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["patient"] == "p-milano"
    assert "p-roma" not in answer.text


async def test_lists_hold_only_the_patients_of_ones_sites(app, pretend):
    app = app()
    for patient, session in SESSIONS.items():
        for event in pretend.script(session, patient=patient)[:3]:
            topic = HomeTopics(SITES[patient], patient).event
            app.state.bus.publish(topic, encode_event(event))
    async with client(app) as web:
        for path in ("/api/overview", "/api/patients", "/api/clinic"):
            answer = await web.get(path)
            assert answer.status_code == 200
            assert "p-milano" in answer.text
            assert "p-roma" not in answer.text


async def test_another_sites_patient_is_not_watched(app):
    async with serve(app(), port=0) as page:
        address = f"ws://127.0.0.1:{page.port}/api/live"
        async with websockets.connect(f"{address}/p-milano"):
            pass
        for patient in ("p-roma", "p-nobody"):
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with websockets.connect(f"{address}/{patient}"):
                    pass
            assert refused.value.response.status_code == 403


async def test_what_a_role_may_not_is_said_without_a_word_about_the_patient(app):
    researcher = Principal(
        name="rita", roles=frozenset({Role.RESEARCHER}), sites=frozenset({"milano"})
    )
    origin = {"Origin": "http://127.0.0.1"}
    async with client(app(researcher)) as web:
        answers = [
            await web.post(f"/api/patients/{p}/seen", json={}, headers=origin)
            for p in ("p-milano", "p-nobody")
        ]
    assert [a.status_code for a in answers] == [403, 403]
    assert answers[0].text == answers[1].text
