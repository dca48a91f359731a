"""The therapy document names every exercise and setting, and only tests that exist."""

import re
from pathlib import Path

import pytest

from therapy.exercises.library import EXERCISES
from therapy.plan.limits import Limits
from therapy.plan.persuasion import Persuasion, Reminders
from therapy.plan.plan import CheckIn, Plan
from therapy.plan.plan_item import PlanItem

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "therapy.md").read_text(encoding="utf-8")
CODE = set(re.findall(r"`([^`\n]+)`", TEXT))


def test_every_exercise_is_described():
    assert EXERCISES.keys() <= CODE


@pytest.mark.parametrize("model", [Plan, PlanItem, Limits, CheckIn, Persuasion, Reminders])
def test_every_setting_is_described(model):
    tables = {"limits", "check_in", "persuasion", "items", "reminders"}
    assert model.model_fields.keys() - tables <= CODE


@pytest.mark.parametrize(("name", "field"), Limits.model_fields.items())
def test_defaults_are_those_of_the_code(name, field):
    row = next(line for line in TEXT.splitlines() if line.startswith("|") and f"`{name}`" in line)
    names, defaults = (
        [part.strip().strip("`") for part in cell.split(",")] for cell in row.split("|")[1:3]
    )
    shown = defaults[names.index(name)]
    default = field.default
    assert shown == (
        f"{default:g}"
        if isinstance(default, int | float) and not isinstance(default, bool)
        else str(default).lower()
    )


def test_every_test_it_names_exists():
    named = {code for code in CODE if code.startswith("test_")}
    tests = "".join(
        p.read_text(encoding="utf-8") for p in (ROOT / "tests" / "therapy").rglob("*.py")
    )
    assert len(named) > 15
    assert {name for name in named if f"def {name}(" not in tests} == set()
