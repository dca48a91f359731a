"""Persuasion: forgiving streaks, prompts that name deeds, reminders that can be silenced."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.results import AdherenceResult
from therapy import prompts, questions, screens
from therapy.agenda import agenda_of, shortened
from therapy.library import EXERCISES
from therapy.persuasion import Persuasion
from therapy.plan_file import PlanError, parse_plan_json
from therapy.prompts import Deed, Mechanism, after_session, before_session
from therapy.reminder import calendar_of, reminders_of
from therapy.streak import misses_in_a_row, streak_of
from therapy.wording import Wording
from therapy_builders import MONDAY, item, plan

BLAMING = re.compile(
    r"\b(fail\w*|bad\w*|lazy|fault|guilt\w*|shame\w*|wrong\w*|disappoint\w*|poor\w*|lost|lose|worse"
    r"|only|missed|should|must|late|fallit\w*|male!|pigr\w*|colpa|vergogn\w*|sbagliat\w*|delus\w*"
    r"|perso|perdere|peggio|solo|soltanto|saltat\w*|dovrebbe|deve|ritardo)\b",
    re.IGNORECASE,
)
DEED = Deed(EXERCISES["arm-abduction"].name, 10, 10, 8)


def judged(*states, first=MONDAY):
    return [
        s
        and AdherenceResult(
            patient="p",
            day=(first + timedelta(days=i)).isoformat(),
            plan_version=1,
            state=s,
        )
        for i, s in enumerate(states)
    ]


def did(n):
    return ["measured"] * n


def test_two_missed_days_of_a_week_leave_the_streak_and_a_third_begins_it_again():
    kept = streak_of(judged(*did(3), "missed", "missed", *did(2)))
    assert (kept.days, kept.reserves) == (5, 0)
    lost = streak_of(judged(*did(3), "missed", "missed", "missed", *did(1)))
    assert (lost.days, lost.best, lost.done) == (1, 3, 4)


def test_each_week_brings_its_reserves():
    weeks = streak_of(judged(*(["missed", "missed", *did(5)] * 4)))
    assert weeks.days == 20


def test_days_off_excused_and_unknown_change_nothing():
    assert streak_of(judged("measured", None, "excused", "unknown", "self-reported")).days == 2


@given(st.lists(st.sampled_from(["measured", "missed", "excused", "unknown", None]), max_size=60))
def test_what_was_reached_is_never_taken_away(states):
    best = done = 0
    for n in range(len(states) + 1):
        streak = streak_of(judged(*states[:n]))
        assert streak.best >= best
        assert streak.done >= done
        assert 0 <= streak.days <= streak.best <= streak.done
        assert 0 <= streak.reserves <= 2
        best, done = streak.best, streak.done


def test_misses_are_counted_since_the_last_deed():
    assert misses_in_a_row(judged("missed", "measured", "missed", None, "excused", "missed")) == 2


def all_texts():
    found = [p.text for p in every_prompt()]
    for module in (prompts, questions, screens):
        found += [v for v in vars(module).values() if isinstance(v, Wording)]
        for v in vars(module).values():
            if isinstance(v, tuple):
                found += [w for w in v if isinstance(w, Wording)]
            elif isinstance(v, dict):
                found += [w for w in v.values() if isinstance(w, Wording)]
    return found


def every_prompt():
    full = plan(goal="cook again", when_and_where="at ten, in the kitchen", helper=True)
    for i in range(20):
        day = MONDAY + timedelta(days=i)
        for framing in ("improve", "maintain"):
            one = full.model_copy(update={"framing": framing})
            streak = streak_of(judged(*did(4)))
            yield from before_session(one, day, misses=2, message="Hello", streak=streak)
            yield from after_session(one, day, [DEED])
            yield from after_session(one, day, [Deed(DEED.name, 5, 10)])


def test_texts_never_blame():
    texts = all_texts()
    assert len(texts) > 50
    for wording in texts:
        assert not BLAMING.search(wording.it), wording.it
        assert not BLAMING.search(wording.en), wording.en
    assert BLAMING.search("You missed only three days")


def test_every_mechanism_is_shown_in_its_place():
    assert {p.mechanism for p in every_prompt()} == set(Mechanism)


@pytest.mark.parametrize(
    ("switch", "mechanism"),
    [
        ("goal", Mechanism.GOAL),
        ("when_and_where", Mechanism.WHEN_AND_WHERE),
        ("five_minutes", Mechanism.FIVE_MINUTES),
        ("message", Mechanism.MESSAGE),
        ("barrier", Mechanism.BARRIER),
        ("praise", Mechanism.PRAISE),
        ("streak", Mechanism.STREAK),
        ("helper", Mechanism.HELPER),
    ],
)
def test_every_mechanism_can_be_switched_off(switch, mechanism):
    fields = {"goal": "cook", "when_and_where": "at ten", "helper": True}

    def shown(**more):
        one = plan(**fields, **more)
        streak = streak_of(judged(*did(4)))
        return {
            p.mechanism
            for p in (
                *before_session(one, MONDAY, misses=2, message="m", streak=streak),
                *after_session(one, MONDAY, [DEED]),
            )
        }

    assert mechanism in shown()
    assert shown() - shown(persuasion={switch: False}) == {mechanism}


def test_the_barrier_question_comes_after_two_misses():
    def kinds(misses):
        return [p.mechanism for p in before_session(plan(), MONDAY, misses=misses)]

    assert Mechanism.BARRIER not in kinds(1)
    assert Mechanism.BARRIER in kinds(2)


def test_praise_names_the_deed_and_comes_for_deeds_only():
    (praise,) = after_session(plan(), MONDAY, [DEED])
    assert "arm abduction" in praise.text.en.lower()
    assert "8" in praise.text.en
    assert after_session(plan(), MONDAY, [Deed(DEED.name, 0, 10)]) == ()


def test_a_progressive_disease_is_met_by_keeping():
    one = plan(goal="walk", framing="maintain")
    (goal,) = before_session(one, MONDAY)
    assert goal.variant.startswith("maintain-")
    assert "towards" not in goal.text.en


def test_a_variant_is_fixed_for_a_day_and_both_are_met():
    one = plan(goal="walk")
    days = [MONDAY + timedelta(days=i) for i in range(30)]
    variants = [before_session(one, day)[0].variant for day in days]
    assert variants == [before_session(one, day)[0].variant for day in days]
    assert len(set(variants)) == 2


def test_five_minutes_are_enough_for_a_short_version():
    long = agenda_of(plan(item(), item(id="b", exercise="elbow-bend", limit_deg=None)), MONDAY)
    short = shortened(long)
    seconds = sum(a.dose * a.item.paced.repetition_s for a in short.items)
    assert 200 < seconds <= 300
    assert [a.dose for a in shortened(long, 1).items] == [8]


def test_reminders_come_once_a_planned_day_and_never_in_quiet_hours():
    weekdays = plan(item(schedule={"weekdays": ["mon", "thu"]}))
    assert [m.weekday() for m in reminders_of(weekdays, MONDAY, 14)] == [0, 3, 0, 3]
    for n in range(1, 8):
        times = plan(item(schedule={"times_per_week": n}))
        moments = reminders_of(times, MONDAY, 7)
        assert len({m.date() for m in moments}) == len(moments) == n
    night = plan(persuasion={"reminders": {"at": "23:30"}})
    assert {m.hour for m in reminders_of(night, MONDAY, 7)} == {8}
    siesta = {"at": "14:00", "quiet_from": "13:00", "quiet_to": "16:30"}
    noon = plan(persuasion={"reminders": siesta})
    assert {(m.hour, m.minute) for m in reminders_of(noon, MONDAY, 7)} == {(16, 30)}
    assert reminders_of(plan(persuasion={"reminders": {"on": False}}), MONDAY, 7) == ()


def test_a_calendar_can_be_opened_and_names_nobody():
    one = plan(when_and_where="Dopo il caffè, in cucina; piano " * 5, patient="secret-77")
    text = calendar_of(one, reminders_of(one, MONDAY, 7), stamped=datetime(2023, 11, 1, tzinfo=UTC))
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 7
    assert "DTSTART:20231113T090000Z" in text
    assert "secret-77" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    assert "Dopo il caffè\\, in cucina\\; piano" in unfolded


def test_a_wrong_time_of_day_is_told():
    one = plan().canonical_json().replace('"at":"10:00"', '"at":"25:00"')
    with pytest.raises(PlanError, match=r"reminders.at: '25:00' is no time of day"):
        parse_plan_json(one)


def test_comparison_with_others_is_no_mechanism():
    assert not any("compar" in name for name in Persuasion.model_fields)
