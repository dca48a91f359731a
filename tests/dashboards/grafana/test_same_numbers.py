"""Page, interface, worklist, database and each of Grafana's panels say the same of a clinic."""

import asyncio
import dataclasses
import json
import uuid
from collections import Counter
from datetime import date, timedelta

import httpx
import pytest

from clinic_facts import at
from dashboards.grafana.alert_rules import RULES
from dashboards.grafana.flux import NO_DAY, WEEKDAYS
from dashboards.grafana.provisioning import dashboards
from dashboards.grafana.style import STATES
from dashboards.web.app import create_app
from influxd import Influxd
from ingest.influx.server import InfluxSettings, InfluxWriter
from ingest.journal.journal import Journal
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import Rates
from ripresa.care.care_journal import JournalCareRecord
from ripresa.care.operations import OperationsFollower, status_points
from ripresa.care.refill import refill, verify_clinic
from ripresa.clinic.care_desk import CareDesk
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ManualClock
from telemetry.messages.notices import GatewayState, LinkState, WearableState
from telemetry.messages.results import SessionResult

pytestmark = pytest.mark.slow

LAST = date(2025, 11, 30)
NOW_NS = at(LAST + timedelta(days=1), "12:00")
MODELS = dashboards()
BUSY = Rates(fall=0.05, unwell=0.05, never_start=0.2, offline=0.03, changing=0.5)


BOX = GatewayState(
    gateway="box-1",
    state=LinkState.READY,
    backlog=7,
    wearables=(
        WearableState(
            wearable="w-1",
            state=LinkState.READY,
            placement="wrist-right",
            battery_percent=41,
        ),
    ),
)
STATUS = {
    "well": False,
    "waiting": {"messages": 3},
    "dead_letters": 2,
    "held": 0,
    "homes": [{"patient": "sim-001"}],
    "followers": [{"name": "influx:motion", "lag": 12, "set_aside": 0}],
    "troubles": [
        {
            "kind": "broker away",
            "subject": "127.0.0.1",
            "since_ns": NOW_NS,
            "grave": True,
            "it": "il broker tace",
            "en": "the broker is silent",
        }
    ],
}


class MemoryBus:
    """Keeps who listens."""

    def __init__(self):
        self.handlers = []

    def subscribe(self, _topic, handler, **_):
        self.handlers.append(handler)


@dataclasses.dataclass
class Told:
    """A message."""

    topic: str
    payload: bytes
    retained: bool = False

    def acknowledge(self):
        pass


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
        clinic = simulate(patients=6, weeks=6, seed=11, last=LAST, rates=BUSY, motion_every=8)
        write_clinic(clinic, folder)
        self.folder, self.settings = folder, settings
        self.clock = ManualClock(NOW_NS)
        refill(folder, settings, self.clock)
        self.journal = Journal.open(Folder(folder).clinic_journal, self.clock)
        self.plans = PlanFolder(Folder(folder).plans)
        self.care = JournalCareRecord(self.journal, self.plans.version, self.clock)
        self.operate(settings)
        self.figures = {f.patient: f for f in self.care.all_figures()}

    def operate(self, settings):
        """What the clinic's service would have written of gateways and of itself."""
        with InfluxWriter(settings) as writer:
            bus = MemoryBus()
            operations = OperationsFollower(
                bus, "+", writer, self.bucket, self.clock, document=lambda: STATUS
            )
            (take,) = bus.handlers
            take(Told("ripresa/simulated/box-1/state", BOX.encode()))
            operations.write(operations.due())
            assert operations.due() == []

    def panel(self, uid, title, patient="", ref="A", **more):
        """The rows that a panel shows, by its own query."""
        (panel,) = [p for p in MODELS[uid]["panels"] if p["title"] == title]
        (flux,) = [t["query"] for t in panel["targets"] if t["refId"] == ref]
        return self.ask(flux, patient, **more)

    def counted_items(self, session):
        """The items of a session's result that counts."""
        results = self.journal.results(session.session, home=session.home)
        counted = [r for r in results if isinstance(r, SessionResult) and not r.provisional]
        return counted[-1].items if counted else ()

    def ask(self, flux, patient="", until="2026-01-01T00:00:00Z", **more):
        """What the database answers to a dashboard's query."""
        values = {f"${{{name}}}": value for name, value in more.items()} | {
            "v.defaultBucket": json.dumps(self.bucket),
            "v.timeRangeStart": "2025-01-01T00:00:00Z",
            "v.timeRangeStop": until,
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

    async def corrected(self, patient, session, day):
        """A clinician says on which day a session was, and the database follows."""
        with CareDesk.at(Folder(self.folder), self.clock) as desk:
            desk.set_day(patient, session, day, by="pt-1")
        await asyncio.to_thread(refill, self.folder, self.settings, self.clock, from_start=False)
        self.figures = {f.patient: f for f in self.care.all_figures()}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = Influxd(tmp_path_factory.mktemp("influxd"))
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, server):
    found = Clinic(tmp_path_factory.mktemp("clinic") / "c", server)
    yield found
    found.journal.close()


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


def days_of(rows):
    """A calendar's numbers by day; those without a day left out."""
    numbers = {
        date.fromisoformat(row["_time"][:10]) + timedelta(days=place): int(row[weekday])
        for row in rows
        for place, weekday in enumerate(WEEKDAYS)
    }
    return {str(day): number for day, number in numbers.items() if number != NO_DAY}


async def test_every_day_is_the_same_on_the_page_and_in_the_calendar(clinic):
    for name, figures in clinic.figures.items():
        page = await clinic.api(f"/api/patients/{name}")
        rows = clinic.panel("ripresa-patient", "Days", name)
        assert {date.fromisoformat(row["_time"][:10]).weekday() for row in rows} == {0}
        shown = {day: STATES[number][0] for day, number in days_of(rows).items()}
        assert shown == {str(day): judged.state for day, judged in figures.days.items()}
        days = {
            d["day"]: d["state"]
            for d in page["days"]
            if date.fromisoformat(d["day"]) in figures.days
        }
        assert days
        assert {day: shown[day] for day in days} == days


def test_what_is_told_of_a_day_stands_there_from_its_first_hour_on(clinic):
    """A figure of a day stands at noon: whoever looks in the morning sees this morning's fall."""
    for name, figures in clinic.figures.items():
        for alert in figures.alerts[-2:]:
            told = clinic.panel(
                "ripresa-patient", "Alerts", name, until=f"{alert.opened}T06:00:00Z"
            )
            days = [row["_time"][:10] for row in told]
            assert str(alert.opened) in days
            assert str(alert.opened + timedelta(days=1)) not in days
        for day in list(figures.days)[-2:]:
            rows = clinic.panel("ripresa-patient", "Days", name, until=f"{day}T06:00:00Z")
            assert max(days_of(rows)) == str(day)


def test_repetitions_stand_on_the_day_that_their_session_belongs_to(clinic):
    for name in clinic.figures:
        done = Counter()
        for session in clinic.journal.sessions(patient=name):
            for item in clinic.counted_items(session):
                if not item.assessment and item.received:
                    done[item.exercise, item.side, session.day] += len(item.repetitions)
        for exercise, side in {key[:2] for key in done}:
            chosen = {"exercise": exercise, "side": side}
            rows = clinic.panel("ripresa-patient", "Repetitions against the plan", name, **chosen)
            shown = {row["_time"][:10]: row["repetitions"] for row in rows if row["repetitions"]}
            mine = {day: n for (e, s, day), n in done.items() if (e, s) == (exercise, side)}
            assert {day: int(float(n)) for day, n in shown.items()} == mine


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
        # Nobody has looked yet: that is told, by columns that are there and empty.
        assert all(r["seen_by"] == r["action"] == "–" for r in rows)
        assert len(rows) == len(page["alerts"]) == len(figures.alerts)
        assert sorted(r["text_en"] for r in rows) == sorted(a["text"]["en"] for a in page["alerts"])


async def test_assessed_ranges_are_those_of_the_pages_trends(clinic):
    asked = 0
    for name in clinic.figures:
        page = await clinic.api(f"/api/patients/{name}")
        rows = clinic.panel(
            "ripresa-patient", "Assessments: every exercise, posture and side", name
        )
        assert len(rows) == sum(len(trend["points"]) for trend in page["trends"])
        for trend in page["trends"]:
            mine = {
                r["_time"][:10]: r
                for r in rows
                if (r["exercise"], r["posture"], r["side"])
                == (trend["exercise"], trend["posture"], trend["side"])
            }
            beside = clinic.panel(
                "ripresa-patient",
                "Assessments: baseline, target, other side",
                name,
                exercise=trend["exercise"],
                side=trend["side"],
            )
            for point in trend["points"]:
                assert point["peaks"]["median_deg"] == number(mine[point["day"]]["_value"])
                asked += 1
            if trend["change"] is not None:
                assert trend["change"]["baseline_deg"] == number(beside[-1]["baseline_deg"])
            assert {r["target_deg"] for r in beside} == {"120"}
    assert asked


async def test_pain_of_a_day_is_the_highest_that_the_page_tells_of_it(clinic):
    asked = 0
    for name in clinic.figures:
        page = await clinic.api(f"/api/patients/{name}")
        told = {}
        for p in page["pains"]:
            pains = [x for x in (p["before"], p["after"]) if x is not None]
            if pains:
                told[p["day"]] = max(told.get(p["day"], 0), *pains)
        shown = days_of(clinic.panel("ripresa-patient", "Highest pain of each day", name))
        for day, pain in told.items():
            if day in shown:
                assert shown[day] == pain
                asked += 1
    assert asked


async def test_a_session_shows_its_own_angle_repetitions_and_phases(clinic):
    with_angle = 0
    for session in clinic.journal.sessions():
        where = {"patient": session.patient, "session": session.session}
        page = await clinic.api(f"/api/sessions/{session.session}")
        shown = page.get("view", page)
        rows = clinic.panel("ripresa-session", "Repetitions", **where)
        told = [r for item in shown["items"] for r in item["repetitions"]]
        assert len(rows) == len(told)
        assert_counted_alike(clinic.panel("ripresa-session", "What counts", **where), shown)
        began = {r["phase"]: r["_time"] for r in clinic.panel("ripresa-session", "Phases", **where)}
        for row in clinic.panel("ripresa-session", "What counts", **where):
            if row["assessment"] == "true":
                assert row["_time"][:19] == began["assessment"][:19]
        phases = [r["phase"] for r in clinic.panel("ripresa-session", "Phases", **where)]
        assert phases[0] == "check-in"
        assert phases[-1] == shown["phase"]
        angles = clinic.panel("ripresa-session", "Angle and repetitions", **where)
        with_angle += bool(angles)
        if angles:
            assert max(float(r["angle_deg"]) for r in angles) > 20
    assert 0 < with_angle < len(clinic.journal.sessions())


def assert_counted_alike(rows, shown):
    """A session's exercises in Grafana are those of its page, with the doubt of each count."""
    parts = ("count_low", "count_high", "attempts", "other_s", "judged", "alike")
    grafana = [
        (r["exercise"], r["side"], float(r["repetitions"]) if r["repetitions"] else None)
        + tuple(float(r[part]) if r.get(part) else None for part in parts)
        for r in rows
    ]
    page = [
        (i["exercise"], i["side"], float(i["done"]) if i["beside"]["received"] else None)
        + tuple(None if i["beside"][part] is None else float(i["beside"][part]) for part in parts)
        for i in shown["items"]
        if i["beside"] is not None
    ]
    assert Counter(grafana) == Counter(page)


@pytest.fixture
def own_clinic(tmp_path, server):
    found = Clinic(tmp_path / "c", server)
    yield found
    found.journal.close()


async def test_a_corrected_day_is_the_sessions_everywhere_and_so_is_one_taken_back(own_clinic):
    clinic = own_clinic
    told = [
        s
        for s in clinic.journal.sessions()
        if LAST - timedelta(days=20) < date.fromisoformat(s.day) < LAST - timedelta(days=3)
    ]
    alone = next(s for s in told if sum((o.patient, o.day) == (s.patient, s.day) for o in told) < 2)
    held = {o.day for o in clinic.journal.sessions(patient=alone.patient)}
    free = next(
        d
        for n in range(1, 9)
        if (d := str(date.fromisoformat(alone.day) - timedelta(days=n))) not in held
    )
    for correction, day, without in ((free, free, alone.day), (None, alone.day, free)):
        await clinic.corrected(
            alone.patient, alone.session, correction and date.fromisoformat(correction)
        )
        await assert_on_its_day(clinic, alone, day, without)
        there = clinic.folder, clinic.settings, clinic.clock
        assert await asyncio.to_thread(verify_clinic, *there) == []


async def assert_on_its_day(clinic, session, day, without):
    page = await clinic.api(f"/api/patients/{session.patient}")
    days = {d["day"]: d for d in page["days"]}
    assert session.session in days[day]["sessions"]
    assert session.session not in days[without]["sessions"]
    assert [p["day"] for p in page["pains"] if p["session"] == session.session] == [day]
    assert all(
        (session.session in a["sessions"]) == (a["opened"] == day)
        for a in page["alerts"]
        if a["opened"] in (day, without)
    )
    assert (await clinic.api(f"/api/sessions/{session.session}"))["day"] == day
    address = f"/api/patients/{session.patient}"
    (listed,) = [
        s
        for s in (await clinic.api(f"{address}/sessions?limit=200"))["sessions"]
        if s["session"] == session.session
    ]
    for on, there in ((day, True), (without, False)):
        of_day = (await clinic.api(f"{address}/days/{on}"))["sessions"]
        assert (session.session in [s["session"] for s in of_day]) == there
    assert listed["day"] == day
    (summary,) = [s for s in clinic.journal.sessions() if s.session == session.session]
    assert summary.day == day
    rows = clinic.ask(
        "from(bucket: v.defaultBucket) |> range(start: 0) |> filter(fn: (r) => "
        'r._measurement == "session") |> pivot(rowKey: ["_time"], columnKey: ["_field"], '
        'valueColumn: "_value")'
    )
    assert [r["day"] for r in rows if r["session"] == session.session] == [day]
    cells = days_of(clinic.panel("ripresa-patient", "Days", session.patient))
    for one in (day, without):
        assert one not in cells or STATES[cells[one]][0] == days[one]["state"]
    item = next(i for i in clinic.counted_items(session) if i.repetitions and not i.assessment)
    bars = clinic.panel(
        "ripresa-patient",
        "Repetitions against the plan",
        session.patient,
        exercise=item.exercise,
        side=item.side,
    )
    done = {row["_time"][:10]: row["repetitions"] for row in bars}
    assert done[day]
    assert not done[without]
    figures = clinic.figures[session.patient]
    assert date.fromisoformat(day) in [s.day for s in figures.sessions]
    assert date.fromisoformat(without) not in [s.day for s in figures.sessions]


def test_operations_show_what_the_clinic_and_its_homes_told(clinic):
    (box,) = clinic.panel("ripresa-operations", "Gateways")
    assert (box["gateway"], box["state"], box["backlog"]) == ("box-1", "ready", "7")
    (worn,) = clinic.panel("ripresa-operations", "Wearables")
    assert (worn["wearable"], worn["battery_percent"], worn["placement"]) == (
        "w-1",
        "41",
        "wrist-right",
    )
    (trouble,) = clinic.panel("ripresa-operations", "Troubles")
    assert trouble["en"] == "the broker is silent"
    (count,) = clinic.panel("ripresa-operations", "Troubles that stand")
    assert count["_value"] == "1"


def test_every_query_of_every_dashboard_is_understood_and_most_answer(clinic):
    for model in MODELS.values():
        for variable in model.get("templating", {}).get("list", []):
            assert clinic.ask(variable["query"]["query"], "sim-001", exercise="arm-abduction")
    name, session = next(
        (s.patient, s.session)
        for s in clinic.journal.sessions()
        if clinic.panel(
            "ripresa-session", "Angle and repetitions", patient=s.patient, session=s.session
        )
    )
    empty = set()
    for uid, model in MODELS.items():
        for panel in model["panels"]:
            for target in panel.get("targets", []):
                more = {"session": session, "exercise": "arm-abduction", "side": "right"}
                if not clinic.ask(target["query"], name, **more):
                    empty.add(f"{uid} {panel['title']} {target['refId']}")
    assert empty <= MAY_BE_EMPTY, empty - MAY_BE_EMPTY


MAY_BE_EMPTY = {
    "ripresa-cohort Samples lost per day A",
    "ripresa-patient Assessments: baseline, target, other side B",
    "ripresa-patient Data quality: gaps declared A",
    "ripresa-patient Effort A",
    "ripresa-patient Next morning A",
    "ripresa-session Attempts and other movement A",
    "ripresa-session Samples lost A",
}
"""Nobody in the simulated clinic loses samples, tells effort, or trains the other side."""


def fires(clinic, rule):
    rows = clinic.ask(rule.query)
    if not rows:
        return rule.silence == "Alerting"
    return float(rows[-1]["_value"]) > rule.above


def test_grafanas_alerts_fire_for_what_stands_and_for_silence_and_for_nothing_else(clinic):
    by_uid = {rule.uid: rule for rule in RULES}
    gravest = [f.waiting[0].kind for f in clinic.figures.values() if f.waiting]
    grave = [kind for kind in gravest if kind in ("unwell", "fall", "start")]
    assert fires(clinic, by_uid["ripresa-unwell-fall-start"]) == bool(grave)
    assert fires(clinic, by_uid["ripresa-clinic-silent"])
    assert fires(clinic, by_uid["ripresa-troubles"])
    assert not fires(clinic, by_uid["ripresa-database-behind"])


def test_a_quiet_clinic_raises_none_of_grafanas_alerts_and_one_that_is_gone_is_told(clinic):
    calm = copy_of(clinic, clinic.server.create_bucket(f"q{uuid.uuid4().hex}"))
    assert [r.uid for r in RULES if fires(calm, r)] == ["ripresa-clinic-silent"]
    settings = InfluxSettings(url=clinic.server.url, token="-", org="-")  # noqa: S106
    quiet = {**STATUS, "well": True, "troubles": []}
    lines = [p.line() for p in status_points(quiet, "s", NOW_NS)]
    lines.append(b"patient,site=s,patient=p-1 rank=99i,waiting=0i 1700000000000000000")
    with InfluxWriter(settings) as writer:
        writer.write(calm.bucket, b"\n".join(lines))
    assert [r.uid for r in RULES if fires(calm, r)] == []


def copy_of(clinic, bucket):
    import copy

    other = copy.copy(clinic)
    other.bucket = bucket
    return other
