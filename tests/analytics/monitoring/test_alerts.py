"""Alerts: one per episode, explained, acknowledged, and few enough to be read."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.monitoring.adherence import DayHistory
from analytics.monitoring.alert import Alert, Evidence, episodes, needing_a_look
from analytics.monitoring.alert_words import NOT_TAKEN, REFUSED, STOPPED, WORDS
from analytics.monitoring.change import Assessment, Context
from analytics.monitoring.done import ItemDone
from analytics.monitoring.evidence import Picture, SessionFacts, facts_of
from analytics.monitoring.rules import evidence_of, fewest_days
from analytics.monitoring.worklist import MonitoredHours
from telemetry.errors import ConfigurationError
from telemetry.messages.care import AlertSeen
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


def run(*states, kind="pain", seen=(), first=MONDAY, **more):
    """Alerts after days with these states; None: a day of which no rule says anything."""
    days = [first + timedelta(days=i) for i in range(len(states))]
    told = [
        (day, Evidence(kind=kind, state=one, it="i", en=str(day), **more))
        for day, one in zip(days, states, strict=True)
        if one is not None
    ]
    return episodes("p", told, seen, today=days[-1] if days else first)


def looked(opened, kind="pain", **more):
    fields = {"patient": "p", "t_ns": 1, "by": "pt-1", "day": opened, "action": "called"}
    return AlertSeen(**(fields | {"kind": kind, "opened": opened} | more))


def day(n):
    return MONDAY + timedelta(days=n)


@given(st.lists(st.sampled_from(["raised", "held", "cleared", None]), max_size=40))
def test_there_is_one_alert_per_episode(states):
    alerts = run(*states)
    edges, is_open = 0, False
    for one in states:
        if one == "raised" and not is_open:
            edges, is_open = edges + 1, True
        elif one in ("cleared", None):
            is_open = False
    assert len(alerts) == edges
    assert sum(a.open for a in alerts) == is_open


def test_wavering_between_the_levels_makes_no_second_alert():
    assert len(run("raised", "held", "raised", "held", "raised")) == 1
    assert len(run("raised", "cleared", "held", "raised")) == 2


def test_that_somebody_looked_stands_beside_the_alert_and_the_episode_goes_on():
    (alert,) = run("raised", "held", seen=[looked(MONDAY)])
    assert alert.open
    assert alert.seen.action == "called"
    assert needing_a_look([alert], MONDAY) == ()


def test_a_look_at_an_earlier_episode_is_none_at_the_next():
    first, second = run("raised", "cleared", "raised", seen=[looked(MONDAY)])
    assert (first.seen is not None, second.seen) == (True, None)


def test_a_snoozed_kind_needs_no_look_until_its_day():
    snooze = [looked(MONDAY, snooze_until=day(7))]
    states = ("raised", "cleared", *["raised"] * 8)
    _, second = run(*states, seen=snooze)
    assert needing_a_look([second], day(6)) == ()
    assert needing_a_look([second], day(7)) == (second,)


def fell(*event_days, state="raised"):
    return Evidence(kind="fall", state=state, it="i", en="e", event_days=event_days)


def test_each_day_with_an_event_is_an_alert_of_its_own_whatever_was_snoozed():
    told = [(MONDAY, fell(MONDAY)), (day(1), fell(MONDAY, day(1)))]
    seen = [looked(MONDAY, "fall", snooze_until=day(90))]
    alerts = episodes("p", told, seen, today=day(1))
    assert [(a.opened, a.seen is not None) for a in alerts] == [(MONDAY, True), (day(1), False)]
    assert [a.opened for a in needing_a_look(alerts, day(1))] == [day(1)]
    assert not episodes("p", told, seen, today=day(5))[0].open


def test_words_and_figures_are_those_of_the_newest_evidence():
    (alert,) = run("raised", "raised", "held")
    assert (alert.opened, alert.en) == (MONDAY, str(day(2)))
    (closed,) = run("raised", "raised", None)
    assert (closed.closed, closed.en) == (day(2), f"Up to {day(1)}: {day(1)}")


def test_another_digest_is_other_evidence():
    (one,), (same,), (other,) = (run("raised", figures={"n": n}) for n in (1.0, 1.0, 2.0))
    assert one.digest == same.digest != other.digest


def test_feeling_unwell_today_is_told_today():
    seen = picture(sessions=(SessionFacts(MONDAY, t_ns=7, unwell=True),))
    assert told("unwell", seen).event_days == (MONDAY,)


def test_what_nobody_saw_stays_on_the_list_even_when_over():
    assert len(needing_a_look(run("raised", "cleared"), day(1))) == 1


def test_the_gravest_comes_first():
    two = (*run("raised"), *episodes("p", [(MONDAY, fell(MONDAY))], today=MONDAY))
    assert [a.kind for a in needing_a_look(two, MONDAY)] == ["fall", "pain"]


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
    assert (seen.state, seen.event_days) == ("raised", (ago(1),))
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
    # Three sessions are no habit yet: what rises must rise above the highest of them.
    assert state("pain", picture(sessions=sessions(0, 0, 2, 2, 2, 3))) == "cleared"
    assert state("pain", picture(sessions=sessions(0, 0, 2, 0, 1, 2, 3, 3))) == "raised"
    assert state("pain", picture(sessions=sessions(1, 1, 1, 3, 3, 3))) == "raised"
    assert state("pain", picture(sessions=sessions(5, 5, 5, 5, 5, 5))) == "cleared"
    ended = sessions(2, ended_by_pain=True)
    assert state("pain", picture(sessions=ended)) == "raised"


def test_pain_is_compared_only_with_sessions_enough_to_compare_with():
    alone = told("pain", picture(sessions=sessions(1, 1, 1, 6)))
    assert alone.en.endswith("highest pain at the end 6 of 10.")
    risen = told("pain", picture(sessions=sessions(1, 1, 1, 3, 3, 4)))
    assert "+2.0 against the sessions before" in risen.en
    assert "+2,0 (il minore" in risen.it


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


def test_a_graver_alert_takes_the_place_of_the_lesser_one():
    told = [
        (day(i), Evidence(kind="few days", state="raised", it="i", en="e", grave=i > 0))
        for i in range(3)
    ]
    few, none = episodes("p", told, [looked(MONDAY, "few days")], today=day(2))
    assert (few.closed, few.replaced, none.opened, none.grave) == (day(1), True, day(1), True)
    assert needing_a_look([few, none], day(2)) == (none,)


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


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 5), st.integers(0, 5)), min_size=7, max_size=7
    )
)
def test_more_than_asked_is_told_with_the_interval_of_its_count(days):
    def counted(count, less, more):
        low, high = float(max(0, count - less)), float(count + more)
        return DayHistory(measured=(ItemDone("abduction", count, low=low, high=high),))

    history = {ago(n): counted(*day) for n, day in enumerate(days, 1)}
    plain = {ago(n): did(count) for n, (count, _, _) in enumerate(days, 1)}
    seen, before = (told("overdose", picture(history=one)) for one in (history, plain))
    # What decides, and what a look is held to, is the count itself.
    assert (seen.state, seen.figures) == (before.state, before.figures)
    if seen.state == "cleared":
        return
    (one,) = plan().items
    asked = one.asked.amount * plan().schedule_of(one).per_week
    low = sum(max(0, count - less) for count, less, _ in days)
    high = sum(count + more for count, _, more in days)
    span = f"{100 * low / asked:.0f} to {100 * high / asked:.0f} %"
    sure = f"{100 * low / asked:.0f}" == f"{100 * high / asked:.0f}"
    assert (span in seen.en) is not sure
    assert "(" not in before.en


def test_texts_describe_and_never_advise():
    hours = MonitoredHours().text()
    for wording in (*WORDS.values(), STOPPED, NOT_TAKEN, REFUSED, hours):
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


def test_an_alert_opens_on_its_day():
    (alert,) = run("held", "raised")
    assert isinstance(alert, Alert)
    assert alert.opened == date(2023, 11, 14)
