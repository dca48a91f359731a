"""What needs a support or somebody beside is begun only where a person said that it is there."""

import pytest

from therapy.exercises.library import EXERCISES
from therapy.plan.plan_item import PlanItem
from therapy.session.safety import locked
from therapy.session.screens import Closed
from therapy_builders import Session, plan

CLEARED = {"limits": {"cleared_for_standing": True}}
SEATED = {
    "id": "bend",
    "exercise": "elbow-bend",
    "side": "right",
    "dose": {"repetitions": 5},
    "assessment": "never",
}


def needing(exercise):
    return {"id": "legs", "exercise": exercise, "side": "right", "assessment": "never"}


def asked_in(session):
    return [question.id for question in session.state.asking]


NEED = [
    (e.id, question)
    for e in EXERCISES.values()
    for question, needs in (("support", e.supported), ("helper", e.helped))
    if needs
]


@pytest.mark.parametrize(("exercise", "question"), NEED)
@pytest.mark.parametrize("answer", [False, None])
def test_without_a_support_or_a_helper_nothing_that_needs_one_is_begun(exercise, question, answer):
    session = Session(plan(needing(exercise), SEATED, **CLEARED))
    assert question in asked_in(session)
    session.to_exercise(**{question: answer})
    assert session.state.current.item.exercise == "elbow-bend"
    session.ask("exercise.ended", reason="done")
    session.answer()
    assert isinstance(session.screen, Closed)
    started = [e.exercise for e in session.events if e.type == "exercise.started"]
    assert started == ["elbow-bend"]
    assert "left out today" in session.screen.text.en


@pytest.mark.parametrize("exercise", sorted({name for name, _ in NEED}))
def test_with_support_and_helper_it_is_done_and_only_when_cleared(exercise):
    session = Session(plan(needing(exercise), SEATED, **CLEARED))
    session.to_exercise()
    assert session.state.current.item.exercise == exercise
    uncleared = PlanItem.model_validate(needing(exercise))
    assert "clears it" in locked(uncleared, plan(SEATED).limits).en


def test_who_needs_neither_is_asked_for_neither():
    session = Session(plan(SEATED))
    assert not {"support", "helper"} & set(asked_in(session))
