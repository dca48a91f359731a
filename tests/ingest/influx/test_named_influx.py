"""The follower on the InfluxDB that RIPRESA_TEST_INFLUX_* names; without one, on a local 1.8.

The named bucket is shared with whoever gave it, so the test writes one pseudonym of its own and
deletes it again.
"""

import os
import uuid

import pytest

from ingest.influx.admin import delete_patient, patient_series, verify
from ingest.influx.followers import MOTION, THERAPY, influx_followers
from ingest.influx.server import InfluxSettings, InfluxWriter
from journals import receive, whole_session
from telemetry.clock import ManualClock

pytestmark = pytest.mark.slow

NAMES = ("URL", "TOKEN", "ORG", "BUCKET")


@pytest.fixture
def named(request):
    """Settings of the server under test; one bucket serves for both kinds of points."""
    values = {n: os.environ.get(f"RIPRESA_TEST_INFLUX_{n}", "") for n in NAMES}
    if not all(values.values()):
        influxd = request.getfixturevalue("influxd")
        bucket = influxd.create_bucket(f"named_{uuid.uuid4().hex[:8]}")
        values = {"URL": influxd.url, "TOKEN": "any", "ORG": "clinic", "BUCKET": bucket}
    return InfluxSettings(
        url=values["URL"],
        token=values["TOKEN"],
        org=values["ORG"],
        motion_bucket=values["BUCKET"],
        therapy_bucket=values["BUCKET"],
        motion_days=None,
    )


async def test_a_session_is_written_once_verified_and_erased(clinic, named):
    patient = f"test-{uuid.uuid4().hex[:8]}"
    receive(clinic, whole_session(patient=patient), patient=patient)
    with InfluxWriter(named) as writer:
        try:
            for _ in range(2):
                for name in (MOTION, THERAPY):
                    clinic.move_cursor(name, 0)
                for follower in influx_followers(clinic, writer, named, ManualClock()):
                    await follower.catch_up()
                    assert follower.status().set_aside == 0
                assert verify(clinic, writer, named) == []
            assert patient_series(writer, named, patient) > 0
        finally:
            delete_patient(writer, named, patient)
        assert patient_series(writer, named, patient) == 0
