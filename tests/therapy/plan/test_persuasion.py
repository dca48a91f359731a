"""The plan says which mechanisms may be used, and when to remind; sentences never blame."""

import re
from datetime import time, timedelta

import pytest

from therapy.exercises.library import EXERCISES
from therapy.plan.persuasion import Persuasion
from therapy.plan.plan_file import PlanError, parse_plan_json
from therapy.session import questions, screens
from therapy.session.agenda import agenda_of, shortened
from therapy.wording import Wording
from therapy_builders import MONDAY, Session, item, plan

BLAMING = re.compile(
    r"\b(fail\w*|bad\w*|lazy|fault|guilt\w*|shame\w*|wrong\w*|disappoint\w*|poor\w*|lose|worse"
    r"|only|missed|should|must|late|fallit\w*|pigr\w*|colpa|vergogn\w*|sbagliat\w*|delus\w*"
    r"|perdere|peggio|solo|soltanto|saltat\w*|dovrebbe|deve|ritardo)\b",
    re.IGNORECASE,
)


def texts():
    for module in (questions, screens):
        for value in vars(module).values():
            values = value.values() if isinstance(value, dict) else (value,)
            yield from (v for v in values if isinstance(v, Wording))
    for exercise in EXERCISES.values():
        yield from (exercise.name, exercise.cue, exercise.mistake)
    for stop in (None, "tired", "pain"):
        session = Session()
        session.to_play()
        session.ask("exercise.ended", reason=stop or "done")
        session.answer()
        yield session.screen.text


def test_sentences_for_patients_never_blame():
    for wording in texts():
        for text in (wording.it, wording.en):
            assert not BLAMING.search(text), text
    assert BLAMING.search("You should not be late")


def test_every_mechanism_has_its_own_switch():
    everything = Persuasion()
    assert len(everything.on) == 10
    for name in everything.on:
        assert everything.on - Persuasion.model_validate({name: False}).on == {name}


def test_comparison_with_others_is_no_mechanism():
    assert not any("compar" in name for name in Persuasion.model_fields)


def test_n_times_a_week_suggests_n_days_spread_over_it():
    days = [MONDAY + timedelta(days=i) for i in range(7)]
    for n in range(1, 8):
        one = plan(item(schedule={"times_per_week": n}))
        assert sum(one.suggests(day) for day in days) == n
    thursdays = plan(item(schedule={"weekdays": ["thu"]}))
    assert [d.weekday() for d in days if thursdays.suggests(d)] == [3]
    assert not plan(valid_to=MONDAY).suggests(days[1])


def test_reminders_read_times_of_day_and_refuse_others():
    silent = plan(persuasion={"reminders": {"on": False, "at": "07:30"}})
    assert silent.persuasion.reminders.at == time(7, 30)
    wrong = plan().canonical_json().replace('"at":"10:00:00"', '"at":"25:00"')
    with pytest.raises(PlanError, match="persuasion.reminders.at"):
        parse_plan_json(wrong)


def test_five_minutes_are_enough_for_a_short_version():
    long = agenda_of(plan(item(), item(id="b", exercise="elbow-bend", limit_deg=None)), MONDAY)
    short = shortened(long)
    seconds = sum(a.dose * a.item.paced.repetition_s for a in short.items)
    assert 200 < seconds <= 300
    assert [a.dose for a in shortened(long, 1).items] == [8]
    assert not any(a.assess for a in short.items)
