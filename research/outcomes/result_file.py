"""The result of `challenge run`, read back from its JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ChallengeResult", "Measured", "read_result"]

ROWS = ("cases", "trials", "recordings", "sessions")
"""Where the challenges keep an entry's cases."""
TRUE_AND_TOLD = (("truth", "counted"), ("true", "told"), ("done", "count"))
"""Fields of a case whose difference is its error."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of one entry, as the result tells it; `value` None: not available."""

    section: str
    entry: str
    name: str
    key: str
    value: float | None
    unit: str
    population: str
    better: str


@dataclass(frozen=True, slots=True)
class ChallengeResult:
    """One run's result.

    Attributes:
        path: it was read from.
        whole: the JSON.
    """

    path: Path
    whole: Mapping[str, Any]

    @property
    def challenge(self) -> str:
        """Its name."""
        return str(self.whole["challenge"])

    @property
    def title(self) -> str:
        """Its title."""
        return str(self.whole.get("title", self.challenge))

    @property
    def population(self) -> str:
        """On whom it was run."""
        return str(self.whole["population"])

    @property
    def entries(self) -> list[str]:
        """Names of the entries scored, in their order."""
        return [str(name) for name in self.whole["order"]]

    @property
    def figures(self) -> list[Measured]:
        """Every figure."""
        return [
            Measured(
                section,
                told["entry"],
                told["figure"],
                told["key"],
                told["value"],
                told["unit"],
                told["population"],
                told["better"],
            )
            for section, held in self.whole["sections"].items()
            for told in held["measured"]
        ]

    def rows(self, entry: str) -> dict[str, dict[str, float]]:
        """By case, the numbers that the entry came to; a truth beside an answer as their distance.

        Raises:
            ConfigurationError: it was not scored in this run.
        """
        body = self._body(entry)
        held: Any = next((body[key] for key in ROWS if key in body), {})
        if isinstance(held, list):
            held = {row.get("name", str(number)): row for number, row in enumerate(held)}
        return {str(name): _numbers(row) for name, row in held.items()}

    def faults(self, entry: str) -> dict[str, str]:
        """By case, why the entry did not answer it."""
        return dict(self._body(entry).get("faults", {}))

    def _body(self, entry: str) -> Mapping[str, Any]:
        bodies = self.whole["entries"]
        if entry not in bodies:
            known = ", ".join(sorted(bodies))
            raise ConfigurationError(f"{self.path}: no entry {entry!r}; there are: {known}")
        body: Mapping[str, Any] = bodies[entry]
        return body


def read_result(path: Path) -> ChallengeResult:
    """Read what `challenge run --json` wrote.

    Raises:
        ConfigurationError: it cannot be read, or is no such result; says what is missing.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise ConfigurationError(f"{path}: {e.strerror}; `challenge run --json` writes one") from e
    except ValueError as e:
        raise ConfigurationError(f"{path} is no JSON: {e}") from e
    wanted = ("challenge", "population", "order", "about", "sections", "entries")
    missing = [key for key in wanted if not isinstance(whole, dict) or key not in whole]
    if missing:
        raise ConfigurationError(
            f"{path} is no challenge's result: it has no {missing[0]!r}; "
            "`ripresa challenge run ... --json FILE` writes one"
        )
    return ChallengeResult(path, whole)


def _numbers(row: Any) -> dict[str, float]:
    fields = row if isinstance(row, dict) else {"value": row}
    found = {
        key: float(value)
        for key, value in fields.items()
        if isinstance(value, (bool, int, float)) and value is not None
    }
    for true, told in TRUE_AND_TOLD:
        if true in found and told in found:
            found["error"] = abs(found[told] - found[true])
            del found[true], found[told]
    return found
