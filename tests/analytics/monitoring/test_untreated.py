"""Days on which nobody is treated, or treatment rests, are held against nobody."""

import pytest

from analytics.monitoring.worklist import worklist
from clinic_facts import MONDAY, PatientStory, at, days_before, figures, folded, started, states
from telemetry.messages.care import Discharged, HomeHeard, TreatmentPaused

pytestmark = pytest.mark.slow


def test_a_discharged_patient_leaves_the_worklist_and_is_judged_no_more():
    story = started().heard(MONDAY)
    story.own(Discharged(patient=story.patient, t_ns=at(days_before(10)), by="pt-1"))
    shown = figures(story)
    assert shown.state == "discharged"
    assert max(shown.days) <= days_before(10)
    assert worklist([shown]) == ()


def test_days_between_a_discharge_and_a_new_enrolment_are_nobodys():
    story = started().heard(MONDAY)
    gone = Discharged(patient=story.patient, t_ns=at(days_before(20)), by="pt-1")
    story.own(gone)
    story.enrolled(days_before(9))
    shown = figures(story)
    without = {days_before(n) for n in range(19, 9, -1)}
    assert not without & shown.days.keys()
    assert {days_before(20), days_before(9), days_before(1)} <= shown.days.keys()
    assert shown.state != "discharged"


@pytest.mark.parametrize("away", [5, 12, 60, 200])
@pytest.mark.parametrize("before", [0, 30])
@pytest.mark.parametrize("back", [1, 2])
def test_the_time_between_a_discharge_and_a_new_enrolment_is_held_against_nobody(
    away, before, back
):
    begun = back + away + max(before, 1)
    story = PatientStory().enrolled(days_before(begun)).published(day=days_before(begun))
    story.answered(days_before(begun))
    for ago in range(begun, begun - before, -1):
        story.session(days_before(ago))
    left = days_before(back + away)
    story.own(Discharged(patient=story.patient, t_ns=at(left, "20:00"), by="pt-1"))
    story.enrolled(days_before(back)).heard(MONDAY)
    assert figures(story).alerts == ()
    # A home that says nothing since is silent for these days only.
    quiet = [f for f in story.facts if not isinstance(f.body, HomeHeard)]
    assert [a.kind for a in folded(quiet).figures(story.patient).alerts if a.open] == []


def test_who_was_discharged_before_the_first_session_has_three_days_from_the_new_enrolment():
    story = PatientStory().enrolled(days_before(90)).published(day=days_before(90))
    story.answered(days_before(90))
    story.own(Discharged(patient=story.patient, t_ns=at(days_before(89)), by="pt-1"))
    story.enrolled(days_before(3)).heard(MONDAY)
    assert figures(story, at(days_before(1))).alerts == ()
    (alert,) = figures(story).waiting
    assert (alert.kind, alert.opened, alert.figures) == ("start", MONDAY, {"days": 3.0})
    assert alert.en == f"No session in 3 days since the new enrolment, {days_before(3)}."


def test_a_pause_lets_nothing_be_missed_until_treatment_goes_on():
    story = started().heard(MONDAY)
    story.session(days_before(12), 9)
    missed = figures(story)
    assert states(missed, days_before(8)) == ["missed"]
    head = {"patient": story.patient, "by": "pt-1"}
    story.own(TreatmentPaused(t_ns=at(days_before(9)), since=days_before(9), **head))
    paused = figures(story)
    assert paused.state == "paused"
    assert states(paused, days_before(10), days_before(9), days_before(1)) == [
        "missed",
        "excused",
        "excused",
    ]
    story.own(TreatmentPaused(t_ns=at(days_before(4)), since=days_before(4), resumed=True, **head))
    again = figures(story)
    assert states(again, days_before(5), days_before(4)) == ["excused", "missed"]
    assert again.state == "started"
