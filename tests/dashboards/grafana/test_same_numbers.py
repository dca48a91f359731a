"""Page, interface, worklist, database and each of Grafana's panels say the same of a clinic."""

import json
import uuid
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from clinic_facts import at
from dashboards.grafana.provisioning import dashboards
from dashboards.web.app import create_app
from influxd import Influxd
from ingest.influx.server import InfluxSettings
from ingest.journal.journal import Journal
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import Rates
from ripresa.care.care_journal import JournalCareRecord
from ripresa.care.refill import refill
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ManualClock

pytestmark = pytest.mark.slow

LAST = date(2025, 11, 30)
NOW_NS = at(LAST + timedelta(days=1), "12:00")
MODELS = dashboards()
BUSY = Rates(fall=0.05, unwell=0.05, never_start=0.2, offline=0.03, changing=0.5)


class Clinic:
    """A simulated clinic on its journal, its page and a real database."""

    def __init__(self, folder, server):
        name = f"d{uuid.uuid4().hex}"
        self.server = server
        self.bucket = server.create_bucket(name)
        settings = InfluxSettings(
            url=server.url,
            token="-",  # noqa: S106
            org="-",
            motion_bucket=server.create_bucket(f"{name}m"),
            therapy_bucket=self.bucket,
            motion_days=None,
        )
        clinic = simulate(patients=6, weeks=6, seed=11, last=LAST, rates=BUSY, motion_every=0)
        write_clinic(clinic, folder)
        self.clock = ManualClock(NOW_NS)
        refill(folder, settings, self.clock)
        self.journal = Journal.open(Folder(folder).clinic_journal, self.clock)
        self.plans = PlanFolder(Folder(folder).plans)
        self.care = JournalCareRecord(self.journal, self.plans.version, self.clock)
        self.figures = {f.patient: f for f in self.care.all_figures()}

    def panel(self, uid, title, patient="", ref="A"):
        """The rows that a panel shows, by its own query."""
        (panel,) = [p for p in MODELS[uid]["panels"] if p["title"] == title]
        (flux,) = [t["query"] for t in panel["targets"] if t["refId"] == ref]
        values = {
            "v.defaultBucket": json.dumps(self.bucket),
            "v.timeRangeStart": "2025-01-01T00:00:00Z",
            "v.timeRangeStop": "2026-01-01T00:00:00Z",
            "${patient}": patient,
        }
        for name, value in values.items():
            flux = flux.replace(name, value)
        return self.server.ask(flux)

    async def api(self, path):
        app = create_app(self.journal, plan=self.plans.version, care=self.care, clock=self.clock)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
            return (await web.get(path)).json()


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    server.start()
    found = Clinic(tmp_path_factory.mktemp("clinic") / "c", server)
    yield found
    found.journal.close()
    server.kill()


def number(text):
    return None if text in ("", None) else pytest.approx(float(text), rel=1e-6)


async def test_of_every_patient_page_and_panels_show_the_same_numbers(clinic):
    for name, figures in clinic.figures.items():
        page = await clinic.api(f"/api/patients/{name}")
        period = figures.period
        assert page["period"]["dose"] == period.dose
        (dose,) = clinic.panel("ripresa-patient", "Dose", name) or [{"_value": None}]
        assert page["period"]["dose"] == number(dose["_value"])
        (missed,) = clinic.panel("ripresa-patient", "Planned days missed", name)
        shown = [d["state"] for d in page["days"]]
        assert shown.count("missed") == int(missed["_value"])
        (state,) = clinic.panel("ripresa-patient", "Where they stand", name)
        assert state["_value"] == page["state"] == figures.state


async def test_every_day_is_the_same_on_the_page_and_in_the_heat_map_at_the_clinics_noon(clinic):
    rome = ZoneInfo("Europe/Rome")
    for name, figures in clinic.figures.items():
        page = await clinic.api(f"/api/patients/{name}")
        rows = clinic.panel("ripresa-patient", "Days", name)
        cells = {row["_time"]: row["state"] for row in rows}
        days = {
            d["day"]: d["state"]
            for d in page["days"]
            if date.fromisoformat(d["day"]) in figures.days
        }
        assert days
        for day, told in days.items():
            noon_utc = 12 - at_hours(date.fromisoformat(day), rome)
            assert cells[f"{day}T{noon_utc:02d}:00:00Z"] == told


def at_hours(day, zone):
    from datetime import datetime

    return round(datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset().seconds / 3600)


async def test_the_worklist_is_in_the_same_order_for_the_same_reasons_everywhere(clinic):
    rows = clinic.panel("ripresa-cohort", "Who needs me first")
    lines = clinic.care.worklist()
    listed = (await clinic.api("/api/patients"))["patients"]
    waiting = [line for line in lines if line.waiting]
    assert waiting
    assert [r["patient"] for r in rows][: len(waiting)] == [line.patient for line in waiting]
    assert [p["patient"] for p in listed] == [line.patient for line in lines]
    by_name = {r["patient"]: r for r in rows}
    for line in waiting:
        row = by_name[line.patient]
        assert (row["kind"], row["since"]) == (line.waiting[0].kind, line.since.isoformat())
        assert row["why_en"] == line.waiting[0].en
        assert int(row["waiting"]) == len(line.waiting)
    for listed_one in listed:
        row = by_name[listed_one["patient"]]
        assert int(row["sessions"]) == listed_one["sessions"]
        assert (row["last_session"] or None) == listed_one["last_day"]


async def test_the_cohorts_figures_are_those_of_its_patients(clinic):
    figures = clinic.figures.values()
    (missed,) = clinic.panel("ripresa-cohort", "Planned days missed")
    assert int(missed["_value"]) == sum(f.period.days.get("missed", 0) for f in figures)
    doses = [f.period.dose for f in figures if f.period.dose is not None]
    (dose,) = clinic.panel("ripresa-cohort", "Dose")
    assert sum(doses) / len(doses) == number(dose["_value"])
    looks = clinic.panel("ripresa-cohort", "Patients to look at")
    assert sum(int(r["_value"]) for r in looks) == sum(bool(f.waiting) for f in figures)


async def test_every_alert_and_who_saw_it_is_the_same_on_page_and_panel(clinic):
    for name, figures in clinic.figures.items():
        page = await clinic.api(f"/api/patients/{name}")
        rows = clinic.panel("ripresa-patient", "Alerts", name)
        assert len(rows) == len(page["alerts"]) == len(figures.alerts)
        assert sorted(r["text_en"] for r in rows) == sorted(a["text"]["en"] for a in page["alerts"])
