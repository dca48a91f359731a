"""What `bench journey` measures: its walkers and its two who tell of pain and who hide it."""

from datetime import date, timedelta

import pytest

from games.journey.session_record import session_walked
from games.testing.journey_bench import bench_journey, held_session, walked_scenes
from telemetry.messages.events import CloseReason

pytestmark = pytest.mark.slow

MONDAY = date(2026, 3, 2)


def test_who_tells_of_pain_ends_early_and_walks_as_far_as_who_hides_it():
    hidden, told = (held_session(MONDAY, pain=pain) for pain in (None, 8))
    assert [events[-1].reason for events in (hidden, told)] == [CloseReason.DONE, CloseReason.PAIN]
    one, other = (session_walked(events, MONDAY, 3) for events in (hidden, told))
    assert one == other
    assert one is not None


def test_scenes_of_36_planned_sessions_are_36():
    days = [MONDAY + timedelta(weeks=w, days=d) for w in range(12) for d in (0, 2, 4)]
    assert len(set(walked_scenes("anybody", days))) == 36


@pytest.mark.nightly
def test_the_whole_bench_keeps_what_the_way_promises():
    figures = bench_journey(weeks=4)
    assert figures["scenes_distinct"] >= 30
    assert figures["repeats_within_7"] == 0
    assert figures["corrections_per_10"] <= 3
    assert figures["exercise_success"] >= 0.95
    assert 0.70 <= figures["ornament_success"] <= 0.80
    assert figures["pain_teller_travel"] == figures["pain_hider_travel"]
