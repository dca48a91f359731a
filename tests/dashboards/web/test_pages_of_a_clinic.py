"""The pages on a simulated clinic in a real browser: what they say, to everybody, at any size."""

from datetime import date, timedelta

import pytest

from axe import bring, violations
from clinic_facts import at
from dashboards.web.app import create_app
from dashboards.web.serving import serve
from ingest.journal.journal import Journal
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import Rates
from ripresa.care.care_journal import JournalCareRecord
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ManualClock
from telemetry.transport.bus import LocalBus

pytestmark = pytest.mark.slow

LAST = date(2025, 11, 30)
NOW_NS = at(LAST + timedelta(days=1), "12:00")
BUSY = Rates(fall=0.05, unwell=0.05, never_start=0.2, offline=0.03, changing=0.5)
SIZES = {"desktop": (1280, 900), "phone": (320, 640)}


class Clinic:
    """Six virtual patients over three weeks, as their clinic has them."""

    def __init__(self, folder):
        write_clinic(simulate(patients=6, weeks=3, last=LAST, rates=BUSY), folder)
        place = Folder(folder)
        self.clock = ManualClock(NOW_NS)
        self.journal = Journal.open(place.clinic_journal, self.clock)
        self.plans = PlanFolder(place.plans)
        self.care = JournalCareRecord(self.journal, self.plans.version, self.clock)

    def app(self):
        return create_app(
            self.journal, LocalBus(), plan=self.plans.version, care=self.care, clock=self.clock
        )


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    found = Clinic(tmp_path_factory.mktemp("clinic") / "c")
    yield found
    found.journal.close()


async def sized(browser, size):
    width, height = SIZES[size]
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver = browser._driver
    await browser.do(lambda: driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics))


async def opened(browser, url):
    await browser.open(url)
    await browser.until("document.body.dataset.ready === 'yes'")


def first_of_all(clinic):
    """A patient whom somebody must see, and a session of theirs that was measured."""
    lines = [line for line in clinic.care.worklist() if line.waiting and line.sessions > 3]
    patient = lines[0].patient
    return patient, clinic.journal.newest_sessions(patient=patient, limit=1)[0]


@pytest.mark.parametrize("size", SIZES)
async def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_the_screen(
    clinic, chromium, size
):
    patient, session = first_of_all(clinic)
    await bring(chromium)
    found, wide = {}, {}
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, size)
        for address in (
            "?lang=it",
            "live?lang=en",
            "group?lang=it",
            "sessions?lang=it",
            "clinic?lang=en",
            f"patient/{patient}?lang=it",
            f"session/{session.session}?home={session.home}&lang=it",
        ):
            await opened(chromium, page.url + address)
            await chromium.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
            found[address] = await violations(chromium)
            if await chromium.ask("document.documentElement.scrollWidth") > SIZES[size][0]:
                wide[address] = await chromium.ask(
                    "[...document.querySelectorAll('main *')].filter(e => "
                    "e.getBoundingClientRect().right > screen.width).slice(0, 5)"
                    ".map(e => e.outerHTML.slice(0, 100))"
                )
    assert {address: told for address, told in found.items() if told} == {}
    assert wide == {}


@pytest.mark.parametrize("size", SIZES)
async def test_the_reason_for_the_first_call_is_seen_at_once(clinic, chromium, size):
    first = clinic.care.worklist()[0]
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, size)
        await opened(chromium, f"{page.url}?lang=en")
        reason = "document.querySelector('.needed-line .why-text')"
        assert await chromium.ask(f"{reason}.textContent") == first.waiting[0].en
        assert await chromium.ask(f"{reason}.getBoundingClientRect().bottom") <= SIZES[size][1]
        assert await chromium.text(".needed-line h3") == first.patient


async def test_the_worklist_shows_what_the_interface_says(clinic, chromium):
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "desktop")
        await opened(chromium, f"{page.url}?lang=en")
        names = await chromium.ask(
            "[...document.querySelectorAll('.pseudonym')].map(a => a.textContent)"
        )
    assert names == [line.patient for line in clinic.care.worklist()]


async def test_a_reason_is_acknowledged_by_keyboard_with_nothing_preselected(clinic, chromium):
    patient, _ = first_of_all(clinic)
    waiting = len(clinic.care.figures(patient).waiting)
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "desktop")
        await opened(chromium, f"{page.url}?lang=en")
        await chromium.do(_press_enter_on, chromium._driver, f"patient-{patient}")
        await chromium.until("document.querySelector('.card-since') !== null")
        assert await chromium.ask("document.querySelector('.seen-form select').value") == ""
        await chromium.do(_write_down, chromium._driver)
        await chromium.until(f"document.querySelectorAll('.alert-waiting').length < {2 * waiting}")
        held = await chromium.ask("document.activeElement.closest('.card-since') !== null")
        assert held, "the focus stays where the work goes on"
    assert len(clinic.care.figures(patient).waiting) == waiting - 1
    seen = [a.seen for a in clinic.care.figures(patient).alerts if a.seen]
    assert [(s.by, s.action) for s in seen] == [("FT-3", "watching")]


def _press_enter_on(driver, wanted):
    from selenium.webdriver.common.keys import Keys

    for _ in range(80):
        focused = driver.switch_to.active_element
        if focused.get_attribute("id") == wanted:
            focused.send_keys(Keys.ENTER)
            return
        focused.send_keys(Keys.TAB)
    raise AssertionError(f"{wanted} cannot be reached by the Tab key")


def _write_down(driver):
    """Open the first form, name who saw it, choose what was done, and send it: keys alone."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(80):
        focused = driver.switch_to.active_element
        if focused.tag_name == "summary" and "I have seen it" in focused.text:
            break
        focused.send_keys(Keys.TAB)
    focused.send_keys(Keys.ENTER, Keys.TAB)
    driver.switch_to.active_element.send_keys("FT-3", Keys.TAB)
    driver.switch_to.active_element.send_keys("watching", Keys.TAB)
    driver.switch_to.active_element.send_keys(Keys.TAB)
    driver.switch_to.active_element.send_keys(Keys.ENTER)


async def test_two_lines_on_a_patient_can_be_copied(clinic, chromium):
    first = clinic.care.worklist()[0]
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "desktop")
        await opened(chromium, f"{page.url}?lang=en")
        driver = chromium._driver
        grant = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        await chromium.do(lambda: driver.execute_cdp_cmd("Browser.grantPermissions", grant))
        await chromium.ask(f"document.getElementById('copy-{first.patient}').click()")
        await chromium.until("document.querySelector('[data-copied]') !== null")
        told = await chromium.ask("document.querySelector('[data-copied]').dataset.copied")
    assert told.startswith(f"{first.patient}, from ")
    assert len(told.splitlines()) == 2


async def test_a_search_keeps_the_focus_and_counts_what_it_found(clinic, chromium):
    wanted = clinic.care.worklist()[-1].patient
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "phone")
        await opened(chromium, f"{page.url}?lang=it")
        await chromium.do(_type_into_search, chromium._driver, wanted)
        await chromium.until("document.querySelectorAll('.pseudonym').length === 1")
        assert await chromium.ask("document.activeElement.id") == "search"
        assert "1 di 6" in await chromium.text("#worklist-status")
        assert f"q={wanted}" in await chromium.ask("location.search")


def _type_into_search(driver, text):
    driver.find_element("id", "search").send_keys(text)
