"""An entry as a challenge meets it: it gets copies, and what goes wrong in it costs one row.

Every answer comes through `GuardedEntry`: inputs are copied for each call, so that an entry that
changes them changes nothing for the next one; whatever it raises becomes `EntryError`, which a
challenge writes into the case's row. An `Isolation` asks the entry in a process of its own.
"""

from __future__ import annotations

import copy
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from telemetry.errors import RipresaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .challenge import Declaration, Entry, EntryKind

__all__ = ["EntryError", "EntryRunner", "FaultRows", "GuardedEntry", "InProcess", "offered"]

FAULTS = (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What an answer of another form than was asked for leads to when it is scored."""


class EntryError(RipresaError):
    """An entry did not answer a case, or not in the form that was asked for."""


class EntryRunner(Protocol):
    """Asks one entry."""

    def ask(self, attribute: str, *args: Any, **named: Any) -> Any:
        """What the entry's function of that name answers.

        Raises:
            EntryError: it did not.
        """
        ...

    def close(self) -> None:
        """End what was started for it."""
        ...


class InProcess:
    """Asks an entry in this process, with copies: for entries that are trusted."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def ask(self, attribute: str, *args: Any, **named: Any) -> Any:
        """See `EntryRunner`."""
        try:
            return getattr(self._entry, attribute)(*copy.deepcopy(args), **copy.deepcopy(named))
        except RipresaError as e:
            raise EntryError(str(e)) from e
        except Exception as e:
            raise EntryError(f"{type(e).__name__}: {e}") from e

    def close(self) -> None:
        """Nothing was started."""


@dataclass(frozen=True, slots=True)
class GuardedEntry:
    """An entry whose functions are asked through a runner.

    Attributes:
        entry: as it was entered.
        runner: asks it.
    """

    entry: Entry
    runner: EntryRunner

    @property
    def name(self) -> str:
        """The entry's."""
        return self.entry.name

    @property
    def challenge(self) -> str:
        """The entry's."""
        return self.entry.challenge

    @property
    def kind(self) -> EntryKind | str:
        """The entry's."""
        return self.entry.kind

    @property
    def declarations(self) -> Sequence[Declaration]:
        """The entry's."""
        return self.entry.declarations

    @property
    def solve(self) -> Callable[..., Any]:
        """Solves one case.

        Raises:
            EntryError: when called, and it does not.
        """
        return lambda *args, **named: self.runner.ask("solve", *args, **named)


def offered(entry: Entry, attribute: str) -> Callable[..., Any] | None:
    """A further function that an entry may have, asked as its `solve` is; None without it."""
    if not isinstance(entry, GuardedEntry):
        function: Callable[..., Any] | None = getattr(entry, attribute, None)
        return function
    offers = getattr(entry.entry, "offers", None)
    if offers is None and getattr(entry.entry, attribute, None) is None:
        return None
    if offers is not None and attribute not in offers:
        return None
    return lambda *args, **named: entry.runner.ask(attribute, *args, **named)


class FaultRows:
    """What went wrong, by entry and case; the run goes on.

    Args:
        notes: gets a line for each.
    """

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes
        self._rows: dict[str, dict[str, str]] = {}

    @contextmanager
    def row(self, entry: Entry, case: str) -> Iterator[None]:
        """What the entry does wrong in here costs this case's row and no other."""
        try:
            yield
        except (RipresaError, *FAULTS) as e:
            told = str(e) if isinstance(e, RipresaError) else f"not the answer asked for ({e})"
            self._rows.setdefault(entry.name, {}).setdefault(case, told)
            self._notes.append(f"{entry.name}: {case}: {told}")

    def of(self, entry: Entry) -> dict[str, dict[str, str]]:
        """For the entry's body: `faults` by case, or nothing where there were none."""
        own = self._rows.get(entry.name)
        return {} if own is None else {"faults": own}
