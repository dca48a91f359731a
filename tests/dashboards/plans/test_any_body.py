"""Whatever a page sends as a draft, it is kept as it is or refused, and what is wrong is told."""

import copy
import json

import pytest
from fastapi import HTTPException
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_facts import PatientStory, figures
from dashboards.plans.plan_body import DEEPEST, bounded
from dashboards.plans.plan_desk import MemoryPlanDesk
from dashboards.plans.plan_editor import PlanEditError, PlanEditor
from telemetry.clock import ManualClock
from therapy_builders import item, plan

FIGURES = figures(
    PatientStory().enrolled().published(plan(item(), valid_from="2023-01-01")).answered()
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6
)


def started():
    desk = MemoryPlanDesk(lambda _patient: FIGURES)
    editor = PlanEditor(desk, ManualClock())
    view = editor.start_template("p-1", "falls-prevention", "left", "anna")
    return editor, desk, view.draft


BODY = started()[2].body


def paths(value, place=()):
    """Every place in a body."""
    yield place
    if not isinstance(value, dict | list):
        return
    for name, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield from paths(one, (*place, name))


PLACES = [place for place in paths(BODY) if place]


def put(place, value):
    body = inner = copy.deepcopy(BODY)
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return body


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_a_setting_that_is_anything_is_kept_and_told_and_never_signed_unread(place, value):
    editor, desk, draft = started()
    body = put(place, value)
    try:
        bounded(body)
    except HTTPException:
        return
    view = editor.change("p-1", draft.revision, body, ["standing"], "anna").draft
    json.loads(view.model_dump_json())
    assert view.body == body
    assert all(one.it and one.en for one in view.why_not())
    assert view.why_not(), "support and somebody beside are not ticked"
    with pytest.raises(PlanEditError):
        editor.sign("p-1", view.revision, "anna")
    assert desk.signed == []


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_a_body_that_is_no_plan_at_all_stops_nothing(body):
    editor, _, draft = started()
    view = editor.change("p-1", draft.revision, body, [], "anna").draft
    assert view.problems
    assert view.week is None


@pytest.mark.parametrize("deep", [DEEPEST + 1, 500])
def test_what_is_too_deep_is_refused(deep):
    body: dict = {}
    for _ in range(deep):
        body = {"a": body}
    with pytest.raises(HTTPException) as refused:
        bounded(body)
    assert refused.value.status_code == 422
