"""The pages as the documents show them, from a simulated clinic, on a desk and on a phone.

`RIPRESA_PICTURES=docs/pictures pytest -m nightly tests/dashboards/web/test_pictures_of_pages.py`
makes the documents' pictures anew; without that variable they go where nobody keeps them.
"""

import base64
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from curve_clinic import CurveClinic, lived_session
from dashboards.web.app import create_app
from dashboards.web.serving import serve
from paged_clinic import PagedClinic, first_of_all, opened

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

SIZES = [((1280, 900), ""), ((390, 844), "-phone")]
PICTURES = Path(__file__).parents[3] / "docs" / "pictures"


@pytest.fixture
def folder(tmp_path):
    return Path(os.environ.get("RIPRESA_PICTURES") or tmp_path)


async def sized(chromium, size):
    driver, (width, height) = chromium._driver, size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}

    def command(name, told):
        return chromium.do(lambda: driver.execute_cdp_cmd(f"Emulation.{name}", told))

    await command("setDeviceMetricsOverride", metrics)
    await command("setTimezoneOverride", {"timezoneId": "Europe/Rome"})
    await command("setScrollbarsHidden", {"hidden": True})


async def picture(chromium, folder, name):
    """Keep what is seen."""
    driver = chromium._driver
    taken = await chromium.do(
        lambda: driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    )
    found = base64.b64decode(taken["data"])
    (folder / f"{name}.png").write_bytes(found)
    assert len(found) > 10_000


@pytest.mark.parametrize(("size", "ending"), SIZES)
async def test_worklist_and_patient(chromium, folder, tmp_path, size, ending):
    # A browser counts days from the machine's own clock.
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    clinic = PagedClinic(tmp_path / "c", yesterday)
    patient, _ = first_of_all(clinic)
    await sized(chromium, size)
    async with serve(clinic.app(), port=0) as page:
        for name, address in (("worklist", ""), ("patient", f"patient/{patient}")):
            await opened(chromium, f"{page.url}{address}?lang=en")
            await picture(chromium, folder, name + ending)
    clinic.journal.close()


@pytest.mark.parametrize(("size", "ending"), SIZES)
async def test_session(chromium, folder, tmp_path, size, ending):
    clinic = CurveClinic(tmp_path, lived_session())
    await clinic.worked_out()
    app = create_app(clinic.journal, plan=clinic.plan, curve=clinic.desk.curve)
    await sized(chromium, size)
    async with serve(app, port=0) as page:
        await opened(chromium, f"{page.url}session/{clinic.session}?home={clinic.home}&lang=en")
        await chromium.until("document.body.dataset.curves === 'there'")
        await picture(chromium, folder, f"session{ending}")
    clinic.journal.close()


def test_the_documents_show_them():
    told = (PICTURES.parent / "physiotherapists.md").read_text(encoding="utf-8")
    for name in (
        "worklist",
        "worklist-phone",
        "patient",
        "patient-phone",
        "session",
        "session-phone",
    ):
        assert f"(pictures/{name}.png)" in told
        assert (PICTURES / f"{name}.png").is_file()
