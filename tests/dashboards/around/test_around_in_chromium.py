"""A physiotherapist says what there is to say around a plan: by keyboard alone, at two sizes."""

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

from axe import bring, violations
from chromium import running_chromium
from dashboards.around.treatment_port import TakeSession
from dashboards.web.serving import serve
from games.rules.take import Take

pytestmark = pytest.mark.slow

SIZES = {"desktop": (1280, 900), "phone": (320, 640)}
BASE = "/api/patients/p-1/around"
DAY = "2023-11-10"
SAID = {
    "messages": {"text": "Bravo, la spalla va molto meglio di tre settimane fa."},
    "standing": {},
    "excused": {"first": DAY, "last": DAY, "why": "holiday"},
    "corrected": {"day": DAY, "item": "abduction", "amount": 12, "note": "lost"},
    "adverse": {"day": DAY, "what": "dizzy", "severity": "severe", "relation": "possible"},
    "consent": {"what": "research", "given": False, "day": DAY},
    "carer": {"role": "partner", "agreed": True, "day": DAY, "note": "in the evening"},
    "episode": {"referral": "frozen shoulder", "precautions": "below 120°", "review": DAY},
    "sensors": {"returned": False},
    "hand-over": {"to": "bruno", "first": DAY, "last": "2023-11-20"},
    "questionnaire": {"instrument": "FES-I", "day": DAY, "answers": [2] * 15 + [None]},
}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with running_chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


async def opened(browser, url, size="desktop"):
    width, height = SIZES[size]
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver = browser._driver
    command = "Emulation.setDeviceMetricsOverride"
    await browser.do(lambda: driver.execute_cdp_cmd(command, metrics))
    await browser.open(url)
    await browser.until("document.body.dataset.ready === 'yes'")
    await browser.until("document.querySelector('#card-messages')")


async def pressed(browser, *keys):
    driver = browser._driver
    await browser.do(lambda: ActionChains(driver).send_keys(*keys).perform())


async def focused(browser, selector):
    """Tab on until something is in focus: nothing is reached by a mouse."""
    for _ in range(400):
        if await browser.ask(f"document.activeElement.matches({selector!r})"):
            return
        await pressed(browser, Keys.TAB)
    raise AssertionError(f"no key leads to {selector}")


async def test_a_message_is_written_and_taken_back_by_keyboard_and_the_focus_stays(scene, chromium):
    async with serve(scene.app(users=False), port=0) as page:
        await opened(chromium, f"{page.url}patient/p-1?lang=en")
        await focused(chromium, "#form-messages-write > summary")
        await pressed(chromium, Keys.ENTER, Keys.TAB, "Well done.", Keys.TAB, "anna", Keys.ENTER)
        await chromium.until("document.querySelectorAll('.letter').length === 1")
        assert await chromium.ask("document.activeElement.closest('details').id") == (
            "form-messages-write"
        )
        assert await chromium.text(".around-said") == "Written down."
        assert "Well done." in await chromium.text(".letter")
        await focused(chromium, "[id^='form-messages-back'] > summary")
        await pressed(chromium, Keys.ENTER, Keys.TAB, "anna", Keys.ENTER)
        await chromium.until("document.querySelector('.letter-withdrawn')")
        assert await chromium.ask("document.activeElement.id") == "card-messages"
    assert scene.care.figures("p-1").around.letters[0].state == "withdrawn"


@pytest.mark.parametrize("size", SIZES)
async def test_a_take_is_sent_and_taken_back_by_keyboard_alone(scene, chromium, monkeypatch, size):
    own = TakeSession(
        session="01J00000000000000000000011",
        patient="anna-own",
        opened_ns=1,
        items=(("own abduction", "arm-abduction"),),
        known=False,
    )
    monkeypatch.setattr(scene.treatment._own, "sessions", lambda: [own])
    monkeypatch.setattr(
        scene.treatment._own, "take", lambda *_: Take((0.0, 1.0, 2.0), (0.0, 1.0, 0.0))
    )
    choice = "document.querySelector('#takes-send-abduction-session')"
    curve = "document.querySelector('.card-takes .take-curve')"
    await bring(chromium)
    async with serve(scene.app(users=False), port=0) as page:
        await opened(chromium, f"{page.url}patient/p-1?lang=en", size)
        assert "ripresa home session" in await chromium.text(".take-how")
        await focused(chromium, "#form-takes-send-abduction > summary")
        await pressed(chromium, Keys.ENTER)
        await chromium.until(f"{choice}?.options.length > 1")
        assert await chromium.ask(f"{choice}.value") == ""
        assert await violations(chromium) == []
        await focused(chromium, "#takes-send-abduction-session")
        await pressed(chromium, Keys.ARROW_DOWN)
        assert await chromium.ask(f"{choice}.value")
        await focused(chromium, "#takes-send-abduction-by")
        await pressed(chromium, "anna")
        await focused(chromium, "#form-takes-send-abduction button")
        await pressed(chromium, Keys.ENTER)
        await chromium.until(f"{curve} !== null")
        assert "anna" in await chromium.text(".card-takes")
        assert await chromium.ask(
            "document.activeElement.matches('#form-takes-send-abduction > summary')"
        )
        await chromium.ask(
            "document.querySelectorAll('.card-takes details').forEach(d => d.open = true)"
        )
        assert await violations(chromium) == []
        assert await chromium.ask("document.documentElement.scrollWidth") <= SIZES[size][0]
        await focused(chromium, "#takes-back-abduction-by")
        await pressed(chromium, "anna")
        await focused(chromium, "#form-takes-back-abduction button")
        await pressed(chromium, Keys.ENTER)
        await chromium.until(f"{curve} === null")
    assert scene.care.figures("p-1").around.takes == {}


async def test_nothing_is_chosen_for_whoever_writes_an_adverse_event_down(scene, chromium):
    async with serve(scene.app(users=False), port=0) as page:
        await opened(chromium, f"{page.url}patient/p-1?lang=it")
        await chromium.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
        chosen = "[...document.querySelectorAll('#around select')].map(s => s.value)"
        assert set(await chromium.ask(chosen)) == {""}
        days = "[...document.querySelectorAll('#around input[type=date]')].map(s => s.value)"
        assert set(await chromium.ask(days)) == {""}


@pytest.mark.parametrize(("size", "language"), [("desktop", "it"), ("phone", "en")])
async def test_axe_finds_nothing_whatever_stands_there_and_it_fits_a_phone(
    scene, chromium, size, language
):
    async with scene.web("anna") as web:
        for path, body in SAID.items():
            answer = await web.post(f"{BASE}/{path}", json=body)
            assert answer.status_code == 200, answer.text
    await bring(chromium)
    async with serve(scene.app(users=False), port=0) as page:
        await opened(chromium, f"{page.url}patient/p-1?lang={language}", size)
        await chromium.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert await violations(chromium) == []
        assert await chromium.ask("document.documentElement.scrollWidth") <= SIZES[size][0]
        assert await chromium.ask("document.body.textContent.includes('undefined')") is False
        await opened_list(chromium, f"{page.url}?lang={language}")
        assert "bruno" in await chromium.text(".needed-line h3")
        assert await violations(chromium) == []
        assert await chromium.ask("document.documentElement.scrollWidth") <= SIZES[size][0]


async def opened_list(browser, url):
    await browser.open(url)
    await browser.until("document.body.dataset.ready === 'yes'")


async def test_a_day_of_the_calendar_leads_to_its_excuse_by_keyboard(scene, chromium):
    async with serve(scene.app(users=False), port=0) as page:
        await opened(chromium, f"{page.url}patient/p-1?lang=en")
        await focused(chromium, ".calendar a[href='#form-days-excuse']")
        said = await chromium.ask("document.activeElement.getAttribute('aria-label')")
        await pressed(chromium, Keys.ENTER)
        assert await chromium.ask("document.activeElement.id") == "days-excuse-why"
        first, last = await chromium.ask(
            "['first', 'last'].map(n => document.getElementById(`days-excuse-${n}`).value)"
        )
        assert first == last
        assert str(int(first[-2:])) in said
        await pressed(chromium, Keys.ARROW_DOWN, Keys.TAB, "anna", Keys.ENTER)
        await chromium.until("document.querySelector('.around-said')?.textContent")
    (excused,) = scene.care.figures("p-1").around.excused
    assert excused.first.isoformat() == first


async def test_consent_to_motion_withdrawn_says_that_the_home_has_not_confirmed(scene, chromium):
    async with scene.web("anna") as web:
        told = {"what": "motion", "given": False, "day": DAY}
        assert (await web.post(f"{BASE}/consent", json=told)).status_code == 200
    async with serve(scene.app(users=False), port=0) as page:
        await opened(chromium, f"{page.url}patient/p-1?lang=it")
        assert "La casa non l'ha ancora confermato." in await chromium.text("#around .card-consent")
