"""A clinic whose page writes plans, over its real parts, and somebody at that page."""

from __future__ import annotations

from datetime import timedelta

import httpx

from clinic_facts import MONDAY, PatientStory, appended, at
from dashboards.web.app import create_app
from ingest.journal.journal import Journal
from ripresa.care.care_journal import JournalCareRecord
from ripresa.care.patient_sites import PatientSites
from ripresa.clinic.care_desk import CareDesk
from ripresa.plans.clinic_plans import ClinicPlans
from ripresa.plans.draft_folder import DraftFolder
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ManualClock
from telemetry.messages.care import decode_care
from telemetry.messages.record import RecordKind
from telemetry.transport.bus import LocalBus
from therapy_builders import item, plan

PATIENT = "p-1"
ORIGIN = "http://127.0.0.1"


class WritingClinic:
    """One patient who is enrolled; with `plans` versions that were sent and taken."""

    def __init__(self, root, *plans, patient=PATIENT):
        self.clock = ManualClock(at(MONDAY))
        self.folder = Folder(root).create()
        self.journal = Journal.open(self.folder.clinic_journal, self.clock)
        story = PatientStory(patient).enrolled()
        for one in plans:
            story.published(one, one.valid_from)
            story.answered(one.valid_from, one.version)
        appended(self.journal, story.facts)
        self.plans = PlanFolder(self.folder.plans)
        self.care = JournalCareRecord(self.journal, self.plans.version, self.clock)
        self.drafts = DraftFolder(self.folder.drafts)
        self.desk = CareDesk(self.journal, self.folder, self.clock, folded=self.care.folded)
        self.sites = PatientSites(self.journal)

    def written(self):
        return ClinicPlans(self.care.figures, self.plans, self.drafts, self.desk, self.sites)

    def app(self, **more):
        return create_app(
            self.journal,
            LocalBus(),
            plan=self.plans.version,
            care=self.care,
            plans=self.written(),
            clock=self.clock,
            **more,
        )

    def records(self):
        """What people did: that an alert was shown is no deed."""
        told = [a.record for a in self.journal.told(0) if a.record.kind is RecordKind.CARE]
        return [r for r in (decode_care(t.body) for t in told) if r.type != "care.alert-shown"]


class Writer(httpx.AsyncClient):
    """Somebody at the editor of one patient."""

    def __init__(self, app, patient=PATIENT, by="anna"):
        transport = httpx.ASGITransport(app)
        super().__init__(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN})
        self.place = f"/api/patients/{patient}/plan"
        self.by = by

    async def say(self, what, **body):
        return await self.post(f"{self.place}/{what}", json={"by": self.by} | body)

    async def done(self, what, **body):
        answer = await self.say(what, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def begin(self, template="stroke-arm", side="right"):
        return await self.done("start", source="template", template=template, side=side)

    async def write(self, view, *, cleared=(), **changed):
        draft = view["draft"]
        body = draft["body"] | changed
        return await self.done("draft", revision=draft["revision"], body=body, cleared=cleared)

    async def ticked(self, view):
        """Every clearance that is asked for, one after the other."""
        ticks = []
        for one in view["draft"]["clearances"]:
            ticks.append(one["id"])
            view = await self.write(view, cleared=ticks)
        return view

    async def publish(self, version):
        answer = await self.post(f"{self.place}/send", json={"version": version})
        assert answer.status_code == 200, answer.text
        return answer.json()


def version_one():
    """In force for ten days."""
    first = (MONDAY - timedelta(days=10)).isoformat()
    return plan(item(), version=1, valid_from=first, goal="le tazze")
