"""The clinic's figures: the same in any order of facts, and true when something comes late."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.monitoring import fold as fold_module
from analytics.monitoring.facts import Fact
from analytics.monitoring.worklist import worklist
from clinic_facts import (
    MONDAY,
    PATIENT,
    PatientStory,
    at,
    days_before,
    figures,
    folded,
    started,
    states,
)
from telemetry.messages.care import Discharged, TreatmentPaused
from telemetry.messages.events import CloseReason, SessionOpened
from telemetry.messages.results import SessionResult
from therapy_builders import item, plan

pytestmark = pytest.mark.slow


def rich_story() -> PatientStory:
    """Something of everything: two versions, gaps, a fall, excuses, corrections, looks."""
    story = started()
    for ago in (38, 36, 33, 30, 24, 22, 17, 15, 10):
        story.session(days_before(ago), 20 if ago % 2 else 9, assessed_deg=120 - ago / 4)
    later = plan(
        version=2, valid_from=days_before(20), items=[item(dose={"sets": 1, "repetitions": 10})]
    )
    story.published(later, days_before(18)).answered(days_before(17), version=2)
    story.session(days_before(9), 0, answers={"fallen": True})
    story.session(days_before(5), 10, version=2, unwell=True)
    story.excused(days_before(28), days_before(26)).excused(
        days_before(27), days_before(27), lifted=True
    )
    story.seen("unwell", days_before(5)).heard(days_before(2))
    for day, resumed in ((days_before(14), False), (days_before(11), True)):
        story.own(
            TreatmentPaused(
                patient=story.patient, t_ns=at(day), since=day, by="pt-1", resumed=resumed
            )
        )
    story.own(Discharged(patient=story.patient, t_ns=at(days_before(35)), by="pt-1"))
    story.enrolled(days_before(32))
    return story


RICH = rich_story()
TRUTH = figures(RICH)


@given(st.randoms(use_true_random=False), st.lists(st.integers(0, len(RICH.facts)), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_order_lateness_and_repetition_of_facts_gives_the_same_figures(random, cuts):
    facts = [*RICH.facts, *random.sample(RICH.facts, 9)]
    random.shuffle(facts)
    fold = folded([])
    moments = sorted(at(days_before(random.randrange(40))) for _ in cuts)
    start = 0
    for cut, moment in zip(sorted(cuts), moments, strict=True):
        for fact in facts[start:cut]:
            fold.take(fact)
        fold.look(moment)
        start = cut
    for fact in facts[start:]:
        fold.take(fact)
    fold.look(at(MONDAY))
    assert fold.figures(RICH.patient) == TRUTH


def test_only_what_changed_is_named_and_computed_again():
    fold = folded([*started(patient="p-1").facts, *started(patient="p-2").facts])
    assert fold.changed() == set()
    other = PatientStory(patient="p-2", home="01J00000000000000000000002")
    other.session(days_before(3))
    for fact in other.facts:
        fold.take(fact)
    assert fold.changed() == {("p-2", days_before(3))}
    assert fold.look(at(MONDAY)) == {"p-2"}


def test_who_never_starts_stands_in_the_worklist_and_their_days_are_missed():
    story = PatientStory().enrolled(days_before(6)).published(day=days_before(6))
    story.answered(days_before(6)).heard(MONDAY)
    shown = figures(story)
    assert shown.state == "plan taken"
    assert states(shown, days_before(6), days_before(1)) == ["missed", "missed"]
    (line,) = worklist([shown])
    assert [a.kind for a in line.waiting] == ["start"]
    assert line.since == days_before(3)


def test_a_new_patient_stands_in_the_worklist_before_any_alert():
    others = PatientStory(patient="p-2").enrolled(days_before(4)).published(day=days_before(4))
    others.answered(days_before(4)).heard(MONDAY).session(days_before(1))
    new = PatientStory(patient="p-9").enrolled(MONDAY)
    lines = worklist([figures(others), figures(new)])
    assert [(line.patient, line.state) for line in lines] == [
        ("p-9", "enrolled"),
        ("p-2", "started"),
    ]


def test_a_day_a_safety_rule_stopped_is_neither_missed_nor_done_and_lowers_nothing():
    story = started().heard(MONDAY)
    story.session(days_before(3), 20)
    story.session(days_before(2), 0, answers={"fallen": True})
    story.session(days_before(1), 5, unwell=True, reason=CloseReason.UNWELL)
    shown = figures(story)
    assert states(shown, days_before(2), days_before(1)) == ["stopped by rule"] * 2
    assert [shown.days[days_before(n)].reason for n in (2, 1)] == ["fall", "unwell"]
    assert [a.kind for a in shown.waiting][:2] == ["unwell", "fall"]
    assert {a.opened for a in shown.waiting[:2]} == {days_before(1), days_before(2)}


def test_done_and_partly_are_told_apart():
    story = started().heard(MONDAY)
    story.session(days_before(2), 20)
    story.session(days_before(1), 9)
    assert states(figures(story), days_before(2), days_before(1)) == ["done", "partly"]


def test_what_comes_late_turns_unknown_and_missed_days_and_the_alert_of_them_goes():
    story = started()
    for ago in range(40, 30, -1):
        story.session(days_before(ago))
    story.heard(MONDAY)
    silent = figures(story)
    assert states(silent, days_before(20)) == ["missed"]
    assert "few days" in {a.kind for a in silent.waiting}
    for ago in range(30, 0, -1):
        story.session(days_before(ago))
    late = figures(story)
    assert states(late, days_before(20)) == ["done"]
    assert "few days" not in {a.kind for a in late.alerts}


def test_the_text_of_an_open_alert_is_its_evidence_now():
    story = started().heard(MONDAY)
    for ago in (40, 38, 36, 34, 32, 30):
        story.session(days_before(ago))
    first = next(a for a in figures(story).waiting if a.kind == "few days")
    quiet = int(first.figures["quiet"])
    assert f"last {quiet} known days" in first.en
    again = PatientStory(facts=list(story.facts)).heard(MONDAY + timedelta(days=3))
    later = next(
        a
        for a in folded(again.facts, at(MONDAY + timedelta(days=3))).figures("p-1").waiting
        if a.kind == "few days"
    )
    assert later.opened == first.opened
    assert later.figures["quiet"] == quiet + 3
    assert later.digest != first.digest


def test_an_alert_that_is_over_says_up_to_when_its_words_were_true():
    """Read a month later, the last 7 days would be others."""
    story = started().heard(MONDAY)
    story.session(days_before(30), answers={"medicine": True})
    (alert,) = (a for a in figures(story).waiting if a.kind == "medicine")
    assert alert.closed == days_before(22)
    last = days_before(23).isoformat()
    assert alert.en.startswith(f"Up to {last}: Sessions of the last 7 days")
    assert alert.it.startswith(f"Fino al {last}: Sedute")
    (still,) = (
        a
        for a in folded(story.facts, at(days_before(25))).figures(PATIENT).waiting
        if a.kind == "medicine"
    )
    assert still.en.startswith("Sessions of the last 7 days")


def test_who_looked_stays_beside_the_alert_though_its_first_day_moved():
    story = started().heard(MONDAY)
    story.session(days_before(39))
    alert = next(a for a in figures(story).waiting if a.kind == "few days")
    story.seen("few days", alert.opened + timedelta(days=2))
    seen = next(a for a in figures(story).alerts if (a.kind, a.replaced) == ("few days", False))
    assert seen.seen.by == "pt-1"
    assert "few days" not in {a.kind for a in figures(story).waiting}


def test_a_session_after_midnight_belongs_to_the_evening_before():
    story = started().heard(MONDAY)
    story.session(days_before(1), clock="00:30")
    shown = figures(story)
    assert states(shown, days_before(2), days_before(1)) == ["done", "missed"]


@pytest.mark.parametrize("change", [date(2023, 3, 26), date(2023, 10, 29)])
@pytest.mark.parametrize(("clock", "own"), [("00:30", False), ("01:59", False), ("03:00", True)])
def test_both_nights_of_summer_time_end_their_day_by_the_clock(change, clock, own):
    therapy = plan(valid_from=change - timedelta(days=9))
    evening = change - timedelta(days=1)
    assert therapy.day_of(at(change, clock)) == (change if own else evening)
    story = PatientStory().enrolled(evening - timedelta(days=8))
    story.published(therapy, evening - timedelta(days=8)).answered(evening - timedelta(days=8))
    story.session(change, clock=clock)
    story.heard(change + timedelta(days=1))
    shown = figures(story, at(change + timedelta(days=1)))
    assert states(shown, evening, change) == (["missed", "done"] if own else ["done", "missed"])


def test_a_home_in_another_zone_is_judged_in_its_own():
    tokyo = ZoneInfo("Asia/Tokyo")
    therapy = plan(time_zone="Asia/Tokyo")
    story = PatientStory().enrolled().published(therapy).answered()
    story.session(days_before(1), clock="20:00", zone=tokyo, of=therapy)
    story.heard(MONDAY)
    shown = figures(story, at(MONDAY, "06:00", tokyo))
    assert shown.today == MONDAY
    assert states(shown, days_before(1)) == ["done"]
    assert figures(story, at(days_before(1), "23:00", tokyo)).today == days_before(1)


def test_a_lower_dose_from_tomorrow_makes_no_overdose_of_last_week():
    story = started()
    for ago in range(14, -1, -1):
        story.session(days_before(ago))
    lower = plan(version=2, valid_from=MONDAY, items=[item(dose={"sets": 1, "repetitions": 5})])
    story.published(lower, MONDAY).answered(MONDAY, version=2)
    assert "overdose" not in {a.kind for a in figures(story).alerts}


def test_a_correction_counts_in_place_of_what_was_recorded_and_can_be_taken_back():
    from telemetry.messages.care import DoneCorrected

    story = started().heard(MONDAY)
    story.session(days_before(1), 4)
    assert states(figures(story), days_before(1)) == ["partly"]
    fields = {"patient": story.patient, "day": days_before(1), "item": "abduction", "by": "pt"}
    story.own(DoneCorrected(t_ns=1, amount=20, **fields))
    assert states(figures(story), days_before(1)) == ["done"]
    story.own(DoneCorrected(t_ns=2, amount=None, **fields))
    assert states(figures(story), days_before(1)) == ["partly"]


def test_a_session_of_which_no_result_has_come_is_unknown_not_missed():
    story = started().heard(MONDAY)
    story.session(days_before(1))
    facts = [f for f in story.facts if getattr(f.body, "type", "") != "session.result"]
    assert states(folded(facts).figures(story.patient), days_before(1)) == ["unknown"]


@pytest.mark.parametrize("ended", [1, 8])
@pytest.mark.parametrize("treated", [True, False])
def test_whose_plan_is_over_with_none_after_it_stands_in_the_worklist(ended, treated):
    over = plan(valid_from=days_before(40), valid_to=days_before(ended))
    story = PatientStory().enrolled(days_before(40)).published(over, days_before(40))
    story.answered(days_before(40)).heard(MONDAY)
    if treated:
        story.session(days_before(20))
    (line,) = worklist([figures(story)])
    (told,) = [a for a in line.waiting if a.kind == "plan"]
    assert (told.opened, told.open) == (days_before(ended - 1), True)
    assert f"was {days_before(ended)}" in told.en
    assert ("start" in {a.kind for a in line.waiting if a.open}) is not treated
    story.published(plan(version=2, valid_from=MONDAY), MONDAY).answered(MONDAY, version=2)
    assert "plan" not in {a.kind for a in figures(story).waiting if a.open}


def no_plan_yet() -> PatientStory:
    return PatientStory().enrolled()


def plan_refused() -> PatientStory:
    return PatientStory().enrolled().published().answered(state="refused")


def plan_over() -> PatientStory:
    over = plan(valid_from=days_before(40), valid_to=days_before(8))
    return PatientStory().enrolled().published(over).answered()


@pytest.mark.parametrize("begun", [no_plan_yet, plan_refused, plan_over])
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("fall", {"answers": {"fallen": True}}),
        ("unwell", {"unwell": True}),
        ("medicine", {"answers": {"medicine": True}}),
    ],
)
@pytest.mark.parametrize("ago", [0, 2])
def test_what_must_be_told_is_told_the_same_day_though_no_plan_is_in_force(begun, kind, told, ago):
    story = begun().heard(MONDAY)
    story.session(days_before(ago), 0, version=9, **told)
    shown = figures(story, at(days_before(ago), "20:00"))
    assert shown.plan is None
    assert [(a.kind, a.opened) for a in shown.waiting if a.kind == kind] == [
        (kind, days_before(ago))
    ]
    (line,) = worklist([figures(story)])
    assert kind in {a.kind for a in line.waiting}


def test_the_clinics_later_analysis_counts_in_place_of_the_homes():
    from analytics.monitoring.facts import Fact, FactOrigin

    story = started().heard(MONDAY)
    session = story.session(days_before(1), 9)
    ours = next(f.body for f in story.facts if getattr(f.body, "type", "") == "session.result")
    again = PatientStory()
    again.session(days_before(1), 20)
    better = next(f.body for f in again.facts if getattr(f.body, "type", "") == "session.result")
    body = better.model_copy(update={"session": session, "supersedes": 1})
    own = Fact(FactOrigin(own=True, home="clinic", position=999), body, session)
    for facts in ([*story.facts, own], [own, *story.facts]):
        assert states(folded(facts).figures(story.patient), days_before(1)) == ["done"]
    assert ours.session == session


def test_what_never_opens_and_what_nobody_could_do_takes_no_memory_without_end(monkeypatch):
    monkeypatch.setattr(fold_module, "EARLY_A_HOME", 20)
    monkeypatch.setattr(fold_module, "FACTS_A_PATIENT", 40)
    story = started()
    for ago in range(12, 0, -1):
        story.session(days_before(ago), 20)
    facts = [f for f in story.facts if not isinstance(f.body, SessionOpened)]
    fold = folded(facts)
    assert sum(map(len, fold._early.values())) == 20
    assert fold.left_out[story.home] == len([f for f in facts if f.session]) - 20
    whole = folded(story.facts)
    assert whole.figures(PATIENT).sessions
    assert sum(len(s.events) for s in whole.facts(PATIENT).sessions.values()) <= 40
    assert whole.left_out[story.home] > 0


@pytest.mark.parametrize("left", ["nothing", "another item"])
def test_an_item_that_its_result_tells_nothing_of_leaves_the_day_unknown(left):
    day = days_before(1)
    story = started()
    session = story.session(day)
    for n, fact in enumerate(story.facts):
        if fact.session == session and isinstance(fact.body, SessionResult):
            (found,) = fact.body.items
            others = () if left == "nothing" else (found.model_copy(update={"item": "other"}),)
            body = fact.body.model_copy(update={"items": others})
            story.facts[n] = Fact(fact.origin, body, fact.session)
    story.heard(MONDAY)
    assert figures(story).days[day].state == "unknown"
