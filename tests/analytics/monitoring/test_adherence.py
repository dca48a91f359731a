"""Adherence: five figures kept apart, judged by the plan version in force on each day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.monitoring.adherence import (
    DayHistory,
    day_adherence,
    misses_in_a_row,
    period_adherence,
    session_adherence,
)
from analytics.monitoring.done import ItemDone, items_done
from builders import SESSION, STREAM
from telemetry.messages.results import (
    Conditioning,
    ItemResult,
    RangeOfMotion,
    Repetition,
    SessionResult,
)
from therapy_builders import MONDAY, item, plan

FREE = "nothing asked"
LATER = MONDAY + timedelta(days=30)
WEEK = [MONDAY + timedelta(days=i) for i in range(7)]


def done(amount, item_id="abduction", **more):
    return ItemDone(item_id, amount, **more)


def did(*amounts, **more):
    return DayHistory(measured=tuple(done(a) for a in amounts), **more)


def week(schedule, done_on=(), history=None, **more):
    plans = [plan(item(schedule=schedule), **more)]
    known = {WEEK[i]: did(20) for i in done_on} | (history or {})
    return [day_adherence(plans, known, day, today=LATER) for day in WEEK]


def states(days):
    return [None if d is None else d.state for d in days]


def test_many_wrist_turns_cannot_outweigh_few_sit_to_stands():
    turns = item(id="turns", exercise="forearm-turn", limit_deg=None, dose={"repetitions": 30})
    rises = item(id="rises", exercise="sit-to-stand", limit_deg=None, dose={"repetitions": 5})
    known = {MONDAY: DayHistory(measured=(done(90, "turns"), done(1, "rises")))}
    day = day_adherence([plan(turns, rises)], known, MONDAY, today=LATER)
    assert day.dose == pytest.approx((1 + 1 / 5) / 2)


@pytest.mark.parametrize(
    ("exercise", "stands", "dose"), [("chair-stand-30s", 12, 1), ("five-stands", 3, 3 / 5)]
)
def test_as_many_as_one_can_is_all_that_was_asked_for(exercise, stands, dose):
    test = item(id="test", exercise=exercise, limit_deg=None, dose=None)
    known = {MONDAY: DayHistory(measured=(done(stands, "test"),))}
    day = day_adherence([plan(test)], known, MONDAY, today=LATER)
    assert (day.dose, day.state) == (dose, "done" if dose == 1 else "partly")
    none = day_adherence(
        [plan(test)], {MONDAY: DayHistory(measured=(done(0, "test"),))}, MONDAY, today=LATER
    )
    assert none.dose == 0


def test_sides_of_one_exercise_are_pooled_and_do_not_stand_in_for_each_other():
    both = [item(id="left", side="left"), item(id="right")]
    other = item(id="bend", exercise="elbow-bend", limit_deg=None)
    known = {MONDAY: DayHistory(measured=(done(40, "left"), done(20, "bend")))}
    day = day_adherence([plan(*both, other)], known, MONDAY, today=LATER)
    assert day.dose == pytest.approx((0.5 + 1) / 2)


def test_two_sessions_of_a_day_add_up():
    day = day_adherence([plan()], {MONDAY: did(8, 8)}, MONDAY, today=LATER)
    assert day.dose == pytest.approx(0.8)


def test_fixed_weekdays_are_missed_one_by_one():
    assert states(week({"weekdays": ["mon", "wed", "fri"]}, done_on=[2])) == [
        "missed",
        FREE,
        "done",
        FREE,
        "missed",
        FREE,
        FREE,
    ]


def test_three_times_a_week_is_missed_only_once_unattainable():
    three = {"times_per_week": 3}
    assert states(week(three)) == [FREE] * 4 + ["missed"] * 3
    assert states(week(three, done_on=[0])) == ["done"] + [FREE] * 4 + ["missed"] * 2
    assert states(week(three, done_on=[4, 5, 6])) == [FREE] * 4 + ["done"] * 3
    assert states(week(three, done_on=[0, 1, 2, 3])) == ["done"] * 3 + [FREE] * 4


def test_a_plan_that_begins_on_friday_asks_for_no_more_than_the_days_left():
    days = week({"times_per_week": 5}, valid_from=WEEK[4])
    assert states(days) == [None] * 4 + ["missed"] * 3
    assert "missed" not in states(week({"times_per_week": 5}, [4, 5, 6], valid_from=WEEK[4]))


def test_excused_and_silent_days_lower_nothing():
    away = {WEEK[i]: DayHistory(excused=True) for i in (0, 1, 2, 3, 4)}
    days = week({"times_per_week": 7}, done_on=[5, 6], history=away)
    assert states(days) == ["excused"] * 5 + ["done"] * 2
    assert period_adherence(days).sessions == 1
    silent = {day: DayHistory(heard=False) for day in WEEK}
    days = week({"times_per_week": 3}, history=silent)
    assert set(states(days)) == {"unknown"}
    assert period_adherence(days).dose is None


def test_days_that_may_have_been_done_cause_no_miss():
    silent = {WEEK[i]: DayHistory(heard=False) for i in (0, 1, 2)}
    days = week({"times_per_week": 3}, history=silent)
    assert "missed" not in states(days)


def test_a_lost_sensor_makes_the_dose_unknown_not_missed():
    day = day_adherence([plan()], {MONDAY: did(None)}, MONDAY, today=LATER)
    assert (day.state, day.dose) == ("unknown", None)


def test_self_report_is_kept_apart():
    told = DayHistory(reported=(done(20),))
    day = day_adherence([plan()], {MONDAY: told}, MONDAY, today=LATER)
    assert (day.state, day.dose, day.range) == ("self-reported", 1.0, None)
    both = DayHistory(measured=(done(10),), reported=(done(20),))
    day = day_adherence([plan()], {MONDAY: both}, MONDAY, today=LATER)
    assert (day.state, day.dose) == ("partly", 0.5)
    period = period_adherence(
        [
            day_adherence([plan()], {MONDAY: told}, d, today=LATER)
            for d in (MONDAY, MONDAY + timedelta(days=1))
        ]
    )
    assert (period.sessions, period.self_report) == (0, 0.5)


def test_today_is_no_miss_before_it_is_over():
    assert day_adherence([plan()], {}, MONDAY, today=MONDAY) is None
    assert day_adherence([plan()], {}, MONDAY, today=LATER).state == "missed"


def test_range_and_quality_are_means_over_exercises():
    known = {MONDAY: did()}
    first = item(id="a", target_deg=120)
    second = item(id="b", exercise="forward-arm-raise", target_deg=100)
    known = {
        MONDAY: DayHistory(
            measured=(
                done(20, "a", range_deg=60, repetitions=20, good=20),
                done(20, "b", range_deg=140, repetitions=20, good=10),
            )
        )
    }
    day = day_adherence([plan(first, second)], known, MONDAY, today=LATER)
    assert (day.range, day.quality) == (0.75, 0.75)


def test_misses_are_counted_since_the_last_deed():
    days = week({"times_per_week": 7}, done_on=[2], history={WEEK[4]: DayHistory(excused=True)})
    assert misses_in_a_row(days) == 3


def session_result(*items):
    return SessionResult(
        session=SESSION, core_version="1", plan_version=1, provisional=False, items=items
    )


def found(n=20, item_id="abduction", *, flagged=0, rom=140.0, **more):
    repetitions = tuple(
        Repetition(
            number=i,
            start_index=i,
            peak_index=i,
            end_index=i + 1,
            start_s=3.0 * i,
            end_s=3.0 * i + 3,
            range_deg=rom,
            peak_deg=rom,
            up_s=1,
            hold_s=1,
            down_s=1,
            flags=("too fast",) if i < flagged else (),
        )
        for i in range(n)
    )
    of_motion = None
    if rom is not None:
        of_motion = RangeOfMotion(what="w", median_deg=rom, p10_deg=rom, p90_deg=rom)
    fields = {"exercise": "arm-abduction", "side": "right", "stream": STREAM, "rate_hz": 60}
    return ItemResult(
        item=item_id, repetitions=repetitions, range_of_motion=of_motion, **(fields | more)
    )


def test_a_session_is_judged_by_the_items_it_set_out_to_do():
    two = plan(item(target_deg=140), item(id="other"))
    result = session_result(found(19, flagged=19), found(3, assessment=True))
    alone = session_adherence(two, result, ["abduction"], "2023-11-13")
    assert (alone.dose, alone.range, alone.quality) == (0.95, 1.0, 0.0)
    both = session_adherence(two, result, ["abduction", "other"], "2023-11-13")
    assert both.dose == pytest.approx(0.475)


def test_without_an_angle_there_is_no_range_adherence():
    counted = session_result(found(rom=None))
    assert session_adherence(plan(), counted, ["abduction"], "2023-11-13").range is None


def test_an_item_of_which_no_sample_came_is_unknown_not_zero():
    lost = found(0, rom=None)
    (one,) = items_done(plan(), session_result(lost))
    assert one.amount is None
    still = lost.model_copy(update={"conditioning": Conditioning(samples=300)})
    (one,) = items_done(plan(), session_result(still))
    assert one.amount == 0


def test_two_sensors_on_one_item_count_it_once():
    (one,) = items_done(plan(), session_result(found(20), found(18, stream=SESSION)))
    assert one.amount == 20


def test_minutes_run_from_the_first_repetition_to_the_last():
    march = plan(item(exercise="seated-march", dose={"minutes": 1}, limit_deg=None))
    (one,) = items_done(march, session_result(found(10, exercise="seated-march", rom=None)))
    assert one.amount == pytest.approx(0.5)


days_known = st.dictionaries(
    st.sampled_from(WEEK),
    st.builds(
        DayHistory,
        measured=st.lists(
            st.builds(
                ItemDone,
                st.sampled_from(["abduction", "b"]),
                st.none() | st.floats(0, 500),
                st.none() | st.floats(-10, 400),
                repetitions=st.just(10),
                good=st.integers(0, 10),
            ),
            max_size=3,
        ).map(tuple),
        reported=st.lists(st.builds(ItemDone, st.just("b"), st.floats(0, 50)), max_size=1).map(
            tuple
        ),
        excused=st.booleans(),
        heard=st.booleans(),
    ),
)
schedules = st.one_of(
    st.none(),
    st.integers(1, 7).map(lambda n: {"times_per_week": n}),
    st.sets(st.sampled_from(["mon", "wed", "sun"]), min_size=1).map(
        lambda days: {"weekdays": sorted(days)}
    ),
)


@given(known=days_known, first=schedules, second=schedules)
def test_every_figure_lies_between_0_and_1(known, first, second):
    plans = [plan(item(schedule=first, target_deg=100), item(id="b", side="left", schedule=second))]
    for day in WEEK:
        judged = day_adherence(plans, known, day, today=LATER)
        if judged is None:
            continue
        for figure in (judged.sessions, judged.dose, judged.range, judged.quality):
            assert figure is None or 0 <= figure <= 1
        if judged.state in ("unknown", "excused"):
            assert (judged.dose, judged.sessions) == (None, None)


@given(known=days_known, schedule=schedules)
def test_a_later_plan_version_leaves_past_days_as_they_were(known, schedule):
    first = plan(item(schedule=schedule))
    second = plan(
        item(dose={"repetitions": 200}), version=2, valid_from=WEEK[-1] + timedelta(days=1)
    )
    for day in WEEK:
        assert day_adherence([first], known, day, today=LATER) == day_adherence(
            [first, second], known, day, today=LATER
        )


@given(known=days_known, n=st.integers(1, 7))
def test_n_times_a_week_has_as_many_misses_as_times_lack(known, n):
    plans = [plan(item(schedule={"times_per_week": n}))]
    days = [day_adherence(plans, known, day, today=LATER) for day in WEEK]
    if any(d.excused or not d.heard for d in known.values()) or any(
        m.amount is None for d in known.values() for m in d.measured
    ):
        return
    done_days = sum(
        any(m.item == "abduction" and m.amount > 0 for m in d.measured) for d in known.values()
    )
    missed = sum(d is not None and d.dose == 0 for d in days)
    assert missed == max(0, n - done_days)


def test_the_version_in_force_judges_the_day():
    easy = plan(item(dose={"repetitions": 10}))
    hard = plan(item(dose={"repetitions": 40}), version=2, valid_from=MONDAY)
    sunday = date(2023, 11, 12)
    known = {sunday: did(10), MONDAY: did(10)}
    before = day_adherence([easy, hard], known, sunday, today=LATER)
    after = day_adherence([easy, hard], known, MONDAY, today=LATER)
    assert (before.plan_version, before.dose) == (1, 1.0)
    assert (after.plan_version, after.dose) == (2, 0.25)
