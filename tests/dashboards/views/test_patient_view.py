"""A patient's page: days, trends, exercises, pain, alerts, and who saw them."""

from datetime import date, timedelta

import httpx
import pytest
from scipy.stats import norm, t

from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from clinic_facts import MONDAY, PATIENT, PatientStory, at, days_before, figures
from dashboards.views.care_record import MemoryCareRecord, recorded_facts
from dashboards.views.patient_view import patient_view
from dashboards.views.trend_view import TrendSession
from dashboards.web.app import create_app
from telemetry.clock import ManualClock
from telemetry.messages.care import DaysExcused, Discharged, DoneCorrected
from telemetry.messages.events import ExerciseReported, StopReason, UnwellReported
from telemetry.messages.results import AdherenceResult
from telemetry.seams import SessionSummary

DAY_NS = 86_400 * 10**9
HERE = {"Origin": "http://127.0.0.1"}


@pytest.fixture
def weeks(pretend):
    """Sessions on each of the last days: `weeks([3, 1, 0])` is three days ago, ..., today."""

    def recorded(days_ago, *, assess=(), stop=None):
        reader = pretend.MemoryReader()
        for ago in days_ago:
            session = f"01J000000000000000000{1000 + ago:05d}"
            day = str(date.fromisoformat(pretend.day) - timedelta(days=ago))
            t0_ns = pretend.t0_ns - ago * DAY_NS
            events = pretend.script(session, t0_ns=t0_ns, day=day)
            if stop is not None:
                events[6] = events[6].model_copy(update={"reason": stop})
            result, adherence = pretend.results(session, day=day, median=120.0)
            if ago in dict(assess):
                (item,) = result.items
                shift = dict(assess)[ago]
                repetitions = tuple(
                    r.model_copy(update={"peak_deg": shift}) for r in item.repetitions[:3]
                )
                assessed = item.model_copy(update={"assessment": True, "repetitions": repetitions})
                result = result.model_copy(update={"items": (item, assessed)})
            reader.kept_events[session] = events
            reader.kept_results[session] = [result, adherence]
        return reader

    return recorded


async def seen_by_page(pretend, reader, care=None, patient=None):
    clock = ManualClock(pretend.t0_ns + 3600 * 10**9)
    app = create_app(reader, plan=pretend.plan_of, care=care, clock=clock)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
        return (await web.get(f"/api/patients/{patient or pretend.patient}")).json()


async def test_the_calendar_is_four_weeks_from_monday_to_sunday(pretend, weeks):
    view = await seen_by_page(pretend, weeks([2, 0]))
    days = [date.fromisoformat(d["day"]) for d in view["days"]]
    assert (len(days), days[0].weekday(), days[-1].weekday()) == (28, 0, 6)
    by_day = {d["day"]: d for d in view["days"]}
    assert by_day["2026-09-21"]["state"] == "partly"
    assert by_day["2026-09-20"]["state"] == "missed"
    assert by_day["2026-09-22"]["state"] == "to come"


async def test_days_before_anything_is_known_are_not_called_missed(pretend, weeks):
    view = await seen_by_page(pretend, weeks([2, 0]))
    before = [d["state"] for d in view["days"] if d["day"] < "2026-09-19"]
    assert set(before) == {"nothing asked"}


async def test_without_the_plan_a_day_shows_what_its_session_found(pretend, weeks):
    app = create_app(weeks([0]), clock=ManualClock(pretend.t0_ns))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
        view = (await web.get(f"/api/patients/{pretend.patient}")).json()
    today = next(d for d in view["days"] if d["day"] == pretend.day)
    assert (today["state"], today["dose"]) == ("measured", 0.5)
    assert (view["plan_version"], view["exercises"]) == (None, [])


@pytest.mark.parametrize("state", ["measured", "self-reported"])
def test_what_is_done_on_a_day_that_nobody_judges_is_shown_and_counted_nowhere(state):
    story = PatientStory().enrolled().published().answered().heard(MONDAY)
    for ago in (15, 12, 1):
        story.session(days_before(ago))
    story.own(Discharged(patient=PATIENT, t_ns=at(days_before(10)), by="pt-1"))
    story.enrolled(days_before(2))
    shown, day = figures(story), str(days_before(6))
    adherence = AdherenceResult(
        session="01K00000000000000000000009",
        patient=PATIENT,
        day=day,
        plan_version=1,
        state=state,
        sessions=1.0,
        dose=0.25,
    )
    summary = SessionSummary(
        session=adherence.session,
        patient=PATIENT,
        day=day,
        opened_ns=at(days_before(6)),
        closed_ns=None,
        reason=None,
    )
    view = patient_view(shown, [TrendSession(summary=summary, events=(), results=[adherence])])
    assert {d.day: d.state for d in view.days}[day] == state
    assert days_before(6) not in shown.days
    period = shown.period
    told = (view.period.sessions, view.period.dose, view.period.range, view.period.quality)
    assert told == (period.sessions, period.dose, period.range, period.quality)


async def test_a_day_that_the_clinician_excused_is_excused(pretend, weeks):
    reader = weeks([2, 0])
    day = date(2026, 9, 20)
    excused = DaysExcused(patient=pretend.patient, t_ns=1, first=day, last=day, by="pt-1")
    care = kept(pretend, reader)
    care._fold.take(Fact(FactOrigin(own=True, home="clinic", position=1), excused))
    view = await seen_by_page(pretend, reader, care)
    assert {d["day"]: d["state"] for d in view["days"]}["2026-09-20"] == "excused"


async def test_a_trend_comes_from_assessments_only_and_stands_beside_its_error(pretend, weeks):
    assess = [(20, 120.0), (17, 121.0), (14, 119.0), (6, 131.0), (3, 133.0), (0, 132.0)]
    reader = weeks([20, 17, 14, 10, 6, 3, 0], assess=assess)
    (trend,) = (await seen_by_page(pretend, reader))["trends"]
    assert len(trend["points"]) == 6
    assert (trend["placement"], trend["posture"], trend["level"]) == (
        "wrist-right",
        "standing",
        "gravity",
    )
    change = trend["change"]
    assert change["change_deg"] == pytest.approx(12)
    # Three days against three, of the ten that c is for; an error of 6.5° with six degrees of
    # freedom, and four of days that differ by 1°.
    c = t.isf(norm.sf(2.35 * (16 / 13) ** 0.8 * 1.25**0.6), 10)
    error_deg = ((6 * 6.5**2 + 4 * 1.0) / 10) ** 0.5
    assert change["threshold_deg"] == pytest.approx(c * error_deg * (2 / 3) ** 0.5, rel=0.01)
    assert not change["beyond_error"]
    assert not change["own_error"]


async def test_too_few_assessments_tell_no_change(pretend, weeks):
    (trend,) = (await seen_by_page(pretend, weeks([3, 0], assess=[(3, 120.0), (0, 150.0)])))[
        "trends"
    ]
    assert trend["change"] is None


async def test_exercises_tell_what_was_done_asked_and_why_it_stopped(pretend, weeks):
    view = await seen_by_page(pretend, weeks([9, 2, 0], stop=StopReason.TIRED))
    row = next(r for r in view["exercises"] if r["item"] == "abduction")
    assert (row["done"], row["done_days"], row["stopped"]) == (60, 3, {"tired": 3})
    assert row["asked"] == 20 * 10  # from the first session on, today among them
    pendulum = next(r for r in view["exercises"] if r["item"] == "pendulum")
    assert pendulum["not_observable"]["it"]


async def test_an_exercise_shows_what_its_last_session_found_with_every_doubt(pretend, weeks):
    reader = weeks([9, 2])
    *_, last = reader.kept_results
    found, *rest = reader.kept_results[last]
    reader.kept_results[last] = [pretend.gated(found), *rest]
    view = await seen_by_page(pretend, reader)
    seen = next(r for r in view["exercises"] if r["item"] == "abduction")["last"]
    assert seen["count"] == {"it": "20, fra 19 e 21", "en": "20, between 19 and 21"}
    peak, excursion = seen["readings"]
    assert peak == {"it": "168°, da 20° (95 %: 161-175°)", "en": "168°, from 20° (95 %: 161-175°)"}
    assert (excursion["it"][:10], excursion["en"][:9]) == ("escursione", "excursion")
    beside = seen["beside"]
    assert (beside["attempts"], beside["other_s"], beside["alike"]) == (2, 25.0, 0.91)
    assert not beside["judged"]


async def test_an_exercise_whose_last_figure_was_withheld_says_why(pretend, weeks):
    reader = weeks([9, 2])
    *_, last = reader.kept_results
    found, *rest = reader.kept_results[last]
    reader.kept_results[last] = [pretend.refused(found), *rest]
    view = await seen_by_page(pretend, reader)
    seen = next(r for r in view["exercises"] if r["item"] == "abduction")["last"]
    assert seen["readings"] == []
    assert seen["not_observable"] == {"it": "sensore messo storto", "en": "sensor worn askew"}


@pytest.mark.parametrize(
    ("amounts", "done", "done_days"),
    [
        ({"2026-09-19": 5.0}, 45, 3),  # less than was measured
        ({"2026-09-19": 0.0}, 40, 2),  # nothing after all
        ({"2026-09-20": 12.0}, 72, 4),  # a day without a session
        ({"2026-09-19": 5.0, "2026-09-21": 30.0}, 55, 3),
        ({"2026-08-01": 99.0}, 60, 3),  # before the weeks shown
        ({"2026-09-19": None}, 60, 3),  # taken back
    ],
)
async def test_exercises_count_a_corrected_day_as_its_day_does(
    pretend, weeks, amounts, done, done_days
):
    reader = weeks([9, 2, 0])
    care = kept(pretend, reader)
    for position, (day, amount) in enumerate(amounts.items(), 1):
        body = DoneCorrected(
            patient=pretend.patient,
            t_ns=position,
            day=date.fromisoformat(day),
            item="abduction",
            amount=amount,
            by="pt-1",
        )
        care._fold.take(Fact(FactOrigin(own=True, home="clinic", position=position), body))
    view = await seen_by_page(pretend, reader, care)
    row = next(r for r in view["exercises"] if r["item"] == "abduction")
    assert (row["done"], row["done_days"]) == (done, done_days)


async def test_pain_is_shown_before_and_after(pretend, weeks):
    view = await seen_by_page(pretend, weeks([1, 0], stop=StopReason.PAIN))
    assert [(p["before"], p["after"], p["ended_by_pain"]) for p in view["pains"]] == [
        (3, 2, True)
    ] * 2


def kept(pretend, reader):
    """What the clinic knows: the recorded sessions, as its page reads them."""
    clock = ManualClock(pretend.t0_ns + 3600 * 10**9)
    return MemoryCareRecord(recorded_facts(reader), clock, Fold(pretend.plan_of))


def unwell(reader):
    """The last session ends with "I feel unwell"."""
    session = max(reader.kept_events)
    events = reader.kept_events[session]
    told = UnwellReported(session=session, number=len(events), t_ns=events[-1].t_ns)
    reader.kept_events[session] = [*events[:-1], told, events[-1]]
    for place, event in enumerate(reader.kept_events[session]):
        reader.kept_events[session][place] = event.model_copy(update={"number": place})
    return reader


SEEN = {"kind": "unwell", "opened": "2026-09-21", "by": "FT-1", "action": "visit"}


async def test_an_alert_says_who_saw_it_and_leads_to_its_session(pretend, weeks):
    reader = unwell(weeks([0]))
    view = await seen_by_page(pretend, reader, kept(pretend, reader))
    (shown,) = view["alerts"]
    assert (shown["kind"], shown["opened"], shown["seen"]) == ("unwell", "2026-09-21", None)
    assert shown["sessions"] == [max(reader.kept_events)]
    assert shown["waiting"]
    assert "nobody" in view["alerts_read"]["en"]


@pytest.fixture
def clinic(pretend, weeks):
    """An app with an alert that waits, and what keeps it."""
    reader = unwell(weeks([0]))
    care = kept(pretend, reader)
    app = create_app(reader, plan=pretend.plan_of, care=care, clock=ManualClock(pretend.t0_ns))
    web = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")
    return web, care


async def test_seeing_an_alert_is_written_down_with_the_day(pretend, clinic):
    web, care = clinic
    answer = await web.post(f"/api/patients/{pretend.patient}/seen", json=SEEN, headers=HERE)
    assert answer.status_code == 200
    (seen,) = care.seen
    assert (seen.by, seen.action, seen.day) == ("FT-1", "visit", date(2026, 9, 21))
    assert answer.json()["alerts"][0]["seen"]["by"] == "FT-1"


async def test_a_kind_of_alert_may_rest_for_three_months(pretend, clinic):
    web, care = clinic
    snooze = {"snooze_until": "2026-12-22"}
    answer = await web.post(
        f"/api/patients/{pretend.patient}/seen", json=SEEN | snooze, headers=HERE
    )
    assert answer.status_code == 200
    assert care.seen[0].snooze_until == date(2026, 12, 22)


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}])
async def test_no_page_of_elsewhere_may_write(pretend, clinic, headers):
    web, care = clinic
    answer = await web.post(f"/api/patients/{pretend.patient}/seen", json=SEEN, headers=headers)
    assert answer.status_code == 403
    assert care.seen == []


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"opened": "2026-09-20"}, 404),
        ({"by": ""}, 422),
        ({"action": "advise"}, 422),
        ({"note": "x" * 501}, 422),
        ({"snooze_until": "9999-12-31"}, 422),
        ({"snooze_until": "2026-12-23"}, 422),
    ],
)
async def test_a_wrong_acknowledgement_is_refused(pretend, clinic, change, status):
    web, care = clinic
    answer = await web.post(
        f"/api/patients/{pretend.patient}/seen", json=SEEN | change, headers=HERE
    )
    assert answer.status_code == status
    assert care.seen == []


async def test_where_nobody_keeps_alerts_the_page_offers_none(pretend, weeks):
    view = await seen_by_page(pretend, weeks([0]))
    assert (view["alerts"], view["may_acknowledge"], view["alerts_read"]) == ([], False, None)


async def test_an_unknown_patient_is_said(pretend, weeks):
    view = await seen_by_page(pretend, weeks([0]), patient="p-99")
    assert view["detail"]["en"] == "no patient p-99 in this journal"
    assert view["detail"]["it"] == "nessun paziente p-99 in questo archivio"


async def test_who_needs_a_look_comes_first(pretend):
    reader = pretend.MemoryReader()
    for n, name in enumerate(("p-1", "p-2", "p-3")):
        session = f"01J0000000000000000000010{n}"
        t0_ns = pretend.t0_ns - (3 - n) * DAY_NS
        reader.kept_events[session] = pretend.script(
            session, t0_ns=t0_ns, patient=name, day=f"2026-09-{18 + n}"
        )
    unwell(reader)
    care = kept(pretend, reader)
    app = create_app(reader, care=care, clock=ManualClock(pretend.t0_ns))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
        found = (await web.get("/api/patients")).json()["patients"]
    assert [(p["patient"], p["waiting"]) for p in found] == [
        ("p-3", ["unwell"]),
        ("p-1", []),
        ("p-2", []),
    ]
    assert found[0]["since"] == "2026-09-20"


def test_what_was_told_stands_beside_what_was_done_and_is_not_added_to_it(pretend):
    opened, *_ = pretend.script()
    told = ExerciseReported(
        session=opened.session,
        number=1,
        t_ns=opened.t_ns,
        item="abduction",
        amount=12,
        unit="repetitions",
    )
    reader = pretend.MemoryReader({pretend.session: [opened, told]})
    (summary,) = reader.sessions()
    session = TrendSession(summary=summary, events=[opened, told], results=[])
    fold = Fold(pretend.plan_of)
    for fact in recorded_facts(reader):
        fold.take(fact)
    fold.look(pretend.t0_ns)
    view = patient_view(fold.figures(pretend.patient), [session])
    row = next(r for r in view.exercises if r.item == "abduction")
    assert (row.done, row.reported, row.done_days) == (0, 12, 0)
