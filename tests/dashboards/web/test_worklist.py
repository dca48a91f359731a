"""The worklist's interface: in parts by cursor, with filters, a search and what one may see."""

import httpx
import pytest

from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from dashboards.access.entrance import OpenEntrance
from dashboards.access.principal import Principal, Role
from dashboards.views.care_record import MemoryCareRecord, recorded_facts
from dashboards.web.app import create_app
from dashboards.web.paging import cursor_of
from telemetry.clock import ManualClock
from telemetry.messages.care import AlertSeen, Discharged
from telemetry.messages.events import UnwellReported

DAY_NS = 86_400 * 10**9


class As(OpenEntrance):
    """Everybody is this one."""

    def __init__(self, somebody, site_of):
        super().__init__(site_of)
        self.somebody = somebody

    async def identify(self, *_asked):
        return self.somebody


@pytest.fixture
def clinic(pretend):
    """Seven patients: p-2 and p-5 pressed "I feel unwell"."""
    reader = pretend.MemoryReader()
    for n in range(7):
        session = f"01J0000000000000000000010{n}"
        ago = n > 3  # yesterday, so that nobody has missed much
        t0_ns, day = pretend.t0_ns - ago * DAY_NS, f"2026-09-{21 - ago}"
        events = pretend.script(session, t0_ns=t0_ns, patient=f"p-{n}", day=day)
        if n in (2, 5):
            last = events[-1]
            told = UnwellReported(session=session, number=last.number, t_ns=last.t_ns)
            events[-1:] = [told, last.model_copy(update={"number": last.number + 1})]
        reader.kept_events[session] = events
    clock = ManualClock(pretend.t0_ns + 3600 * 10**9)
    care = MemoryCareRecord(recorded_facts(reader), clock, Fold(pretend.plan_of))
    return reader, care, clock


def web_of(pretend, clinic, entrance=None):
    reader, care, clock = clinic
    app = create_app(reader, plan=pretend.plan_of, care=care, clock=clock, entrance=entrance)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def all_parts(web, address, key, **params):
    found, after = [], {}
    while True:
        part = (await web.get(address, params=params | after)).json()
        assert len(part[key]) <= params.get("limit", 50)
        found += part[key]
        if part["next"] is None:
            return found
        after = {"after": part["next"]}


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
async def test_parts_by_cursor_hold_everybody_once_in_one_order(pretend, clinic, limit):
    async with web_of(pretend, clinic) as web:
        whole = (await web.get("/api/patients")).json()
        parts = await all_parts(web, "/api/patients", "patients", limit=limit)
    assert parts == whole["patients"]
    assert [p["patient"] for p in parts] == ["p-5", "p-2", "p-4", "p-6", "p-0", "p-1", "p-3"]


async def test_whoever_comes_to_the_top_between_two_parts_is_missed_by_none_twice(pretend, clinic):
    _, care, clock = clinic
    async with web_of(pretend, clinic) as web:
        first = (await web.get("/api/patients", params={"limit": 3})).json()
        # p-5 is seen meanwhile and goes down to the others.
        opened = first["patients"][0]["since"]
        seen = {"kind": "unwell", "opened": opened, "by": "pt", "action": "called"}
        t_ns = clock.now_ns()
        care.acknowledge(AlertSeen(patient="p-5", t_ns=t_ns, day=opened, **seen))
        rest = await all_parts(web, "/api/patients", "patients", limit=3, after=first["next"])
    told = [p["patient"] for p in first["patients"] + rest]
    assert {f"p-{n}" for n in range(7)} <= set(told)


async def test_the_discharged_come_back_to_the_list_where_something_happened_since(pretend, clinic):
    reader, _, clock = clinic
    fold, yesterday = Fold(pretend.plan_of), pretend.t0_ns - DAY_NS
    for n in range(7):
        told = Discharged(patient=f"p-{n}", t_ns=yesterday - DAY_NS, by="pt")
        fold.take(Fact(FactOrigin(own=True, home="clinic", position=n), told))
    care = MemoryCareRecord(recorded_facts(reader), clock, fold)
    async with web_of(pretend, (reader, care, clock)) as web:
        part = (await web.get("/api/patients")).json()
        page = (await web.get("/api/patients/p-2")).json()
    told = [(p["patient"], p["state"], p["group"], p["waiting"]) for p in part["patients"]]
    assert told == [(who, "discharged", "waiting", ["unwell"]) for who in ("p-5", "p-2")]
    assert part["counts"]["waiting"] == sum(part["counts"].values()) == 2
    assert [a["kind"] for a in page["alerts"] if a["waiting"]] == ["unwell"]
    assert "felt unwell" in page["summary"]["en"]
    async with web_of(pretend, (reader, None, clock)) as web:
        everybody = (await web.get("/api/patients")).json()["patients"]
    assert len(everybody) == 7


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"group": "waiting"}, ["p-5", "p-2"]),
        ({"group": "in therapy"}, ["p-4", "p-6", "p-0", "p-1", "p-3"]),
        ({"group": "silent"}, []),
        ({"kind": "unwell"}, ["p-5", "p-2"]),
        ({"kind": "fall"}, []),
        ({"q": "P-2"}, ["p-2"]),
        ({"q": "5", "group": "in therapy"}, []),
    ],
)
async def test_filters_narrow_the_list_and_the_counts_stay(pretend, clinic, wish, found):
    async with web_of(pretend, clinic) as web:
        part = (await web.get("/api/patients", params=wish)).json()
    assert [p["patient"] for p in part["patients"]] == found
    assert part["found"] == len(found)
    assert part["counts"]["waiting"] == 2
    assert sum(part["counts"].values()) == 7


@pytest.mark.parametrize(
    "wish",
    [
        {"after": "nonsense"},
        {"after": cursor_of(1, 2)},
        {"after": cursor_of(True, 0, "", "")},
        {"after": "W1tbW1tb" * 30},
        {"limit": 0},
        {"limit": 201},
        {"group": "mine"},
        {"q": "x" * 65},
        {"sort": "name"},
    ],
)
async def test_a_wish_that_is_none_is_refused_in_words(pretend, clinic, wish):
    async with web_of(pretend, clinic) as web:
        answer = await web.get("/api/patients", params=wish)
    assert answer.status_code == 422
    assert answer.json()["detail"]


async def test_each_who_needs_somebody_says_why_since_when_and_what_stands(pretend, clinic):
    async with web_of(pretend, clinic) as web:
        first = (await web.get("/api/patients")).json()["patients"][0]
    (reason,) = first["reasons"]
    assert (reason["kind"], reason["since"], reason["closed"]) == ("unwell", "2026-09-20", None)
    assert first["why"] == reason["text"]
    assert (first["last_day"], first["contact"]) == ("2026-09-20", None)
    assert (first["delivery"]["version"], first["delivery"]["state"]) == (1, "taken")
    head, tail = first["summary"]["en"].splitlines()
    assert head.startswith("p-5, from ")
    assert "last session 2026-09-20" in head
    assert "felt unwell (2026-09-20)" in tail
    assert "no contact noted" in tail
    assert len(first["summary"]["it"].splitlines()) == 2


async def test_a_contact_is_told_once_somebody_called(pretend, clinic):
    _, care, clock = clinic
    for action, day in (("called", "2026-09-21"), ("watching", "2026-09-21")):
        opened = "2026-09-21" if action == "called" else "2026-09-20"
        patient = "p-2" if action == "called" else "p-5"
        care.acknowledge(
            AlertSeen(
                patient=patient,
                t_ns=clock.now_ns(),
                kind="unwell",
                opened=opened,
                by="pt-1",
                day=day,
                action=action,
            )
        )
    async with web_of(pretend, clinic) as web:
        lines = {p["patient"]: p for p in (await web.get("/api/patients")).json()["patients"]}
    assert lines["p-2"]["contact"] == {"day": "2026-09-21", "by": "pt-1", "action": "called"}
    assert lines["p-5"]["contact"] is None, "to watch is not to speak with somebody"


async def test_counts_and_summary_are_of_ones_own_patients_only(pretend, clinic):
    somebody = Principal(name="anna", roles=frozenset({Role.PHYSIOTHERAPIST}), sites=frozenset("A"))
    sites = {"p-2": "A", "p-3": "A", "p-5": "B"}
    async with web_of(pretend, clinic, As(somebody, sites.get)) as web:
        part = (await web.get("/api/patients")).json()
        sessions = await all_parts(web, "/api/sessions", "sessions", limit=1)
    assert [p["patient"] for p in part["patients"]] == ["p-2", "p-3"]
    assert (part["counts"]["waiting"], sum(part["counts"].values())) == (1, 2)
    assert "p-5" not in part["summary"]["en"]
    assert {s["patient"] for s in sessions} == {"p-2", "p-3"}


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
async def test_sessions_come_in_parts_newest_first(pretend, clinic, limit):
    async with web_of(pretend, clinic) as web:
        all_ = await all_parts(web, "/api/sessions", "sessions", limit=limit)
        mine = await all_parts(web, "/api/patients/p-3/sessions", "sessions", limit=limit)
    assert [s["patient"] for s in all_] == [f"p-{n}" for n in reversed(range(7))]
    assert [s["patient"] for s in mine] == ["p-3"]


async def test_the_summary_is_of_the_day_at_the_clinic(pretend, clinic):
    reader, care, clock = clinic
    late = ManualClock((clock.now_ns() // DAY_NS + 1) * DAY_NS - 1800 * 10**9)
    async with web_of(pretend, (reader, care, late)) as web:
        summary = (await web.get("/api/patients")).json()["summary"]
    # Half past eleven in the evening of UTC is past midnight in Rome.
    assert care.hours.time_zone == "Europe/Rome"
    assert summary["en"].startswith("2026-09-22: ")
