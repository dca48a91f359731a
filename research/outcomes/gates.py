"""How far an entry may go by a call: through which gates, and what is missing at each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from research.challenges.dimensions import Standing

from .call import GATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .call import Call, Gate, LeastFigure
    from .result_file import ChallengeResult, Measured

__all__ = ["GateOutcome", "gate_outcome"]

NO_GATE = "none"


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """What a call comes to for one entry.

    Attributes:
        reached: the last gate that it passes with all before it; `none` before the first.
        missing: by gate, in words.
    """

    entry: str
    reached: str
    missing: Mapping[str, Sequence[str]]

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        missing = {gate: list(told) for gate, told in self.missing.items()}
        return {"entry": self.entry, "reached": self.reached, "missing": missing}


def gate_outcome(call: Call, results: Sequence[ChallengeResult], entry: str) -> GateOutcome:
    """Hold one entry against a call.

    Args:
        call: what is asked.
        results: of the runs in which it was scored; figures count from the call's challenge only.
        entry: its name.
    """
    own = [r for r in results if entry in r.entries]
    on_call = [r for r in own if r.challenge == call.challenge]
    missing: dict[str, list[str]] = {}
    reached, open_so_far = NO_GATE, True
    for name in GATES:
        gate = call.gate(name)
        missing[name] = [
            *_wrong_kind(call, own, entry),
            *_unanswered(gate, on_call, entry),
            *(told for least in gate.figures for told in _short_of(least, on_call, entry)),
            *_badly_founded(gate, own, entry),
        ]
        open_so_far = open_so_far and not missing[name]
        reached = name if open_so_far else reached
    return GateOutcome(entry, reached, missing)


def _wrong_kind(call: Call, results: Sequence[ChallengeResult], entry: str) -> list[str]:
    kinds = {r.whole["about"][entry]["kind"] for r in results} or {"nothing"}
    return [f"a {call.kind} is called for, this is a {k}" for k in sorted(kinds) if k != call.kind]


def _unanswered(gate: Gate, results: Sequence[ChallengeResult], entry: str) -> list[str]:
    rows = sum(len(r.rows(entry)) for r in results)
    faults = sum(len(r.faults(entry)) for r in results)
    if not rows:
        return ["not scored on the call's challenge"]
    percent = 100 * faults / max(rows, faults)
    if percent <= gate.unanswered_percent:
        return []
    return [f"{faults} of {rows} cases without an answer; at most {gate.unanswered_percent:g} %"]


def _short_of(least: LeastFigure, results: Sequence[ChallengeResult], entry: str) -> list[str]:
    figures = [f for r in results for f in r.figures if f.entry == entry and f.key == least.figure]
    if not figures:
        known = sorted({f.key for r in results for f in r.figures if f.key})
        return [f"{least.figure} is not measured; there are: {', '.join(known) or 'no figures'}"]
    return [told for figure in figures if (told := _short(least, figure)) is not None]


def _short(least: LeastFigure, figure: Measured) -> str | None:
    value = figure.value
    told = f"{figure.name} is "
    if value is None:
        return told + "not available"
    told += f"{value:.3g} {figure.unit}".strip()
    if least.at_most is not None and value > least.at_most:
        return f"{told}, at most {least.at_most:g} is asked ({figure.population})"
    if least.at_least is not None and value < least.at_least:
        return f"{told}, at least {least.at_least:g} is asked ({figure.population})"
    return None


def _badly_founded(gate: Gate, results: Sequence[ChallengeResult], entry: str) -> list[str]:
    """Topics that stand worse than is asked, over all runs."""
    missing = []
    for key, least in gate.topics.items():
        stands = [
            Standing(topic["standing"])
            for r in results
            for topics in r.whole["about"][entry]["dimensions"].values()
            for topic in topics
            if topic["topic"] == key
        ]
        best = min(stands, key=list(Standing).index, default=Standing.MISSING)
        if not best.reaches(least):
            missing.append(f"{key} is {best}, has to be {least}")
    return missing
