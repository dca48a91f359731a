"""A clinic with two patients at two sites, users, and browsers that come to its page."""

from __future__ import annotations

import httpx
import pytest

from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.guarded_entrance import COOKIE, CSRF_HEADER, GuardedEntrance
from dashboards.access.passwords import hashed_password
from dashboards.access.principal import Role
from dashboards.access.sessions import SignedInSessions, csrf_token
from dashboards.access.tokens import ApiTokens
from dashboards.web.app import LOOPBACK_NAMES, create_app
from ingest.journal.journal import Journal
from ingest.rights.audit import AuditKey, audit_entries
from ripresa.access.access_audit import access_trail, deed_writer
from ripresa.care.care_journal import JournalCareRecord
from ripresa.clinic.around.treatment import Treatment
from ripresa.clinic.outbox import Outbox
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.trouble import TroubleBoard

ORIGIN = "https://clinic.example.org"
SITES = {"p-1": "clinic", "p-2": "other"}


class AroundScene:
    """The page of a clinic with users, over a real journal."""

    def __init__(self, root):
        self.clock = ManualClock(at(MONDAY))
        self.folder = Folder(root).create()
        self.journal = Journal.open(self.folder.clinic_journal, self.clock)
        story = PatientStory().enrolled().published().answered().heard(MONDAY)
        for n in (6, 4, 2):
            story.session(days_before(n), 20)
        other = PatientStory(patient="p-2", home="01J000000000000000000000JJ")
        appended(self.journal, story.facts)
        appended(self.journal, other.enrolled().facts)
        self.key = AuditKey.at(self.folder.audit_key)
        self.care = JournalCareRecord(self.journal, lambda _p, _v: None, self.clock)
        deeds = deed_writer(self.journal, self.key, self.clock)
        self.treatment = Treatment(self.care, self.journal, self.folder, self.clock, deeds)
        self.outbox = Outbox(self.folder.outbox)
        self.store = AccessStore(self.folder.access)
        self.accounts = Accounts(self.store, self.clock)
        self.sessions = SignedInSessions(self.store, self.clock, self.accounts.find)
        self.tokens = ApiTokens(self.store, self.clock)
        self.trail = access_trail(self.journal, self.key, self.clock, TroubleBoard())

    def app(self, *, users=True):
        entrance = GuardedEntrance(
            self.accounts, self.sessions, self.tokens, SITES.get, trail=self.trail
        )
        return create_app(
            self.journal,
            care=self.care,
            treatment=self.treatment,
            clock=self.clock,
            entrance=entrance if users else None,
            host_names=(*LOOPBACK_NAMES, "clinic.example.org"),
        )

    def web(self, name=None, *, roles=(Role.PHYSIOTHERAPIST,), sites=("clinic",), csrf=True):
        """A browser that somebody has signed in with; None: nobody."""
        headers = {"Origin": ORIGIN}
        if name is not None:
            if self.accounts.find(name) is None:
                self.accounts.add(
                    name, roles=frozenset(roles), sites=frozenset(sites), password=HASH
                )
            session = self.sessions.begin(name)
            headers["Cookie"] = f"{COOKIE}={session}"
            if csrf:
                headers[CSRF_HEADER] = csrf_token(session)
        transport = httpx.ASGITransport(app=self.app())
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)

    async def audited(self, patient):
        await self.trail.write_held()
        found = audit_entries(self.journal, key=self.key, patient=patient)
        return [(e.actor, e.action) for e in found]


HASH = hashed_password("anna", "a wave that comes back")


@pytest.fixture
def scene(tmp_path):
    found = AroundScene(tmp_path)
    yield found
    found.store.close()
    found.journal.close()
