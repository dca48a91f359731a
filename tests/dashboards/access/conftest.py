"""A page with users, and browsers that come to it."""

from __future__ import annotations

from types import SimpleNamespace

import httpx
import pytest

from analytics.monitoring.fold import Fold
from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.guarded_entrance import GuardedEntrance
from dashboards.access.passwords import hashed_password
from dashboards.access.principal import Role
from dashboards.access.sessions import SignedInSessions
from dashboards.access.tokens import ApiTokens
from dashboards.plans.plan_desk import MemoryPlanDesk
from dashboards.views.care_record import MemoryCareRecord, recorded_facts
from dashboards.web.app import LOOPBACK_NAMES, create_app
from telemetry.clock import ManualClock
from telemetry.transport.bus import LocalBus

ORIGIN = "https://clinic.example.org"
PASSWORD = "a wave that comes back"
SITES = {"p-milano": "milano", "p-roma": "roma"}
SESSIONS = {"p-milano": "01J00000000000000000000001", "p-roma": "01J00000000000000000000002"}


@pytest.fixture(scope="session")
def password_hash():
    """Made once: argon2 takes its time."""
    return hashed_password("anna", PASSWORD)


class Guarded:
    """A page with users, and all that stands behind it."""

    def __init__(self, pretend, path, password_hash):
        self.clock = ManualClock(pretend.t0_ns + 10**12)
        self.password_hash = password_hash
        self.path = path
        self.reader = pretend.MemoryReader(
            {s: pretend.script(s, patient=p) for p, s in SESSIONS.items()},
            {s: pretend.results(s, patient=p) for p, s in SESSIONS.items()},
        )
        fold = Fold(pretend.plan_of)
        self.care = MemoryCareRecord(recorded_facts(self.reader), self.clock, fold)
        self.bus = LocalBus()
        self._plan = pretend.plan_of
        self.start()

    def start(self):
        self.store = AccessStore(self.path)
        self.accounts = Accounts(self.store, self.clock)
        self.sessions = SignedInSessions(self.store, self.clock, self.accounts.find)
        self.tokens = ApiTokens(self.store, self.clock)
        self.entrance = GuardedEntrance(
            self.accounts, self.sessions, self.tokens, SITES.get, plain_http=False
        )

    def start_again(self):
        self.store.close()
        self.start()

    def add(self, name="anna", *roles, sites=("milano",)):
        self.accounts.add(
            name,
            roles=frozenset(roles or {Role.PHYSIOTHERAPIST}),
            sites=frozenset(sites),
            password=self.password_hash,
        )

    def app(self, **more):
        return create_app(
            self.reader,
            self.bus,
            plan=self._plan,
            care=self.care,
            plans=MemoryPlanDesk(self.care.figures),
            clock=self.clock,
            entrance=self.entrance,
            host_names=(*LOOPBACK_NAMES, "clinic.example.org"),
            **more,
        )


@pytest.fixture
def guarded(pretend, tmp_path, password_hash):
    scene = Guarded(pretend, tmp_path / "access.sqlite", password_hash)
    yield scene
    scene.store.close()


class Visitor(httpx.AsyncClient):
    """A browser, as far as cookies and origins go."""

    def __init__(self, app, address="192.0.2.1", origin=ORIGIN):
        transport = httpx.ASGITransport(app, client=(address, 5000))
        super().__init__(transport=transport, base_url=origin)
        self.csrf = ""
        self.origin = origin

    async def say(self, path, body=None, **headers):
        given = {"Origin": self.origin, "X-CSRF-Token": self.csrf} | headers
        return await self.post(path, json={} if body is None else body, headers=given)

    async def sign_in(self, name="anna", password=PASSWORD):
        answer = await self.say("/api/sign-in", {"name": name, "password": password})
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


@pytest.fixture
def visit():
    """All of the above by name, as test modules cannot import each other."""
    return SimpleNamespace(
        Visitor=Visitor, origin=ORIGIN, password=PASSWORD, sites=SITES, sessions=SESSIONS
    )
