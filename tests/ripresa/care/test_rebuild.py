"""After a rebuild no file of the database holds an erased name, and all the rest is there."""

import dataclasses
import shutil
import time
import uuid
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from clinic_facts import MONDAY, at
from influxd import Influxd, Influxd2
from ingest.influx.admin import patient_series, set_up
from ingest.influx.server import InfluxSettings, InfluxWriter
from ingest.rights.audit import AuditKey
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
from ripresa.care.refill import rebuild, refill, verify_clinic
from ripresa.cli.main import app
from ripresa.platform.configuration import Folder
from ripresa.platform.folder_lock import folder_lock
from telemetry.clock import ManualClock, ScaledClock
from telemetry.errors import ConfigurationError, StoreBusy

pytestmark = pytest.mark.slow

CLOCK = ManualClock(at(MONDAY, "12:00"))


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A simulated clinic with a little motion, its folder without the homes."""
    folder = tmp_path_factory.mktemp("simulated") / "clinic"
    last = MONDAY - timedelta(days=1)
    write_clinic(simulate(patients=2, weeks=1, seed=7, last=last, motion_every=4), folder)
    shutil.rmtree(folder / "homes")
    return folder


@pytest.fixture
def clinic(simulated, tmp_path):
    """A copy to do things to."""
    shutil.copytree(simulated, tmp_path / "clinic")
    return Folder(tmp_path / "clinic")


# CI has 1.8 alone; where 2.7 is on the PATH, all is done with it as well.
KINDS = {"1.8": Influxd} | ({"2.7": Influxd2} if shutil.which("influxd2") else {})


@pytest.fixture(scope="module", params=list(KINDS))
def server(request, tmp_path_factory):
    """A database of each kind that is at hand."""
    found = KINDS[request.param](tmp_path_factory.mktemp("influxd"))
    found.start()
    yield found
    found.kill()


@pytest.fixture
def database(server):
    """The server, and settings for buckets of its own."""
    name = f"r{uuid.uuid4().hex[:8]}"
    names = {"motion_bucket": f"{name}m", "minutes_bucket": f"{name}u", "therapy_bucket": name}
    settings = InfluxSettings(url=server.url, token="t" * 20, org="clinic", motion_days=None)
    if isinstance(server, Influxd):
        names = {key: server.create_bucket(bucket) for key, bucket in names.items()}
        return server, dataclasses.replace(settings, **names)
    settings = dataclasses.replace(settings, **names)
    with InfluxWriter(settings) as writer:
        set_up(writer, settings)
    return server, settings


def erased(folder, settings):
    """Erase one patient from journal and database; all names that stood for them."""
    with ClinicStore(folder, CLOCK) as store, InfluxWriter(settings) as writer:
        patient = min({h.patient for h in store.journal.homes() if h.patient})
        folders = [folder.archive, folder.plans]
        told = {"actor": "pt", "ground": "asked", "now_ns": CLOCK.now_ns()}
        key = AuditKey.at(folder.audit_key)
        gone = erase_from_journal(store.journal, key, patient, folders=folders, **told)
        steps = steps_here(store.journal, patient, folders)
        steps["database"] = lambda: erase_from_database(writer, settings, patient)
        assert carry_out(store.journal, patient, steps) == {}
        assert patient_series(writer, settings, patient) == 0
    return patient, list(gone.needles)


def test_no_byte_of_an_erased_patient_is_in_the_databases_files(clinic, database):
    server, settings = database
    refill(clinic.root, settings, CLOCK)
    patient, needles = erased(clinic, settings)
    with InfluxWriter(settings) as writer, ClinicStore(clinic, CLOCK) as store:
        other = next(h.patient for h in store.journal.homes() if h.patient not in (None, patient))
        before = patient_series(writer, settings, other)
    assert rebuild(clinic.root, settings, CLOCK) > 0
    assert traces([server.folder], needles) == []
    assert verify_clinic(clinic.root, settings, CLOCK) == []
    with InfluxWriter(settings) as writer:
        assert patient_series(writer, settings, other) == before > 0
    if isinstance(server, Influxd2):
        server.kill()
        server.start()  # what was in memory is in files now
    assert traces([server.folder], needles) == []
    assert traces([server.folder], [other.encode()])


def test_a_rebuild_that_is_cut_off_anywhere_is_done_again(clinic, database, monkeypatch):
    _, settings = database
    refill(clinic.root, settings, CLOCK)
    broken = ClinicStore.differences
    monkeypatch.setattr(ClinicStore, "differences", lambda *_: (_ for _ in ()).throw(KeyError))
    with pytest.raises(KeyError):
        rebuild(clinic.root, settings, CLOCK)
    monkeypatch.setattr(ClinicStore, "differences", broken)
    assert rebuild(clinic.root, settings, CLOCK) > 0
    assert verify_clinic(clinic.root, settings, CLOCK) == []


def test_while_the_clinic_runs_nothing_is_rebuilt(clinic):
    settings = InfluxSettings(url="http://127.0.0.1:1", token="-", org="-")  # noqa: S106
    with (
        folder_lock(clinic.clinic, "clinic"),
        pytest.raises(ConfigurationError, match="another clinic runs"),
    ):
        rebuild(clinic.root, settings, CLOCK)
    with pytest.raises(StoreBusy, match="no InfluxDB"):
        rebuild(clinic.root, settings, CLOCK)


def test_the_command_says_what_is_new(clinic, database, monkeypatch):
    server, settings = database
    for name, value in {
        "RIPRESA_HOME": str(clinic.root),
        "RIPRESA_CLOCK": ScaledClock(1.0, time.monotonic_ns(), CLOCK.now_ns()).spec,
        "RIPRESA_INFLUX_URL": server.url,
        "RIPRESA_INFLUX_TOKEN": settings.token,
        "RIPRESA_INFLUX_ORG": settings.org,
        "RIPRESA_INFLUX_MOTION_BUCKET": settings.motion_bucket,
        "RIPRESA_INFLUX_MINUTES_BUCKET": settings.minutes_bucket,
        "RIPRESA_INFLUX_THERAPY_BUCKET": settings.therapy_bucket,
    }.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(app, ["influx", "rebuild"])
    assert done.exit_code == 0, done.output
    assert "the buckets are new" in done.output
