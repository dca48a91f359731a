"""Whatever is done to a clinic's data and in what order: journal, archive, database agree."""

import random
import shutil
import uuid
from datetime import timedelta

import pytest

from clinic_facts import MONDAY, at
from influxd import Influxd
from ingest.influx.admin import patient_series
from ingest.influx.server import InfluxSettings, InfluxWriter
from ingest.journal.archive import archive_closed
from ingest.journal.ledger import stream_account
from ingest.journal.retention import drop_archived
from ingest.journal.upkeep import check
from ingest.rights.audit import AuditKey, broken_links
from ingest.rights.consent import ConsentState, set_consent
from ingest.rights.erasure import (
    carry_out,
    erase_from_database,
    erase_from_journal,
    steps_here,
    traces,
)
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from ripresa.care.clinic_store import ClinicStore
from ripresa.care.refill import refill, verify_clinic
from ripresa.platform.configuration import Folder
from ripresa.session.closing import result_record
from ripresa.session.reanalysis import reanalyse
from telemetry.clock import ManualClock
from telemetry.messages.results import SessionResult

pytestmark = pytest.mark.slow

FAR_NS = 1 << 62


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "clinic"
    last = MONDAY - timedelta(days=1)
    write_clinic(simulate(patients=3, weeks=1, seed=7, last=last, motion_every=2), folder)
    shutil.rmtree(folder / "homes")
    return folder


class LivedClinic:
    """A clinic to which things are done, and what should be true of it."""

    def __init__(self, folder, settings, rng):
        self.folder, self.settings, self.rng = Folder(folder), settings, rng
        self.clock = ManualClock(at(MONDAY, "12:00"))
        self.key = AuditKey.at(self.folder.audit_key)
        self.erased, self.needles = set(), set()
        with self.store() as store:
            self.patients = sorted({h.patient for h in store.journal.homes() if h.patient})
            self.motion = self.samples(store)
            self.counts = self.records(store)
        assert len({patient for patient, *_ in self.motion}) > 1
        self.log = []

    def store(self):
        return ClinicStore(self.folder, self.clock)

    @staticmethod
    def samples(store):
        """By patient, home and stream: samples of the whole store."""
        found = {}
        for stream, home, *_ in store.whole.motion_by_stream():
            items = store.whole.stream_items(stream, home=home)
            account = stream_account(stream, items, moved=())
            assert account.undeclared == account.duplicates == 0
            found[store.journal.patient_of(home)[1], home, stream] = account.stored
        return found

    @staticmethod
    def records(store):
        rows = store.journal.rows(
            "SELECT h.patient, count(*) FROM record r JOIN home h ON h.id = r.home "
            "WHERE h.patient IS NOT NULL GROUP BY h.patient"
        )
        return dict(rows)

    def living(self):
        return sorted(set(self.patients) - self.erased)

    def erase(self):
        if len(self.living()) > 1:
            patient = self.rng.choice(self.living())
            with self.store() as store, InfluxWriter(self.settings) as writer:
                known = self.folder
                folders = [known.archive, known.exports, known.plans, known.figures]
                told = {"actor": "pt", "ground": "asked", "now_ns": self.clock.now_ns()}
                gone = erase_from_journal(store.journal, self.key, patient, folders=folders, **told)
                steps = steps_here(store.journal, patient, folders)
                steps["database"] = lambda: erase_from_database(writer, self.settings, patient)
                assert carry_out(store.journal, patient, steps) == {}
            self.erased.add(patient)
            self.needles |= set(gone.needles)

    def restrict(self):
        self.consent(on=True)

    def lift(self):
        self.consent(on=False)
        self.refill()

    def consent(self, *, on):
        patient = self.rng.choice(self.living())
        told = {"actor": "pt", "ground": "asked", "now_ns": self.clock.now_ns()}
        with self.store() as store, InfluxWriter(self.settings) as writer:
            set_consent(store.journal, self.key, patient, ConsentState.RESTRICTED, on=on, **told)
            if on:
                erase_from_database(writer, self.settings, patient)

    def refill(self):
        refill(self.folder.root, self.settings, self.clock)

    def follow(self):
        refill(self.folder.root, self.settings, self.clock, from_start=False)

    def archive(self):
        with self.store() as store:
            archive_closed(store.journal, self.folder.archive, now_ns=FAR_NS, settle_ns=0)
            drop_archived(store.journal, FAR_NS)

    def reanalyse(self):
        with self.store() as store:
            held = [s for s in store.journal.sessions() if store.whole.streams(s.session)]
            if not held:
                return
            s = self.rng.choice(held)
            told = store.whole.results(s.session, home=s.home)
            before = [r for r in told if isinstance(r, SessionResult) and not r.provisional]
        found = reanalyse(
            self.folder.clinic_journal, self.folder.plans, s.session, home=s.home, processes=1
        )
        assert found.before == (before[-1] if before else None)
        with self.store() as store:
            record = result_record(found.now, self.clock.now_ns(), subject=found.home)
            store.journal.append_now([record])

    def do(self, names):
        for name in names:
            self.log.append(name)
            getattr(self, name)()
            self.look()

    def look(self):
        """Everything that must hold after each deed."""
        self.follow()
        assert verify_clinic(self.folder.root, self.settings, self.clock) == [], self.log
        assert check(self.folder.clinic_journal) == [], self.log
        with self.store() as store:
            kept = {k: n for k, n in self.motion.items() if k[0] not in self.erased}
            assert self.samples(store) == kept, self.log
            counts = {p: n for p, n in self.counts.items() if p not in self.erased}
            assert self.records(store) == counts, self.log
            assert broken_links(store.journal, self.key) == []
            with InfluxWriter(self.settings) as writer:
                for patient in self.patients:
                    used = patient in self.living() and not store.consent.unused(patient)
                    assert (patient_series(writer, self.settings, patient) > 0) == used, self.log
        others = [p.encode() for p in self.living()]
        places = [self.folder.clinic, self.folder.plans]
        assert traces(places, sorted(self.needles), others) == [], self.log


@pytest.fixture
def lived(influxd, simulated, tmp_path):
    def begin(seed):
        folder = tmp_path / f"clinic{seed}"
        shutil.copytree(simulated, folder)
        name = f"o{uuid.uuid4().hex}"
        settings = InfluxSettings(
            url=influxd.url,
            token="-",  # noqa: S106
            org="-",
            motion_bucket=influxd.create_bucket(f"{name}m"),
            minutes_bucket=influxd.create_bucket(f"{name}u"),
            therapy_bucket=influxd.create_bucket(name),
            motion_days=None,
        )
        return LivedClinic(folder, settings, random.Random(seed))

    return begin


DEEDS = ("erase", "restrict", "lift", "refill", "archive", "reanalyse")


def test_journal_archive_and_database_agree_after_one_of_each(lived):
    clinic = lived(1)
    clinic.do(["archive", "restrict", "refill", "lift", "reanalyse", "erase", "refill"])


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(12))
def test_journal_archive_and_database_agree_after_anything_in_any_order(lived, seed):
    clinic = lived(seed)
    clinic.do(clinic.rng.choices(DEEDS, k=12))
