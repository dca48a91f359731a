"""The core is a function of its streams: nothing about their delivery shows in the result."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import offline
from analytics.core import Core
from arm_motion import exercise, observe, one_batch, raises, spoiled, whole_stream
from builders import SESSION, STREAM, opened
from telemetry.errors import DecodeError
from telemetry.messages.events import AssessmentEnded, AssessmentStarted, RestEnded, RestStarted
from telemetry.messages.motion import MotionBatch, StreamGap
from telemetry.messages.results import encode_result

pytestmark = pytest.mark.slow

OTHER = "01J00000000000000000000002"


def played(motion, events, *, order=None):
    """A core that took both, interleaved by `order` (True: motion next)."""
    core = Core(SESSION, observe)
    motion, events = list(motion), list(events)
    for take_motion in order or []:
        if take_motion and motion:
            core.take(motion.pop(0))
        elif not take_motion and events:
            core.take_event(events.pop(0))
    for item in motion:
        core.take(item)
    for event in events:
        core.take_event(event)
    return core


def result_bytes(core):
    return encode_result(core.result(plan_version=1, provisional=True))


def only_item(core):
    (item,) = core.result(plan_version=1, provisional=True).items
    return item


ARM = one_batch(raises(4, up_s=1.0, down_s=1.0, hold_s=0.3, pause_s=0.4))
WHOLE = {
    name: result_bytes(
        played(whole_stream(ARM), exercise(len(ARM) - 7, from_index=5, exercise=name))
    )
    for name in ("arm-abduction", "count")
}


def test_raises_are_counted_and_measured():
    item = only_item(played(whole_stream(ARM), exercise(len(ARM))))
    assert len(item.repetitions) == 4
    assert item.range_of_motion.median_deg == pytest.approx(140, abs=1.5)
    assert item.repetitions[0].peak_deg == pytest.approx(150, abs=1.5)
    assert item.not_observable is None


def test_without_an_observable_range_repetitions_are_still_counted():
    item = only_item(played(whole_stream(ARM), exercise(len(ARM), exercise="count")))
    assert len(item.repetitions) == 4
    assert item.range_of_motion is None
    assert item.not_observable == "gravity does not see it"
    assert all(r.range_deg is None and r.peak_deg is None for r in item.repetitions)


@given(
    name=st.sampled_from(["arm-abduction", "count"]),
    cuts=st.lists(st.integers(1, len(ARM) - 1), max_size=40),
    order=st.lists(st.booleans(), max_size=60),
)
def test_cutting_and_interleaving_change_no_byte(name, cuts, order):
    events = exercise(len(ARM) - 7, from_index=5, exercise=name)
    core = played(whole_stream(ARM, cuts), events, order=order)
    assert core.settled
    assert result_bytes(core) == WHOLE[name]


@given(
    holes=st.lists(st.tuples(st.integers(20, 800), st.integers(1, 25)), max_size=4),
    declared=st.booleans(),
    cuts=st.lists(st.integers(1, len(ARM) - 1), max_size=20),
)
def test_a_gap_is_the_same_gap_however_it_is_told(holes, declared, cuts):
    lost = {i for start, count in holes for i in range(start, start + count)}
    kept = [i for i in range(len(ARM)) if i not in lost]

    def stream(extra_cuts):
        edges = [i for i in kept if i - 1 not in kept or i in extra_cuts]
        ends = [i + 1 for i in kept if i + 1 not in kept or i + 1 in extra_cuts]
        start, *_, end = whole_stream(ARM)
        items = [start]
        for a, b in zip(edges, ends, strict=True):
            if declared and a and a - 1 in lost:
                first = max(i for i in kept if i < a) + 1
                items.append(
                    StreamGap(stream=STREAM, first_index=first, count=a - first, reason="radio")
                )
            items.append(ARM.cut(a, b))
        return [*items, end]

    plain = result_bytes(played(stream(()), exercise(len(ARM))))
    assert result_bytes(played(stream(set(cuts)), exercise(len(ARM)))) == plain


@given(
    order=st.lists(st.booleans(), max_size=120),
    cuts=st.lists(st.integers(1, len(ARM) - 1), max_size=20),
)
def test_streams_do_not_disturb_each_other(order, cuts):
    other = replace(one_batch(raises(2), seed=3), stream=OTHER)
    left, right = whole_stream(ARM, cuts), whole_stream(other, cuts)
    right[0] = opened(OTHER, placement="wrist-left")
    mixed = []
    for take_left in order:
        source = left if take_left else right
        if source:
            mixed.append(source.pop(0))
    events = exercise(len(ARM) - 7, from_index=5)
    assert result_bytes(played(mixed + left + right, events)) == WHOLE["arm-abduction"]


@given(at=st.integers(0, 60), cuts=st.lists(st.integers(1, len(ARM) - 1), max_size=60))
def test_saving_and_restoring_changes_no_byte(at, cuts):
    motion, events = whole_stream(ARM, cuts), exercise(len(ARM) - 7, from_index=5)
    core = Core(SESSION, observe)
    core.take_event(events[0])
    plain = Core(SESSION, observe)
    plain.take_event(events[0])
    for n, item in enumerate(motion):
        if n == at:
            core = Core.restore(core.save(), observe)
        assert core.take(item) == plain.take(item)
    core.take_event(events[1])
    assert result_bytes(core) == WHOLE["arm-abduction"]


def test_a_state_that_is_not_whole_is_refused_in_one_line():
    with pytest.raises(DecodeError, match="start from the recording"):
        Core.restore(b"\x00", observe)


@given(index=st.integers(1, len(ARM) - 2), value=st.sampled_from([np.nan, np.inf, -np.inf, 1e30]))
def test_one_bad_sample_harms_nothing(index, value):
    item = only_item(played(whole_stream(spoiled(ARM, index, value)), exercise(len(ARM))))
    clean = only_item(played(whole_stream(ARM), exercise(len(ARM))))
    assert item.conditioning.rejected == 1
    assert item.conditioning.interpolated == 1
    assert len(item.repetitions) == len(clean.repetitions)
    for a, b in zip(item.repetitions, clean.repetitions, strict=True):
        assert a.peak_deg == pytest.approx(b.peak_deg, abs=0.5)


def test_without_a_gyroscope_repetitions_are_still_counted():
    slow = replace(one_batch(raises(4)), gyr=None)
    core = Core(SESSION, observe)
    core.take(opened(gyroscope=False))
    core.take(slow)
    for event in exercise(len(slow), exercise="count"):
        core.take_event(event)
    item = only_item(core)
    assert len(item.repetitions) == 4
    assert all(r.peak_velocity_deg_s is None and r.sparc is None for r in item.repetitions)


def test_where_the_recorded_run_differs_from_the_live_count_is_told():
    fidgets = np.concatenate([raises(1, top_deg=28.0, up_s=0.5, hold_s=0.0, down_s=0.5)] * 2)
    arm = one_batch(np.concatenate((fidgets, raises(5))))
    item = only_item(played(whole_stream(arm), exercise(len(arm))))
    assert len(item.repetitions) == 5
    assert [r.what for r in item.revisions] == ["dropped", "dropped"]
    assert item.revisions[1].end_index < len(fidgets)


def test_the_recorded_run_equals_the_live_one():
    events = exercise(len(ARM))
    live = played(whole_stream(ARM, range(10, len(ARM), 10)), events)
    again = offline.run(SESSION, events, [whole_stream(ARM)], observe, plan_version=1)
    assert again.items == live.result(plan_version=1, provisional=True).items
    assert not again.provisional


@given(
    cuts=st.lists(st.integers(1, len(ARM) - 1), max_size=30),
    lost=st.sets(st.integers(1, 29), max_size=4),
    hours=st.sampled_from([0, 1, 3]),
)
def test_the_recorded_run_equals_the_live_one_with_losses_and_clocks_set_anew(cuts, lost, hours):
    motion = whole_stream(ARM, cuts)
    kept = [item for n, item in enumerate(motion) if n == 0 or n not in lost]
    late = [
        replace(item, t0_ns=item.t0_ns + hours * 3_600_000_000_000)
        if isinstance(item, MotionBatch) and item.first_index > len(ARM) // 2
        else item
        for item in kept
    ]
    events = exercise(len(ARM))
    live = played(late, events)
    again = offline.run(SESSION, events, [late], observe, plan_version=1)
    assert again.items == live.result(plan_version=1, provisional=True).items


def test_two_items_of_one_stream_are_apart():
    half = len(ARM) // 2
    core = played(
        whole_stream(ARM),
        [*exercise(half, item="1"), *exercise(len(ARM), from_index=half, item="2", number=3)],
    )
    first, second = core.result(plan_version=1, provisional=True).items
    assert (len(first.repetitions), len(second.repetitions)) == (2, 2)
    assert second.repetitions[0].start_s < 2


def test_an_item_is_settled_only_when_its_samples_are_there():
    core = Core(SESSION, observe)
    started, ended = exercise(100)
    core.take(opened())
    core.take_event(started)
    core.take_event(ended)
    core.take(ARM.cut(0, 99))
    assert not core.settled
    core.take(ARM.cut(99, 100))
    assert core.settled


def test_motion_of_a_stream_never_opened_is_dropped_and_counted():
    core = Core(SESSION, observe)
    assert core.take(ARM) == []
    assert core.unopened == 1


def rested(from_index, to_index, *, number=1):
    """A rest of item "1" over these samples."""
    return [
        kind(session=SESSION, number=n, t_ns=0, item="1", spans={STREAM: index})
        for n, (kind, index) in enumerate(
            ((RestStarted, from_index), (RestEnded, to_index)), number
        )
    ]


def with_rest(from_index, to_index):
    started, ended = exercise(len(ARM), item="1")
    inside = rested(from_index, to_index, number=started.number + 1)
    return [started, *inside, ended.model_copy(update={"number": ended.number + 2})]


WITHOUT_REST = only_item(played(whole_stream(ARM), exercise(len(ARM), item="1")))


def at(repetition, share):
    """Sample index at a share of a repetition."""
    seconds = repetition.start_s + share * (repetition.end_s - repetition.start_s)
    return round(seconds * WITHOUT_REST.rate_hz)


@pytest.mark.parametrize(
    ("from_share", "to_share", "counted"),
    [(-0.1, 1.1, 3), (0.15, 1.1, 3), (-0.1, 0.15, 3), (0.9, 1.1, 4), (1.05, 1.06, 4)],
    ids=["whole in it", "goes up into it", "begins in it", "comes down into it", "beside it"],
)
def test_what_is_moved_in_a_rest_is_told_as_other_movement(from_share, to_share, counted):
    second = WITHOUT_REST.repetitions[1]
    item = only_item(
        played(whole_stream(ARM), with_rest(at(second, from_share), at(second, to_share)))
    )
    assert len(item.repetitions) == counted
    assert item.count_low <= counted <= item.count_high
    assert len(item.other_movement) == 4 - counted
    assert item.revisions == ()


@given(st.integers(0, len(ARM)), st.integers(0, len(ARM)), st.lists(st.booleans(), max_size=60))
def test_a_rest_counts_the_same_however_it_arrives(from_index, to_index, order):
    events = with_rest(*sorted((from_index, to_index)))
    cut = whole_stream(ARM, range(0, len(ARM), 97))
    assert result_bytes(played(cut, events, order=order)) == result_bytes(
        played(whole_stream(ARM), events)
    )


def test_an_assessment_is_no_part_of_its_exercises_count():
    started, ended = exercise(len(ARM), item="1")
    first, last = (at(WITHOUT_REST.repetitions[n], share) for n, share in ((1, -0.1), (2, 1.1)))
    about = {"session": SESSION, "t_ns": 0, "item": "1"}
    assessed = [
        AssessmentStarted(
            number=2, exercise=started.exercise, side="right", spans={STREAM: first}, **about
        ),
        AssessmentEnded(number=3, spans={STREAM: last}, **about),
    ]
    core = played(whole_stream(ARM), [started, *assessed, ended.model_copy(update={"number": 4})])
    whole, assessment = core.result(plan_version=1, provisional=True).items
    assert (len(whole.repetitions), len(assessment.repetitions)) == (2, 2)
    assert assessment.assessment
