"""Entries from outside, known to the scorer by what their own process tells of them.

An installed package names its entry under the group `ripresa.challenges`; a folder that is not
installed names it the same way in its `pyproject.toml`. Nothing of it is imported here: code that
ran in the scorer could read the truth, or change how it scores.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from telemetry.errors import ConfigurationError

from .challenge import ENTRY_POINT_GROUP, Declaration, EntryKind, Section

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EntryPlace", "ForeignEntry", "entry_told", "folder_places", "installed_places"]

MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where an entry is.

    Attributes:
        point: name of the entry point.
        value: module and attribute, `my_filter.entry:ENTRY`.
        folders: to look for the module in, besides where programs lie.
    """

    point: str
    value: str
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignEntry:
    """An entry that is asked in a process of its own only.

    Attributes:
        offers: names of its further functions.
        place: where its process finds it.
    """

    name: str
    challenge: str
    kind: EntryKind
    description: str
    declarations: tuple[Declaration, ...]
    offers: frozenset[str]
    place: EntryPlace

    @property
    def solve(self) -> Callable[..., Any]:
        """Never called here.

        Raises:
            ConfigurationError: when called.
        """
        return self._elsewhere

    def _elsewhere(self, *_args: Any, **_named: Any) -> Any:
        raise ConfigurationError(f"{self.name} is asked in a process of its own only")


def installed_places() -> list[EntryPlace]:
    """The entry points of installed packages, by name."""
    found = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda p: p.name)
    return [EntryPlace(point.name, point.value, _editable_folders(point)) for point in found]


def _editable_folders(point: EntryPoint) -> tuple[str, ...]:
    """Where the code of a package lies that was installed editable (PEP 610)."""
    told = None if point.dist is None else point.dist.read_text("direct_url.json")
    try:
        origin = json.loads(told or "{}")
        if not origin.get("dir_info", {}).get("editable"):
            return ()
        return _folders_in(Path(unquote(urlsplit(origin["url"]).path)))
    except (ValueError, KeyError, AttributeError):
        return ()


def _folders_in(project: Path) -> tuple[str, ...]:
    return tuple(str(p.resolve()) for p in (project, project / "src") if p.is_dir())


def folder_places(folder: Path) -> list[EntryPlace]:
    """The entry points that a package's folder declares in its `pyproject.toml`.

    Raises:
        ConfigurationError: there is no such file, it cannot be read, or it declares none.
    """
    file = folder / "pyproject.toml"
    try:
        points = tomllib.loads(file.read_text(encoding="utf-8"))
        points = points["project"]["entry-points"][ENTRY_POINT_GROUP]
        named = sorted((str(name), str(value)) for name, value in points.items())
    except OSError as e:
        raise ConfigurationError(
            f"{file}: {e.strerror}; --from wants the folder that `challenge new` wrote"
        ) from e
    except tomllib.TOMLDecodeError as e:
        raise ConfigurationError(f"{file} is no TOML: {e}") from e
    except (KeyError, AttributeError, TypeError) as e:
        raise ConfigurationError(
            f"{file} declares no entry: it wants a table "
            f'[project.entry-points."{ENTRY_POINT_GROUP}"]'
        ) from e
    return [EntryPlace(name, value, _folders_in(folder)) for name, value in named]


def entry_told(told: Any, place: EntryPlace) -> ForeignEntry:
    """The entry as its process tells of it.

    Raises:
        ConfigurationError: the kind or a section is none; says which there are.
    """
    try:
        kind = EntryKind(told["kind"])
    except ValueError as e:
        kinds = ", ".join(EntryKind)
        raise ConfigurationError(f"kind {told['kind']!r}: there are {kinds}") from e
    if not (told["name"].isprintable() and 0 < len(told["name"].strip()) <= MOST_NAME):
        raise ConfigurationError(f"name {told['name'][:MOST_NAME]!r}: one line of printed letters")
    return ForeignEntry(
        name=told["name"],
        challenge=told["challenge"],
        kind=kind,
        description=told["description"],
        declarations=tuple(_declaration(d) for d in told["declarations"]),
        offers=frozenset(told["offers"]),
        place=place,
    )


def _declaration(told: Any) -> Declaration:
    named = {s.value.lower(): s for s in Section} | {s.name.lower(): s for s in Section}
    section = named.get(told["section"].lower().replace("-", "_")) or named.get(
        told["section"].lower()
    )
    if section is None:
        known = ", ".join(s.value for s in Section)
        raise ConfigurationError(f"no section {told['section']!r}: there are {known}")
    return Declaration(section, told["statement"], told["evidence"], told["people"], told["topic"])
