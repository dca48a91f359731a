"""A simulated clinic: its truth known, the same for the same seed, never beside real patients."""

import json
import subprocess
import sys
from datetime import date

import numpy as np
import pytest
from typer.testing import CliRunner

from ingest.journal.reading import JournalReader
from ingest.places import Places
from research.virtual_clinic.clinic_files import MARK, write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from research.virtual_clinic.virtual_patient import Rates, drawn_patient
from research.virtual_clinic.virtual_session import live_session
from ripresa.care.care_journal import fold_journal
from ripresa.cli.main import app
from ripresa.clinic.care_desk import CareDesk
from ripresa.platform.configuration import Folder
from ripresa.session.reanalysis import reanalyse
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.messages.record import RecordKind
from telemetry.messages.results import decode_result

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


def lived(seed, *, motion, **rates):
    """The result of one session of a person of that seed."""
    rng = np.random.default_rng(seed)
    person = drawn_patient(rng, 0, date(2025, 9, 1), 84, Rates(fall=0))
    session = live_session(
        rng, person, date(2025, 9, 20), Rates(**rates), assess=True, motion=motion
    )
    return next(decode_result(r.body) for r in session.records if r.kind is RecordKind.RESULT)


def test_the_raw_motion_of_a_simulated_session_gives_its_stored_result(tmp_path):
    clinic = small(motion_every=2, rates=Rates(broken=0.3))
    write_clinic(clinic, tmp_path)
    places = Places(tmp_path)
    with JournalReader(places.clinic_journal) as reader:
        rows = reader.rows(
            "SELECT DISTINCT h.ulid, r.session FROM record r JOIN home h ON h.id = r.home "
            "WHERE r.kind = 'motion'"
        )
    assert len(rows) > 4
    found = [
        reanalyse(places.clinic_journal, places.plans, session, home=home, processes=1)
        for home, session in rows
    ]
    assert any(item.not_observable for r in found for item in r.now.items)
    for again in found:
        assert again.now.model_copy(update={"supersedes": None}) == again.before


@pytest.mark.parametrize("rates", [{"broken": 0.0}, {"broken": 1.0}])
def test_what_is_written_without_raw_motion_is_what_the_core_finds_in_it(rates):
    for seed in range(6):
        told = lived(seed, motion=False, **rates)
        found = lived(seed, motion=True, **rates)
        assert len(told.items) == len(found.items) > 1
        for mine, core in zip(told.items, found.items, strict=True):
            assert len(mine.repetitions) == len(core.repetitions)
            assert [r.flags for r in mine.repetitions] == [r.flags for r in core.repetitions]
            assert (mine.count_low, mine.not_observable) == (core.count_low, core.not_observable)
            assert mine.doubts == core.doubts
            assert mine.judged == core.judged
            if mine.active_peak is None:
                assert core.active_peak is None
                continue
            for mine_part, core_part in (
                (mine.active_peak, core.active_peak),
                (mine.range_of_motion, core.range_of_motion),
            ):
                assert mine_part.what == core_part.what
                for name in (n for n in type(mine_part).model_fields if n.endswith("_deg")):
                    assert getattr(mine_part, name) == pytest.approx(
                        getattr(core_part, name), abs=1.0
                    )


def test_a_small_clinic_has_raw_motion_too():
    clinic = simulate(patients=8, weeks=6, seed=3, last=LAST)
    sessions = [r for r in clinic.reached if r.records]
    moved = [r for r in sessions if any(x.kind is RecordKind.MOTION for x in r.records)]
    assert 0.5 < len(moved) / (len(sessions) / 50) < 3


def test_a_clinic_is_the_same_whether_raw_motion_is_written_or_not():
    with_motion, without = small(motion_every=2), small(motion_every=0)
    assert with_motion.truths == without.truths
    assert [(r.t_ns, r.patient) for r in with_motion.reached] == [
        (r.t_ns, r.patient) for r in without.reached
    ]
