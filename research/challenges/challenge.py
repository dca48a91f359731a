"""A challenge: entries, scored on cases, told in a report of four sections.

The four sections are the dimensions on which a challenge of an innovation hub is judged: design
and realisation, well-being, clinical effect, sustainability and regulation. Software can measure
part of the first and of the third. What a challenger declares is printed as declared, with its
evidence; what nobody measured is printed as "not measured here". Every figure names the
population it was taken on.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

ENTRY_POINT_GROUP = "ripresa.challenges"


class Section(enum.Enum):
    """One of the four dimensions a challenge is judged on, in the report's order."""

    DESIGN = "Design and realisation"
    WELL_BEING = "Well-being"
    CLINICAL = "Clinical"
    SUSTAINABILITY = "Sustainability and regulation"


class EntryKind(enum.StrEnum):
    """What is entered."""

    WEARABLE = "wearable"
    ALGORITHM = "algorithm"
    GAME = "game"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a challenger says of the entry; printed as said, never as measured here.

    Attributes:
        section: of the report.
        statement: what is said.
        evidence: where that can be read: a DOI, an address.
        people: on whom it was measured, where it was.
        topic: of `dimensions.TOPICS`, which it speaks of.
    """

    section: Section
    statement: str
    evidence: str = ""
    people: str = ""
    topic: str = ""


@runtime_checkable
class Entry(Protocol):
    """What an entry point of the group `ripresa.challenges` must load.

    `challenge` names the challenge it enters (`orientation`, `repetitions`, `joint-angle`);
    `solve` has the signature that this challenge's module documents.
    """

    @property
    def name(self) -> str:
        """Unique within the challenge."""
        ...

    @property
    def challenge(self) -> str:
        """The challenge entered."""
        ...

    @property
    def kind(self) -> EntryKind | str:
        """Wearable, algorithm or game."""
        ...

    @property
    def solve(self) -> Callable[..., Any]:
        """Solves one case."""
        ...

    @property
    def declarations(self) -> Sequence[Declaration]:
        """What the challenger declares."""
        ...


@dataclass(frozen=True, slots=True)
class ChallengeEntry:
    """The plain entry: a name, what it is, the function that solves a case, what is declared."""

    name: str
    challenge: str
    solve: Callable[..., Any]
    kind: EntryKind | str = EntryKind.ALGORITHM
    description: str = ""
    declarations: Sequence[Declaration] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number with its unit and the population it stands for.

    Attributes:
        key: as the result's means name it, where it is one of these.
        better: `lower`, `higher`, or neither by itself.
        topic: of `dimensions.TOPICS`; empty: what its section measures.
    """

    section: Section
    entry: str
    name: str
    value: float
    unit: str
    population: str
    target: str = ""
    key: str = ""
    better: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing made only when a report is written: `draw` gets matplotlib axes."""

    title: str
    draw: Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one run.

    `body` is the machine-readable result, in the form the challenge documents. It holds no time
    and no machine name, so the same input gives the same bytes.
    """

    challenge: str
    title: str
    population: str
    body: Mapping[str, Any]
    figures: Sequence[Figure]
    entries: Sequence[Entry]
    not_measured: Mapping[Section, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    plots: Sequence[Plot] = ()
    kept_apart: Mapping[str, str] = field(default_factory=dict)
    """By entry from outside, in what it ran."""


class ScoringProgress(Protocol):
    """Told after each case how many of how many are done."""

    def __call__(self, done: int, total: int, label: str) -> None:
        """Show it."""
        ...


def silent(done: int, total: int, label: str) -> None:
    """Show no progress."""


NOT_MEASURED: Mapping[Section, tuple[str, ...]] = {
    Section.DESIGN: ("comfort, donning time and fault tolerance in the hands of patients",),
    Section.WELL_BEING: (
        "motivation, burden, trust and enjoyment over weeks of use",
        "ease of use by people with impaired sight, hearing, memory or hands",
    ),
    Section.CLINICAL: (
        "effect on function, pain, adherence or quality of life",
        "agreement with a goniometer in patients",
    ),
    Section.SUSTAINABILITY: (
        "cost of purchase and of care, energy, life span, repair",
        "intended purpose, conformity assessment, data protection impact assessment",
    ),
}
"""What no challenge here can judge by software; a challenge may add to it."""


def told_value(value: float, unit: str) -> str:
    """A figure as it is read: two decimals, or two digits where it is small."""
    small = 0 < abs(value) < 0.1
    return (f"{value:.2g}" if small else f"{value:.2f}") + (f" {unit}" if unit else "")


def select_entries(entries: Iterable[Entry], names: Sequence[str]) -> list[Entry]:
    """The entries of these names, in this order; all of them if no name is given.

    Raises:
        ConfigurationError: two entries share a name, or a name is unknown.
    """
    by_name: dict[str, Entry] = {}
    for entry in entries:
        if entry.name in by_name:
            raise ConfigurationError(f"two challenge entries are named {entry.name!r}: rename one")
        by_name[entry.name] = entry
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise ConfigurationError(
            f"no challenge entry {unknown[0]!r}; there are: {', '.join(sorted(by_name))}"
        )
    return [by_name[name] for name in names] if names else list(by_name.values())


__all__ = [
    "ENTRY_POINT_GROUP",
    "NOT_MEASURED",
    "ChallengeEntry",
    "Declaration",
    "Entry",
    "EntryKind",
    "Figure",
    "Plot",
    "Report",
    "ScoringProgress",
    "Section",
    "select_entries",
    "silent",
    "told_value",
]
