"""The plan editor in a real browser: from a template to a signed plan, by mouse, by keys alone."""

import asyncio
import contextlib
import json

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from axe import bring, violations
from chromium import running_chromium
from clinic_facts import MONDAY
from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.guarded_entrance import COOKIE, GuardedEntrance
from dashboards.access.passwords import hashed_password
from dashboards.access.principal import Role
from dashboards.access.sessions import IDLE_S, SignedInSessions
from dashboards.access.tokens import ApiTokens
from dashboards.web.serving import serve
from therapy.templates.catalogue import TEMPLATE_IDS, template_named
from therapy_builders import item, plan
from written_plans import PATIENT, WritingClinic, version_one

pytestmark = pytest.mark.slow

PASSWORD = "a wave that comes back"  # noqa: S105 - of nobody
SIZES = {"desktop": (1280, 900), "phone": (320, 640)}
MOST = 30
"""Clicks or keys from a template to a signed plan, the clearances apart."""
SIGNED = "document.querySelector('#send-version') !== null"
READY = "document.body.dataset.ready === 'yes'"
DRAFT = "document.querySelector('#draft-status')?.textContent.includes('Draft')"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with running_chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(scope="module")
def password_hash():
    return hashed_password("anna", PASSWORD)


@pytest.fixture
def clinic(tmp_path):
    found = WritingClinic(tmp_path / "c", version_one())
    yield found
    found.journal.close()


@contextlib.asynccontextmanager
async def signed_in(clinic, browser, password_hash):
    """The page with users, and a browser in which one of them has signed in."""
    with AccessStore(clinic.folder.root / "access.sqlite") as store:
        accounts = Accounts(store, clinic.clock)
        roles = [Role.PHYSIOTHERAPIST]
        accounts.add("anna", roles=roles, sites=["clinic"], password=password_hash)
        sessions = SignedInSessions(store, clinic.clock, accounts.find)
        tokens = ApiTokens(store, clinic.clock)
        entrance = GuardedEntrance(accounts, sessions, tokens, clinic.sites)
        cookie = {"name": COOKIE, "value": sessions.begin("anna"), "secure": True, "path": "/"}
        async with serve(clinic.app(entrance=entrance), port=0) as page:
            await browser.open(f"{page.url}static/mark.svg")
            await browser.do(browser._driver.add_cookie, cookie)
            yield page
            await browser.do(browser._driver.delete_all_cookies)


async def sized(browser, size):
    width, height = SIZES[size]
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver = browser._driver
    await browser.do(lambda: driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics))
    where = {"timezoneId": "Europe/Rome"}
    await browser.do(lambda: driver.execute_cdp_cmd("Emulation.setTimezoneOverride", where))


class Hand:
    """Clicks and presses, and how many there were."""

    def __init__(self, browser):
        self.browser = browser
        self.count = 0

    async def click(self, selector, *, counted=True):
        self.count += counted
        driver = self.browser._driver
        await self.browser.do(lambda: driver.find_element("css selector", selector).click())

    async def press(self, *keys, counted=True):
        self.count += counted * len(keys)

        def send(driver):
            chain = ActionChains(driver)
            for key in keys:
                chain.send_keys(key)
            chain.perform()

        await self.browser.do(send, self.browser._driver)

    async def focused(self):
        return await self.browser.ask("document.activeElement.id")

    async def tab_to(self, *wanted, most=12):
        """Tab until one of these has the focus; each press counts."""
        for _ in range(most):
            await self.press(Keys.TAB)
            if (await self.focused()) in wanted:
                return
        raise AssertionError(f"{wanted} is not reached in {most} presses: {await self.focused()}")


async def at_patient(chromium, page):
    await chromium.open(f"{page.url}patient/{PATIENT}?lang=en")
    await chromium.until(READY)


async def tick_all(hand, template):
    """Each clearance by its own key; where the work goes on comes last."""
    asked = "[...document.querySelectorAll('.clearances input')].map(i => i.id)"
    while open_ids := await hand.browser.ask(
        f"{asked}.filter(id => !document.getElementById(id).checked)"
    ):
        assert await hand.focused() == open_ids[0], template
        await hand.press(Keys.SPACE, counted=False)
        await hand.browser.until(f"document.getElementById({json.dumps(open_ids[0])}).checked")
        if len(open_ids) > 1:
            await hand.press(Keys.TAB, counted=False)


@pytest.mark.parametrize(
    "template",
    [
        "heart-failure",
        pytest.param("stroke-arm", marks=pytest.mark.nightly),
        pytest.param("cancer-fatigue", marks=pytest.mark.nightly),
    ],
)
async def test_a_template_is_signed_by_keys_alone_in_thirty_presses(
    clinic, chromium, password_hash, template, record_property
):
    async with signed_in(clinic, chromium, password_hash) as page:
        await sized(chromium, "desktop")
        await at_patient(chromium, page)
        hand = Hand(chromium)
        await hand.press(Keys.TAB, Keys.ENTER)
        await hand.tab_to("edit-plan")
        await hand.press(Keys.ENTER)
        await chromium.until("document.getElementById('start') !== null")
        await hand.press(Keys.TAB, Keys.ENTER)
        await hand.tab_to("source-0")
        steps = 1 + TEMPLATE_IDS.index(template)
        down = steps <= 7
        await hand.press(
            *[Keys.ARROW_DOWN if down else Keys.ARROW_UP] * (steps if down else 14 - steps)
        )
        assert await hand.focused() == f"source-{steps}"
        await hand.tab_to("side-right")
        await hand.press(Keys.SPACE)
        await hand.tab_to("start")
        await hand.press(Keys.ENTER)
        await chromium.until(DRAFT)
        assert await hand.focused() == "draft-title", "the focus goes to what has come"
        if template == "heart-failure":
            await chromium.until("[...document.images].every(i => i.complete)")
            await chromium.picture("plan-editor")
        await hand.tab_to("go-to-sign")
        await hand.press(Keys.ENTER)
        await tick_all(hand, template)
        await chromium.until("document.querySelector('.obstacles .verdict') !== null")
        await hand.tab_to("sign-button")
        await hand.press(Keys.ENTER)
        await chromium.until(SIGNED)
        assert await hand.focused() == "send-version", "and on to what comes next"
        record_property("presses", hand.count)
        assert hand.count <= MOST
        await hand.press(Keys.ENTER)
        await chromium.until("document.querySelector('.version-published') !== null")
    sent = clinic.plans.version(PATIENT, 2)
    assert len(sent.items) == sum(not one.later for one in template_named(template).items)
    (signed,) = [r for r in clinic.records() if r.type == "care.plan-signed"]
    assert (signed.by, signed.template) == ("anna", template)


async def test_a_template_is_signed_by_mouse_in_a_few_clicks(
    clinic, chromium, password_hash, record_property
):
    async with signed_in(clinic, chromium, password_hash) as page:
        await sized(chromium, "desktop")
        await at_patient(chromium, page)
        hand = Hand(chromium)
        await hand.click("#edit-plan")
        await chromium.until("document.getElementById('start') !== null")
        await hand.click("#start")
        assert "Choose what it starts from" in await chromium.text(".starting [role=alert]")
        await hand.click("label[for=source-11]")
        assert await chromium.ask("document.querySelector('[name=side]:checked')") is None
        await hand.click("label[for=side-left]")
        await hand.click("#start")
        await chromium.until(DRAFT)
        await hand.click("#go-to-sign")
        ids = await chromium.ask(
            "[...document.querySelectorAll('.clearances input')].map(i => i.id)"
        )
        assert len(ids) == 3
        assert not await chromium.ask("document.querySelector('.clearances input:checked')")
        await hand.click("#sign-button")
        await chromium.until("!document.querySelector('.card-checks [role=alert]').hidden")
        assert "To be ticked" in await chromium.text(".card-checks [role=alert]")
        assert clinic.plans.versions(PATIENT) == []
        for one in ids:
            await hand.click(f"label[for={one}]", counted=False)
        await chromium.until("document.querySelector('.obstacles .verdict') !== null")
        await hand.click("#sign-button")
        await chromium.until(SIGNED)
        record_property("clicks", hand.count)
        assert hand.count <= MOST


@pytest.mark.parametrize("size", SIZES)
async def test_axe_finds_nothing_in_any_state_and_none_is_wider_than_the_screen(
    clinic, chromium, size
):
    found, wide = {}, {}
    clinic.plans.add(plan(item(), version=2, valid_from=MONDAY.isoformat()))

    async def look(state):
        await chromium.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
        found[state] = await violations(chromium)
        assert not await chromium.ask("/\\b(null|undefined)\\b/.test(document.body.innerText)")
        if await chromium.ask("document.documentElement.scrollWidth") > SIZES[size][0]:
            wide[state] = await chromium.ask(
                "[...document.querySelectorAll('main *')].filter(e => "
                "e.getBoundingClientRect().right > screen.width).slice(0, 5)"
                ".map(e => e.outerHTML.slice(0, 100))"
            )

    await bring(chromium)
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, size)
        hand = Hand(chromium)
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=it")
        await chromium.until(READY)
        await hand.click("label[for=source-12]")
        await look("start")
        await hand.click("label[for=side-left]")
        await hand.click("#start")
        await chromium.until("document.querySelector('.obstacles .cannot') !== null")
        await hand.click("#go-to-sign")
        await look("draft")
        field = "[data-path='items.0.dose.sets']"
        await chromium.ask(
            f"(e => {{ e.value = 99; e.dispatchEvent(new Event('input', {{bubbles: true}})) }})"
            f"(document.querySelector({json.dumps(field)}))"
        )
        await chromium.until("document.querySelector('.field-problem') !== null")
        assert await chromium.text(".field-problem") == "99: al massimo 20"
        await look("mistake")
        clinic.drafts.discard(PATIENT)
        clinic.desk.sign(clinic.plans.version(PATIENT, 2), "anna")
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=en")
        await chromium.until(SIGNED)
        await look("signed")
    assert {state: told for state, told in found.items() if told} == {}
    assert wide == {}
    told = [e["message"] for e in await chromium.logs("browser")]
    assert [one for one in told if "Content Security Policy" in one or "Uncaught" in one] == []


async def test_what_is_typed_is_kept_and_the_focus_stays(clinic, chromium):
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "desktop")
        hand = Hand(chromium)
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=en")
        await chromium.until(READY)
        await hand.click("label[for=source-0]")
        await hand.click("#start")
        await chromium.until(DRAFT)
        await hand.click("[data-path='items.0.dose.repetitions']")
        await hand.press(Keys.BACKSPACE, Keys.BACKSPACE, "7")
        await chromium.until("document.querySelector('.changes').textContent.includes('10 → 7')")
        assert await chromium.ask("document.activeElement.dataset.path") == (
            "items.0.dose.repetitions"
        )
        await hand.click("[data-item='0'] .remove")
        await chromium.until("document.querySelectorAll('.item').length === 0")
        await hand.click("#add-exercise")
        await hand.click("#find-exercise")
        await hand.press("wrist")
        await chromium.until("document.querySelectorAll('.library-choice').length === 1")
        await hand.click(".library-choice")
        await chromium.until("document.querySelectorAll('.item').length === 1")
        assert await chromium.ask("document.activeElement.textContent") == "1. Wrist lift"
        drawn = "document.querySelector('.item .drawing')"
        await chromium.until(f"{drawn}.complete && {drawn}.naturalWidth > 0")
        await chromium.until("document.querySelector('.changes').textContent.includes('gone')")
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=it")
        await chromium.until(READY)
        assert await chromium.ask("document.querySelector('.item-name').textContent") == (
            "1. Estensione del polso"
        )
    assert clinic.drafts.draft(PATIENT).body["items"][0]["exercise"] == "wrist-lift"


async def shown(browser, selector):
    driver = browser._driver
    return await browser.do(
        lambda: driver.find_element("css selector", selector).screenshot_as_base64
    )


async def media(browser, motion):
    told = {"features": [{"name": "prefers-reduced-motion", "value": motion}]}
    driver = browser._driver
    await browser.do(lambda: driver.execute_cdp_cmd("Emulation.setEmulatedMedia", told))


async def test_drawings_move_until_stopped_and_not_where_motion_is_not_wanted(clinic, chromium):
    drawn = ".item .drawing"
    source = f"document.querySelector('{drawn}').getAttribute('src')"
    moving, still = (
        "/drawings/arm-abduction/seated/moving.svg",
        "/drawings/arm-abduction/seated.svg",
    )
    await sized(chromium, "desktop")
    await media(chromium, "no-preference")
    async with serve(clinic.app(), port=0) as page:
        hand = Hand(chromium)
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=en")
        await chromium.until(READY)
        await hand.click("label[for=source-0]")
        await hand.click("#start")
        await chromium.until(f"document.querySelector('{drawn}')?.naturalWidth > 0")
        assert await chromium.ask(source) == moving
        first = await shown(chromium, drawn)
        async with asyncio.timeout(20):
            while await shown(chromium, drawn) == first:
                await asyncio.sleep(0.2)
        await chromium.ask("document.getElementById('drawings-move').focus()")
        await hand.press(Keys.ENTER)
        assert await chromium.ask(source) == still
        assert await hand.focused() == "drawings-move"
        assert await chromium.text("#drawings-move") == "Let the drawings move"
        await hand.press(Keys.ENTER)
        assert await chromium.ask(source) == moving
        await media(chromium, "reduce")
        await chromium.until(f"{source} === '{still}'")
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=en")
        await chromium.until(DRAFT)
        assert await chromium.ask(source) == still
        await media(chromium, "no-preference")
    told = [e["message"] for e in await chromium.logs("browser")]
    assert [one for one in told if "Content Security Policy" in one or "Uncaught" in one] == []


@pytest.mark.nightly
async def test_who_is_signed_out_while_writing_loses_nothing(clinic, chromium, password_hash):
    async with signed_in(clinic, chromium, password_hash) as page:
        await sized(chromium, "desktop")
        hand = Hand(chromium)
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=en")
        await chromium.until(READY)
        await hand.click("label[for=source-0]")
        await hand.click("#start")
        await chromium.until(DRAFT)
        await clinic.clock.advance(IDLE_S + 1)
        await hand.click("[data-path=goal]")
        await hand.press(" e lo scaffale")
        await chromium.until("document.querySelector('dialog[open] [type=password]') !== null")
        assert clinic.drafts.draft(PATIENT).body["goal"] == "le tazze"
        await hand.press(PASSWORD, Keys.ENTER)
        await chromium.until("document.querySelector('dialog[open]') === null")
        await chromium.until(
            "document.querySelector('.changes').textContent.includes('e lo scaffale')"
        )
        assert await chromium.ask("document.querySelector('main > [role=alert]').hidden")
    assert clinic.drafts.draft(PATIENT).body["goal"] == "le tazze e lo scaffale"


@pytest.mark.nightly
async def test_what_somebody_else_wrote_is_said_and_not_overwritten(clinic, chromium):
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "desktop")
        hand = Hand(chromium)
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=en")
        await chromium.until(READY)
        await hand.click("label[for=source-0]")
        await hand.click("#start")
        await chromium.until(DRAFT)
        draft = clinic.drafts.draft(PATIENT)
        other = draft.model_copy(update={"revision": 2, "body": draft.body | {"goal": "hers"}})
        clinic.drafts.keep(other)
        await hand.click("[data-path=goal]")
        await hand.press("mine")
        await chromium.until("document.querySelector('main > [role=alert]:not([hidden])')")
        assert "Somebody else has changed" in await chromium.text("main > [role=alert]")
        assert clinic.drafts.draft(PATIENT).body["goal"] == "hers"
        await hand.click("main > [role=alert] button")
        await chromium.until("document.querySelector('[data-path=goal]').value === 'hers'")
        clinic.desk.publish(plan(item(), version=2, valid_from=MONDAY.isoformat()), "clinic")
        await hand.click("[data-path=goal]")
        await hand.press("!")
        await chromium.until("document.querySelector('.obstacles button') !== null")
        assert "Version 2 has come meanwhile" in await chromium.text(".obstacles")
        await hand.click(".obstacles button")
        await chromium.until("document.querySelector('.obstacles .verdict') !== null")
    assert clinic.drafts.draft(PATIENT).based_on == 2


async def test_game_support_and_zeros_are_written_into_the_draft(clinic, chromium):
    await bring(chromium)
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "desktop")
        hand = Hand(chromium)
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=en")
        await chromium.until(READY)
        await hand.click("label[for=source-0]")
        await hand.click("#start")
        await chromium.until(DRAFT)
        await chromium.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
        await chosen(chromium, "items.0.game", "onda")
        await chromium.ask(f"{at('persuasion.streak')}.click()")
        await chromium.ask("document.getElementById('add-angle').click()")
        await typed(chromium, "neutral_angles.0.angle_deg", "25")
        await typed(chromium, "persuasion.reminders.quiet_from", "21:00")
        async with asyncio.timeout(10):
            while not clinic.drafts.draft(PATIENT).body.get("neutral_angles"):
                await asyncio.sleep(0.05)
        await chromium.until(DRAFT)
        assert await violations(chromium) == []
    body = clinic.drafts.draft(PATIENT).body
    assert body["items"][0]["game"] == "onda"
    assert body["persuasion"]["streak"] is False
    assert body["persuasion"]["reminders"]["quiet_from"] == "21:00"
    assert body["neutral_angles"][0]["angle_deg"] == 25


async def test_the_clinics_own_words_and_waits_are_folded_away_shown_and_written(clinic, chromium):
    await bring(chromium)
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "phone")
        hand = Hand(chromium)
        await chromium.open(f"{page.url}plan/{PATIENT}?lang=it")
        await chromium.until(READY)
        await hand.click("label[for=source-0]")
        await hand.click("#start")
        await chromium.until("document.querySelector('#unwell') !== null")
        folded = "['unwell', 'technical-limits'].map(id => document.getElementById(id).open)"
        assert await chromium.ask(folded) == [False, False]
        assert "testo di Ripresa" in await chromium.text("#unwell summary")
        assert "non chiama nessuno" in await chromium.text("#unwell [lang=it]")
        await hand.click("#unwell summary")
        await hand.click("[data-path=unwell_text]")
        await hand.press("Si sieda e chiami il 112.")
        assert "testo della clinica" in await chromium.text("#unwell summary")
        await hand.click("#technical-limits summary")
        await typed(chromium, "limits.lost_s", "60")
        told = "document.querySelector('.changes').textContent"
        wanted = "testo di Ripresa → Si sieda e chiami il 112."
        await chromium.until(f"{told}.includes({wanted!r}) && {told}.includes('120 → 60')")
        assert await violations(chromium) == []
        assert await chromium.ask("document.documentElement.scrollWidth") <= SIZES["phone"][0]
        await hand.click("#technical-limits summary")
        assert await chromium.ask(folded) == [True, False]
        await typed(chromium, "limits.idle_min", "999")
        await chromium.until("document.querySelector('#technical-limits').open")
        assert "al massimo 120" in await chromium.text("#technical-limits .field-problem")
        await typed(chromium, "unwell_text", "  ")
        await typed(chromium, "limits.idle_min", "15")
        await chromium.until(f"!{told}.includes('112') && {told}.includes('120 → 60')")
    body = clinic.drafts.draft(PATIENT).body
    assert "unwell_text" not in body
    assert body["limits"]["lost_s"] == 60


def at(path):
    return f"document.querySelector({json.dumps(f'[data-path={json.dumps(path)}]')})"


async def chosen(browser, path, value):
    await browser.ask(
        f"({at(path)}.value = {value!r}, {at(path)}.dispatchEvent(new Event('change')))"
    )


async def typed(browser, path, value):
    await browser.ask(
        f"({at(path)}.value = {value!r}, {at(path)}.dispatchEvent(new Event('input')))"
    )
