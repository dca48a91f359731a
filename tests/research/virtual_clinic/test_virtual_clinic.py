"""A simulated clinic: its truth known, the same for the same seed, never beside real patients."""

import json
import subprocess
import sys
from datetime import date

import pytest
from typer.testing import CliRunner

from ingest.journal.reading import JournalReader
from ingest.places import Places
from research.virtual_clinic.clinic_files import MARK, write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from ripresa.care.care_journal import fold_journal
from ripresa.cli.main import app
from ripresa.clinic.care_desk import CareDesk
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError

pytestmark = pytest.mark.slow

LAST = date(2025, 12, 1)


def small(**more):
    return simulate(**({"patients": 4, "weeks": 3, "last": LAST, "motion_every": 5} | more))


def told(clinic):
    return [(r.t_ns, r.patient, r.care, [x.body for x in r.records]) for r in clinic.reached]


def test_the_same_seed_gives_the_same_clinic_and_another_another():
    assert told(small()) == told(small())
    assert told(small()) != told(small(seed=2))


def test_it_is_written_through_the_journals_and_read_as_a_clinics(tmp_path):
    clinic = small()
    written = write_clinic(clinic, tmp_path / "c")
    truth = json.loads((tmp_path / "c" / MARK).read_text())
    assert truth["simulated"]
    assert len(truth["truths"]) == len(clinic.truths)
    with JournalReader(Places(tmp_path / "c").clinic_journal) as reader:
        assert reader.last_seq() == written
        assert reader.rows("SELECT count(*) FROM dead_letter")[0][0] == 0
        assert reader.rows("SELECT count(*) FROM record WHERE kind = 'motion'")[0][0] > 0
        fold = fold_journal(reader, lambda _patient, _version: None, clinic.reached[-1].t_ns)
    assert fold.patients() == [p.name for p in clinic.patients]


def test_nothing_simulated_is_written_beside_enrolled_homes(tmp_path):
    with CareDesk.at(Folder(tmp_path).create(), ManualClock(1)) as desk:
        desk.enrol("p-1", "milano")
    with pytest.raises(ConfigurationError, match="enrolled homes"):
        write_clinic(small(), tmp_path)
    outcome = CliRunner().invoke(app, ["clinic", "simulate", "--folder", str(tmp_path)])
    assert isinstance(outcome.exception, ConfigurationError)
    write_clinic(small(), tmp_path / "c")
    with pytest.raises(ConfigurationError, match="already"):
        write_clinic(small(), tmp_path / "c")


def test_the_simulation_knows_nothing_of_the_rules_that_are_measured_on_it():
    code = (
        "import sys, research.virtual_clinic.clinic_files; "
        "print([m for m in sys.modules if m.startswith('analytics.monitoring')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
