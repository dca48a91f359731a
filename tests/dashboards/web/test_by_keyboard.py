"""From the worklist to a patient, to their session, to paper: without a mouse."""

import base64

import pytest
from selenium.webdriver.common.keys import Keys

from dashboards.web.serving import serve
from paged_clinic import PagedClinic, first_of_all, opened, sized

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
MOST_STEPS = 120


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    found = PagedClinic(tmp_path_factory.mktemp("clinic") / "c")
    yield found
    found.journal.close()


def press_enter_on(driver, script):
    """Go by Tab to the first element of which a function in JavaScript is true; its steps."""
    for step in range(MOST_STEPS):
        if driver.execute_script(f"return ({script})(document.activeElement)"):
            shown = driver.execute_script(
                "const s = getComputedStyle(document.activeElement);"
                "return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2"
            )
            assert shown, "the focus is seen"
            driver.switch_to.active_element.send_keys(Keys.ENTER)
            return step
        driver.switch_to.active_element.send_keys(Keys.TAB)
    raise AssertionError(f"{script} cannot be reached by the Tab key")


async def test_worklist_patient_session_and_paper_by_keyboard_alone(clinic, chromium):
    patient, _ = first_of_all(clinic)
    driver = chromium._driver
    async with serve(clinic.app(), port=0) as page:
        await sized(chromium, "desktop")
        await opened(chromium, f"{page.url}?lang=en")
        await chromium.do(press_enter_on, driver, f"e => e.id === 'patient-{patient}'")
        await chromium.until(f"location.pathname === '/patient/{patient}'")
        await chromium.until("document.body.dataset.ready === 'yes'")
        printed = await chromium.do(
            lambda: driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        )
        assert base64.b64decode(printed["data"]).startswith(b"%PDF")
        await chromium.do(press_enter_on, driver, "e => e.matches('a[href^=\"/session/\"]')")
        await chromium.until("location.pathname.startsWith('/session/')")
        await chromium.until("document.body.dataset.ready === 'yes'")
        assert await chromium.text(".who a") == patient
        await chromium.do(press_enter_on, driver, "e => e.matches('.who a')")
        await chromium.until(f"location.pathname === '/patient/{patient}'")
