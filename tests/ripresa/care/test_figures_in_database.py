"""The database stands as the figures do, whatever was corrected in between."""

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from influxd import Influxd
from ingest.influx.points import Point, PointTable, compared, read_point, stored
from ingest.influx.server import InfluxSettings, InfluxWriter
from ingest.journal.journal import Journal
from research.virtual_clinic.clinic_files import write_clinic
from research.virtual_clinic.virtual_clinic import simulate
from ripresa.care.care_journal import JournalCareRecord, care_record
from ripresa.care.figure_follower import FigureFollower
from ripresa.care.figure_points import MEASUREMENTS, figure_points
from ripresa.care.refill import refill, verify_clinic
from ripresa.clinic.care_desk import CareDesk
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.messages.care import DaysExcused

pytestmark = pytest.mark.slow

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture(scope="module")
def influxd(tmp_path_factory):
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def settings(influxd):
    name = f"d{uuid.uuid4().hex}"
    return InfluxSettings(
        url=influxd.url,
        token="-",  # noqa: S106
        org="-",
        motion_bucket=influxd.create_bucket(f"{name}m"),
        therapy_bucket=influxd.create_bucket(name),
        motion_days=None,
    )


def test_a_point_that_loses_a_field_does_not_keep_it(settings):
    tags = {"patient": "p-1", "site": "s"}
    with InfluxWriter(settings) as writer:
        table = PointTable(writer, settings.therapy_bucket, ["adherence_day"])
        missed = Point("adherence_day", tags, {"state": "missed", "dose": 0.0}, 5 * 10**9)
        other = Point("adherence_day", tags | {"patient": "p-2"}, {"dose": 1.0}, 5 * 10**9)
        assert (table.replace("p-1", [missed]), table.replace("p-2", [other])) == (1, 1)
        assert table.replace("p-1", [missed]) == 0
        excused = Point("adherence_day", tags, {"state": 'excused, "why"'}, 5 * 10**9)
        # A table that has just been made knows only what stands there.
        fresh = PointTable(writer, settings.therapy_bucket, ["adherence_day"])
        fresh.replace("p-1", [excused])
        found = stored(writer, settings.therapy_bucket, ["adherence_day"])
        assert found == {excused.key: excused.written, other.key: other.written}
        fresh.replace("p-1", [])
        assert list(stored(writer, settings.therapy_bucket, ["adherence_day"])) == [other.key]


def test_a_line_is_read_as_it_was_written():
    point = Point(
        "m", {"a": "b, c=d", "site": "s"}, {"t": 'say "a, b=c"', "n": 3, "f": 0.5, "no": None}, 7
    )
    key, fields = read_point(point.line())
    assert (key.tags, key.t_ns, fields) == (point.key.tags, 7, point.written)


def wanted(care):
    points = [p for f in care.all_figures() for p in figure_points(f, ROME)]
    return {p.key: p.written for p in points}


def test_whatever_is_corrected_the_database_equals_a_fresh_refill(settings, tmp_path):
    clock = ManualClock(at(MONDAY))
    with Journal.open(tmp_path / "j.sqlite", clock) as journal, InfluxWriter(settings) as writer:
        care = JournalCareRecord(journal, lambda _patient, _version: None, clock)
        follower = FigureFollower(care, writer, settings.therapy_bucket, clock)
        story = PatientStory().enrolled().published().answered().heard(MONDAY)
        story.session(days_before(3), 20, unwell=True)
        appended(journal, story.facts)
        assert follower.step() > 0
        day = days_before(2)
        for lifted in (False, True, False):
            fields = {"patient": "p-1", "first": day, "last": day, "by": "pt", "lifted": lifted}
            t_ns = clock.now_ns() + int(lifted)
            journal.append_now([care_record(DaysExcused(t_ns=t_ns, **fields))])
            follower.step()
        there = stored(writer, settings.therapy_bucket, MEASUREMENTS)
        assert compared(wanted(care), there) == []


def test_a_simulated_clinic_is_filled_verified_and_every_difference_named(settings, tmp_path):
    folder, now_ns = tmp_path / "clinic", at(MONDAY, "12:00")
    clinic = simulate(patients=4, weeks=4, seed=3, last=MONDAY - timedelta(days=1), motion_every=6)
    write_clinic(clinic, folder)
    clock = ManualClock(now_ns)
    assert refill(folder, settings, clock) > 100
    assert verify_clinic(folder, settings, clock) == []
    with CareDesk.at(Folder(folder), clock) as desk:
        patient = clinic.patients[0]
        desk.excuse(patient.name, patient.enrolled, patient.enrolled, by="pt-1")
    told = verify_clinic(folder, settings, clock)
    assert told
    assert all(patient.name in d.what for d in told)
    assert refill(folder, settings, clock, from_start=False) > 0
    assert verify_clinic(folder, settings, clock) == []
