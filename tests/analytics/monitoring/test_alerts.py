"""Alerts: one per episode, explained, acknowledged, and few enough to be read."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.monitoring.adherence import DayHistory, ItemDone
from analytics.monitoring.alert_load import simulate_load
from analytics.monitoring.alert_words import STOPPED, WORDS
from analytics.monitoring.alerts import (
    Acknowledgement,
    Alert,
    Evidence,
    MonitoredHours,
    acknowledged,
    needing_a_look,
    updated,
)
from analytics.monitoring.change import Assessment, Context
from analytics.monitoring.evidence import Picture, SessionFacts, facts_of
from analytics.monitoring.rules import evidence_of, fewest_days
from telemetry.errors import ConfigurationError
from therapy.session.session_state import FallSuspected
from therapy_builders import MONDAY, Session, item, plan

pytestmark = pytest.mark.slow

CONTEXT = Context("arm-abduction", "right", "seated", "upper-arm-right", "gravity")
ADVISING = re.compile(
    r"\b(should|must|please|recommend\w*|consider\w*|advis\w*|need\w*|call\w*|contact\w*|reduce\w*"
    r"|increase\w*|stop(?! value)\w*|check\w*|review\w*|ask|visit\w*|change the|risk\w*"
    r"|dov\w+bbe|deve|devono|consigli\w*|bisogna|contatt\w*|chiam\w*|valut\w*|ridu\w*|aument\w*"
    r"|sospend\w*|controll\w*|verific\w*|consider\w*|prego|rischi\w*|visit\w*)\b",
    re.IGNORECASE,
)


def ago(days):
    return MONDAY - timedelta(days=days)


def picture(*, sessions=(), history=None, **more):
    known = history if history is not None else {ago(i): did() for i in range(1, 15)}
    fields = {"plan": plan(), "day": MONDAY, "history": known, "sessions": sessions}
    return Picture(**(fields | more))


def did(amount=10):
    return DayHistory(measured=(ItemDone("abduction", amount),))


def state(kind, seen):
    return next(e.state for e in evidence_of(seen) if e.kind == kind)


def told(kind, seen):
    return next(e for e in evidence_of(seen) if e.kind == kind)


def sessions(*pains, **more):
    n = len(pains)
    return tuple(SessionFacts(ago(n - i), pain_after=p, **more) for i, p in enumerate(pains))


def evidence(state, kind="pain"):
    return [Evidence(kind=kind, state=state, it="i", en="e")]


def run(*states, alerts=(), first=MONDAY):
    for i, one in enumerate(states):
        alerts = updated(alerts, evidence(one), patient="p", day=first + timedelta(days=i))
    return alerts


@given(st.lists(st.sampled_from(["raised", "held", "cleared"]), max_size=40))
def test_there_is_one_alert_per_episode(states):
    alerts = run(*states)
    edges, is_open = 0, False
    for one in states:
        if one == "raised" and not is_open:
            edges, is_open = edges + 1, True
        elif one == "cleared":
            is_open = False
    assert len(alerts) == edges
    assert sum(a.open for a in alerts) == is_open


def test_wavering_between_the_levels_makes_no_second_alert():
    assert len(run("raised", "held", "raised", "held", "raised")) == 1
    assert len(run("raised", "cleared", "held", "raised")) == 2


def test_an_acknowledgement_names_the_action_and_the_episode_goes_on():
    alerts = run("raised")
    seen = Acknowledgement(by="pt-1", day=MONDAY, action="called")
    alerts = acknowledged(alerts, "pain", 1, seen)
    assert needing_a_look(alerts) == ()
    (alert,) = run("raised", "held", alerts=alerts)
    assert alert.open
    assert alert.acknowledgement.action == "called"
    with pytest.raises(ConfigurationError, match="no alert"):
        acknowledged(alerts, "pain", 2, seen)


def test_a_snoozed_kind_stays_silent_until_its_day():
    snooze = Acknowledgement(
        by="pt-1", day=MONDAY, action="watching", snooze_until=MONDAY + timedelta(days=7)
    )
    alerts = acknowledged(run("raised"), "pain", 1, snooze)
    quiet = run("cleared", "raised", "raised", alerts=alerts)
    assert len(quiet) == 1
    assert len(run("raised", alerts=quiet, first=MONDAY + timedelta(days=7))) == 2
    assert len(updated(quiet, evidence("raised", "fall"), patient="p", day=MONDAY)) == 2


def unwell(event_ns):
    return [Evidence(kind="unwell", state="raised", it="i", en=str(event_ns), event_ns=event_ns)]


def test_a_new_event_after_the_acknowledgement_is_a_new_alert_whatever_was_snoozed():
    alerts = updated((), unwell(5), patient="p", day=MONDAY)
    snooze = Acknowledgement(
        by="pt-1", day=MONDAY, action="called", snooze_until=MONDAY + timedelta(days=90)
    )
    read = acknowledged(alerts, "unwell", 1, snooze)
    assert updated(read, unwell(5), patient="p", day=MONDAY) == read
    again = updated(read, unwell(6), patient="p", day=MONDAY)
    assert [(a.number, a.open) for a in again] == [(1, False), (2, True)]
    assert len(needing_a_look(again)) == 1


def test_what_nobody_read_yet_follows_the_evidence():
    alerts = updated((), unwell(5), patient="p", day=MONDAY)
    (alert,) = updated(alerts, unwell(6), patient="p", day=MONDAY)
    assert (alert.en, alert.event_ns) == ("6", 6)


def test_feeling_unwell_today_is_told_today():
    seen = picture(sessions=(SessionFacts(MONDAY, t_ns=7, unwell=True),))
    assert told("unwell", seen).event_ns == 7


def test_what_nobody_saw_stays_on_the_list_even_when_over():
    assert len(needing_a_look(run("raised", "cleared"))) == 1


def test_the_gravest_comes_first():
    two = updated(run("raised"), evidence("raised", "unwell"), patient="p", day=MONDAY)
    assert [a.kind for a in needing_a_look(two)] == ["unwell", "pain"]


def test_an_alert_survives_being_written_down():
    (alert,) = run("raised")
    assert Alert.model_validate_json(alert.model_dump_json()) == alert


def test_a_quiet_fortnight_raises_nothing():
    seen = picture(sessions=sessions(*[1, 2, 1, 2, 2, 1, 2], repetitions=20, too_fast=2))
    assert {e.state for e in evidence_of(seen)} <= {"cleared", "held"}


def test_feeling_unwell_and_a_fall_are_told_at_once_and_for_a_week():
    for kind, fact in (("unwell", {"unwell": True}), ("fall", {"fallen": True})):
        assert state(kind, picture(sessions=(SessionFacts(ago(1), **fact),))) == "raised"
        assert state(kind, picture(sessions=(SessionFacts(ago(8), **fact),))) == "cleared"


def test_a_suspected_fall_that_nobody_answered_is_told_and_an_answered_one_is_not():
    session = Session(plan(item()))
    session.to_play()
    session.happen(FallSuspected("sternum"))
    facts = facts_of(session.events)
    assert (facts.fallen, facts.fall_unanswered) == (False, True)
    seen = told("fall", picture(sessions=(SessionFacts(ago(1), t_ns=7, fall_unanswered=True),)))
    assert (seen.state, seen.event_ns) == ("raised", 7)
    assert "a fall was told: 0;" in seen.en
    assert "left without an answer: 1." in seen.en
    session.ask("check.answered", answer=False)
    facts = facts_of(session.events)
    assert (facts.fallen, facts.fall_unanswered) == (False, False)


def test_pain_is_told_when_it_ends_sessions_or_rises():
    assert state("pain", picture(sessions=sessions(1, 1, 1, 6))) == "raised"
    assert state("pain", picture(sessions=sessions(1, 6, 1, 1))) == "raised"
    assert state("pain", picture(sessions=sessions(6, 1, 1, 1))) == "cleared"
    assert state("pain", picture(sessions=sessions(1, 1, 1, 2, 2, 2))) == "held"
    assert state("pain", picture(sessions=sessions(1, 1, 1, 3, 3, 3))) == "raised"
    assert state("pain", picture(sessions=sessions(5, 5, 5, 5, 5, 5))) == "cleared"
    ended = sessions(2, ended_by_pain=True)
    assert state("pain", picture(sessions=ended)) == "raised"


def test_the_patients_own_limits_judge_the_pain():
    usual_six = plan(limits={"pain_stop": 9, "pain_amber": 7})
    assert state("pain", picture(plan=usual_six, sessions=sessions(6, 6, 6))) == "cleared"


def test_few_days_are_judged_against_the_agreed_goal():
    twice = {ago(i): did() if i in (3, 9) else DayHistory() for i in range(1, 15)}
    daily, agreed = plan(), plan(agreed_days_a_week=2)
    assert state("few days", picture(plan=daily, history=twice)) == "raised"
    assert state("few days", picture(plan=agreed, history=twice)) == "held"
    half = {ago(i): did() if i % 2 else DayHistory() for i in range(1, 15)}
    assert state("few days", picture(plan=agreed, history=half)) == "cleared"


def habit(every, quiet, *, days=60):
    """Active each `every`-th day, and not at all in the last `quiet`."""
    active = {ago(i): did() for i in range(quiet + 1, days, every)}
    return {ago(i): DayHistory() for i in range(1, days)} | active


def test_stopping_is_told_by_the_patients_own_habit():
    five = plan(agreed_days_a_week=5)
    daily = told("few days", picture(plan=five, history=habit(2, 10)))
    assert (daily.state, daily.grave, daily.figures["quiet"]) == ("raised", True, 10)
    assert "No active day in the last 10 known days" in daily.en
    assert not told("few days", picture(plan=five, history=habit(2, 9))).grave
    assert not told("few days", picture(plan=five, history=habit(4, 14))).grave
    assert told("few days", picture(plan=five, history=habit(4, 25))).grave


def test_stopping_is_judged_by_the_goal_where_no_habit_is_known():
    fortnight = {ago(i): DayHistory() for i in range(1, 15)}
    seen = {"history": fortnight}
    assert told("few days", picture(plan=plan(agreed_days_a_week=3), **seen)).grave
    rarely = told("few days", picture(plan=plan(agreed_days_a_week=1), **seen))
    assert (rarely.state, rarely.grave) == ("raised", False)


def graver(state, *, grave):
    return [Evidence(kind="few days", state=state, it="i", en=f"{grave}", grave=grave)]


def test_stopping_is_told_to_whoever_has_read_of_few_days_before():
    few = updated((), graver("raised", grave=False), patient="p", day=MONDAY)
    read = Acknowledgement(by="pt-1", day=MONDAY, action="watching")
    few = acknowledged(few, "few days", 1, read)
    assert updated(few, graver("raised", grave=False), patient="p", day=MONDAY) == few
    both = updated(few, graver("raised", grave=True), patient="p", day=MONDAY)
    assert [(a.number, a.open, a.grave) for a in both] == [(1, False, False), (2, True, True)]
    both = acknowledged(both, "few days", 2, read)
    assert updated(both, graver("raised", grave=True), patient="p", day=MONDAY) == both
    resumed = updated(both, graver("held", grave=False), patient="p", day=MONDAY)
    assert len(resumed) == 2
    assert len(updated(resumed, graver("raised", grave=True), patient="p", day=MONDAY)) == 3
    snooze = read.model_copy(update={"snooze_until": MONDAY + timedelta(days=9)})
    quiet = acknowledged(few, "few days", 1, snooze)
    assert updated(quiet, graver("raised", grave=True), patient="p", day=MONDAY) == quiet


def test_what_nobody_read_yet_becomes_graver_without_a_second_alert():
    few = updated((), graver("raised", grave=False), patient="p", day=MONDAY)
    (alert,) = updated(few, graver("raised", grave=True), patient="p", day=MONDAY)
    assert alert.grave


def test_days_without_news_or_excused_are_not_few_days():
    for away in (DayHistory(heard=False), DayHistory(excused=True)):
        history = {ago(i): away for i in range(1, 15)}
        assert state("few days", picture(history=history)) == "held"


def test_before_a_plan_there_is_nothing_to_do():
    new = plan(valid_from=ago(3))
    history = {ago(i): DayHistory() for i in range(1, 15)}
    assert state("few days", picture(plan=new, history=history)) == "held"


@given(goal=st.integers(1, 7), days=st.integers(10, 14))
def test_a_higher_goal_never_asks_for_fewer_days(goal, days):
    assert 0 <= fewest_days(goal, days) <= fewest_days(min(7, goal + 1), days) < days


def test_what_is_few_is_rare_by_the_goal_itself():
    assert [fewest_days(goal, 14) for goal in range(1, 8)] == [0, 0, 1, 2, 4, 7, 10]


def test_a_fall_in_range_is_told_beyond_its_error_from_assessments():
    def ranges(*values):
        n = len(values)
        return tuple(Assessment(ago(7 * (n - i)), CONTEXT, (v,) * 3) for i, v in enumerate(values))

    steady = ranges(120, 121, 119, 118, 121, 120)
    fallen = ranges(120, 121, 119, 100, 101, 99)
    assert state("range", picture(assessments=steady)) == "cleared"
    seen = told("range", picture(assessments=fallen))
    assert seen.state == "raised"
    assert "Alzata laterale del braccio" in seen.it
    assert "120° to 100°" in seen.en
    assert state("range", picture(assessments=fallen[:3])) == "held"


def test_speed_and_overdose_and_silence_are_told():
    fast = sessions(1, 1, 1, repetitions=20, too_fast=10)
    assert state("speed", picture(sessions=fast)) == "raised"
    over = {ago(i): did(40) for i in range(1, 8)}
    assert state("overdose", picture(history=over)) == "raised"
    silent = {ago(i): DayHistory(heard=False) for i in range(1, 4)}
    assert state("data", picture(history=silent)) == "raised"


def test_texts_describe_and_never_advise():
    hours = MonitoredHours().text()
    for wording in (*WORDS.values(), STOPPED, hours):
        for text in (wording.it, wording.en):
            assert not ADVISING.search(text), text
    assert ADVISING.search("The dose should be reduced")
    assert ADVISING.search("Si consiglia di contattare il paziente")


def test_every_alert_says_on_which_figures_it_rests():
    seen = told("pain", picture(sessions=sessions(1, 1, 1, 7, 7, 8)))
    assert seen.figures["pain"] == 8
    assert "8 of 10" in seen.en
    assert "8 su 10" in seen.it


def test_facts_are_read_off_a_sessions_events():
    session = Session(plan(item()))
    session.to_play(pain=1)
    session.ask("pain.reported", pain=7)
    session.answer(pain=6)
    facts = facts_of(session.events)
    assert (facts.ended_by_pain, facts.pain_after, facts.unwell) == (True, 6, False)
    assert facts_of([]) is None


@pytest.mark.parametrize(
    ("at", "look"),
    [
        ("2023-11-13 07:00", "2023-11-13 08:00"),
        ("2023-11-13 12:30", "2023-11-13 12:30"),
        ("2023-11-13 18:00", "2023-11-14 08:00"),
        ("2023-11-17 19:00", "2023-11-20 08:00"),
    ],
)
def test_alerts_wait_for_monitored_hours(at, look):
    rome = ZoneInfo("Europe/Rome")
    moment = datetime.fromisoformat(at).replace(tzinfo=rome)
    assert MonitoredHours().next_look(moment) == datetime.fromisoformat(look).replace(tzinfo=rome)


def test_empty_monitored_hours_are_refused():
    never = MonitoredHours(weekdays=())
    with pytest.raises(ConfigurationError, match="empty"):
        never.next_look(datetime(2023, 11, 13, tzinfo=ZoneInfo("UTC")))


@pytest.mark.parametrize("goal", [3, 5, 7])
def test_forty_patients_make_at_most_ten_alerts_a_week(goal):
    load = simulate_load(weeks=12, goal_days_a_week=goal)
    assert 0.35 < load.active_share < 0.45
    assert 0 < load.per_week <= 10
    assert load.false_per_week <= load.per_week
    assert load.changes >= 3
    assert load.missed <= 1


def test_the_same_seed_gives_the_same_load():
    small = {"patients": 5, "weeks": 4}
    assert simulate_load(**small) == simulate_load(**small)
    assert simulate_load(**small) != simulate_load(**small, seed=2)


def test_an_alert_opens_on_its_day():
    (alert,) = run("held", "raised")
    assert alert.opened == date(2023, 11, 14)
