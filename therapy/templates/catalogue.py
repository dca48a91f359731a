"""The templates that ship with the package, one TOML file each."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Final

from telemetry.errors import ConfigurationError

from .template import PlanTemplate

__all__ = ["TEMPLATE_IDS", "template_named", "templates"]

TEMPLATE_IDS: Final = (
    "stroke-arm",
    "frozen-shoulder",
    "osteoarthritis",
    "knee-replacement",
    "parkinson",
    "copd",
    "heart-failure",
    "multiple-sclerosis",
    "low-back",
    "wrist-fracture",
    "falls-prevention",
    "cancer-fatigue",
)
"""In the order in which they are shown."""


@functools.cache
def templates() -> tuple[PlanTemplate, ...]:
    """All of them, in order."""
    folder = resources.files("therapy.templates").joinpath("data")
    files = (folder.joinpath(f"{name}.toml") for name in TEMPLATE_IDS)
    return tuple(
        PlanTemplate.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        for file in files
    )


def template_named(name: str) -> PlanTemplate:
    """One of them.

    Raises:
        ConfigurationError: there is none of that name.
    """
    for template in templates():
        if template.id == name:
            return template
    raise ConfigurationError(f"no template {name!r}: it is one of {', '.join(TEMPLATE_IDS)}")
