"""Answers are the person's own: asked one by one, taken back, skipped; and what they lead to."""

import pytest

from telemetry.messages.events import CloseReason
from therapy.session.screens import AlignSensor, Ask, Closed
from therapy.session.session_state import SessionStage
from therapy_builders import Session, item, plan

ARM = item(id="arm", posture="seated")
LEG = item(id="leg", exercise="knee-extension", placements=["shank-right"], limit_deg=None)
SWELLING = {"id": "calf", "it": "Il polpaccio è gonfio?", "en": "Is your calf swollen?"}


def asked(session):
    return [question.id for question in session.state.asking]


def answer(session, **answers):
    """Answer by name; the rest as somebody without complaints does."""
    session.answer(**{k.replace("_", " "): v for k, v in answers.items()})


def test_pain_is_asked_in_each_part_to_be_exercised_and_then_elsewhere():
    session = Session(plan(ARM, LEG))
    assert [q for q in asked(session) if "pain" in q] == [
        "pain arm-right",
        "pain leg-right",
        "pain elsewhere",
    ]
    assert "nel braccio" in session.state.asking[3].text.it
    assert [q for q in asked(Session(plan(ARM))) if "pain" in q] == ["pain", "pain elsewhere"]


def test_too_much_pain_in_one_part_closes_only_its_items():
    session = Session(plan(ARM, LEG))
    session.answer(**{"pain arm-right": 8})
    assert [entry.item.id for entry in session.state.agenda] == ["leg"]
    assert session.state.stage is not SessionStage.CHECK_OUT


def test_too_much_pain_elsewhere_and_in_every_part_leaves_no_exercise():
    for pains in ({"pain elsewhere": 8}, {"pain arm-right": 7, "pain leg-right": 7}):
        session = Session(plan(ARM, LEG))
        session.answer(**pains)
        assert session.state.closed
        assert session.events[-1].reason is CloseReason.PAIN
        assert "exercise.started" not in session.types


@pytest.mark.parametrize("told", [True, None])
def test_a_stop_question_told_or_skipped_keeps_exercise_for_another_day(told):
    session = Session(plan(ARM, stop_questions=[SWELLING]))
    session.answer(**{"stop.calf": told})
    assert isinstance(session.screen, Closed)
    assert "exercise.started" not in session.types
    assert "niente esercizi" in session.screen.text.it
    answers = {e.question: e.answer for e in session.events if e.type == "check.answered"}
    assert answers["stop.calf"] is told


def test_a_stop_question_denied_goes_on():
    session = Session(plan(ARM, stop_questions=[SWELLING]))
    while isinstance(session.screen, Ask):
        question = session.screen.question
        value = 0 if question.kind in ("pain", "effort") else False
        assert session.ask("check.answered", question=question.id, answer=value) is None
    assert isinstance(session.screen, AlignSensor)


def test_going_back_asks_again_and_the_last_answer_counts():
    standing = item(id="stand", posture="standing")
    session = Session(plan(ARM, standing, limits={"cleared_for_standing": True}))
    session.ask("check.answered", question="unwell", answer=False)
    session.ask("check.answered", question="fallen", answer=True)
    assert session.ask("check.back") is None
    assert session.screen.question.id == "fallen"
    session.answer(fallen=False)
    assert [entry.item.id for entry in session.state.agenda] == ["arm", "stand"]
    told = [e.answer for e in session.events if getattr(e, "question", "") == "fallen"]
    assert told == [True, False]


def test_there_is_nothing_to_go_back_to_at_the_first_question():
    session = Session()
    assert "no question before" in session.ask("check.back")
    session.answer()
    assert "no question before" in session.ask("check.back")


def test_a_fall_question_skipped_leaves_standing_out_like_a_fall_told():
    standing = item(id="stand", posture="standing")
    for told in (True, None):
        session = Session(plan(ARM, standing, limits={"cleared_for_standing": True}))
        session.answer(fallen=told)
        assert [entry.item.id for entry in session.state.agenda] == ["arm"]


def test_breathlessness_is_asked_apart_and_has_a_stop_value_of_its_own():
    breathless = {"check_in": {"breathlessness": True}, "limits": {"breathlessness_stop": 5}}
    session = Session(plan(ARM, **breathless))
    assert asked(session)[-1] == "breathlessness"
    session.to_play()
    session.ask("breathlessness.reported", breathlessness=4)
    assert session.screen.signal == "ease"
    session.ask("breathlessness.reported", breathlessness=5)
    assert session.state.stage is SessionStage.CHECK_OUT
    assert "breathlessness" in asked(session)


def test_a_part_that_hurts_at_check_in_is_what_a_rise_is_counted_from():
    session = Session(plan(ARM, LEG))
    session.to_exercise(**{"pain arm-right": 3, "pain leg-right": 0})
    assert session.state.pain_in == 3
    session.ask("pain.reported", pain=4)
    assert session.state.eased
    assert session.state.open_item


@pytest.mark.parametrize(
    ("exercise", "posture", "placements", "part"),
    [
        ("balance-stance", "standing", ["sternum"], "nelle gambe"),
        ("sit-to-stand", "seated", ["thigh-right"], "nelle gambe"),
        ("walk", "standing", ["shank-left"], "nelle gambe"),
        ("bridge", "supine", ["thigh-left"], "nella schiena"),
        ("knee-extension", "seated", ["shank-left"], "nella gamba o nell'anca a sinistra"),
    ],
)
def test_pain_is_asked_where_an_exercise_is_borne_and_not_where_the_sensor_sits(
    exercise, posture, placements, part
):
    where = {"side": "left", "posture": posture, "placements": placements, "limit_deg": None}
    cleared = {"cleared_for_standing": True}
    session = Session(plan(item(id="x", exercise=exercise, **where), limits=cleared))
    (there,) = [q for q in session.state.asking if q.kind == "pain" and q.part]
    assert part in there.text.it


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        ({"missed": 1}, False),
        ({"missed": 2}, True),
        ({"missed": 5, "sessions_today": 1}, False),
        ({"missed": 5, "off": True}, False),
    ],
)
def test_what_got_in_the_way_is_asked_once_a_day_after_two_misses_where_the_plan_allows(told, asks):
    of = plan(ARM, persuasion={"barrier_question": "off" not in told})
    session = Session(of, {k: v for k, v in told.items() if k != "off"})
    assert ("barrier" in asked(session)) is asks
    session.answer(barrier="time") if asks else session.answer()
    assert isinstance(session.screen, AlignSensor), "no answer changes the session"
