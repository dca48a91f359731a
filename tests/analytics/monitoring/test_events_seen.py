"""Alerts of events: whoever looked at one has seen what they had before them, and no other."""

from dataclasses import replace

import pytest

from analytics.monitoring.facts import FactOrigin
from clinic_facts import MONDAY, at, days_before, figures, started
from telemetry.messages import events as ev

EVENING = at(MONDAY, "21:00")
TOLD = {
    "unwell": {"unwell": True},
    "fall": {"answers": {"fallen": True}},
    "medicine": {"answers": {"medicine": True}},
}


def steady():
    story = started()
    for ago in range(14, 0, -1):
        story.session(days_before(ago))
    return story


def alert(story, kind, now_ns=EVENING, opened=MONDAY):
    (found,) = (a for a in figures(story, now_ns).alerts if (a.kind, a.opened) == (kind, opened))
    return found


def looked(story, kind, clock, **more):
    shown = alert(story, kind, at(MONDAY, clock))
    story.seen(kind, MONDAY, t_ns=at(MONDAY, clock), digest=shown.digest, **more)


def waits(story, kind, now_ns=EVENING):
    return kind in {a.kind for a in figures(story, now_ns).waiting}


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize("said", ["which events", "nothing of events"])
def test_what_happens_again_on_the_day_that_somebody_looked_waits_for_another_look(kind, said):
    story = steady()
    story.session(MONDAY, clock="09:00", **TOLD[kind])
    events = alert(story, kind).events if said == "which events" else None
    looked(story, kind, "10:00", events=events)
    assert not waits(story, kind)
    story.session(MONDAY, clock="18:00", **TOLD[kind])
    assert waits(story, kind)
    assert waits(story, kind, at(days_before(-3)))
    again = alert(story, kind)
    assert again.more
    assert again.seen is not None
    story.seen(kind, MONDAY, t_ns=at(MONDAY, "19:00"), events=again.events)
    assert not waits(story, kind)
    assert not alert(story, kind).more


def test_what_comes_late_was_not_before_those_who_looked():
    story = steady()
    early = story.session(MONDAY, clock="08:00", unwell=True)
    story.session(MONDAY, clock="09:00", unwell=True)
    late = [f for f in story.facts if f.session == early]
    story.facts = [f for f in story.facts if f.session != early]
    looked(story, "unwell", "10:00", events=alert(story, "unwell").events)
    assert not waits(story, "unwell")
    story.facts += late
    assert waits(story, "unwell")


def test_a_fall_that_is_told_after_somebody_saw_it_suspected_waits_for_another_look():
    story = steady()
    story.session(MONDAY, clock="09:00")
    session = story.facts[-1].session
    last = story.facts[-1].origin.position

    def add(number, body, **more):
        event = body(session=session, t_ns=at(MONDAY, "09:20"), number=number, **more)
        origin = FactOrigin(own=False, home=story.home, position=last + number)
        story.facts.append(replace(story.facts[-1], origin=origin, body=event, session=session))

    add(50, ev.SuspectedFall, placement="wrist-right")
    looked(story, "fall", "10:00", events=alert(story, "fall").events)
    assert not waits(story, "fall")
    add(51, ev.CheckAnswered, at="in", question="fallen", answer=True)
    assert waits(story, "fall")


def test_an_event_that_goes_and_one_of_another_day_take_no_look_away():
    story = steady()
    story.session(days_before(1), clock="09:00", unwell=True)
    story.session(MONDAY, clock="09:00", unwell=True)
    looked(story, "unwell", "10:00", events=alert(story, "unwell").events)
    (other,) = (a for a in figures(story, EVENING).waiting if a.kind == "unwell")
    assert other.opened == days_before(1)
    story.seen("unwell", other.opened, t_ns=at(MONDAY, "10:01"), events=other.events)
    assert not waits(story, "unwell")
    story.session(days_before(-1), clock="09:00", unwell=True)
    tomorrow = figures(story, at(days_before(-1)))
    assert [a.opened for a in tomorrow.waiting if a.kind == "unwell"] == [days_before(-1)]
