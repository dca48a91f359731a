"""Faults of the record path are done to the real clinic, and it is put out by none of them."""

import pytest

from ingest.faults.record_faults import rehearse
from needs import need_program
from ripresa.bench.clinic_for_faults import ClinicForFaults

pytestmark = pytest.mark.slow


def test_a_clinic_without_room_comes_to_hold_all_that_was_promised(tmp_path):
    with ClinicForFaults(tmp_path / "clinic", need_program("mosquitto")) as clinic:
        report = rehearse("disk full", 3, tmp_path / "scene", clinic.scene)
    assert report.promised > 0
    assert report.undeclared_lost == report.duplicates == report.declared_lost == 0
    assert "receiver waits" in (tmp_path / "clinic" / "clinic.log").read_text()


@pytest.mark.nightly
def test_a_clinic_that_is_killed_again_and_again_comes_to_hold_all_of_it(tmp_path):
    with ClinicForFaults(tmp_path / "clinic", need_program("mosquitto")) as clinic:
        report = rehearse("receiver restarts", 3, tmp_path / "scene", clinic.scene)
    assert report.promised > 0
    assert report.undeclared_lost == report.duplicates == report.declared_lost == 0
