"""A plan says what is asked; a wrong one says all that is wrong, and where."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.errors import ConfigurationError
from therapy.plan.plan import plan_in_force
from therapy.plan.plan_change import changes
from therapy.plan.plan_file import (
    PlanError,
    load_plan,
    parse_plan_json,
    parse_plan_toml,
    sample_plan,
)
from therapy.plan.schedule import Schedule, week_of
from therapy_builders import MONDAY, item, plan

HEAD = 'patient = "p"\nversion = 1\nvalid_from = 2023-01-01\n'
ITEM = '[[items]]\nid = "a"\nexercise = "arm-abduction"\nside = "right"\n'


def problems(text):
    with pytest.raises(PlanError) as caught:
        parse_plan_toml(text, "plan.toml")
    return caught.value.problems


def test_the_sample_prescribes_two_sets_of_ten():
    sample = sample_plan()
    for item_id in ("abduction", "forward-raise"):
        assert sample.item(item_id).asked.amount == 20


def test_canonical_json_comes_back_and_ignores_the_order_in_the_file():
    sample = sample_plan()
    assert parse_plan_json(sample.canonical_json()) == sample
    turned = HEAD + "".join(reversed(ITEM.splitlines(keepends=True)[1:])).join(["[[items]]\n", ""])
    assert parse_plan_toml(turned).digest() == parse_plan_toml(HEAD + ITEM).digest()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            HEAD + ITEM.replace("abduction", "abdction"),
            (
                "plan.toml: item 1 (arm-abdction), exercise: unknown exercise 'arm-abdction': "
                "did you mean 'arm-abduction'?"
            ),
        ),
        (
            HEAD + ITEM + "dose = { repetitions = -5 }",
            (
                "plan.toml: item 1 (arm-abduction), dose.repetitions: -5: should be greater than "
                "or equal to 1: change the value"
            ),
        ),
        (
            HEAD + ITEM + 'schedule = { weekdays = ["thr"] }',
            (
                "plan.toml: item 1 (arm-abduction), schedule.weekdays: unknown weekday 'thr': "
                "did you mean 'thu'?"
            ),
        ),
        (
            HEAD + ITEM + "limit_deg = 181",
            (
                "plan.toml: item 1 (arm-abduction), limit_deg: 181 is beyond 180, the most for "
                "arm-abduction: give at most 180"
            ),
        ),
        (
            HEAD + ITEM + "limit_deg = 90\ntarget_deg = 120",
            (
                "plan.toml: item 1 (arm-abduction), target_deg: 120 is beyond the item's limit_deg "
                "90: lower it, or raise the limit"
            ),
        ),
        (
            HEAD + ITEM + 'posture = "supine"',
            (
                "plan.toml: item 1 (arm-abduction), posture: posture 'supine' is none of "
                "arm-abduction's: use 'seated' or 'standing'"
            ),
        ),
        (
            HEAD + ITEM + "dose = { repetitions = 5, minutes = 1 }",
            (
                "plan.toml: item 1 (arm-abduction), dose: give exactly one of 'repetitions', "
                "'minutes' and 'holds'"
            ),
        ),
        (HEAD + "items = []", "plan.toml: the plan has no items: add at least one [[items]]"),
        (HEAD + ITEM + ITEM, "plan.toml: items share the id a: give each item its own"),
        (
            HEAD + 'time_zone = "Europe/Rom"\n' + ITEM,
            "plan.toml: time_zone: unknown time zone 'Europe/Rom': give e.g. 'Europe/Rome'",
        ),
        (
            HEAD + "valid_to = 2022-01-01\n" + ITEM,
            "plan.toml: valid_to: 2022-01-01 is before valid_from 2023-01-01: give a later day",
        ),
        (
            HEAD + "[limits]\npain_amber = 8\n" + ITEM,
            "plan.toml: limits.pain_amber: 8 is above pain_stop 6: lower it, or raise pain_stop",
        ),
        (
            HEAD + 'colour = "red"\n' + ITEM,
            (
                "plan.toml: colour: 'red': extra inputs are not permitted: no such setting, "
                "remove it or mend its spelling"
            ),
        ),
        (
            HEAD.replace('patient = "p"\n', "") + ITEM,
            "plan.toml: patient: field required: add it",
        ),
    ],
)
def test_a_mistake_is_told_with_file_place_problem_and_remedy(text, told):
    assert problems(text) == (told,)


def test_all_mistakes_are_told_at_once():
    text = HEAD + "[limits]\npain_stop = 0\n" + ITEM.replace("right", "up") + ITEM + "limit_deg = 0"
    told = problems(text)
    assert len(told) == 4
    for word in ("pain_stop", "side", "limit_deg", "share the id"):
        assert any(word in problem for problem in told)


def test_what_is_no_toml_or_no_file_is_told(tmp_path):
    assert "not TOML" in problems("patient = ")[0]
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_plan(tmp_path / "none.toml")
    (tmp_path / "p.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load_plan(tmp_path / "p.toml")


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_no_junk_for_items_raises_anything_but_a_plan_error(junk):
    body = {"patient": "p", "version": 1, "valid_from": "2023-01-01", "items": junk}
    with pytest.raises(PlanError):
        parse_plan_json(json.dumps(body))


def test_a_day_belongs_to_the_plans_time_zone():
    late_utc_ns = 1_700_017_200_000_000_000  # 03:00 UTC on the 15th, 04:00 in Rome
    new_york = plan(time_zone="America/New_York")
    assert plan().day_of(late_utc_ns) == date(2023, 11, 15)
    assert new_york.day_of(late_utc_ns) == date(2023, 11, 14)


def test_a_day_ends_at_the_plans_hour_of_the_night():
    half_past_ns = 1_700_004_600_000_000_000  # 23:30 UTC on the 14th, 00:30 in Rome
    assert plan().day_of(half_past_ns) == date(2023, 11, 14)
    assert plan(day_ends="00:00").day_of(half_past_ns) == date(2023, 11, 15)
    assert plan(day_ends="00:00").digest() != plan().digest()
    with pytest.raises(ValueError, match="time of the night"):
        plan(day_ends="15:00")


def test_the_highest_version_that_covers_a_day_is_in_force():
    first = plan(valid_to="2023-12-31")
    second = plan(version=2, valid_from="2023-11-13")
    assert plan_in_force([second, first], date(2023, 11, 12)) is first
    assert plan_in_force([first, second], MONDAY) is second
    assert plan_in_force([first], date(2024, 1, 1)) is None


def test_a_plan_tells_what_changed_between_versions():
    old = plan(item(), item(id="gone"))
    new = plan(item(limit_deg=120), item(id="new"), version=2, valid_from=MONDAY)
    told = {c.place: (c.before, c.after) for c in changes(old, new)}
    assert told["items.abduction.limit_deg"] == (150.0, 120.0)
    assert told["version"] == (1, 2)
    assert {c.place for c in changes(old, new) if c.before is None} == {"items.new"}
    assert {c.place for c in changes(old, new) if c.after is None} == {"items.gone"}
    assert changes(old, old) == ()


def test_a_schedule_of_weekdays_is_put_in_order():
    assert Schedule(weekdays=("fri", "mon")).weekdays == ("mon", "fri")


@given(n=st.integers(1, 7), done=st.sets(st.integers(0, 6)))
def test_a_weeks_misses_are_the_times_that_lack(n, done):
    week = week_of(MONDAY)
    done_days = [week[i] for i in done]
    schedule = Schedule(times_per_week=n)
    assert sum(schedule.missed(d, done_days) for d in week) == max(0, n - len(done))


def test_without_an_own_setting_the_librarys_default_holds():
    bare = plan(item(dose=None, limit_deg=None)).items[0]
    assert bare.asked.amount == 16
    assert bare.in_posture == "seated"
    assert bare.paced.up.s == 3
