"""A few kills with real processes; the bench does a hundred."""

import dataclasses

import pytest

from ingest.faults.kills import bench_kills
from ingest.influx.server import InfluxSettings
from needs import need_program
from telemetry.clock import SystemClock

pytestmark = pytest.mark.slow

SETTINGS = InfluxSettings(url="", token="-", org="-", motion_days=None)  # noqa: S106


def test_kill_9_of_every_part_loses_and_doubles_nothing(tmp_path, influxd):
    settings = dataclasses.replace(
        SETTINGS,
        url=influxd.url,
        motion_bucket=influxd.create_bucket("motion_kills"),
        therapy_bucket=influxd.create_bucket("therapy_kills"),
    )
    found = bench_kills(
        tmp_path, SystemClock(), runs=4, mosquitto=need_program("mosquitto"), influx=settings
    )
    assert found["promised"] > 100
    assert (found["lost"], found["stored_twice"], found["not_in_database"]) == (0, 0, 0)
