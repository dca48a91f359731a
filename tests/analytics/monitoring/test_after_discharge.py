"""What happens to a person after the discharge is seen by somebody, in whatever order it comes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.monitoring.fold import Fold
from analytics.monitoring.worklist import worklist
from clinic_facts import MONDAY, PATIENT, at, days_before, figures, folded, started
from telemetry.clock import ManualClock
from telemetry.identity import new_ulid
from telemetry.messages.around.harm import AdverseEventNoted, AdverseEventWithdrawn
from telemetry.messages.care import AlertShown, Discharged

LEFT = 10
"""Days ago somebody was discharged, at eight in the evening."""


def gone():
    story = started().heard(MONDAY)
    story.session(days_before(20))
    story.own(Discharged(patient=PATIENT, t_ns=at(days_before(LEFT), "20:00"), by="pt-1"))
    return story


def harm(story, ago, *, day=None, severity="severe", clock="09:00"):
    event = new_ulid(ManualClock(at(days_before(ago), clock)))
    story.own(
        AdverseEventNoted(
            patient=PATIENT,
            t_ns=at(days_before(ago), clock),
            event=event,
            day=day or days_before(ago),
            what="in hospital with a broken wrist",
            severity=severity,
            relation="not known",
            by="pt-2",
        )
    )
    return event


def waits(story):
    return [(a.kind, a.opened) for a in figures(story).waiting]


def test_without_anything_new_the_discharged_stay_off_the_worklist():
    assert worklist([figures(gone())]) == ()


@pytest.mark.parametrize("ago", [9, 3, 0])
@pytest.mark.parametrize(
    ("kind", "told"),
    [("fall", {"answers": {"fallen": True}}), ("unwell", {"unwell": True, "done": 0})],
)
def test_what_a_session_tells_after_the_discharge_waits_until_somebody_has_looked(ago, kind, told):
    story = gone()
    story.session(days_before(ago), **told)
    shown = figures(story)
    assert shown.state == "discharged"
    (line,) = worklist([shown])
    assert [(a.kind, a.opened) for a in line.waiting] == [(kind, days_before(ago))]
    assert "1" in line.waiting[0].en
    assert not shown.days.keys() & {days_before(ago)} or ago >= LEFT, "no day is judged"
    story.seen(kind, days_before(ago), t_ns=at(MONDAY, "13:00"))
    assert worklist([figures(story)]) == ()


def test_nothing_of_treatment_is_asked_of_somebody_who_is_not_treated():
    story = gone()
    for ago in range(9, 0, -1):
        story.session(days_before(ago), answers={"medicine": True}, pain=9)
    assert [a.kind for a in figures(story).alerts if a.opened > days_before(LEFT)] == []
    assert worklist([figures(story)]) == ()


def test_an_evenings_fall_on_the_day_of_the_discharge_counts_though_the_mornings_was_seen():
    story = gone()
    fallen = {"answers": {"fallen": True}}
    story.session(days_before(LEFT), clock="09:00", **fallen)
    head = {"patient": PATIENT, "kind": "fall", "opened": days_before(LEFT), "digest": "0" * 16}
    story.own(AlertShown(t_ns=at(days_before(LEFT), "09:05"), **head))
    assert waits(story) == []
    story.session(days_before(LEFT), clock="22:00", **fallen)
    assert waits(story) == [("fall", days_before(LEFT))]


def test_a_fall_before_the_discharge_that_came_to_be_known_after_it_waits():
    story = gone()
    story.session(days_before(LEFT + 3), answers={"fallen": True})
    assert waits(story) == [("fall", days_before(LEFT + 3))], "nobody can have seen it"
    opened = days_before(LEFT + 3)
    head = {"patient": PATIENT, "kind": "fall", "opened": opened, "digest": "0" * 16}
    late = AlertShown(t_ns=at(days_before(LEFT - 1)), **head)
    story.own(late)
    assert waits(story) == [("fall", opened)], "shown only since"
    story.own(late.model_copy(update={"t_ns": at(days_before(LEFT + 2))}))
    assert waits(story) == [], "it stood on the list before"


def test_an_adverse_event_written_down_after_the_discharge_waits_and_one_taken_back_does_not():
    story = gone()
    harm(story, LEFT + 1)
    assert waits(story) == [], "before it nobody had to be told"
    event = harm(story, 4, day=days_before(6))
    (line,) = worklist([figures(story)])
    (alert,) = line.waiting
    assert (alert.kind, alert.opened) == ("harm", days_before(4))
    assert alert.en == (
        f"Adverse events written down after the discharge, with their day: {days_before(6)} "
        "(severe)."
    )
    assert alert.it.endswith(f"{days_before(6)} (grave).")
    head = {"patient": PATIENT, "t_ns": at(days_before(1)), "by": "pt-2"}
    story.own(AdverseEventWithdrawn(event=event, **head))
    assert worklist([figures(story)]) == ()


def test_what_happened_long_ago_still_waits_and_says_that_it_is_over():
    story = gone()
    story.session(days_before(9), answers={"fallen": True})
    harm(story, 9)
    (line,) = worklist([figures(story)])
    assert [a.kind for a in line.waiting] == ["fall", "harm"]
    assert all(a.closed == days_before(1) and a.en.startswith("Up to ") for a in line.waiting)


def test_of_who_comes_back_nothing_of_the_time_between_is_lost():
    story = gone()
    story.session(days_before(6), answers={"fallen": True})
    harm(story, 5)
    story.enrolled(days_before(2))
    assert {("fall", days_before(6)), ("harm", days_before(5))} <= set(waits(story))


def test_a_fall_by_a_clock_that_is_wrong_is_told_at_once_after_a_discharge_too():
    story = gone()
    story.session(days_before(-40), answers={"fallen": True})
    (line,) = worklist([figures(story)])
    assert line.waiting[0].kind == "fall"
    assert "wrong clock" in line.waiting[0].en


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_order_and_lateness_tells_the_same(seed):
    story = gone()
    story.session(days_before(12), answers={"fallen": True})
    story.session(days_before(8), unwell=True, done=0)
    event = harm(story, 7)
    harm(story, 3)
    story.own(
        AdverseEventWithdrawn(patient=PATIENT, t_ns=at(days_before(2)), event=event, by="pt-2")
    )
    story.session(days_before(1), answers={"fallen": True})
    whole = figures(story)
    shuffled = random.Random(seed)
    facts = shuffled.sample(story.facts, len(story.facts))
    fold, cut = Fold(), shuffled.randrange(len(facts))
    for n, fact in enumerate(facts):
        fold.take(fact)
        if n in (cut, len(facts) - 1):
            fold.look(at(MONDAY))
    late = fold.figures(PATIENT)
    assert (late.alerts, late.waiting) == (whole.alerts, whole.waiting)
    assert [a.kind for a in whole.waiting] == ["unwell", "fall", "fall", "harm"]
    assert folded(facts).figures(PATIENT).alerts == whole.alerts
