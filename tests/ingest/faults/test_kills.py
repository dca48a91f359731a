"""A few kills with real processes; the bench does a hundred."""

import dataclasses

import pytest

from ingest.faults.kills import bench_kills
from ingest.influx.server import InfluxSettings
from needs import need_program
from ripresa.bench.clinic_under_test import clinic_program
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
    clinic = clinic_program(tmp_path / "clinic")
    environment = {
        "RIPRESA_INFLUX_URL": settings.url,
        "RIPRESA_INFLUX_TOKEN": "-",
        "RIPRESA_INFLUX_ORG": "-",
        "RIPRESA_INFLUX_MOTION_BUCKET": settings.motion_bucket,
        "RIPRESA_INFLUX_THERAPY_BUCKET": settings.therapy_bucket,
        "RIPRESA_INFLUX_MOTION_DAYS": "0",
    }
    found = bench_kills(
        tmp_path / "kills",
        SystemClock(),
        runs=3,
        mosquitto=need_program("mosquitto"),
        clinic=dataclasses.replace(clinic, environment={**clinic.environment, **environment}),
        influx=settings,
    )
    assert found["promised"] > 100
    assert (found["lost"], found["stored_twice"], found["not_in_database"]) == (0, 0, 0)
