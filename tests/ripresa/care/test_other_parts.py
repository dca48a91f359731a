"""Parts of a clinic write one database: none of them takes what the others have there for wrong."""

import contextlib

import pytest

from ingest.influx.admin import strangers
from ingest.influx.server import InfluxSettings
from ingest.journal.journal import Journal
from journals import event_record, receive, session_opened
from ripresa.care import refill
from ripresa.care.clinic_store import ClinicStore
from ripresa.platform.configuration import Folder
from ripresa.region.held_partition import hold_partition
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.transport.partition import Partition

CLOCK = ManualClock(1_795_000_000_000_000_000)
SETTINGS = InfluxSettings(url="", token="", org="")
PART = Partition(0, 2)
MINE = [p for n in range(20) if PART.holds("clinic", p := f"p-{n:02}")]
THEIRS = [p for n in range(20) if not PART.holds("clinic", p := f"p-{n:02}")]


class Answer:
    def __init__(self, patients):
        self.records = [type("Row", (), {"values": {"_value": p}}) for p in patients]


class Database:
    """Of which nothing but whose points stand there is asked."""

    def __init__(self, patients):
        self._patients = patients

    def query(self, flux):
        return [Answer(self._patients if "distinct" in flux else [])]


@pytest.fixture
def clinic(tmp_path):
    """A part that has one patient's session."""

    def made(partition):
        folder = Folder(tmp_path / str(partition.of)).create()
        hold_partition(folder, partition)
        with Journal.open(folder.clinic_journal, CLOCK) as journal:
            receive(journal, [event_record(session_opened(patient=MINE[0]))], patient=MINE[0])
        return folder

    return made


@pytest.mark.parametrize(
    ("partition", "told"), [(PART, {MINE[1]}), (Partition(), {MINE[1], THEIRS[0]})]
)
def test_a_patient_of_another_part_is_no_stranger_and_one_of_ones_own_is(clinic, partition, told):
    with ClinicStore(clinic(partition), CLOCK) as store:
        found = strangers(
            store.whole,
            Database([MINE[0], MINE[1], THEIRS[0]]),
            SETTINGS,
            lambda _: False,
            store.other_parts().have,
        )
    assert {difference.what.rpartition(" ")[2] for difference in found} == told


@pytest.mark.parametrize("others", [True, False])
def test_no_part_drops_buckets_that_hold_another_parts_patients(clinic, monkeypatch, others):
    dropped = []
    there = Database([MINE[0], *(THEIRS[:2] if others else [])])
    monkeypatch.setattr(refill, "InfluxWriter", lambda _: contextlib.nullcontext(there))
    monkeypatch.setattr(refill, "rebuild_buckets", lambda *_, **__: dropped.append(1) or 7)
    folder = clinic(PART)
    if others:
        with pytest.raises(ConfigurationError, match="2 patients of other parts"):
            refill.rebuild(folder.root, SETTINGS, CLOCK)
    else:
        assert refill.rebuild(folder.root, SETTINGS, CLOCK) == 7
    assert bool(dropped) is not others
