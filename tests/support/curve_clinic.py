"""A clinic with one virtual person's session, motion and all, and the curves of it."""

from __future__ import annotations

import asyncio
from datetime import date

import numpy as np

from ingest.influx.record_context import RecordContext
from ingest.journal.journal import Journal
from ingest.transfer.intake import open_parcel, store_parcels
from research.virtual_clinic import virtual_session
from research.virtual_clinic.virtual_patient import Rates, drawn_patient
from ripresa.curves.curve_desk import CurveDesk
from ripresa.curves.curve_maker import CurveMaker
from telemetry.clock import ManualClock
from telemetry.messages.record import encode_block
from telemetry.messages.results import SessionResult
from telemetry.transport.topics import HomeTopics

DAY = date(2025, 9, 20)
NOW_NS = 1_758_358_800_000_000_000


def lived_session():
    """A virtual person and the records of their session."""
    person = drawn_patient(np.random.default_rng(1), 0, date(2025, 9, 1), 84, Rates())
    rates = Rates(broken=0, fall=0, unwell=0)
    found = virtual_session.live_session(
        np.random.default_rng(5), person, DAY, rates, assess=True, motion=True
    )
    return person, found.records


class CurveClinic:
    """A clinic's journal with that session, and its curves."""

    def __init__(self, folder, lived, *, motion=True):
        self.person, records = lived
        self.session = next(r.session for r in records if r.session)
        self.clock, self.barred = ManualClock(NOW_NS), set()
        self.journal = Journal.open(folder / "c.sqlite", self.clock)
        topic, before = HomeTopics("simulated", self.person.name).record, 0
        with Journal.open(folder / "h.sqlite", ManualClock(1)) as home:
            home.append_now([r for r in records if motion or r.stream is None])
            self.home = home.home
            while block := home.records(before):
                before = block[-1].position
                parcel = open_parcel(topic, encode_block(block))
                store_parcels(self.journal, [parcel], now_ns=NOW_NS)
        self.folder = folder / "curves"
        self.plan = lambda _patient, _version: self.person.plans[0][1]
        self.desk = self.new_desk()

    def new_desk(self):
        context = RecordContext(self.journal, lambda patient: patient in self.barred)

        def patient_of(home):
            whose = context.whose_home(home)
            return None if whose is None else whose.patient

        maker = CurveMaker(context, self.plan)
        return CurveDesk(maker, self.journal, self.folder, patient_of, self.clock)

    def curve(self):
        return self.desk.curve(self.session, self.home)

    @property
    def result(self):
        results = self.journal.results(self.session)
        return [r for r in results if isinstance(r, SessionResult)][-1]

    async def worked_out(self):
        running = asyncio.create_task(self.desk.run())
        await asyncio.sleep(0)
        async with asyncio.timeout(60):
            while (found := self.curve()).state == "working":
                await asyncio.sleep(0.05)
        running.cancel()
        return found
