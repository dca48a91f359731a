"""Signing in with a real browser: by keyboard, on a phone, and without losing what was typed."""

import json

import pytest
from selenium.webdriver.common.keys import Keys

from axe import bring, violations
from dashboards.access.access_store import AccessStore
from dashboards.access.accounts import Accounts
from dashboards.access.guarded_entrance import COOKIE, GuardedEntrance
from dashboards.access.passwords import hashed_password
from dashboards.access.principal import Role
from dashboards.access.sessions import IDLE_S, SignedInSessions
from dashboards.access.tokens import ApiTokens
from dashboards.web.app import create_app
from dashboards.web.serving import serve
from telemetry.clock import ManualClock

pytestmark = pytest.mark.slow

PASSWORD = "a wave that comes back"
FORM = "document.querySelector('.sign-in-form')"
HEADING = "document.querySelector('h1')?.textContent"


@pytest.fixture(scope="module")
def password_hash():
    return hashed_password("anna", PASSWORD)


@pytest.fixture
def clinic(pretend, tmp_path, password_hash):
    """A page with two users, its clock, and who they are."""
    clock = ManualClock(pretend.t0_ns)
    reader = pretend.MemoryReader(
        {pretend.session: pretend.script()}, {pretend.session: pretend.results()}
    )
    with AccessStore(tmp_path / "access.sqlite") as store:
        accounts = Accounts(store, clock)
        for name, role in (("anna", Role.PHYSIOTHERAPIST), ("carlo", Role.ADMIN)):
            accounts.add(name, roles=[role], sites=["+"], password=password_hash)
        sessions = SignedInSessions(store, clock, accounts.find)
        entrance = GuardedEntrance(accounts, sessions, ApiTokens(store, clock), lambda _: None)
        app = create_app(reader, plan=pretend.plan_of, clock=clock, entrance=entrance)
        app.state.clock, app.state.accounts = clock, accounts
        yield app


async def press(browser, *keys):
    from selenium.webdriver import ActionChains

    def send(driver):
        chain = ActionChains(driver)
        for key in keys:
            chain.send_keys(key)
        chain.perform()

    await browser.do(send, browser._driver)


async def sign_in(browser, name="anna", password=PASSWORD):
    await browser.until(f"{FORM} && document.activeElement.id === 'sign-in-name'")
    await press(browser, name, Keys.TAB, password, Keys.ENTER)


async def forget(browser):
    await browser.do(browser._driver.delete_all_cookies)


async def test_one_signs_in_by_keyboard_alone_and_comes_to_where_one_was_going(chromium, clinic):
    async with serve(clinic, port=0) as page:
        await forget(chromium)
        await chromium.open(f"{page.url}sessions?lang=en")
        await sign_in(chromium, password="not the right one")
        await chromium.until("document.querySelector('.sign-in-form [role=alert]:not([hidden])')")
        assert "wrong" in await chromium.text(".sign-in-form [role=alert]")
        assert "demo-patient" not in await chromium.ask("document.body.textContent")
        assert await chromium.ask("document.activeElement.id") == "sign-in-password"
        await press(chromium, PASSWORD, Keys.ENTER)
        await chromium.until(f"{HEADING} === 'Recorded sessions'")
        assert await chromium.text(".account-name") == "anna"
        await chromium.ask("document.querySelector('.quiet-button').click()")
        await chromium.until(f"{HEADING} === 'Sign in to the clinic'")
    complaints = [e for e in await chromium.logs("browser") if e["level"] == "SEVERE"]
    assert all("401" in e["message"] for e in complaints)


async def test_no_script_reads_the_cookie(chromium, clinic):
    async with serve(clinic, port=0) as page:
        await forget(chromium)
        await chromium.open(f"{page.url}sessions?lang=en")
        await sign_in(chromium)
        await chromium.until(f"{HEADING} === 'Recorded sessions'")
        assert await chromium.ask("document.cookie") == ""
        cookies = await chromium.do(chromium._driver.get_cookies)
        (kept,) = [c for c in cookies if c["name"] == COOKIE]
        assert kept["httpOnly"]
        assert kept["secure"]


async def test_a_session_that_ends_covers_the_page_and_loses_nothing(chromium, clinic):
    async with serve(clinic, port=0) as page:
        await forget(chromium)
        await chromium.open(f"{page.url}sessions?lang=en")
        await sign_in(chromium)
        await chromium.until(f"{HEADING} === 'Recorded sessions'")
        field = json.dumps("main input.typed")
        await chromium.ask(
            "document.querySelector('main').append(Object.assign("
            "document.createElement('input'), {className: 'typed', value: 'half a word'}))"
        )
        await clinic.state.clock.advance(IDLE_S + 1)
        await chromium.ask("document.dispatchEvent(new Event('signed-out'))")
        await chromium.until("document.querySelector('dialog').open")
        assert (
            await chromium.ask("getComputedStyle(document.querySelector('table')).visibility")
            == "hidden"
        )
        await press(chromium, Keys.ESCAPE, Keys.ESCAPE, Keys.ESCAPE)
        await chromium.until("document.querySelector('dialog').open")
        await chromium.until("document.activeElement.id === 'sign-in-password'")
        await press(chromium, PASSWORD, Keys.ENTER)
        await chromium.until("!document.querySelector('dialog').open")
        assert await chromium.ask(f"document.querySelector({field}).value") == "half a word"


async def test_who_does_nothing_is_warned_and_may_stay(chromium, clinic):
    async with serve(clinic, port=0) as page:
        await forget(chromium)
        await chromium.open(f"{page.url}sessions?lang=en")
        await sign_in(chromium)
        await chromium.until(f"{HEADING} === 'Recorded sessions'")
        await clinic.state.clock.advance(IDLE_S - 90)
        # The browser's own clock, by which it counts down, goes on as much.
        await chromium.ask(
            "(now => performance.now = () => now() + 810_000)(performance.now.bind(performance))"
        )
        await chromium.until("document.querySelector('.idle-warning:not([hidden])')")
        assert "in 2 min" in await chromium.text(".idle-warning p")
        await chromium.ask("document.querySelector('.idle-warning button').click()")
        await chromium.until("document.querySelector('.idle-warning').hidden")
        await clinic.state.clock.advance(IDLE_S - 90)
        assert await chromium.ask("fetch('/api/overview').then(a => a.status)") == 200


async def test_who_keeps_the_machine_is_led_to_how_it_runs(chromium, clinic):
    async with serve(clinic, port=0) as page:
        await forget(chromium)
        await chromium.open(f"{page.url}?lang=en")
        await sign_in(chromium, "carlo")
        await chromium.until("location.pathname === '/clinic'")
        await chromium.until(f"{HEADING} === 'How the clinic is running'")
        assert await chromium.ask("document.querySelectorAll('nav a:not([hidden])').length") == 0


@pytest.mark.parametrize("language", ["it", "en"])
async def test_the_form_fits_a_phone_and_each_field_has_its_name(chromium, clinic, language):
    size = (320, 640)
    async with serve(clinic, port=0) as page:
        await forget(chromium)
        before = await chromium.do(chromium._driver.get_window_size)
        await chromium.do(
            chromium._driver.execute_cdp_cmd,
            "Emulation.setDeviceMetricsOverride",
            {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": True},
        )
        try:
            await chromium.open(f"{page.url}?lang={language}")
            await chromium.until(FORM)
            assert await chromium.ask("document.documentElement.scrollWidth") <= size[0]
            assert await chromium.ask(
                f"[...{FORM}.querySelectorAll('input')].every(i => i.labels.length === 1)"
            )
            low = await chromium.ask(
                f"Math.min(...[...{FORM}.querySelectorAll('input,button')]"
                ".map(e => e.getBoundingClientRect().height))"
            )
            assert low >= 24, "WCAG 2.5.8: a target is at least 24 px"
        finally:
            await chromium.do(
                chromium._driver.execute_cdp_cmd, "Emulation.clearDeviceMetricsOverride", {}
            )
        assert before


async def test_a_page_without_users_says_so(chromium, pretend):
    async with serve(create_app(pretend.MemoryReader()), port=0) as page:
        await chromium.open(f"{page.url}?lang=en")
        await chromium.until("document.querySelector('#open-to-all')")
        assert "No sign-in" in await chromium.text("#open-to-all")


@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_nothing_on_the_form_nor_on_what_covers_a_page(chromium, clinic, width):
    await bring(chromium)
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    driver = chromium._driver
    await chromium.do(lambda: driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics))
    try:
        async with serve(clinic, port=0) as page:
            await forget(chromium)
            await chromium.open(f"{page.url}?lang=it")
            await chromium.until(f"{FORM} && document.activeElement.id === 'sign-in-name'")
            found = {"form": await violations(chromium)}
            await press(chromium, "anna", Keys.TAB, "wrong", Keys.ENTER)
            await chromium.until(f"{FORM}.querySelector('[role=alert]')?.textContent")
            found["refused"] = await violations(chromium)
            await chromium.open(f"{page.url}?lang=en")
            await sign_in(chromium)
            await chromium.until("document.body.dataset.ready === 'yes'")
            await clinic.state.clock.advance(IDLE_S + 1)
            await chromium.ask("document.dispatchEvent(new Event('signed-out'))")
            await chromium.until(f"document.querySelector('dialog')?.open && {FORM}")
            found["covered"] = await violations(chromium)
            assert await chromium.ask("document.documentElement.scrollWidth") <= width
    finally:
        await chromium.do(
            lambda: driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        )
    assert found == {"form": [], "refused": [], "covered": []}
