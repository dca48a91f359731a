"""Plans at hand: a version is never changed, and half a file is no version."""

import pytest

from ripresa.session.plan_folder import PlanFolder
from telemetry.errors import ConfigurationError
from therapy.plan.plan_file import sample_plan

PLAN = sample_plan().model_copy(update={"goal": "walk to the sea with my daughter"})


@pytest.fixture
def half_written(tmp_path):
    PlanFolder(tmp_path).add(PLAN)
    (path,) = tmp_path.iterdir()
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("sea") + 20], encoding="utf-8")
    return tmp_path


def test_half_a_plan_is_left_out_and_the_log_repeats_none_of_it(half_written, caplog):
    assert PlanFolder(half_written).versions(PLAN.patient) == []
    assert "is left out" in caplog.text
    assert "sea" not in caplog.text


def test_a_sound_plan_takes_the_place_of_half_a_one(half_written):
    folder = PlanFolder(half_written)
    folder.add(PLAN)
    assert folder.versions(PLAN.patient) == [PLAN]


def test_a_version_of_a_plan_is_never_changed(tmp_path):
    folder, plan = PlanFolder(tmp_path), sample_plan()
    folder.add(plan)
    folder.add(plan)
    with pytest.raises(ConfigurationError, match="higher version"):
        folder.add(plan.model_copy(update={"goal": "another"}))
    assert folder.patients() == [plan.patient]
    assert folder.repetitions(plan.patient, 1, "arm-abduction", "right") == 20
    assert folder.version(plan.patient, 2) is None


def test_a_plan_that_cannot_be_read_is_left_out_with_a_line(tmp_path, caplog):
    folder, plan = PlanFolder(tmp_path), sample_plan()
    folder.add(plan)
    (tmp_path / f"{plan.patient}.2.json").write_text("{}")
    assert [p.version for p in folder.versions(plan.patient)] == [1]
    assert "is left out" in caplog.text
