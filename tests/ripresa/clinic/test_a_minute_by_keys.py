"""A physiotherapist's minute at a real clinic of 40 patients, by keys alone, each press counted."""

import base64
import contextlib
import os
import re
import subprocess
import sys

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from typer.testing import CliRunner

from chromium import running_chromium
from ripresa.cli.main import app
from therapy.templates.catalogue import TEMPLATE_IDS

pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(600)]

PASSWORD = "a wave that comes back"  # noqa: S105 - of nobody
SIZES = {"desktop": (1280, 900), "phone": (360, 740)}
TEMPLATE = "stroke-arm"
MOST = {"patient": 12, "session": 12, "back": 6, "plan": 30, "message": 12}
"""Presses on each part of the way; what is typed as text is not counted."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty patients over twelve weeks, and one who may come in."""
    found = tmp_path_factory.mktemp("clinic") / "c"
    for words, typed in (
        (["simulate", "--folder", str(found), "--patients", "40", "--weeks", "12"], ""),
        (["user", "add", "anna", "--role", "physiotherapist"], f"{PASSWORD}\n{PASSWORD}\n"),
    ):
        environment = {"RIPRESA_HOME": str(found)}
        done = CliRunner().invoke(app, ["clinic", *words], input=typed, env=environment)
        assert done.exit_code == 0, done.output
    return found


@pytest.fixture
def page(folder, mosquitto):
    """The address of the page of a real `clinic run`."""
    environment = os.environ | {
        "RIPRESA_HOME": str(folder),
        "RIPRESA_MQTT_PORT": str(mosquitto.port),
    }
    command = [sys.executable, "-m", "ripresa", "clinic", "run", "--web-port", "0"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, text=True
    ) as process:
        try:
            told = (re.search(r"web page at (http://\S+)", line) for line in process.stderr)
            yield next(found.group(1) for found in told if found)
        finally:
            process.terminate()


@pytest.fixture
def chromium(tmp_path):
    with running_chromium(tmp_path / "chromium") as browser:
        yield browser


class Keyboard:
    """Presses keys and counts them."""

    def __init__(self, browser):
        self.browser, self.count = browser, 0

    async def press(self, *keys):
        self.count += len(keys)
        await self._send(*keys)

    async def type(self, text):
        await self._send(text)

    async def _send(self, *keys):
        driver = self.browser._driver

        def send():
            chain = ActionChains(driver)
            for key in keys:
                chain.send_keys(key)
            chain.perform()

        await self.browser.do(send)

    async def to(self, selector, *, by=Keys.TAB, most=40):
        """Tab to the first element that a selector fits, and see that it shows its focus."""
        for _ in range(most):
            await self.press(by)
            if await self.browser.ask(f"document.activeElement.matches({selector!r})"):
                shown = await self.browser.ask(
                    "(e => [e, e.nextElementSibling].some(one => one && "
                    "getComputedStyle(one).outlineStyle !== 'none'))(document.activeElement)"
                )
                assert shown, f"the focus on {selector} is seen"
                return
        raise AssertionError(f"{selector} is not reached in {most} presses")

    async def past_the_head(self):
        """By the page's first link, over its head."""
        await self.press(Keys.TAB, Keys.ENTER)

    def so_far(self):
        count, self.count = self.count, 0
        return count


async def came(browser, script):
    await browser.until(f"({script}) && document.body.dataset.ready === 'yes'")


async def signed_in(browser, keys, page):
    await browser.open(f"{page}?lang=en")
    await browser.until("document.getElementById('sign-in-name') !== null")
    await browser.ask("document.getElementById('sign-in-name').focus()")
    await keys.type("anna")
    await keys.press(Keys.TAB)
    await keys.type(PASSWORD)
    await keys.press(Keys.ENTER)
    await came(browser, "document.querySelector('.needed-line') !== null")


async def first_reason(browser, page, size):
    """Milliseconds until the first reason is seen with nothing pressed; None: it is not."""
    width, height = SIZES[size]
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver = browser._driver
    await browser.do(lambda: driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics))
    await browser.open(f"{page}?lang=en")
    await browser.until("document.querySelector('.why-text') !== null")
    place = "document.querySelector('.why-text').getBoundingClientRect()"
    seen = await browser.ask(f"{place}.top >= 0 && {place}.bottom <= innerHeight")
    return await browser.ask("performance.now()") if seen else None


async def test_a_minute_without_a_mouse(page, chromium, folder, record_property, tmp_path):
    keys, counts = Keyboard(chromium), {}
    await signed_in(chromium, keys, page)
    keys.so_far()
    for size in ("phone", "desktop"):
        took = await first_reason(chromium, page, size)
        assert took is not None, f"the first reason is seen at one look: {size}"
        record_property(f"first_reason_ms_{size}", round(took))
    await came(chromium, "true")
    patient = await chromium.text(".needed-line h3 a")

    await keys.past_the_head()
    await keys.to(f"[id='patient-{patient}']")
    await keys.press(Keys.ENTER)
    await came(chromium, f"location.pathname === '/patient/{patient}'")
    counts["patient"] = keys.so_far()

    await keys.past_the_head()
    await keys.to("a[href^='/session/']")
    await keys.press(Keys.ENTER)
    await came(chromium, "location.pathname.startsWith('/session/')")
    counts["session"] = keys.so_far()
    await keys.past_the_head()
    await keys.to(".who a")
    await keys.press(Keys.ENTER)
    await came(chromium, f"location.pathname === '/patient/{patient}'")
    counts["back"] = keys.so_far()

    await sign_and_send(chromium, keys)
    counts["plan"] = keys.so_far()
    await keys.to(".who a", by=Keys.SHIFT + Keys.TAB)
    await keys.press(Keys.ENTER)
    await came(chromium, f"location.pathname === '/patient/{patient}'")
    await chromium.until("document.getElementById('form-messages-write') !== null")
    keys.so_far()

    await keys.past_the_head()
    await keys.to("#to-message")
    await keys.press(Keys.ENTER)
    await chromium.until("document.activeElement.matches('#form-messages-write textarea')")
    await keys.type("Well done on the stairs.")
    await keys.to("#form-messages-write button")
    await keys.press(Keys.ENTER)
    await chromium.until(
        "document.querySelector('.card-messages .around-list')?.textContent.includes('Well done')"
    )
    counts["message"] = keys.so_far()

    await printed(chromium, patient, folder, tmp_path / "report.pdf")
    for part, count in counts.items():
        record_property(f"presses_{part}", count)
    over = {part: count for part, count in counts.items() if count > MOST[part]}
    assert not over, (over, counts)


async def sign_and_send(chromium, keys):
    """From the patient's page by a template to a plan that is signed and sent."""
    await keys.past_the_head()
    await keys.to("#edit-plan")
    await keys.press(Keys.ENTER)
    await came(chromium, "document.getElementById('start') !== null")
    await keys.past_the_head()
    await keys.to("#source-0")
    await keys.press(*[Keys.ARROW_DOWN] * (1 + TEMPLATE_IDS.index(TEMPLATE)))
    await keys.to("#side-right")
    await keys.press(Keys.SPACE)
    await keys.to("#start")
    await keys.press(Keys.ENTER)
    await chromium.until("document.querySelector('#draft-status')?.textContent.includes('Draft')")
    await keys.to("#go-to-sign")
    await keys.press(Keys.ENTER)
    await chromium.until("document.querySelector('.obstacles .verdict') !== null")
    await keys.to("#sign-button")
    await keys.press(Keys.ENTER)
    await chromium.until("document.activeElement.id === 'send-version'")
    await keys.press(Keys.ENTER)
    await chromium.until("document.querySelector('.version-published') !== null")
    await chromium.until("document.activeElement.id === 'plan-title'")


async def printed(chromium, patient, folder, paper):
    """The page on paper, and the report that the command line writes."""
    driver = chromium._driver
    told = await chromium.do(lambda: driver.execute_cdp_cmd("Page.printToPDF", {}))
    assert base64.b64decode(told["data"]).startswith(b"%PDF")
    with contextlib.suppress(ImportError, OSError):
        import weasyprint  # noqa: F401 - an extra

        words = ["patient", "report", patient, "--pdf", str(paper)]
        done = CliRunner().invoke(app, words, env={"RIPRESA_HOME": str(folder)})
        assert done.exit_code == 0, done.output
        assert paper.read_bytes().startswith(b"%PDF")
