"""A session's time is the patient's own, wherever it is read, and around a change of clocks."""

import contextlib
import json
from datetime import date

import httpx
import pytest

from clinic_facts import PatientStory, appended, at
from dashboards.web.app import create_app
from dashboards.web.serving import serve
from ingest.journal.journal import Journal
from paged_clinic import opened
from ripresa.care.care_journal import JournalCareRecord
from telemetry.clock import ManualClock
from telemetry.transport.bus import LocalBus
from therapy_builders import plan

pytestmark = pytest.mark.slow

SPRING, AUTUMN = date(2023, 3, 26), date(2023, 10, 29)
"""On which Rome's clocks went on and back."""
PATIENT = "p-1"


class ZonedClinic:
    """One patient with sessions around a change of clocks; it is the next day at noon."""

    def __init__(self, folder, clocks, *, zone="Europe/Rome", day=SPRING):
        self.clock = ManualClock(at(date.fromordinal(day.toordinal() + 1)))
        of = plan(valid_from="2023-01-01", time_zone=zone)
        story = PatientStory(patient=PATIENT).enrolled(day).published(of, day).answered(day)
        for clock in clocks:
            story.session(day, clock=clock, of=of)
        self.sessions = [f.session for f in story.facts if f.session]
        self.journal = Journal.open(folder / "journal.sqlite", self.clock)
        appended(self.journal, story.facts)
        self.care = JournalCareRecord(self.journal, lambda *_: of, self.clock)

    def app(self):
        return create_app(
            self.journal, LocalBus(), plan=lambda *_: None, care=self.care, clock=self.clock
        )


@contextlib.asynccontextmanager
async def reading_in(browser, zone):
    """The browser of somebody who lives elsewhere."""

    async def live(where):
        told = {"timezoneId": where}
        driver = browser._driver
        await browser.do(lambda: driver.execute_cdp_cmd("Emulation.setTimezoneOverride", told))

    await live(zone)
    try:
        yield
    finally:
        await live("")


@pytest.fixture
def clinic(tmp_path):
    made = []

    def make(*args, **more):
        made.append(ZonedClinic(tmp_path, *args, **more))
        return made[-1]

    yield make
    for one in made:
        one.journal.close()


async def times(browser, url, language="en"):
    """What the list, the session's title and its story say."""
    await opened(browser, f"{url}sessions?lang={language}")
    listed = await browser.ask(
        "[...document.querySelectorAll('td')].filter(c => /\\d\\d:\\d\\d/.test(c.textContent))"
        ".map(c => c.textContent)"
    )
    address = await browser.ask("document.querySelector('tbody th a').getAttribute('href')")
    await opened(browser, f"{url}{address[1:]}{'&' if '?' in address else '?'}lang={language}")
    title = await browser.text(".when")
    story = await browser.ask("document.querySelector('time').textContent")
    return listed, title, story


@pytest.mark.parametrize(
    "reader", ["Europe/Rome", "Europe/Berlin", "Asia/Tokyo", "America/New_York"]
)
async def test_a_sessions_time_is_the_patients_and_another_zone_is_named(clinic, chromium, reader):
    here = clinic(["12:00"])
    away = "" if reader.startswith("Europe") else " (Europe/Rome time)"
    async with serve(here.app(), port=0) as page, reading_in(chromium, reader):
        listed, title, story = await times(chromium, page.url)
        assert listed == [f"12:00{away}"]
        assert f"Sunday, March 26, 2023, 12:00{away}" in title
        assert story == "12:00:00"
        italian = await times(chromium, page.url, "it")
        assert italian[0] == ["12:00" + (away and " (ora di Europe/Rome)")]
        await opened(chromium, f"{page.url}?lang=en")
        assert "Mar 26, yesterday" in await chromium.text("main")


async def test_the_day_of_the_clinic_says_how_long_ago_something_is(clinic, chromium):
    here = clinic(["22:30"], zone="America/New_York")
    async with serve(here.app(), port=0) as page, reading_in(chromium, "Pacific/Kiritimati"):
        await opened(chromium, f"{page.url}?lang=en")
        assert "yesterday" in await chromium.text("main")
        assert "today" not in await chromium.text("main .needed, main table")
        listed, title, _ = await times(chromium, page.url)
    assert listed == ["16:30 (America/New_York time)"]
    assert "16:30 (America/New_York time)" in title


async def test_an_hour_that_the_clock_shows_twice_says_which_it_was(clinic, chromium):
    here = clinic(["02:30"], day=AUTUMN)
    twice = [at(AUTUMN, "02:30"), at(AUTUMN, "02:30") + 3600 * 10**9, at(AUTUMN, "03:30")]
    asked = (
        "import('/static/scripts/format.js').then(f => (f.tellsBy({time_zone: 'Europe/Rome'}),"
        f" window.told = {json.dumps([t / 1e6 for t in twice])}.map(t => f.shortTime(t))))"
    )
    async with serve(here.app(), port=0) as page, reading_in(chromium, "Europe/Rome"):
        listed, title, story = await times(chromium, page.url)
        await chromium.ask(asked)
        await chromium.until("window.told !== undefined")
        told = await chromium.ask("window.told")
    assert listed == ["02:30 (UTC+2)"]
    assert "02:30 (UTC+2)" in title
    assert story == "02:30:00 (UTC+2)"
    assert told == ["02:30 (UTC+2)", "02:30 (UTC+1)", "03:30"]


async def test_a_zone_that_a_browser_does_not_know_is_told_in_utc_by_name(clinic, chromium):
    here = clinic(["12:00"])
    asked = (
        "import('/static/scripts/format.js').then(f => (f.tellsBy({time_zone: 'Mars/Olympus'}),"
        f" window.told = f.shortTime({at(SPRING) / 1e6})))"
    )
    async with serve(here.app(), port=0) as page, reading_in(chromium, "Europe/Rome"):
        await opened(chromium, f"{page.url}?lang=en")
        await chromium.ask(asked)
        await chromium.until("window.told !== undefined")
        assert await chromium.ask("window.told") == "10:00 (UTC time)"


async def test_the_interface_names_the_zone_of_each_time_alike(clinic):
    here = clinic(["12:00"], zone="America/New_York")
    transport = httpx.ASGITransport(here.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
        (line,) = (await web.get("/api/sessions")).json()["sessions"]
        view = (await web.get(f"/api/sessions/{line['session']}")).json()
        ofs = [
            (await web.get(f"/api/patients/{PATIENT}{more}")).json()
            for more in ("", "/around", "/sessions")
        ]
        whole = (await web.get("/api/patients")).json()
    zones = {line["time_zone"], view["time_zone"], ofs[0]["time_zone"], ofs[1]["time_zone"]}
    assert zones == {"America/New_York", ofs[2]["sessions"][0]["time_zone"]}
    assert (whole["today"], whole["time_zone"]) == ("2023-03-27", "Europe/Rome")
