"""The pages on a simulated clinic in a real browser: what they say, to everybody, at any size."""

import pytest

from axe import bring, violations
from dashboards.web.serving import serve
from paged_clinic import SIZES, PagedClinic, first_of_all, opened, sized

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    found = PagedClinic(tmp_path_factory.mktemp("clinic") / "c")
    yield found
    found.journal.close()


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


async def test_nothing_leads_to_a_form_that_is_not_there(clinic, chromium):
    patient, _ = first_of_all(clinic)
    shown = "document.getElementById('to-message').checkVisibility()"
    async with serve(clinic.app(), port=0) as page:
        await opened(chromium, f"{page.url}patient/{patient}?lang=en")
        await chromium.until("document.querySelector('.card-messages') !== null")
        assert not await chromium.ask("document.querySelector('#form-messages-write')")
        assert not await chromium.ask(shown), "nobody may write here"


async def test_a_session_that_is_over_is_called_by_all_its_exercises_and_each_card_by_its_own(
    clinic, chromium
):
    _, session = first_of_all(clinic)
    home = f"?home={session.home}"
    async with serve(clinic.app(), port=0) as page:
        await opened(chromium, f"{page.url}session/{session.session}{home}&lang=en")
        view = await chromium.do(chromium._driver.execute_async_script, _VIEW, session.session)
        begun = [i for i in view["items"] if i["state"] != "to do"]
        played = [i["called"]["en"] for i in begun if not i["assessment"]]
        assert len(played) > 1
        assert await chromium.text("h1") == " · ".join(dict.fromkeys(played))
        for card in ("repetitions", "range"):
            assert await chromium.text(f".card-{card} .of-item") == played[-1]
        done = next(i["done"] for i in reversed(begun) if not i["assessment"])
        assert await chromium.text(".card-repetitions .count") == f"{done:.0f}"


_VIEW = """
const [session, done] = arguments;
fetch(`/api/sessions/${session}${location.search}`).then((r) => r.json()).then(done);
"""


async def test_the_title_of_who_needs_a_look_counts_those_shown_and_all(clinic, chromium):
    waiting = [line.patient for line in clinic.care.worklist() if line.waiting]
    assert len(waiting) > 1
    whole, narrowed = f"most urgent first: {len(waiting)}", f"1 of {len(waiting)} shown"
    async with serve(clinic.app(), port=0) as page:
        await opened(chromium, f"{page.url}?lang=en&q={waiting[0]}")
        assert narrowed in await chromium.text("#needed-title")
        await chromium.ask("document.getElementById('group-waiting').click()")
        await chromium.until("location.search.includes('group=waiting')")
        assert narrowed in await chromium.text("#needed-title")
        await opened(chromium, f"{page.url}?lang=en")
        assert (await chromium.text("#needed-title")).endswith(whole)
        # Those of a next part are not here yet.
        driver = chromium._driver
        await chromium.do(driver.execute_script, _PARTS_OF_TWO.replace("limit=2", "limit=1"))
        await chromium.ask(_SEEN_AGAIN)
        await chromium.until(
            f"document.getElementById('needed-title').textContent.includes('{narrowed}')"
        )


def _type_into_search(driver, text):
    driver.find_element("id", "search").send_keys(text)


_SEEN_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.mark.parametrize("address", ["", "patient/{patient}", "sessions", "clinic"])
async def test_a_page_whose_clinic_does_not_answer_says_so_until_it_does(clinic, chromium, address):
    patient, _ = first_of_all(clinic)
    driver = chromium._driver
    hurried = {"source": "const later = setTimeout; setTimeout = (f, ms) => later(f, ms / 50)"}
    added = await chromium.do(
        lambda: driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", hurried)
    )
    shown = "document.getElementById('silence').hidden === {}"
    conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}

    async def off_the_line(off):
        told = conditions | {"offline": off}
        await chromium.do(lambda: driver.execute_cdp_cmd("Network.emulateNetworkConditions", told))

    async with serve(clinic.app(), port=0) as page:
        await chromium.do(lambda: driver.execute_cdp_cmd("Network.enable", {}))
        try:
            await opened(chromium, page.url + address.format(patient=patient))
            assert await chromium.ask(shown.format("true"))
            await off_the_line(True)
            await chromium.until(shown.format("false"))
            await off_the_line(False)
            await chromium.until(shown.format("true"))
        finally:
            await off_the_line(False)
            gone = {"identifier": added["identifier"]}
            await chromium.do(
                lambda: driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", gone)
            )


async def test_a_list_that_cannot_be_read_says_of_when_it_is_and_comes_back_whole(clinic, chromium):
    async with serve(clinic.app(), port=0) as page:
        await opened(chromium, f"{page.url}?lang=en")
        assert (await chromium.text("#as-of")).startswith("As of ")
        await chromium.do(chromium._driver.execute_script, _BROKEN_LIST)
        await chromium.ask(_SEEN_AGAIN)
        await chromium.until("document.querySelector('main > .line-lost').hidden === false")
        assert "what came since is not in it" in await chromium.text("main > .line-lost")
        await chromium.do(chromium._driver.execute_script, "window.fetch = window.before")
        await chromium.ask(_SEEN_AGAIN)
        await chromium.until("document.querySelector('main > .line-lost').hidden === true")


_BROKEN_LIST = """
window.before = window.fetch;
window.fetch = (address, ...more) => String(address).startsWith('/api/patients?')
  ? Promise.resolve(new Response('{}', {status: 503}))
  : window.before(address, ...more);
"""


async def test_a_list_that_was_grown_is_looked_at_again_and_names_nobody_twice(clinic, chromium):
    names = "[...document.querySelectorAll('.pseudonym')].map(a => a.textContent)"
    async with serve(clinic.app(), port=0) as page:
        await chromium.open(page.url)
        source = {"source": _PARTS_OF_TWO}
        driver = chromium._driver
        added = await chromium.do(
            lambda: driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)
        )
        try:
            await opened(chromium, f"{page.url}?lang=en")
            everybody = [line.patient for line in clinic.care.worklist()]
            assert await chromium.ask(names) == everybody[:2]
            await chromium.ask("document.getElementById('more').click()")
            await chromium.until(f"({names}).length === 4")
            await chromium.do(driver.execute_script, "window.moved = true")
            await chromium.ask(_SEEN_AGAIN)
            await chromium.until(f"({names})[0] === '{everybody[1]}'")
            assert sorted(await chromium.ask(names)) == sorted(everybody[:4])
        finally:
            gone = {"identifier": added["identifier"]}
            await chromium.do(
                lambda: driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", gone)
            )


# Two patients a part; once `moved`, whoever came first has gone to the end of it.
_PARTS_OF_TWO = """
const before = window.fetch;
window.fetch = async (address, ...more) => {
  if (!String(address).startsWith('/api/patients?')) return before(address, ...more);
  const answer = await before(String(address).replace('limit=30', 'limit=2'));
  const body = await answer.json();
  if (window.moved && !String(address).includes('after=')) body.patients.reverse();
  return new Response(JSON.stringify(body), {status: 200});
};
"""
