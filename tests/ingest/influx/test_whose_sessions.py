"""Two homes may give one name to a session: neither's points stand at the other's times."""

import pytest

from builders import SESSION, STREAM, T0_NS, batch, opened
from ingest.influx.followers import influx_followers
from ingest.influx.server import InfluxSettings, MemoryLines
from journals import (
    HOME,
    S_NS,
    event_record,
    item_record,
    receive,
    result_record,
    session_closed,
    session_opened,
    session_result,
    whole_session,
)
from telemetry.clock import ManualClock
from telemetry.messages.events import PainReported

pytestmark = pytest.mark.slow

HOSTILE = "01J0000000000000000000H0BD"
SETTINGS = InfluxSettings(url="", token="-", org="-", motion_days=None)  # noqa: S106
LATE_NS = T0_NS - 86_400 * S_NS


def copied():
    """Another's session under its name, at another time, with a stream of its name elsewhere."""
    return [
        event_record(session_opened(patient="p-66", t_ns=LATE_NS)),
        item_record(opened(placement="thigh-left")),
        item_record(batch(20, t0_ns=LATE_NS)),
        event_record(PainReported(session=SESSION, number=2, t_ns=LATE_NS, pain=10)),
        event_record(session_closed(number=3, t_ns=LATE_NS + 5 * S_NS)),
        result_record(session_result(supersedes=0)),
    ]


async def lines_of(clinic, patient):
    memory = MemoryLines()
    for follower in influx_followers(clinic, memory, SETTINGS, ManualClock()):
        clinic.move_cursor(follower.status().name, 0)
        follower.rewind()
        await follower.catch_up()
    mark = f"patient={patient},".encode()
    return sorted(x for lines in memory.lines.values() for x in lines if mark in x)


@pytest.mark.parametrize("known_first", [False, True])
async def test_who_takes_anothers_names_changes_none_of_its_points(clinic, known_first):
    if known_first:  # its home has the lower number
        receive(clinic, [event_record(session_opened(OTHER, patient="p-66"))], HOSTILE, "p-66")
    receive(clinic, whole_session())
    before = await lines_of(clinic, "p-01")
    receive(clinic, copied(), HOSTILE, "p-66")
    assert await lines_of(clinic, "p-01") == before
    theirs = await lines_of(clinic, "p-66")
    assert any(b"pain=10" in text for text in theirs)
    assert any(b"placement=thigh-left" in text for text in theirs)
    assert not any(b"wrist" in text for text in theirs)
    (end,) = [text for text in theirs if text.startswith(b"session_end")]
    assert b"duration_s=5" in end
    assert clinic.events(SESSION, home=HOME)[0].patient == "p-01"
    assert clinic.stream_opened(STREAM, home=HOME).placement == "wrist-right"


OTHER = "01J00000000000000000000007"
