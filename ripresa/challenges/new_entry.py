"""A small entry to begin with: a package that runs as it is, with its test."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING
from uuid import uuid4

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CHALLENGE_OF", "KINDS", "write_entry"]

CHALLENGE_OF = {"algorithm": "joint-angle", "wearable": "wearables", "game": "games"}
KINDS = tuple(CHALLENGE_OF)
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def write_entry(name: str, kind: str, parent: Path) -> list[Path]:
    """Write the package `name` of that kind into a folder of that name; returns its files.

    Raises:
        ConfigurationError: the name or the kind is none, or the folder is there already.
    """
    if kind not in KINDS:
        raise ConfigurationError(f"no kind {kind!r}; there are: {', '.join(KINDS)}")
    if not NAME.fullmatch(name) or len(name) > 40:
        raise ConfigurationError(
            f"name {name!r}: lower-case letters, digits and single hyphens, beginning with a letter"
        )
    folder = parent / name
    if folder.exists():
        raise ConfigurationError(f"{folder} is there already: choose another name")
    module = name.replace("-", "_")
    words = {"name": name, "module": module, "title": name.replace("-", " ").capitalize()}
    words["camel"] = "".join(part.capitalize() for part in name.split("-"))
    words |= {"uuid": str(uuid4()), "data_uuid": str(uuid4())}
    written = []
    try:
        (folder / module).mkdir(parents=True)
        templates = files("ripresa.challenges").joinpath("templates", kind)
        for template in sorted(templates.iterdir(), key=lambda file: file.name):
            own = template.name.removesuffix(".in")
            beside = own.startswith("test_") or own == "pyproject.toml"
            named = own.replace("test_entry", f"test_{module}")
            file = folder / named if beside else folder / module / named
            file.write_text(
                Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8"
            )
            written.append(file)
        init = folder / module / "__init__.py"
        init.touch()
    except OSError as e:
        raise ConfigurationError(f"cannot write {folder}: {e.strerror}") from e
    return [*written, init]
