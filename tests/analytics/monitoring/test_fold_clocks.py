"""Days, zones and clocks: what a home or another zone tells of the time moves no figure wrongly."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from analytics.monitoring.facts import Fact, FactOrigin
from analytics.monitoring.fold import Fold
from analytics.monitoring.worklist import worklist
from clinic_facts import (
    MONDAY,
    PATIENT,
    ROME,
    PatientStory,
    at,
    days_before,
    figures,
    folded,
    started,
    states,
)
from telemetry.messages import care
from telemetry.messages.events import SessionOpened
from therapy_builders import item, plan

NS_PER_S = 1_000_000_000


def recent() -> PatientStory:
    story = PatientStory().enrolled(days_before(9)).published(day=days_before(9))
    return story.answered(days_before(9))


NIGHTS = [
    ("Europe/Rome", date(2023, 3, 26)),
    ("Europe/Rome", date(2023, 10, 29)),
    ("America/New_York", date(2023, 3, 12)),
    ("America/New_York", date(2023, 11, 5)),
    ("America/St_Johns", date(2023, 3, 12)),
    ("Australia/Lord_Howe", date(2023, 4, 2)),
    ("Australia/Lord_Howe", date(2023, 10, 1)),
    ("Pacific/Auckland", date(2023, 4, 2)),
    ("Pacific/Auckland", date(2023, 9, 24)),
    ("Asia/Kathmandu", date(2023, 3, 26)),
]


@pytest.mark.parametrize(("name", "night"), NIGHTS)
def test_the_nights_of_summer_time_have_each_session_on_its_own_day_and_no_other(name, night):
    zone = ZoneInfo(name)
    therapy = plan(time_zone=name)
    for clock, own in (("00:30", False), ("01:45", False), ("03:00", True), ("23:59", True)):
        story = PatientStory().enrolled(night - timedelta(days=9))
        story.published(therapy, night - timedelta(days=8)).answered(night - timedelta(days=8))
        story.session(night, clock=clock, zone=zone, of=therapy)
        story.heard(night + timedelta(days=2))
        shown = figures(story, at(night + timedelta(days=2), "12:00", zone))
        evening = night - timedelta(days=1)
        told = states(shown, evening, night, night + timedelta(days=1))
        assert told == (["missed", "done", "missed"] if own else ["done", "missed", "missed"])


@pytest.mark.parametrize(("name", "night"), NIGHTS)
def test_a_pause_over_the_night_of_summer_time_excuses_that_day_and_no_other(name, night):
    therapy = plan(time_zone=name)
    story = PatientStory().enrolled(night - timedelta(days=9))
    story.published(therapy, night - timedelta(days=8)).answered(night - timedelta(days=8))
    head = {"patient": PATIENT, "by": "pt-1", "t_ns": at(night, zone=ZoneInfo(name))}
    story.own(care.TreatmentPaused(**head, since=night))
    story.own(care.TreatmentPaused(**head, since=night + timedelta(days=1), resumed=True))
    story.heard(night + timedelta(days=3))
    shown = figures(story, at(night + timedelta(days=3), "12:00", ZoneInfo(name)))
    days = [night + timedelta(days=n) for n in (-1, 0, 1)]
    assert states(shown, *days) == ["missed", "excused", "missed"]


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "America/New_York", "Asia/Kathmandu"])
def test_a_version_for_another_zone_leaves_the_day_that_is_over_here_as_it_was(zone):
    """At eight on Monday morning it is Sunday still in Honolulu."""
    story = started().heard(MONDAY)
    story.session(days_before(1), 20)
    before = figures(story)
    other = plan(
        version=2,
        valid_from=days_before(20),
        time_zone=zone,
        day_ends="06:00",
        items=[item(id="turn")],
    )
    sent_ns = at(MONDAY, "04:00")
    head = {"patient": PATIENT, "t_ns": sent_ns, "version": 2}
    story.own(care.PlanPublished(**head, site="clinic", plan=other.model_dump(mode="json")))
    story.own(care.PlanAnswered(**head, state="taken", home_ns=sent_ns))
    assert before.days[days_before(1)].state == "done"
    assert figures(story).days == before.days


def test_a_version_that_is_not_taken_ends_no_day_by_its_own_zone():
    story = started().heard(MONDAY)
    story.session(days_before(1))
    story.published(plan(version=2, valid_from=MONDAY, time_zone="Pacific/Auckland"), MONDAY)
    evening = at(MONDAY, "20:00")
    shown = figures(story, evening)
    assert shown.today == MONDAY
    assert states(shown, MONDAY) == [None]


def test_where_a_home_has_moved_the_day_is_the_one_of_the_plan_in_force_there():
    story = started().heard(MONDAY)
    auckland = ZoneInfo("Pacific/Auckland")
    moved = plan(version=2, valid_from=days_before(3), time_zone="Pacific/Auckland")
    story.published(moved, days_before(4)).answered(days_before(4), version=2)
    story.session(days_before(1), clock="20:00", zone=auckland, version=2, of=moved)
    shown = figures(story, at(days_before(1), "21:00", auckland))
    assert shown.today == days_before(1)
    assert states(shown, days_before(1)) == ["done"]
    assert figures(story, at(MONDAY, "04:00", auckland)).today == MONDAY


def test_a_home_whose_clock_is_ahead_has_taken_a_plan_when_the_clinic_heard_so():
    story = PatientStory().enrolled(days_before(9)).published(day=days_before(9))
    heard_ns = at(days_before(9), "11:00")
    head = {"patient": PATIENT, "t_ns": heard_ns, "version": 1, "state": "taken"}
    story.own(care.PlanAnswered(**head, home_ns=at(days_before(-30))))
    story.heard(MONDAY)
    shown = figures(story)
    assert shown.plan is not None
    assert states(shown, days_before(5)) == ["missed"]
    assert {a.kind for a in shown.waiting} == {"start"}
    assert "No session in" in shown.waiting[0].en


def test_of_a_session_by_a_version_that_is_not_at_hand_nothing_is_known_not_missed():
    story = started().heard(MONDAY)
    story.session(days_before(2), version=7)
    assert states(figures(story), days_before(2)) == ["unknown"]


def test_publishing_what_a_home_worked_by_takes_nothing_from_the_days_before():
    local = plan()
    story = PatientStory().enrolled().heard(MONDAY)
    for ago in (8, 7, 5):
        story.session(days_before(ago))
    fold = Fold(local_plan=lambda _patient, _version: local)
    for fact in story.facts:
        fold.take(fact)
    fold.look(at(MONDAY))
    before = fold.figures(PATIENT)
    assert states(before, days_before(7), days_before(6)) == ["done", "missed"]
    story.published(local, days_before(2)).answered(days_before(2))
    after = figures(story)
    past = [d for d in before.days if d < days_before(2)]
    assert [after.days.get(d) for d in past] == [before.days[d] for d in past]


def test_a_clock_that_nobody_kept_puts_no_plan_in_force_before_it_was_sent():
    story = PatientStory().enrolled(days_before(4)).published(day=days_before(4))
    story.answered(days_before(4)).heard(MONDAY)
    story.session(days_before(9))
    facts = [
        Fact(f.origin, f.body.model_copy(update={"clock_synchronised": False}), f.session)
        if isinstance(f.body, SessionOpened)
        else f
        for f in story.facts
    ]
    shown = folded(facts).figures(PATIENT)
    assert states(shown, days_before(8), days_before(5)) == [None, None]
    assert states(shown, days_before(4)) == ["missed"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_rules_that_stopped_one_day_the_gravest_is_told_whatever_came_first(order):
    story = started().heard(MONDAY)
    fallen = PatientStory(home="01J00000000000000000000003")
    story.session(days_before(1), 3, unwell=True)
    fallen.session(days_before(1), 0, answers={"fallen": True})
    parts = [story.facts, fallen.facts]
    shown = folded([*parts[order[0]], *parts[order[1]]]).figures(PATIENT)
    assert shown.days[days_before(1)].reason == "fall"


@pytest.mark.parametrize("seed", range(4))
def test_two_records_of_one_number_are_told_by_their_places_not_by_which_came_first(seed):
    story = started().heard(MONDAY)
    session = story.session(days_before(1), pain=2)
    again = []
    for fact in [f for f in story.facts if f.session == session]:
        body = fact.body
        if hasattr(body, "pain") or getattr(body, "question", "") == "pain":
            body = body.model_copy(update={"answer": 9})
        again.append(Fact(FactOrigin(own=False, home=story.home, position=900), body, session))
    facts = [*story.facts, *again]
    Random(seed).shuffle(facts)
    assert folded(facts).figures(PATIENT).sessions == figures(story).sessions


def test_a_day_that_was_put_right_tells_nothing_of_the_day_after_in_the_earliest_zone():
    kiritimati = ZoneInfo("Pacific/Kiritimati")
    therapy = plan(time_zone="Pacific/Kiritimati", day_ends="00:00")
    story = PatientStory().enrolled().published(therapy).answered()
    session = story.session(days_before(20), zone=kiritimati, of=therapy)
    head = {"patient": PATIENT, "t_ns": at(MONDAY), "home": story.home, "session": session}
    story.own(care.SessionDayCorrected(**head, day=days_before(5), by="pt-1"))
    shown = figures(story, at(MONDAY, zone=kiritimati))
    assert shown.heard == days_before(5)
    assert states(shown, days_before(5), days_before(4)) == ["done", "unknown"]


def test_a_homes_own_word_of_its_site_does_not_move_an_enrolled_patient():
    story = PatientStory()
    story.own(care.Enrolled(patient=PATIENT, t_ns=at(days_before(40)), site="north"))
    story.published().answered().session(days_before(1))
    assert figures(story).site == "north"
    story.own(care.Enrolled(patient=PATIENT, t_ns=at(days_before(2)), site="south"))
    assert figures(story).site == "south"


@pytest.mark.parametrize("day", [MONDAY + timedelta(days=1), date(2031, 5, 1), date(1970, 1, 1)])
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("fall", {"answers": {"fallen": True}}),
        ("unwell", {"unwell": True}),
        ("medicine", {"answers": {"medicine": True}}),
    ],
)
def test_a_fall_by_a_wrong_clock_stands_in_the_worklist_the_same_day(day, kind, told):
    story = recent().heard(MONDAY)
    for ago in range(1, 9):
        story.session(days_before(ago))
    session = story.session(day, 0, **told)
    (line,) = worklist([figures(story)])
    assert [(a.kind, a.opened) for a in line.waiting] == [(kind, day)]
    assert day.isoformat() in line.waiting[0].en
    assert day.isoformat() in line.waiting[0].it
    head = {"patient": PATIENT, "home": story.home, "session": session, "by": "pt-1"}
    story.own(care.SessionDayCorrected(**head, t_ns=at(MONDAY), day=days_before(1)))
    (line,) = worklist([figures(story)])
    assert [(a.kind, a.opened) for a in line.waiting] == [(kind, days_before(1))]


def test_a_fall_of_tomorrow_by_a_clock_that_is_ahead_is_tomorrows_once_it_is_that_day():
    story = recent().heard(MONDAY + timedelta(days=1))
    for ago in range(1, 9):
        story.session(days_before(ago))
    story.session(MONDAY + timedelta(days=1), 0, answers={"fallen": True})
    for now in (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)):
        falls = [a for a in figures(story, at(now)).alerts if a.kind == "fall"]
        assert [(a.opened, a.open) for a in falls] == [(MONDAY + timedelta(days=1), True)]


def test_a_session_68_days_late_is_judged_on_its_day_and_moves_nothing_else():
    story = PatientStory().enrolled(days_before(90)).published(day=days_before(90))
    story.answered(days_before(90)).heard(MONDAY)
    for ago in range(1, 80, 3):
        story.session(days_before(ago))
    fold = folded(story.facts)
    before = fold.figures(PATIENT)
    late = PatientStory(home="01J00000000000000000000004")
    late.session(days_before(68), clock="00:30", answers={"fallen": True})
    for fact in late.facts:
        fold.take(fact)
    fold.look(at(MONDAY, "12:01"))
    after = fold.figures(PATIENT)
    changed = {d for d in after.days if after.days[d] != before.days.get(d)}
    assert changed == {days_before(69)}
    assert after.days[days_before(69)].state == "done"
    fall = next(a for a in after.waiting if a.kind == "fall")
    assert (fall.opened, fall.open) == (days_before(69), False)
    assert fold.figures(PATIENT) == folded([*story.facts, *late.facts]).figures(PATIENT)


def test_what_is_excused_after_an_alert_was_seen_takes_the_alert_and_not_the_look():
    story = started().heard(MONDAY)
    for ago in range(40, 29, -1):
        story.session(days_before(ago))
    alert = next(a for a in figures(story).waiting if a.kind == "few days")
    story.seen("few days", alert.opened)
    story.excused(days_before(29), days_before(1))
    fold = folded(story.facts)
    assert "few days" not in {a.kind for a in fold.figures(PATIENT).alerts}
    assert [s.kind for s in fold.facts(PATIENT).seen()] == ["few days"]


def test_now_is_the_same_for_clinic_and_home_whatever_zone_the_machine_is_in():
    story = started().heard(MONDAY)
    story.session(days_before(1))
    assert at(MONDAY, "12:00", ROME) == at(MONDAY, "11:00", UTC)
    assert figures(story, at(MONDAY, "11:00", UTC)) == figures(story)
