"""Templates are data: what they name is there, what they ask for can be asked for."""

import re
from datetime import date

import pytest

from therapy.exercises.library import EXERCISES
from therapy.plan.limits import Limits
from therapy.plan.plan import CheckIn, Plan
from therapy.plan.plan_file import PlanError
from therapy.templates.catalogue import TEMPLATE_IDS, template_named, templates
from therapy.templates.clearing import clearances_of
from therapy.templates.plan_draft import PlanDraft, empty_body, template_body, version_body
from therapy.templates.template import PlanTemplate

ALL = {one.id: one for one in templates()}
NUMBERS = {
    "stroke-arm": {5, 6, 7, 1, 3},
    "frozen-shoulder": {3, 4, None, 1, 2},
    "osteoarthritis": {8, 11, 16, 15},
    "knee-replacement": {9, 8, 12, 11, None},
    "parkinson": {13, 10, 11, 12, 17, 18},
    "copd": {10, 8, 11, 1, 18},
    "heart-failure": {10, 8, 11, 18},
    "multiple-sclerosis": {8, 10, 12, 5, 11, 17},
    "low-back": {16, 18, 11},
    "wrist-fracture": {6, 7, 5},
    "falls-prevention": {11, 8, 14, 15, 17, 18},
    "cancer-fatigue": {10, 11, 8, 5, 18},
}


def draft(template="stroke-arm", cleared=(), **changed):
    body = template_body(template_named(template), "right", date(2026, 1, 5)) | changed
    return PlanDraft(
        patient="p-1", revision=1, template=template, body=body, cleared=cleared, saved_ns=0
    )


def test_there_are_twelve():
    assert tuple(ALL) == TEMPLATE_IDS
    assert len(ALL) == 12


@pytest.mark.parametrize("name", TEMPLATE_IDS)
def test_its_exercises_are_in_the_library_and_are_those_of_its_condition(name):
    one = ALL[name]
    assert one.missing_exercises == ()
    assert {EXERCISES[item.exercise].number for item in one.items} == NUMBERS[name]


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("name", TEMPLATE_IDS)
def test_it_starts_a_plan_that_passes_every_check(name, side):
    plan = draft(name).plan(1)
    assert all(item.side == side for item in draft(name, **ALL[name].body(side)).plan(1).items)
    assert len(plan.items) == sum(not item.later for item in ALL[name].items)
    assert not plan.limits.cleared_for_standing
    for item in ALL[name].items:
        known = EXERCISES[item.exercise]
        assert item.posture is None or item.posture in known.postures
        assert item.limit_deg is None or item.limit_deg <= (known.most_deg or 0)
        assert item.dose.unit == known.dose.unit or item.exercise == "seated-march"


@pytest.mark.parametrize("name", TEMPLATE_IDS)
def test_its_later_exercises_can_be_added_as_they_are(name):
    one = ALL[name]
    brought = one.model_copy(
        update={"items": tuple(i.model_copy(update={"later": False}) for i in one.items)}
    )
    body = brought.body("left") | {"patient": "p-1", "version": 1, "valid_from": "2026-01-05"}
    assert len(Plan.model_validate(body).items) == len(one.items)


@pytest.mark.parametrize("name", TEMPLATE_IDS)
def test_every_number_has_a_source_and_what_is_from_memory_says_so(name):
    assert ALL[name].sources
    told = {source.strength for source in ALL[name].sources}
    assert told <= {"read", "memory"}


RECALLED = {"Spruit 2013", "NICE NG59", "Otago 2003"}


def test_what_is_from_memory_alone_is_no_source():
    named = {s.name for one in ALL.values() for s in one.sources if s.strength == "memory"}
    read = {s.name for one in ALL.values() for s in one.sources if s.strength == "read"}
    assert named >= RECALLED
    assert not RECALLED & read


@pytest.mark.parametrize("name", TEMPLATE_IDS)
def test_red_flags_are_questions_in_both_languages(name):
    for question in ALL[name].stop_questions:
        assert question.it.endswith("?")
        assert question.en.endswith("?")
        assert not re.search(r"\bdovrebbe\b|\bshould\b|\bmust\b", f"{question.it} {question.en}")


def test_limits_are_those_of_the_condition():
    assert ALL["heart-failure"].limits.effort_stop == 5
    assert ALL["heart-failure"].limits.hold_cap_s == 3
    assert ALL["multiple-sclerosis"].limits.rest_s == 90
    assert ALL["copd"].check_in.breathlessness
    assert ALL["low-back"].limits.pain_profile == "quota"
    assert ALL["stroke-arm"].neutral_pose is False
    raised = next(i for i in ALL["stroke-arm"].items if i.exercise == "forward-arm-raise")
    assert raised.limit_deg == 90
    assert {ALL[n].framing for n in ("parkinson", "multiple-sclerosis")} == {"maintain"}


def test_falls_prevention_without_its_balance_is_called_leg_strength():
    one = ALL["falls-prevention"]
    assert one.called().en == "Falls prevention"
    assert one.called(frozenset({"knee-extension", "sit-to-stand"})).en == "Leg strength"


def test_a_template_with_an_exercise_that_is_gone_says_which():
    body = ALL["low-back"].model_dump(mode="json")
    body["items"][0]["exercise"] = "levitation"
    lacking = PlanTemplate.model_validate(body)
    assert lacking.missing_exercises == ("levitation",)
    assert [i["exercise"] for i in lacking.body("left")["items"]] == ["walk", "sit-to-stand"]


def test_no_template_clears_anything_by_itself():
    body = ALL["low-back"].model_dump(mode="json")
    body["limits"]["cleared_for_standing"] = True
    with pytest.raises(ValueError, match="only a person"):
        PlanTemplate.model_validate(body)


def asked(name, *, more=()):
    return {one.id for one in clearances_of([*draft(name).items(), *more], ALL[name])}


def test_what_is_to_be_ticked_follows_from_condition_and_exercises():
    assert asked("stroke-arm") == set()
    assert asked("stroke-arm", more=[("supine-stick-flexion", "supine")]) == {"self-assisted"}
    assert asked("heart-failure") == {"cardiologist", "standing"}
    assert asked("falls-prevention") == {"standing", "support", "beside"}
    assert asked("wrist-fracture") == {"release"}


def test_standing_is_unlocked_by_the_tick_and_by_nothing_else():
    limits = {"cleared_for_standing": True, "rest_s": 40}
    assert not draft("low-back", limits=limits).plan(2).limits.cleared_for_standing
    ticked = draft("low-back", cleared=("standing",), limits=limits).plan(2)
    assert ticked.limits.cleared_for_standing
    assert ticked.limits.rest_s == 40


def test_a_draft_may_be_wrong_and_says_where_in_both_languages():
    items = ALL["stroke-arm"].body("right")["items"]
    items[1]["dose"] = {"sets": 0, "repetitions": 10}
    with pytest.raises(PlanError) as found:
        draft(items=items).plan(1)
    (problem,) = found.value.told
    assert problem.path == "items.1.dose.sets"
    assert problem.what.it == "0: almeno 1"
    assert "greater than or equal to 1" in problem.what.en


def test_a_template_leaves_the_person_as_they_are():
    own = {
        "goal": "le scale",
        "day_ends": "02:00:00",
        "neutral_pose": False,
        "unaffected": ["arm-left"],
        "neutral_angles": [{"joint": "elbow", "side": "right", "angle_deg": 25}],
        "stop_questions": [{"id": "own", "it": "Ha la tosse?", "en": "Have you a cough?"}],
    }
    before = draft("low-back", cleared=("standing",), **own).plan(3)
    for name in TEMPLATE_IDS:
        body = template_body(template_named(name), "left", date(2026, 2, 1), before)
        kept = {key: body[key] for key in own if key != "stop_questions"}
        assert kept == {key: own[key] for key in kept}, name
        asked = [one["id"] for one in body["stop_questions"]]
        assert "own" in asked, "a red flag that was asked is asked on"
        assert {q.id for q in ALL[name].stop_questions} <= set(asked)
        assert len(asked) == len(set(asked))
        assert body["limits"]["pain_profile"] == ALL[name].limits.pain_profile
    assert empty_body(date(2026, 2, 1), before)["items"] == []


def test_a_draft_of_a_version_keeps_all_of_it_but_whose_and_what_was_cleared():
    plan = draft("low-back", cleared=("standing",), goal="le scale").plan(3)
    body = version_body(plan, date(2026, 2, 1))
    assert body["goal"] == "le scale"
    assert body["valid_from"] == "2026-02-01"
    assert not {"patient", "version", "valid_to"} & body.keys()
    assert "cleared_for_standing" not in body["limits"]


def test_no_template_is_looser_than_what_is_in_force():
    """Neither the plan's limits, its questions, nor the angle of an exercise that goes on."""
    strict = {
        "pain_stop": 3,
        "pain_amber": 2,
        "pain_profile": "cautious",
        "effort_stop": 2,
        "breathlessness_stop": 3,
        "session_cap_min": 12,
        "sessions_a_day": 1,
        "hold_cap_s": 1,
        "rest_s": 200,
        "lost_s": 60,
    }
    asked = CheckIn(breathlessness=True, fallen=False).model_dump(mode="json")
    for name in TEMPLATE_IDS:
        usual = draft(name, cleared=("standing",)).plan(1)
        items = [i.model_dump(mode="json", exclude_none=True) for i in usual.items]
        for one in items:
            if EXERCISES[one["exercise"]].most_deg is not None:
                one["limit_deg"] = 20
        before = draft(name, cleared=("standing",), limits=strict, check_in=asked, items=items)
        body = template_body(ALL[name], items[0]["side"], date(2026, 2, 1), before.plan(2))
        assert {key: body["limits"][key] for key in strict} == strict, name
        assert body["check_in"]["breathlessness"]
        assert body["check_in"]["fallen"] == ALL[name].check_in.fallen
        assert {i["exercise"]: i.get("limit_deg") for i in body["items"]} == {
            i["exercise"]: i.get("limit_deg") for i in items
        }
        other = "left" if items[0]["side"] == "right" else "right"
        elsewhere = template_body(ALL[name], other, date(2026, 2, 1), before.plan(2))
        assert [i.get("limit_deg") for i in elsewhere["items"]] == [
            i.get("limit_deg") for i in ALL[name].body(other)["items"]
        ], "an angle is one side's"
    empty = empty_body(date(2026, 2, 1), before.plan(2))
    assert {key: empty["limits"][key] for key in strict} == strict
    assert empty["check_in"] == asked


def test_a_template_that_is_stricter_than_what_is_in_force_stays_so():
    loose = {"effort_stop": 9, "hold_cap_s": 20, "pain_profile": "quota", "rest_s": 0}
    before = draft("heart-failure", cleared=("standing",), limits=loose).plan(1)
    limits = template_body(ALL["heart-failure"], "left", date(2026, 2, 1), before)["limits"]
    own = ALL["heart-failure"].limits
    assert Limits.model_validate(limits) == own
    assert "cleared_for_standing" not in limits
