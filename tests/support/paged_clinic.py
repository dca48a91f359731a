"""A simulated clinic with its pages, and a browser that goes through them."""

from __future__ import annotations

from datetime import date, timedelta

from clinic_facts import at
from dashboards.web.app import create_app
from ingest.journal.journal import Journal
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import Rates
from ripresa.care.care_journal import JournalCareRecord
from ripresa.platform.configuration import Folder
from ripresa.session.plan_folder import PlanFolder
from telemetry.clock import ManualClock
from telemetry.transport.bus import LocalBus

LAST = date(2025, 11, 30)
BUSY = Rates(fall=0.05, unwell=0.05, never_start=0.2, offline=0.03, changing=0.5)
SIZES = {"desktop": (1280, 900), "phone": (320, 640)}


class PagedClinic:
    """Six virtual patients over three weeks, as their clinic has them."""

    def __init__(self, folder, last=LAST):
        write_clinic(simulate(patients=6, weeks=3, last=last, rates=BUSY), folder)
        place = Folder(folder)
        self.clock = ManualClock(at(last + timedelta(days=1), "12:00"))
        self.journal = Journal.open(place.clinic_journal, self.clock)
        self.plans = PlanFolder(place.plans)
        self.care = JournalCareRecord(self.journal, self.plans.version, self.clock)

    def app(self):
        return create_app(
            self.journal, LocalBus(), plan=self.plans.version, care=self.care, clock=self.clock
        )


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
