"""A survey on a phone and its sheet on paper, in a real browser under the strict policy."""

import pytest

from axe import axe_script, violations
from chromium import running_chromium
from clinic_facts import MONDAY, at
from dashboards.web.app import create_app
from dashboards.web.serving import serve
from ingest.journal.journal import Journal
from ripresa.survey.survey_codes import SurveyCodes
from telemetry.clock import ManualClock

pytestmark = pytest.mark.slow

SIZES = {"tablet": (800, 600), "phone": (320, 640)}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with running_chromium(tmp_path_factory.mktemp("chromium")) as browser:
        browser._driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": axe_script()}
        )
        yield browser


@pytest.fixture
def codes(tmp_path):
    with SurveyCodes(tmp_path / "surveys.sqlite", ManualClock(at(MONDAY))) as found:
        yield found


@pytest.fixture
def app(tmp_path, codes):
    clock = ManualClock(at(MONDAY))
    with Journal.open(tmp_path / "journal.sqlite", clock) as journal:
        yield create_app(journal, surveys=codes, clock=clock)


async def opened(browser, url, size):
    width, height = SIZES[size]
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver, command = browser._driver, "Emulation.setDeviceMetricsOverride"
    await browser.do(lambda: driver.execute_cdp_cmd(command, metrics))
    await browser.open(url)
    await browser.until("document.querySelector('form')")


async def fits(browser, size):
    """Whether nothing reaches beyond the width: a phone widens its own viewport to what does."""
    ends = "[...document.querySelectorAll('main *')].map(x => x.getBoundingClientRect().right)"
    return await browser.ask(f"Math.max(...{ends}) <= {SIZES[size][0]}")


@pytest.mark.parametrize(("size", "language"), [("phone", "it"), ("tablet", "en")])
async def test_a_survey_is_answered_by_its_code_without_signing_in(
    app, codes, chromium, size, language
):
    (code,) = codes.issue("discharge")
    async with serve(app, port=0) as page:
        await opened(chromium, f"{page.url}s?lang={language}", size)
        await chromium.ask("document.querySelector('#code').value = 'nothing'")
        await chromium.ask("document.querySelector('.send').click()")
        await chromium.until("document.querySelector('.said').textContent")
        assert await fits(chromium, size)
        await chromium.ask(f"document.querySelector('#code').value = '{code.lower()}'")
        await chromium.ask("document.querySelector('.send').click()")
        await chromium.until("document.querySelector('fieldset')")
        assert await fits(chromium, size)
        assert await chromium.ask("document.querySelectorAll(':checked').length") == 0
        assert await violations(chromium) == []
        await chromium.ask("document.querySelector('[name=use][value=\"4\"]').click()")
        await chromium.ask("document.querySelector('[name=barrier][value=pain]').click()")
        await chromium.ask("document.querySelector('.send').click()")
        await chromium.until("!document.querySelector('form')")
    assert codes.answers("discharge") == [{"use": 4, "barrier": "pain"}]


@pytest.mark.parametrize(("size", "language"), [("phone", "en"), ("tablet", "it")])
async def test_sheets_carry_address_code_and_the_form_on_paper(
    app, codes, chromium, size, language
):
    async with serve(app, port=0) as page:
        await opened(chromium, f"{page.url}survey-codes?survey=carer&lang={language}", size)
        await chromium.ask("document.querySelector('#count').value = 2")
        await chromium.ask("document.querySelector('.send').click()")
        await chromium.until("document.querySelectorAll('.slip').length === 2")
        assert await fits(chromium, size)
        shown = "[...document.querySelectorAll('.slip strong')].map(x => x.textContent)"
        made = await chromium.ask(shown)
        assert all(codes.opened(code).name == "carer" for code in made)
        assert f":{page.port}/s" in await chromium.text(".slip .address")
        assert await violations(chromium) == []
