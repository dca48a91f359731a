"""A mistake in a plan: where it is, and what to do, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from therapy.wording import ToldError, Wording

from .plan import names_twice

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

__all__ = ["PlanProblem", "problems_of"]

LONGEST_SHOWN = 40
"""Characters: a longer text may be a whole file, or what the person wrote; it is not repeated."""

_TABLES: Final = {
    "items": Wording("esercizio", "item"),
    "calibrations": Wording("calibrazione", "calibration"),
    "neutral_angles": Wording("angolo neutro", "neutral angle"),
    "stop_questions": Wording("domanda di stop", "stop question"),
}
_REMEDIES: Final = {
    "missing": "add it",
    "extra_forbidden": "no such setting, remove it or mend its spelling",
}
_ITALIAN: Final = {
    "missing": "manca: lo aggiunga",
    "extra_forbidden": "impostazione sconosciuta: la tolga",
    "greater_than_equal": "almeno {ge}",
    "greater_than": "più di {gt}",
    "less_than_equal": "al massimo {le}",
    "less_than": "meno di {lt}",
    "int_": "ci vuole un numero intero",
    "float_": "ci vuole un numero",
    "finite_number": "ci vuole un numero",
    "bool_": "ci vuole sì o no",
    "date_": "ci vuole una data",
    "time_": "ci vuole un'ora",
    "literal_error": "scelga uno di {expected}",
    "string_too_short": "scriva qualcosa",
    "string_too_long": "al massimo {max_length} caratteri",
    "string_pattern_mismatch": "solo lettere, cifre, - e _; al massimo 40",
}
"""By pydantic's error type, or the beginning of it."""


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One mistake.

    Attributes:
        path: where, as in the plan's JSON, e.g. `items.1.dose.repetitions`; empty: the whole.
        place: the same as a person counts.
        what: is wrong, and what to do.
    """

    path: str
    place: Wording
    what: Wording

    @property
    def en(self) -> str:
        """Place and what, in English, as commands tell it."""
        return f"{self.place.en}: {self.what.en}" if self.place.en else self.what.en


def problems_of(error: ValidationError, body: dict[str, Any]) -> tuple[PlanProblem, ...]:
    """Every mistake at once.

    Args:
        error: of the plan's validation.
        body: what was validated, from which exercises are named; empty where it is not at hand.
    """
    found = [_problem(detail, body) for detail in error.errors(include_url=False)]
    twice = names_twice(_ids(body))
    if twice and all(problem.what != twice for problem in found):
        # The plan's own check waits until every item is right by itself.
        found.append(PlanProblem("items", Wording("", ""), twice))
    return tuple(found)


def _problem(detail: ErrorDetails, body: dict[str, Any]) -> PlanProblem:
    loc = detail["loc"]
    return PlanProblem(".".join(str(part) for part in loc), _place(loc, body), _what(detail))


def _ids(body: dict[str, Any]) -> list[str]:
    items = body.get("items")
    rows = items if isinstance(items, list) else []
    return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]


def _place(loc: tuple[int | str, ...], body: dict[str, Any]) -> Wording:
    """`item 2 (elbow-bend), dose.repetitions`, counted as people count."""
    it, en, rest = [], [], list(loc)
    if len(rest) > 1 and isinstance(rest[0], str) and isinstance(rest[1], int):
        table, index = rest.pop(0), int(rest.pop(0))
        exercise = _exercise_at(body, table, index)
        called = _TABLES.get(str(table), Wording(str(table), str(table)))
        it.append(f"{called.it} {index + 1}{exercise}")
        en.append(f"{called.en} {index + 1}{exercise}")
    if rest:
        setting = ".".join(str(part) for part in rest)
        it.append(setting)
        en.append(setting)
    return Wording(", ".join(it), ", ".join(en))


def _exercise_at(body: dict[str, Any], table: object, index: int) -> str:
    try:
        exercise = body[str(table)][index]["exercise"]
    except (KeyError, IndexError, TypeError):
        return ""
    return f" ({exercise})"


def _what(detail: ErrorDetails) -> Wording:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        told = context.get("error")
        english = detail["msg"].removeprefix("Value error, ")
        return told.wording if isinstance(told, ToldError) else Wording(english, english)
    given = detail["input"]
    short = isinstance(given, str | int | float | bool) and len(str(given)) <= LONGEST_SHOWN
    shown = f"{given!r}: " if short else ""
    message = (detail["msg"][0].lower() + detail["msg"][1:]).removeprefix("input ")
    english = f"{shown}{message}: {_REMEDIES.get(kind, 'change the value')}"
    italian = next((t for name, t in _ITALIAN.items() if kind.startswith(name)), "valore errato")
    return Wording(f"{shown}{italian.format(**context)}", english)
