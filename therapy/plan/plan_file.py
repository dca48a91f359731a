"""Plans as TOML files and as canonical JSON; every mistake in one is told at once."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from telemetry.errors import ConfigurationError

from .plan import Plan, names_twice

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

__all__ = ["PlanError", "load_plan", "parse_plan_json", "parse_plan_toml", "sample_plan"]

SAMPLE = "sample_plan.toml"
LONGEST_SHOWN = 40
"""Characters: a longer text may be a whole file, or what the person wrote; it is not repeated."""

_PLURALS = {
    "items": "item",
    "calibrations": "calibration",
    "neutral_angles": "neutral angle",
}
_REMEDIES = {
    "missing": "add it",
    "extra_forbidden": "no such setting, remove it or mend its spelling",
}


class PlanError(ConfigurationError):
    """A plan with mistakes; each line names file, place, problem and what to do.

    Attributes:
        problems: one line each.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def load_plan(path: Path) -> Plan:
    """Read a plan from a TOML file.

    Raises:
        ConfigurationError: the file cannot be read.
        PlanError: it has mistakes.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        reason = e.strerror if isinstance(e, OSError) else "not UTF-8"
        raise ConfigurationError(f"plan {path}: cannot be read ({reason}): check path") from e
    return parse_plan_toml(text, path.name)


def sample_plan() -> Plan:
    """The sample that ships with the package."""
    text = resources.files("therapy.plan").joinpath("data", SAMPLE).read_text(encoding="utf-8")
    return parse_plan_toml(text, SAMPLE)


def parse_plan_toml(text: str, source: str = "plan") -> Plan:
    """A plan from TOML text; `source` is what errors call it.

    Raises:
        PlanError: it has mistakes.
    """
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise PlanError((f"{source}: not TOML: {e}: mend that line",)) from e
    return _validated(body, source)


def parse_plan_json(payload: bytes | str, source: str = "plan") -> Plan:
    """A plan from its canonical JSON.

    Raises:
        PlanError: it has mistakes.
    """
    try:
        return Plan.model_validate_json(payload)
    except ValidationError as e:
        raise PlanError(_problems(e, {}, source)) from e


def _validated(body: dict[str, Any], source: str) -> Plan:
    try:
        return Plan.model_validate(body)
    except ValidationError as e:
        raise PlanError(_problems(e, body, source)) from e


def _problems(error: ValidationError, body: dict[str, Any], source: str) -> tuple[str, ...]:
    found = [f"{_place(d['loc'], body)}{_problem(d)}" for d in error.errors(include_url=False)]
    twice = names_twice(_ids(body))
    if twice and twice not in found:
        found.append(twice)  # the plan's own check waits until every item is right by itself
    return tuple(f"{source}: {problem}" for problem in found)


def _ids(body: dict[str, Any]) -> list[str]:
    items = body.get("items")
    rows = items if isinstance(items, list) else []
    return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]


def _place(loc: tuple[int | str, ...], body: dict[str, Any]) -> str:
    """`item 2 (elbow-bend), dose.repetitions: `, counted as people count."""
    named, rest = [], list(loc)
    if len(rest) > 1 and isinstance(rest[0], str) and isinstance(rest[1], int):
        table, index = rest.pop(0), int(rest.pop(0))
        exercise = _exercise_at(body, table, index)
        named.append(f"{_PLURALS.get(str(table), table)} {index + 1}{exercise}")
    if rest:
        named.append(".".join(str(part) for part in rest))
    return f"{', '.join(named)}: " if named else ""


def _exercise_at(body: dict[str, Any], table: object, index: int) -> str:
    try:
        exercise = body[str(table)][index]["exercise"]
    except (KeyError, IndexError, TypeError):
        return ""
    return f" ({exercise})"


def _problem(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    told = isinstance(given, str | int | float | bool) and len(str(given)) <= LONGEST_SHOWN
    shown = f"{given!r}: " if told else ""
    message = detail["msg"][0].lower() + detail["msg"][1:]
    remedy = _REMEDIES.get(detail["type"], "change the value")
    return f"{shown}{message.removeprefix('input ')}: {remedy}"
