"""What happened since somebody spoke with a person: whatever came late or was put right."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic_facts import MONDAY, PATIENT, PatientStory, at, days_before, figures
from dashboards.views.patient_view import first_shown
from dashboards.views.since_view import since_view
from dashboards.views.trend_view import TrendSession
from dashboards.views.work_view import last_contact
from telemetry.messages.care import AlertSeen
from telemetry.messages.events import SessionOpened
from telemetry.seams import SessionSummary

FIRST = first_shown(MONDAY)


def quiet() -> PatientStory:
    """Somebody with an alert that stands for days: no session for a month."""
    begun = days_before(40)
    story = PatientStory().enrolled(begun).published(day=begun).answered(begun)
    for ago in range(40, 30, -1):
        story.session(days_before(ago))
    return story.heard(MONDAY)


def looked(story: PatientStory, day: date, action: str, clock: str = "12:00") -> AlertSeen:
    (alert,) = (a for a in figures(story, at(day, "11:00")).waiting if a.kind == "few days")
    story.seen("few days", alert.opened, t_ns=at(day, clock), day=day, action=action)
    return story.facts[-1].body


def test_a_call_stays_the_last_contact_though_what_it_was_about_goes():
    story = quiet()
    call = looked(story, days_before(3), "called")
    assert last_contact(figures(story)) == call
    for ago in range(30, 0, -1):  # a month's sessions come late: there was nothing to call about
        story.session(days_before(ago))
    shown = figures(story)
    assert "few days" not in {a.kind for a in shown.alerts}
    assert last_contact(shown) == call
    assert since_view(shown, (), FIRST).since == str(days_before(3))


def test_whoever_looks_again_without_a_word_takes_no_call_away():
    story = quiet()
    call = looked(story, days_before(3), "called")
    story.seen("few days", call.opened, t_ns=at(days_before(1)), action="no action")
    assert last_contact(figures(story)) == call


@pytest.mark.parametrize("stamped", [date(1970, 1, 1), days_before(20), date(2031, 5, 1)])
@pytest.mark.parametrize(("ago", "told"), [(1, True), (3, True), (5, False)])
def test_a_fall_whose_day_was_put_right_is_told_by_that_day_not_by_the_wrong_clock(
    stamped, ago, told
):
    story = quiet()
    looked(story, days_before(3), "called")
    day = days_before(ago)
    session = story.session(day, 0, answers={"fallen": True})
    wrong_ns = (stamped - date(1970, 1, 1)) // timedelta(days=1) * 86_400 * 10**9
    events = []
    for fact in story.facts:
        if fact.session == session and hasattr(fact.body, "t_ns"):
            body = fact.body.model_copy(update={"t_ns": wrong_ns})
            if isinstance(body, SessionOpened):
                body = body.model_copy(update={"day": stamped.isoformat()})
            events.append(body)
    summary = SessionSummary(
        session=session,
        patient=PATIENT,
        day=day.isoformat(),
        opened_ns=wrong_ns,
        closed_ns=None,
        reason=None,
    )
    recorded = TrendSession(summary=summary, events=events, results=())
    happened = since_view(figures(story), [recorded], FIRST).happened
    assert [h.kind for h in happened] == (["fall"] if told else [])
    right = replace(summary, opened_ns=at(day, "11:59"))
    honest = [e.model_copy(update={"t_ns": right.opened_ns}) for e in events]
    honest[0] = honest[0].model_copy(update={"day": str(day)})
    recorded = TrendSession(summary=right, events=honest, results=())
    happened = since_view(figures(story), [recorded], FIRST).happened
    assert [h.kind for h in happened] == (["fall"] if ago < 3 else [])


@pytest.mark.parametrize(("pressed", "told"), [("11:59", []), ("12:01", ["unwell"])])
def test_what_a_session_tells_after_the_call_that_it_was_under_way_at_is_since_then(pressed, told):
    story = quiet()
    looked(story, days_before(3), "called")
    session = story.session(days_before(3), 0, clock="11:50", unwell=True)
    events = [f.body for f in story.facts if f.session == session and hasattr(f.body, "t_ns")]
    later_ns = at(days_before(3), pressed)
    events = [e if e.number == 0 else e.model_copy(update={"t_ns": later_ns}) for e in events]
    summary = SessionSummary(
        session=session,
        patient=PATIENT,
        day=str(days_before(3)),
        opened_ns=events[0].t_ns,
        closed_ns=None,
        reason=None,
    )
    recorded = TrendSession(summary=summary, events=events, results=())
    happened = since_view(figures(story), [recorded], FIRST).happened
    assert [h.kind for h in happened] == told
