"""Which version of a plan is in force, and what is told of the others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.monitoring.fold import Fold
from analytics.monitoring.worklist import worklist
from clinic_facts import MONDAY, PatientStory, at, days_before, figures, started, states
from telemetry.messages.care import PlanSigned
from therapy_builders import item, plan

pytestmark = pytest.mark.slow


@given(
    published=st.integers(0, 30),
    valid=st.integers(-10, 60),
    taken=st.integers(0, 30),
    dose=st.integers(1, 40),
)
@settings(max_examples=60, deadline=None)
def test_publishing_changes_no_day_that_is_past(published, valid, taken, dose):
    story = started()
    for ago in (35, 33, 25, 20, 12, 4, 2):
        story.session(days_before(ago))
    story.heard(MONDAY)
    before = figures(story)
    sent = days_before(published)
    story.published(
        plan(
            version=2,
            valid_from=days_before(valid),
            items=[item(dose={"sets": 1, "repetitions": dose})],
        ),
        sent,
    )
    assert figures(story).days == before.days
    story.answered(days_before(min(taken, published)), version=2)
    after = figures(story)
    past = {d for d in before.days if d < sent}
    assert {d: after.days[d] for d in past} == {d: before.days[d] for d in past}


def test_an_unpublished_or_untaken_version_is_not_in_force():
    story = started()
    story.session(days_before(3))
    story.published(plan(version=2, valid_from=days_before(2)), days_before(2))
    shown = figures(story)
    assert shown.plan.version == 1
    assert [(v.plan.version, v.state) for v in shown.versions] == [(1, "taken"), (2, "published")]
    story.answered(days_before(1), version=2)
    shown = figures(story)
    assert shown.plan.version == 2
    assert [v.state for v in shown.versions] == ["superseded", "taken"]
    assert shown.days[days_before(2)].plan_version == 1


def test_a_refused_version_is_in_the_worklist_and_not_in_force():
    story = PatientStory().enrolled(days_before(4)).published(day=days_before(4))
    story.answered(days_before(4)).session(days_before(3))
    story.published(plan(version=2, valid_from=MONDAY), MONDAY)
    story.answered(MONDAY, version=2, state="refused")
    shown = figures(story)
    assert shown.plan.version == 1
    (line,) = worklist([shown])
    assert [a.kind for a in line.waiting] == ["plan"]
    assert "refused version 2" in line.waiting[0].en


def test_a_version_that_was_taken_and_is_refused_since_keeps_its_days_and_is_told():
    story = started()
    for ago in (5, 3):
        story.session(days_before(ago))
    story.heard(MONDAY)
    before = figures(story)
    story.answered(days_before(1), version=1, state="refused")
    shown = figures(story)
    assert shown.days == before.days
    assert shown.plan.version == 1
    assert [v.state for v in shown.versions] == ["refused"]
    (alert,) = (a for a in shown.alerts if a.kind == "plan")
    assert alert.opened == days_before(1)
    assert "refused version 1" in alert.en
    story.answered(MONDAY, version=1)
    shown = figures(story)
    assert [v.state for v in shown.versions] == ["taken"]
    assert not [a for a in shown.alerts if a.kind == "plan" and a.open]


def test_a_session_opened_with_a_version_after_its_refusal_says_that_it_is_there():
    story = started()
    story.answered(days_before(4), version=1, state="refused")
    story.session(days_before(6))
    story.session(days_before(2))
    shown = figures(story)
    assert [v.state for v in shown.versions] == ["taken"]


def test_a_plan_that_the_home_has_not_taken_makes_days_unknown_and_stands_in_the_worklist():
    story = PatientStory().enrolled(days_before(3)).published(day=days_before(3))
    shown = figures(story)
    assert shown.state == "plan sent"
    assert states(shown, days_before(2), days_before(1)) == ["unknown", "unknown"]
    assert shown.days[days_before(1)].reason == "plan not taken"
    (line,) = worklist([shown])
    assert line.plan_missing
    assert [a.kind for a in line.waiting] == ["start"]


@pytest.mark.parametrize("again", [9, 5, 1, 0])
def test_sending_another_version_does_not_let_a_home_have_waited_for_less(again):
    story = PatientStory().enrolled(days_before(12)).published(day=days_before(12))
    second = plan(version=2, valid_from=days_before(again))
    story.published(second, days_before(again))
    (alert,) = figures(story).alerts
    assert (alert.kind, alert.opened, alert.closed) == ("start", days_before(10), None)
    assert f"sent on {days_before(12)}" in alert.en
    assert "for 12 days" in alert.en


def test_a_later_version_that_waits_behind_another_waits_since_the_first_of_them():
    story = started()
    story.session(days_before(12))
    story.heard(MONDAY)
    for version, ago in ((2, 9), (3, 4)):
        story.published(plan(version=version, valid_from=days_before(ago)), days_before(ago))
    (alert,) = (a for a in figures(story).alerts if a.kind == "plan")
    assert (alert.opened, alert.closed) == (days_before(6), None)
    assert f"Version 3 of the plan was sent on {days_before(4)}" in alert.en
    story.answered(MONDAY, 3)
    assert not any(a.kind == "plan" and a.open for a in figures(story).alerts)


def test_a_version_sent_after_a_refused_one_is_sent_and_no_more_refused():
    story = PatientStory().enrolled().published().answered(state="refused").heard(MONDAY)
    assert figures(story).state == "plan refused"
    second = plan(version=2, valid_from=days_before(5))
    story.published(second, days_before(1))
    assert figures(story).state == "plan sent"
    story.answered(MONDAY, 2, "refused")
    assert figures(story).state == "plan refused"
    story.answered(MONDAY, 2)
    assert figures(story).state == "plan taken"


def test_a_version_is_signed_for_its_own_content_only_and_says_by_whom():
    draft = plan(version=2, valid_from=MONDAY)
    story = started()
    head = {"patient": story.patient, "version": 2, "by": "pt-1"}
    story.own(PlanSigned(t_ns=at(days_before(2)), digest=draft.digest(), **head))
    fold = Fold(local_plan=lambda _patient, version: draft if version == 2 else None)
    for fact in story.facts:
        fold.take(fact)
    fold.look(at(MONDAY))
    versions = fold.figures(story.patient).versions
    assert [(v.state, v.signed_by) for v in versions] == [("taken", None), ("signed", "pt-1")]
    assert fold.figures(story.patient).plan.version == 1
    story.published(draft, days_before(1)).answered(days_before(1), version=2)
    assert [(v.state, v.signed_by) for v in figures(story).versions] == [
        ("superseded", None),
        ("taken", "pt-1"),
    ]
    other = started()
    other.own(PlanSigned(t_ns=at(days_before(2)), digest="0" * 64, **(head | {"version": 1})))
    assert [v.signed_by for v in figures(other).versions] == [None]
