"""The angle of a recorded session on its page, in a real browser."""

import pytest

from axe import bring, violations
from curve_clinic import CurveClinic, lived_session
from dashboards.web.app import create_app
from dashboards.web.serving import serve

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lived():
    return lived_session()


async def opened(chromium, clinic, *, width=1280, language="en"):
    driver = chromium._driver
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    await chromium.do(lambda: driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics))
    app = create_app(clinic.journal, plan=clinic.plan, curve=clinic.desk.curve)
    async with serve(app, port=0) as page:
        address = f"session/{clinic.session}?home={clinic.home}&lang={language}"
        await chromium.open(page.url + address)
        await chromium.until("document.body.dataset.curves !== undefined")
        yield page


@pytest.mark.parametrize(
    ("width", "language"),
    [(1280, "en"), pytest.param(320, "it", marks=pytest.mark.nightly)],
)
async def test_the_curve_is_drawn_and_told_in_a_table(tmp_path, lived, chromium, width, language):
    clinic = CurveClinic(tmp_path, lived)
    kept = await clinic.worked_out()
    await bring(chromium)
    async for _ in opened(chromium, clinic, width=width, language=language):
        drawn = await chromium.ask("document.querySelectorAll('.curve canvas').length")
        assert drawn == len(kept.items)
        assert await chromium.ask("document.documentElement.scrollWidth") <= width
        await chromium.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
        rows = "document.querySelectorAll('.curve-place tbody tr').length"
        told = sum(len(i.repetitions) for i in clinic.result.items if i.range_of_motion)
        assert await chromium.ask(rows) >= told
        labels = "[...document.querySelectorAll('.curve')].map(c => c.ariaLabel).join()"
        assert str(round(kept.items[0].seconds)) in await chromium.ask(labels)
        assert await violations(chromium) == []
    clinic.journal.close()


async def test_a_curve_that_is_not_there_is_said_and_nothing_is_drawn(tmp_path, lived, chromium):
    clinic = CurveClinic(tmp_path, lived, motion=False)
    await clinic.worked_out()
    async for _ in opened(chromium, clinic):
        assert await chromium.ask("document.querySelectorAll('.curve').length") == 0
        assert "samples are not here" in await chromium.text(".curve-place")
    clinic.journal.close()
