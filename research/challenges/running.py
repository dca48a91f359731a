"""How every challenge runs: cases read from a folder, entries solved one by one, progress told."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from telemetry.errors import ConfigurationError

from .challenge import (
    NOT_MEASURED,
    Entry,
    Figure,
    Plot,
    Report,
    ScoringProgress,
    silent,
)
from .entry_guard import EntryRunner, GuardedEntry, InProcess
from .entry_process import EntryProcess, Isolation
from .foreign_entry import ForeignEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["Challenge", "NamedCase", "ProgressMeter", "Scored", "Scoring", "mixed", "read_cases"]


class NamedCase(Protocol):
    """What every case has."""

    @property
    def name(self) -> str:
        """Unique within the run."""
        ...


_Case = TypeVar("_Case")
_Named = TypeVar("_Named", bound=NamedCase)


def read_cases(
    paths: Sequence[Path], read: Callable[[Path], _Case], *, missing: str, kind: str
) -> tuple[list[_Case], list[str]]:
    """The cases that can be read, and what is wrong with the other files.

    Args:
        paths: of the files, in the order in which they are scored.
        read: reads one; raises ConfigurationError where it is none.
        missing: what to say where there are no files.
        kind: what a file should be, e.g. `BROAD trial`.

    Raises:
        ConfigurationError: there are no files, or none of them can be read.
    """
    if not paths:
        raise ConfigurationError(missing)
    cases, notes = [], []
    for path in paths:
        try:
            cases.append(read(path))
        except ConfigurationError as error:
            notes.append(str(error))
    if not cases:
        raise ConfigurationError(f"none of {len(paths)} files is a {kind}; first: {notes[0]}")
    return cases, notes


def mixed(cases: Iterable[_Named]) -> list[_Named]:
    """The same cases in an order that tells nothing of what they are, the same each time.

    An entry keeps its memory from case to case: of right ones first and wrong ones after, one that
    counts would tell them apart, however little it knows of movement.
    """
    return sorted(cases, key=lambda case: hashlib.sha256(case.name.encode()).digest())


class ProgressMeter:
    """Tells how many of all cases of all entries are done.

    Args:
        progress: is told.
        total: cases over all entries and passes.
    """

    def __init__(self, progress: ScoringProgress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def over(self, entry: Entry, cases: Iterable[_Named], of_it: str = "") -> Iterator[_Named]:
        """Each case in turn; one counts as done when the next is asked for."""
        for case in cases:
            yield case
            self.advance(f"{entry.name}: {case.name}{of_it}")

    def advance(self, label: str, cases: int = 1) -> None:
        """So many more are done."""
        self._done += cases
        self._progress(self._done, self._total, label)


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a run was asked for.

    Attributes:
        entries: to be scored; the first one leads the report.
        data: a folder, or the name of a set.
        subjects: only these; None: all.
        progress: is told after each case.
    """

    entries: Sequence[Entry]
    data: str
    subjects: Sequence[int] | None
    progress: ScoringProgress

    def meter(self, cases_of_each: int) -> ProgressMeter:
        """Progress over so many cases of each entry."""
        return ProgressMeter(self.progress, len(self.entries) * cases_of_each)

    def refuse_subjects(self, kind: str) -> None:
        """Say that a case of this kind has no subjects.

        Raises:
            ConfigurationError: some were asked for.
        """
        if self.subjects:
            raise ConfigurationError(f"a {kind} has no subjects: leave --subjects out")

    def cases(
        self, ending: str, read: Callable[[Path], _Case], *, kind: str, otherwise: str
    ) -> tuple[list[_Case], list[str]]:
        """The cases in the folder, of a kind that knows no subjects; see `read_cases`.

        Args:
            ending: of the files, e.g. `.mat`.
            read: reads one.
            kind: what a file is, e.g. `BROAD trial`.
            otherwise: what to do where there are none.

        Raises:
            ConfigurationError: there are none, or subjects were asked for.
        """
        self.refuse_subjects(kind)
        paths = sorted(Path(self.data).glob(f"*{ending}"))
        missing = f"no {ending} {kind} in {self.data}: {otherwise}"
        return read_cases(paths, read, missing=missing, kind=kind)


@dataclass(frozen=True, slots=True)
class Scored:
    """What a run came to; `Report` says what the parts are."""

    population: str
    body: Mapping[str, Any]
    figures: Sequence[Figure]
    notes: Sequence[str] = ()
    plots: Sequence[Plot] = ()


class Challenge(ABC):
    """A challenge: its own entries, and how a run is scored."""

    name: str
    title: str

    @abstractmethod
    def entries(self) -> Sequence[Entry]:
        """The entries that ship with the challenge; the first is the product's own."""

    @abstractmethod
    def score(self, scoring: Scoring) -> Scored:
        """Score all entries on all cases.

        Raises:
            ConfigurationError: the data are missing or no case can be read.
        """

    def run(
        self,
        entries: Sequence[Entry],
        data: str,
        *,
        subjects: Sequence[int] | None = None,
        progress: ScoringProgress = silent,
        isolation: Isolation | None = None,
    ) -> Report:
        """Score the entries on the cases in `data` and tell it in a report.

        An entry gets copies and never the truth; what goes wrong in it costs the case's row.

        Args:
            entries: the first one leads the report.
            data: a folder, or the name of a set.
            subjects: only these; None: all.
            progress: is told after each case.
            isolation: limits of the processes in which entries from outside run.

        Raises:
            ConfigurationError: the data are missing or no case can be read; says what and where.
        """
        limits = replace(isolation or Isolation(), withheld=tuple(self.withheld(data)))
        guarded = [GuardedEntry(entry, _runner(entry, limits)) for entry in entries]
        try:
            scored = self.score(Scoring(guarded, data, subjects, progress))
            apart = {e.name: cage for e in guarded if (cage := getattr(e.runner, "cage", ""))}
        finally:
            for entry in guarded:
                entry.runner.close()
        return Report(
            challenge=self.name,
            title=self.title,
            population=scored.population,
            body=scored.body,
            figures=scored.figures,
            entries=entries,
            not_measured=NOT_MEASURED,
            notes=scored.notes,
            plots=scored.plots,
            kept_apart=apart,
        )

    def withheld(self, data: str) -> Sequence[str]:
        """Files and folders that no entry may read: the cases."""
        return [data] if Path(data).exists() else []


def _runner(entry: Entry, limits: Isolation) -> EntryRunner:
    """Entries from outside are asked in processes of their own, our own ones here."""
    if isinstance(entry, ForeignEntry):
        return EntryProcess(entry.place, limits)
    return InProcess(entry)
