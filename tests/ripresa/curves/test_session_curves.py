"""A session's curve: as the core saw it, worked out once, and gone with what it was drawn from."""

import asyncio

import httpx
import pytest

from curve_clinic import NOW_NS, CurveClinic, lived_session
from dashboards.web.app import create_app
from ripresa.session.closing import result_record
from telemetry.messages.results import results_hash

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lived():
    return lived_session()


@pytest.fixture
def clinic(tmp_path, lived):
    found = CurveClinic(tmp_path, lived)
    yield found
    found.journal.close()


async def test_the_curve_has_each_repetitions_peak_and_is_read_where_it_is_kept(clinic):
    found = await clinic.worked_out()
    assert found.state == "there"
    assert found.of == results_hash(clinic.result)
    told = {(i.item, i.assessment): i for i in clinic.result.items if i.range_of_motion}
    assert {(c.item, c.assessment) for c in found.items} == set(told)
    for curve in found.items:
        item = told[curve.item, curve.assessment]
        assert curve.seconds >= item.repetitions[-1].end_s
        for r in item.repetitions:
            first, last = (int(x / curve.step_s) for x in (r.start_s, r.end_s))
            inside = [v for v in curve.high_deg[first : last + 1] if v is not None]
            lowest = [v for v in curve.low_deg[first : last + 1] if v is not None]
            # The curve moved the game: the figures that count are seen from the item's end.
            assert max(inside) - min(lowest) == pytest.approx(r.range_deg, abs=12)
    # Nothing runs now: what is asked for is what was kept.
    assert clinic.new_desk().curve(clinic.session, clinic.home) == found


async def test_an_item_without_a_range_has_no_curve(clinic):
    items = tuple(i.model_copy(update={"range_of_motion": None}) for i in clinic.result.items)
    withheld = clinic.result.model_copy(update={"supersedes": 0, "items": items})
    clinic.journal.append_now([result_record(withheld, NOW_NS + 1)])
    found = await clinic.worked_out()
    assert found.items == ()


async def test_another_result_makes_another_curve(clinic):
    before = await clinic.worked_out()
    items = clinic.result.items[:1]
    after = clinic.result.model_copy(update={"supersedes": 0, "items": items})
    clinic.journal.append_now([result_record(after, NOW_NS + 1)])
    found = await clinic.worked_out()
    assert found.of != before.of
    assert {c.item for c in found.items} <= {items[0].item}


async def test_what_is_not_there_is_said(tmp_path, lived):
    clinic = CurveClinic(tmp_path, lived, motion=False)
    assert (await clinic.worked_out()).state == "no motion"
    clinic.journal.close()


async def test_of_a_restricted_patient_nothing_is_made_or_shown(clinic):
    clinic.barred.add(clinic.person.name)
    assert clinic.curve().items == ()
    await clinic.worked_out()
    assert not list(clinic.folder.glob("**/*.json"))


async def test_a_session_that_comes_new_is_worked_out_before_anybody_asks(clinic):
    running = asyncio.create_task(clinic.desk.run())
    await asyncio.sleep(0)
    again = clinic.result.model_copy(update={"supersedes": 0})
    clinic.journal.append_now([result_record(again, NOW_NS + 1)])
    async with asyncio.timeout(60):
        while not list(clinic.folder.glob("*/*.json")):
            await clinic.clock.advance(5)
            await asyncio.sleep(0.05)
    running.cancel()


@pytest.mark.nightly
@pytest.mark.parametrize("text", ["", "{", "[]", '{"of":"x"}'])
async def test_a_damaged_file_is_made_anew(clinic, text):
    await clinic.worked_out()
    (path,) = clinic.folder.glob("*/*.json")
    path.write_text(text)
    assert (await clinic.worked_out()).state == "there"


async def test_the_page_gets_the_curve_with_the_phases_and_is_small(clinic):
    await clinic.worked_out()
    app = create_app(clinic.journal, curve=clinic.desk.curve)
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as page:
        answer = await page.get(f"/api/sessions/{clinic.session}/curve?home={clinic.home}")
        assert (await page.get(f"/api/sessions/{'0' * 26}/curve")).status_code == 404
    assert len(answer.content) < 40_000
    told = answer.json()
    assert told["state"] == "there"
    for item in told["items"]:
        for phase in item["phases"]:
            times = [phase[k] for k in ("start_s", "top_s", "down_s", "end_s")]
            assert times == sorted(times)
