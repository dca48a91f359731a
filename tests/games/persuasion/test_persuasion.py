"""What brings people back, and what it must never do."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from games.persuasion.prompts import (
    ALL,
    PROMPTS,
    Mechanism,
    Situation,
    prompts_for,
    trial_unit,
    variant_of,
)
from games.persuasion.questionnaire import LEAST_ANSWERS, SurveyAnswer, released, survey_due
from games.persuasion.reminders import calendar, reminder_due
from games.persuasion.session_prompts import Told, session_prompts
from games.persuasion.streak import RESERVES_A_WEEK, streak_on
from games.session.session_texts import SESSION
from games.ui.texts import FRAME, blaming
from telemetry.errors import ConfigurationError, DecodeError
from therapy.plan.persuasion import Reminders
from therapy.plan.plan import Plan

ROME = "Europe/Rome"
MONDAY = date(2026, 3, 2)
ROME = "Europe/Rome"
FULL = Situation(
    unit="01J0000000000000000000000A",
    goal="prendere le tazze",
    when_and_where="dopo il caffè",
    helper=True,
    missed=2,
    week=2,
    planned=5,
)


def every_day(_day):
    return True


def days(*numbers):
    return [MONDAY + timedelta(days=n) for n in numbers]


def test_days_in_a_row_count():
    assert streak_on(MONDAY + timedelta(days=4), days(0, 1, 2, 3, 4), every_day).days == 5


def test_two_missed_days_a_week_are_bridged_by_reserves():
    streak = streak_on(MONDAY + timedelta(days=4), days(0, 2, 4), every_day)
    assert (streak.days, streak.reserves_left) == (3, 0)


def test_a_third_missed_day_begins_a_new_row_and_deletes_nothing():
    streak = streak_on(MONDAY + timedelta(days=4), days(0, 4), every_day)
    assert (streak.days, streak.done, streak.longest) == (1, 2, 1)


def test_days_off_the_plan_cost_nothing():
    weekend_off = streak_on(
        MONDAY + timedelta(days=7), days(0, 1, 2, 3, 4, 7), lambda day: day.weekday() < 5
    )
    assert weekend_off.days == 6
    assert weekend_off.reserves_left == RESERVES_A_WEEK


def test_a_today_that_is_still_open_costs_nothing():
    assert streak_on(MONDAY + timedelta(days=1), days(0), every_day).reserves_left == 2


@given(done=st.sets(st.integers(0, 60)), today=st.integers(0, 60))
def test_the_history_never_shrinks(done, today):
    before = streak_on(MONDAY + timedelta(days=today), days(*done), every_day)
    after = streak_on(MONDAY + timedelta(days=today + 1), days(*done), every_day)
    assert after.done >= before.done
    assert after.longest >= before.longest
    assert before.days <= before.done


@pytest.mark.parametrize("language", ["it", "en"])
def test_no_text_blames_threatens_or_compares(language):
    for texts in (FRAME, SESSION, *PROMPTS.values()):
        for key, text in texts.items():
            assert blaming(text[language], language) is None, key


def test_blame_would_be_found():
    assert blaming("You failed again", "en") == "fail"
    assert blaming("È colpa Sua", "it") == "colpa"


# A message is a page of its own, and a home leaves it out where the plan switches it off.
@pytest.mark.parametrize("mechanism", [m for m in Mechanism if m is not Mechanism.MESSAGE])
def test_each_mechanism_can_be_switched_off_by_itself(mechanism):
    streak = streak_on(MONDAY + timedelta(days=2), days(0, 1, 2), every_day)
    rich = replace(FULL, maintain=True, trials=10, full=8, streak=streak)
    shown = set()
    for closing in (False, True):
        situation = replace(rich, closing=closing)
        for only in (frozenset({mechanism}), ALL - {mechanism}):
            prompts = prompts_for(situation, "it", on=only)
            assert {p.mechanism for p in prompts} <= only
            shown |= {p.mechanism for p in prompts}
    assert mechanism in shown


def test_a_prompt_is_logged_with_its_variant_and_language():
    (prompt,) = prompts_for(FULL, "en", on=frozenset({Mechanism.FIVE_MINUTES}))
    logged = prompt.logged("en")
    assert logged.mechanism == "five_minutes"
    assert logged.variant in PROMPTS[Mechanism.FIVE_MINUTES]
    assert logged.language == "en"


def test_variants_are_fixed_for_a_persons_week_and_balanced_over_persons_and_weeks():
    units = [
        trial_unit("1", f"p-{n}", MONDAY + timedelta(weeks=w)) for n in range(50) for w in range(20)
    ]
    drawn = Counter(variant_of(unit, Mechanism.PRAISE) for unit in units)
    week = [trial_unit("1", "p-1", MONDAY + timedelta(days=n)) for n in range(7)]
    assert len(set(week)) == 1
    assert len(set(units)) == 1000
    assert all(400 < count < 600 for count in drawn.values())


def test_praise_names_the_deed():
    closing = replace(FULL, closing=True, trials=10, full=8)
    prompt = prompts_for(closing, "en")[0]
    assert prompt.mechanism is Mechanism.PRAISE
    assert "8" in prompt.text
    assert "10" in prompt.text


def test_the_barrier_question_comes_after_two_misses_only():
    asked = [
        Mechanism.BARRIER in {p.mechanism for p in prompts_for(replace(FULL, missed=m), "it")}
        for m in (0, 1, 2)
    ]
    assert asked == [False, False, True]


def at(hour, minute=0):
    moment = datetime(2026, 3, 2, hour, minute, tzinfo=ZoneInfo("Europe/Rome"))
    return round(moment.timestamp() * 1e9)


def due(now_ns, wanted=None, **changes):
    state = {"planned_today": True, "done_today": False, "reminded_today": False, **changes}
    return reminder_due(wanted or Reminders(), ROME, now_ns, **state)


def test_a_reminder_comes_once_on_a_planned_day_that_is_not_done():
    assert due(at(10))
    assert not due(at(9, 59))
    assert not due(at(10), planned_today=False)
    assert not due(at(10), done_today=True)
    assert not due(at(10), reminded_today=True)


def test_no_reminder_in_the_quiet_hours_nor_when_switched_off():
    assert not due(at(21))
    assert not due(at(7), Reminders(at=time(6, 0)))
    assert not due(at(10), Reminders(on=False))


def test_the_calendar_has_one_entry_for_each_planned_day_and_names_nobody():
    text = calendar(
        Reminders(), ROME, lambda day: day.weekday() < 3, MONDAY, "it", days=14
    ).decode()
    assert text.count("BEGIN:VEVENT") == 6
    assert text.count("BEGIN:VALARM") == 6
    assert "DTSTART:20260302T090000Z" in text
    alarm = Calendar.from_ical(text).walk("VALARM")[0]
    assert alarm["trigger"].dt == timedelta(0)
    assert "se Le va" in text.replace("\r\n ", "")
    assert all(len(line) <= 75 for line in text.split("\r\n"))


def test_the_calendar_refuses_a_time_in_the_quiet_hours():
    with pytest.raises(ConfigurationError, match="reminder at 22:00 lies in the quiet hours"):
        calendar(Reminders(at=time(22, 0)), ROME, every_day, MONDAY, "it")


def test_an_answer_carries_neither_pseudonym_nor_time():
    answer = SurveyAnswer("2026-spring", {"fun": 4, "again": 5})
    assert SurveyAnswer.decode(answer.encode()) == answer
    with pytest.raises(DecodeError, match="a survey and marks, nothing else"):
        SurveyAnswer.decode(b'{"survey":"w","marks":{},"patient":"p-1"}')
    with pytest.raises(DecodeError, match="1 to 5"):
        SurveyAnswer.decode(b'{"survey":"w","marks":{"fun":9}}')


def test_a_survey_is_released_from_five_answers_up():
    answers = [SurveyAnswer("w", {"fun": mark}) for mark in (2, 3, 4, 5)]
    assert released(answers, "w") is None
    more = [*answers, SurveyAnswer("w", {"fun": 5, "use": 1})]
    assert len(more) == LEAST_ANSWERS
    assert released(more, "w") == {"fun": 4.0}


def test_a_survey_asks_now_and_then_and_once():
    assert [n for n in range(1, 30) if survey_due(n, frozenset(), "w")] == [12, 24]
    assert not survey_due(12, frozenset({"w"}), "w")


def a_plan(**more):
    item = {"id": "1", "exercise": "elbow-bend", "side": "left"}
    schedule = {"weekdays": ["mon", "tue", "wed", "thu", "fri"]}
    fields = {"patient": "p-1", "version": 1, "valid_from": "2026-01-01", "goal": "cucinare"}
    return Plan.model_validate({**fields, "items": [{**item, "schedule": schedule}], **more})


def test_a_sessions_prompts_come_from_its_plan_and_its_days():
    friday = MONDAY + timedelta(days=4)
    prompts = session_prompts(a_plan(), "s", "it", done_days=days(0, 1), today=friday)
    opening = {p.mechanism for p in prompts(Told())}
    closing = prompts(Told(closing=True, trials=10, full=8))
    assert opening == {Mechanism.BARRIER, Mechanism.FIVE_MINUTES, Mechanism.GOAL}
    assert closing[0].mechanism is Mechanism.PRAISE
    assert "cucinare" in closing[-1].text


def test_who_begins_has_missed_nothing():
    prompts = session_prompts(a_plan(), "s", "it", done_days=[], today=MONDAY)
    assert Mechanism.BARRIER not in {p.mechanism for p in prompts(Told())}


def test_a_weekend_off_the_plan_is_no_miss():
    prompts = session_prompts(
        a_plan(), "s", "it", done_days=days(0, 1, 2, 3, 4), today=MONDAY + timedelta(days=7)
    )
    assert Mechanism.FIVE_MINUTES not in {p.mechanism for p in prompts(Told())}


@pytest.mark.parametrize("closing", [True, False])
@given(week=st.integers(0, 7), planned=st.integers(1, 7))
def test_days_done_are_told_only_once_there_is_one(closing, week, planned):
    told = prompts_for(
        Situation(unit="s", closing=closing, week=week, planned=planned),
        "it",
        on=frozenset({Mechanism.SELF_MONITORING}),
    )
    assert bool(told) is (week > 0)


MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(MINUTES, MINUTES, MINUTES)
@settings(max_examples=60, deadline=None)
def test_a_reminder_is_told_to_be_heard_where_it_comes_at_some_minute_of_a_day(at, since, to):
    wanted = Reminders(at=at, quiet_from=since, quiet_to=to)
    day_ns = range(0, 86_400 * 10**9, 60 * 10**9)
    told = {"planned_today": True, "done_today": False, "reminded_today": False}
    assert wanted.heard is any(reminder_due(wanted, "UTC", t_ns, **told) for t_ns in day_ns)
