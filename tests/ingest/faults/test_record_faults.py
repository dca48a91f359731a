"""One seed of every fault of the record path; the bench plays twenty."""

import pytest

from ingest.faults.record_faults import FAULTS, bench_record_faults, rehearse

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_undeclared_is_lost_and_nothing_stored_twice(fault, tmp_path):
    report = rehearse(fault, 7, tmp_path)
    assert report.promised > 0
    assert report.undeclared_lost == 0
    assert report.duplicates == 0
    assert (report.declared_lost > 0) == (fault == "home's journal full")


def test_the_bench_adds_its_runs_up(tmp_path):
    found = bench_record_faults(tmp_path, seeds=[1, 2], names=["home restarts"])
    assert found == {
        "runs": 2,
        "faults": ["home restarts"],
        "undeclared_lost": 0,
        "duplicates": 0,
        "declared_lost": 0,
    }
