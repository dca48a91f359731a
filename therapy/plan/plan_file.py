"""Plans as TOML files and as canonical JSON; every mistake in one is told at once."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from telemetry.errors import ConfigurationError

from .plan import Plan
from .plan_problem import PlanProblem, problems_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "PlanError",
    "load_plan",
    "parse_plan_body",
    "parse_plan_json",
    "parse_plan_toml",
    "sample_plan",
]

SAMPLE = "sample_plan.toml"


class PlanError(ConfigurationError):
    """A plan with mistakes; each line names file, place, problem and what to do.

    Attributes:
        problems: one line each.
        told: the same apart, each with its place; empty where nothing could be read.
    """

    def __init__(self, problems: tuple[str, ...], told: tuple[PlanProblem, ...] = ()) -> None:
        self.problems = problems
        self.told = told
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
    return parse_plan_body(body, source)


def parse_plan_json(payload: bytes | str, source: str = "plan") -> Plan:
    """A plan from its canonical JSON.

    Raises:
        PlanError: it has mistakes.
    """
    try:
        return Plan.model_validate_json(payload)
    except ValidationError as e:
        raise _refused(problems_of(e, {}), source) from e


def parse_plan_body(body: dict[str, Any], source: str = "plan") -> Plan:
    """A plan from what a file or a page holds.

    Raises:
        PlanError: it has mistakes.
    """
    try:
        return Plan.model_validate(body)
    except ValidationError as e:
        raise _refused(problems_of(e, body), source) from e


def _refused(problems: tuple[PlanProblem, ...], source: str) -> PlanError:
    return PlanError(tuple(f"{source}: {problem.en}" for problem in problems), problems)
