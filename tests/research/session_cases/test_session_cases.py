"""Sessions with a known truth: repeatable, whole, and the truth is never among what is recorded."""

import pickle
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analytics.observability.doubt import REASONS, DoubtKind
from research.session_cases.channel_faults import CHANNEL_FAULTS, channel_faults, lossy
from research.session_cases.done_otherwise import done_otherwise
from research.session_cases.outcome import judged
from research.session_cases.published import Published, published
from research.session_cases.right_placements import people, rigid_chains
from research.session_cases.session_case import SessionRecording
from research.session_cases.simulated_session import Person, simulate_item
from research.session_cases.spliced import folding, spliced
from research.session_cases.wrong_placements import (
    SECOND_SENSOR,
    late_session,
    second_sensor_session,
    wrong,
)
from research.simulation.worn_sensor import Skin, still_reading
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import MotionBatch, StreamGap

pytestmark = pytest.mark.slow


def motion_of(case, number=0):
    """[n, 3] accelerations of one stream."""
    parts = [i.acc for i in case.recording.streams[number] if isinstance(i, MotionBatch)]
    return np.concatenate(parts)


def test_the_same_case_is_made_with_the_same_bytes_in_any_process():
    spec = people(range(1), ["usual"])[0]
    first, again = spec.make(), pickle.loads(pickle.dumps(spec)).make()  # noqa: S301 - our own
    for one, other in zip(first.recording.streams, again.recording.streams, strict=True):
        assert [encode_item(i) for i in one] == [encode_item(i) for i in other]


def test_a_recording_holds_no_truth():
    assert set(SessionRecording.__slots__) == {"session", "events", "streams", "plan"}


def test_a_usual_persons_set_is_counted_and_its_range_is_near_the_truth():
    case = simulate_item("forward-raise", Person(repetitions=6), 4).case("a", "usual")
    shown = published(case.recording)
    assert shown.count == 6
    assert shown.range_deg == pytest.approx(case.truth.range_deg(shown.spans), abs=8)


def test_without_known_repetitions_the_truth_is_taken_where_some_were_found():
    case = simulate_item("shank", Person(), 1).case("a", "usual")
    angle = np.array([0, 10, 50, 90, 50, 10, 0, np.nan, np.nan, np.nan])
    truth = type(case.truth)(None, angle, 60.0, 0)
    assert truth.range_deg([(1, 3, 6)]) == 90
    assert replace(truth, angle_deg=-angle).range_deg([(1, 3, 6)]) == 90
    assert truth.range_deg([(6, 7, 9)]) is None


def test_each_repetition_found_is_held_to_the_one_done_then():
    case = simulate_item("forward-raise", Person(repetitions=6), 4).case("a", "usual")
    shown, done = published(case.recording), case.truth.repetitions
    assert case.truth.each_range_deg(shown.spans) == [r.range_deg for r in done]
    assert case.truth.each_peak_deg(shown.spans) == [r.peak_deg for r in done]
    assert len(shown.each_holds(case.truth)) == len(shown.each_holds_peak(case.truth)) == 6
    early = [(a - 400, b - 400, c - 400) for a, b, c in shown.spans[:1]]
    assert case.truth.each_range_deg(early) == [None]


@pytest.mark.parametrize("what", SECOND_SENSOR)
def test_a_wrong_second_sensor_changes_what_one_of_the_streams_says(what):
    wrongly = second_sensor_session("a", exercise="elbow", what=what, calibrated=False, seed=1)
    right = simulate_item("elbow", Person(), 1).case("a", "usual")
    assert not wrongly.right
    assert any(not np.array_equal(motion_of(wrongly, n), motion_of(right, n)) for n in range(2))
    assert wrongly.truth.repetitions == right.truth.repetitions


@pytest.mark.parametrize("calibrated", [False, True])
def test_both_sensors_on_a_thigh_that_hardly_moves_are_told(calibrated):
    case = second_sensor_session(
        "a", exercise="knee", what="both on the proximal segment", calibrated=calibrated, seed=0
    )
    shown = published(case.recording)
    assert shown.refused
    assert shown.reason == REASONS[DoubtKind.ONE_SEGMENT].en


@pytest.mark.parametrize(("site", "known"), [("shank", False), ("thigh", True)])
def test_a_sensor_that_nobody_wears_gives_a_reason_and_where_it_counts_no_count(site, known):
    right = simulate_item("knee", Person(), 1)
    n, rate_hz = len(right.readings[site]), right.person.rate_hz
    rng, lying = np.random.default_rng(1), Rotation.identity()
    table = still_reading(rng, right.sensors[site], lying, n, rate_hz)
    streams = [
        replace(s, readings=table) if s.placement == f"{site}-right" else s for s in right.streams()
    ]
    shown = published(right.case("a", "table", right=False, streams=streams).recording)
    assert shown.refused
    assert shown.reason == REASONS[DoubtKind.LYING_STILL if known else DoubtKind.UNWORN].en
    assert (shown.count_low is not None) is known


def test_a_limb_that_keeps_still_has_no_range_with_the_reason():
    idle = simulate_item("forward-raise", Person(), 2, script=lambda motion, _: motion.still(20.0))
    shown = published(idle.case("a", "idle").recording)
    assert (shown.refused, shown.count, shown.count_low, shown.count_high) == (True, 0, 0, 0)
    assert shown.reason == REASONS[DoubtKind.UNMOVED].en


def test_clocks_that_are_apart_shift_the_second_sensor_by_as_much():
    late = second_sensor_session(
        "a", exercise="elbow", what="clocks 500 ms apart", calibrated=False, seed=1
    )
    right = simulate_item("elbow", Person(), 1).case("a", "usual")
    axis = int(np.argmax(motion_of(right, 1).std(axis=0)))
    one, other = motion_of(late, 1)[:-40, axis], motion_of(right, 1)[30:-10, axis]
    assert np.corrcoef(one, other)[0, 1] > 0.95


@pytest.mark.parametrize("exercise", ["knee", "elbow"])
def test_clocks_apart_are_refused_or_in_the_band_of_a_brisk_joint(exercise):
    """A brisk movement leaves little to tell them by; its band holds the lag that may be there."""
    settings = {"exercise": exercise, "manner": "brisk", "calibrated": True, "softness": 1.0}
    late, right = (late_session("a", **settings, behind_ms=ms, seed=0).recording for ms in (500, 0))
    truth = late_session("a", **settings, behind_ms=500, seed=0).truth
    shown, as_it_is = published(late), published(right)
    assert as_it_is.holds(truth)
    if not shown.refused:
        assert shown.holds(truth)
        assert shown.half_width_deg > as_it_is.half_width_deg + 1


def test_walking_between_sets_takes_its_time_and_adds_no_repetition():
    spec = next(s for s in spliced("walking", range(1)) if "between" in s.name)
    case = spec.make()
    assert len(case.truth.repetitions) == 16
    gaps = np.diff([r.start_s for r in case.truth.repetitions])
    assert gaps.max() > 28


@pytest.mark.parametrize("where", ["before", "after"])
def test_getting_into_position_in_another_way_adds_no_repetition_and_begins_standing(where):
    spec = next(s for s in done_otherwise("positioning", range(1)) if f"-{where}-shank" in s.name)
    case = spec.make()
    done = [r.range_deg for r in case.truth.repetitions]
    assert 6 <= len(done) <= 12
    assert min(done) > 20
    begins, ends = motion_of(case)[0], motion_of(case)[-1]
    stood = begins if where == "before" else ends
    assert abs(stood[0]) > 9


@pytest.mark.parametrize("fault", CHANNEL_FAULTS)
def test_a_channel_fault_stays_finite_and_in_its_sensor(fault):
    spec = next(
        s for s in channel_faults(range(1)) if s.name.startswith(fault) and "elbow-1" in s.name
    )
    case = spec.make()
    right = simulate_item("elbow", Person(), 0).case("a", "usual")
    assert np.isfinite(motion_of(case, 1)).all()
    assert np.array_equal(motion_of(case, 0), motion_of(right, 0))


def test_lost_packets_are_declared_as_gaps():
    case = lossy(0.05, range(1))[0].make()
    items = case.recording.streams[0]
    lost = sum(i.count for i in items if isinstance(i, StreamGap))
    came = sum(len(i) for i in items if isinstance(i, MotionBatch))
    assert lost > 0
    assert came + lost == items[-1].next_index


def test_every_case_has_a_name_of_its_own():
    names = [s.name for s in (*people(range(2)), *wrong(range(2)), *rigid_chains(range(2)))]
    assert len(set(names)) == len(names)


def test_an_outcome_says_whether_the_truth_lies_in_the_band():
    outcome = judged(folding(range(1))[0])
    assert outcome.done == 10
    assert outcome.outside is (not outcome.shown.refused and not outcome.holds)


def test_an_entrys_attempts_peak_and_interval_are_read():
    answer = SimpleNamespace(
        range_deg=80.0, low_deg=75.0, high_deg=85.0, count=8, count_low=7, count_high=9, attempts=2,
        peak_deg=90.0, peak_low_deg=84.0, peak_high_deg=96.0, spans=(), reason=None,
    )  # fmt: skip
    told = Published.read(answer)
    assert (told.count_low, told.count_high, told.attempts) == (7, 9, 2)
    assert (told.peak_low_deg, told.peak_deg, told.peak_high_deg) == (84.0, 90.0, 96.0)


def test_a_joint_whose_axes_were_not_found_is_counted_in_what_its_sensor_turned():
    who = Person("brisk", 100.0, Skin(1.8), calibrated=True)
    shown = published(simulate_item("heel-slide", who, 400).case("a", "brisk").recording)
    assert shown.count == 8
    assert shown.count_low <= 8 <= shown.count_high
