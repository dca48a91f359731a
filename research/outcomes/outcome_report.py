"""One report over all that was run: wearables, algorithms and games side by side.

The four dimensions come in their order. In each stands how every topic stands for every entry, then
the figures with their populations. With a call it says for each entry which gate it passes, and
what is missing at the others. There is no score over all.
"""

from __future__ import annotations

import base64
import html
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from research.challenges.challenge import Section, told_value
from research.challenges.challenge_report import (
    STYLE,
    WATERMARK,
    draw,
    in_a_cell,
    plain,
    write_bytes,
)
from research.challenges.dimensions import TOPICS, Standing

from .call import GATES
from .gates import gate_outcome
from .pictures import case_plots

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .call import Call
    from .gates import GateOutcome
    from .result_file import ChallengeResult, Measured

__all__ = ["OutcomeReport"]

SIGNS = {
    Standing.HERE: "●",
    Standing.ELSEWHERE: "◐",
    Standing.DECLARED: "○",
    Standing.MISSING: "–",
}
"""Before the words, so that a page is taken in at a glance; told by form, not by colour."""
MOST_FAULTS = 3


@dataclass(frozen=True, slots=True)
class OutcomeReport:
    """What some runs came to.

    Attributes:
        results: of the runs.
        call: to hold them against; None: nobody called.
    """

    results: Sequence[ChallengeResult]
    call: Call | None = None

    @property
    def entries(self) -> list[str]:
        """All that were scored, in the order in which they appear."""
        return list(dict.fromkeys(e for r in self.results for e in r.entries))

    def gates(self) -> list[GateOutcome]:
        """By entry, what the call comes to; none without a call."""
        if self.call is None:
            return []
        return [gate_outcome(self.call, self.results, entry) for entry in self.entries]

    def as_json(self) -> str:
        """The report for machines; the same input, the same bytes."""
        whole = {
            "entries": {
                entry: {
                    "kind": self._kind(entry),
                    "challenges": [r.challenge for r in self._of(entry)],
                    "dimensions": self._dimensions(entry),
                    "faults": {r.challenge: r.faults(entry) for r in self._of(entry)},
                    "figures": [
                        {
                            "challenge": r.challenge,
                            "dimension": f.section,
                            "figure": f.name,
                            "key": f.key,
                            "value": f.value,
                            "unit": f.unit,
                            "population": f.population,
                        }
                        for r in self._of(entry)
                        for f in r.figures
                        if f.entry == entry
                    ],
                }
                for entry in self.entries
            },
            "call": None if self.call is None else self.call.model_dump(mode="json"),
            "gates": [outcome.as_json() for outcome in self.gates()],
            "populations": {r.challenge: r.population for r in self.results},
            "kept_apart": {r.challenge: r.whole.get("kept_apart", {}) for r in self.results},
        }
        return json.dumps(plain(whole), indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    def write(self, path: Path) -> None:
        """Write it: JSON, Markdown (plots beside it) or one HTML file, by the path's ending.

        Raises:
            ConfigurationError: the file cannot be written.
        """
        if path.suffix == ".json":
            write_bytes(path, self.as_json().encode())
            return
        plots = [(plot.title, draw(plot)) for r in self.results for plot in case_plots(r)]
        drawn = [(title, picture) for title, picture in plots if picture is not None]
        if path.suffix == ".md":
            names = []
            for number, (title, picture) in enumerate(drawn, 1):
                file = path.with_name(f"{path.stem}-{number}.png")
                write_bytes(file, picture)
                names.append((title, file.name))
            write_bytes(path, self._markdown(names).encode())
        else:
            pictures = [
                (title, f"data:image/png;base64,{base64.b64encode(picture).decode()}")
                for title, picture in drawn
            ]
            write_bytes(path, self._html(pictures).encode())

    # What is told, as a heading with tables of texts; both forms are made of it.

    def _told(self) -> list[tuple[str, list[str], list[list[list[str]]]]]:
        """Headings, each with paragraphs and tables; a table's first row is its head."""
        told: list[tuple[str, list[str], list[list[list[str]]]]] = []
        if self.call is not None:
            told.append(self._told_call(self.call))
        for number, section in enumerate(Section, 1):
            tables = [self._standing_table(section), self._figure_table(section)]
            told.append((f"{number}. {section.value}", [], [t for t in tables if len(t) > 1]))
        told.append(("What was not answered", self._faults(), []))
        told.append(("On whom, and how", self._conditions(), []))
        return told

    def _told_call(self, call: Call) -> tuple[str, list[str], list[list[list[str]]]]:
        words = [
            f"Needed: {call.need}",
            f"For: {call.people}",
            f"What may go wrong: {call.harm}",
            f"Called by: {call.owner}",
        ]
        table = [["entry", "passes", *(f"missing: {gate}" for gate in GATES)]]
        table += [
            [o.entry, o.reached, *("; ".join(o.missing[gate]) or "nothing" for gate in GATES)]
            for o in self.gates()
        ]
        return f"The call: {call.name}", words, [table]

    def _standing_table(self, section: Section) -> list[list[str]]:
        topics = [t for t in TOPICS if t.section is section]
        table = [["entry", "kind", *(t.question for t in topics)]]
        for entry in self.entries:
            held = {t["topic"]: t for t in self._dimensions(entry)[section.value]}
            cells = []
            for topic in topics:
                standing = Standing(held[topic.key]["standing"])
                said = "; ".join(held[topic.key]["told"])
                cells.append(f"{SIGNS[standing]} {standing}" + (f": {said}" if said else ""))
            table.append([entry, self._kind(entry), *cells])
        return table

    def _figure_table(self, section: Section) -> list[list[str]]:
        """Figure by figure, the best entry first, where one direction is better."""
        table = [["figure", "entry", "value", "measured on"]]
        for result in self.results:
            held = [f for f in result.figures if f.section == section.value]
            for name in dict.fromkeys((f.name, f.population) for f in held):
                ranked = sorted((f for f in held if (f.name, f.population) == name), key=_rank)
                for f in ranked:
                    value = "not available" if f.value is None else told_value(f.value, f.unit)
                    table.append([f.name, f.entry, value, f.population])
        return table

    def _faults(self) -> list[str]:
        told = []
        for result in self.results:
            for entry in result.entries:
                faults = result.faults(entry)
                if faults:
                    some = "; ".join(f"{c}: {w}" for c, w in list(faults.items())[:MOST_FAULTS])
                    of = len(result.rows(entry))
                    told.append(f"{entry}: {len(faults)} of {of} cases of {result.title} ({some})")
        return told or ["Nothing: every entry answered every case."]

    def _conditions(self) -> list[str]:
        told = [f"{r.title}: {r.population}." for r in self.results]
        for result in self.results:
            apart = result.whole.get("kept_apart", {})
            told += [f"{entry} ran in: {cage}." for entry, cage in sorted(apart.items())]
        return told

    def _markdown(self, pictures: Sequence[tuple[str, str]]) -> str:
        lines = ["# What was entered, and what stands behind it", "", f"*{WATERMARK}*"]
        for heading, words, tables in self._told():
            lines += ["", f"## {heading}", ""]
            lines += [f"- {in_a_cell(text)}" for text in words]
            for head, *rows in tables:
                lines += ["", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
                lines += ["| " + " | ".join(map(in_a_cell, row)) + " |" for row in rows]
        if pictures:
            lines += ["", "## Pictures", ""]
            lines += [f"![{title}]({name})" for title, name in pictures]
        return "\n".join(lines) + "\n"

    def _html(self, pictures: Sequence[tuple[str, str]]) -> str:
        say = html.escape
        parts = [
            "<!doctype html><html lang=en><meta charset=utf-8>",
            f"<title>Challenge report</title><style>{STYLE}</style>",
            "<h1>What was entered, and what stands behind it</h1>",
            f"<p class=mark>{WATERMARK}</p>",
        ]
        for heading, words, tables in self._told():
            parts.append(f"<h2>{say(heading)}</h2>")
            parts += [f"<p>{say(text)}</p>" for text in words]
            for head, *rows in tables:
                parts.append("<table><tr>" + "".join(f"<th>{say(h)}</th>" for h in head) + "</tr>")
                parts += [
                    "<tr>" + "".join(f"<td>{say(cell)}</td>" for cell in row) + "</tr>"
                    for row in rows
                ]
                parts.append("</table>")
        if pictures:
            parts.append("<h2>Pictures</h2>")
            parts += [f'<p><img alt="{say(title)}" src="{data}"></p>' for title, data in pictures]
        return "\n".join(parts) + "\n"

    def _of(self, entry: str) -> list[ChallengeResult]:
        return [r for r in self.results if entry in r.entries]

    def _kind(self, entry: str) -> str:
        return str(self._of(entry)[0].whole["about"][entry]["kind"])

    def _dimensions(self, entry: str) -> dict[str, list[dict[str, Any]]]:
        """How every topic stands, the strongest of all runs."""
        order = list(Standing)
        best: dict[str, list[dict[str, Any]]] = {}
        for section in Section:
            best[section.value] = []
            for topic in TOPICS:
                if topic.section is not section:
                    continue
                told = [
                    t
                    for r in self._of(entry)
                    for t in r.whole["about"][entry]["dimensions"][section.value]
                    if t["topic"] == topic.key
                ]
                best[section.value].append(
                    min(told, key=lambda t: order.index(Standing(t["standing"])))
                )
        return best


def _rank(figure: Measured) -> tuple[bool, float]:
    """What is not available comes last; without a direction all stay in their order."""
    if figure.value is None:
        return True, 0.0
    return False, {"lower": 1.0, "higher": -1.0}.get(figure.better, 0.0) * figure.value
