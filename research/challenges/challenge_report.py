"""Write a challenge's report: JSON for machines, Markdown or one HTML file for people."""

from __future__ import annotations

import base64
import html
import io
import json
import math
from typing import TYPE_CHECKING, Any

from telemetry.errors import ConfigurationError

from .challenge import Figure, Plot, Report, Section, told_value
from .dimensions import standings, standings_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .challenge import Entry

WATERMARK = "Research software, not a medical device."
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.6rem 0 1.2rem}
th,td{border-bottom:1px solid #ccc;padding:.25rem .6rem;text-align:left;vertical-align:top}
td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.absent{color:#555}.mark{border:1px solid #888;padding:.3rem .6rem;display:inline-block}
img{max-width:100%}h2{margin-top:2rem}
"""


def to_json(report: Report) -> str:
    """The result as JSON, keys sorted, figures rounded to 1e-6; the same input, the same bytes."""
    whole = {
        "challenge": report.challenge,
        "title": report.title,
        "population": report.population,
        "kept_apart": dict(report.kept_apart),
        "order": [entry.name for entry in report.entries],
        "about": {entry.name: _about(entry, report) for entry in report.entries},
        "notes": list(report.notes),
        "sections": _sections(report),
        **report.body,
    }
    return json.dumps(plain(whole), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write_json(report: Report, path: Path) -> None:
    """Write `to_json`.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    write_bytes(path, to_json(report).encode())


def write_readable(report: Report, path: Path) -> None:
    """Write Markdown (`.md`, plots as PNG files beside it) or one self-contained HTML file.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    if path.suffix == ".md":
        names = []
        for number, plot in enumerate(report.plots, 1):
            picture = draw(plot)
            if picture is not None:
                file = path.with_name(f"{path.stem}-{number}.png")
                write_bytes(file, picture)
                names.append((plot.title, file.name))
        write_bytes(path, to_markdown(report, names).encode())
    else:
        write_bytes(path, to_html(report).encode())


def draw(plot: Plot) -> bytes | None:
    """The plot as PNG, or None where matplotlib (extra `research`) is not installed."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure as Canvas  # noqa: PLC0415
    except ImportError:
        return None
    figure = Canvas(figsize=(9, 4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    plot.draw(axes)
    axes.set_title(plot.title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def to_markdown(report: Report, pictures: Sequence[tuple[str, str]] = ()) -> str:
    """The report as Markdown; `pictures` are (title, file name)."""
    lines = [f"# {report.title}", "", f"*{WATERMARK}*", "", f"Population: {report.population}.", ""]
    lines += [f"- {note}" for note in report.notes]
    for number, section in enumerate(Section, 1):
        lines += ["", f"## {number}. {section.value}", ""]
        measured = [f for f in report.figures if f.section is section]
        if measured:
            lines += [
                "| entry | figure | value | to reach | population |",
                "|---|---|---:|---|---|",
            ]
            lines += [
                f"| {f.entry} | {f.name} | {_value(f)} | {f.target} | {f.population} |"
                for f in measured
            ]
            lines.append("")
        lines += ["| entry | asked | stands as | by |", "|---|---|---|---|"]
        rows = _standing_rows(report, section)
        lines += [f"| {' | '.join(map(in_a_cell, row))} |" for row in rows]
        lines.append("")
        lines += [f"- {text}" for text in _declared(report, section)]
        lines += [f"- not measured here: {text}" for text in report.not_measured.get(section, ())]
    if pictures:
        lines += ["", "## Plots", ""]
        lines += [f"![{title}]({name})" for title, name in pictures]
    return "\n".join(lines) + "\n"


def to_html(report: Report) -> str:
    """The report as one HTML page, plots embedded."""
    say = html.escape
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        f"<title>{say(report.title)}</title><style>{STYLE}</style>",
        f"<h1>{say(report.title)}</h1><p class=mark>{say(WATERMARK)}</p>",
        f"<p>Population: {say(report.population)}.</p>",
    ]
    if report.notes:
        parts.append("<ul>" + "".join(f"<li>{say(n)}</li>" for n in report.notes) + "</ul>")
    for number, section in enumerate(Section, 1):
        parts.append(f"<h2>{number}. {say(section.value)}</h2>")
        measured = [f for f in report.figures if f.section is section]
        if measured:
            heads = ("entry", "figure", "value", "to reach", "population")
            parts.append("<table><tr>" + "".join(f"<th>{h}</th>" for h in heads) + "</tr>")
            parts += [
                f"<tr><td>{say(f.entry)}</td><td>{say(f.name)}</td>"
                f"<td class=number>{say(_value(f))}</td><td>{say(f.target)}</td>"
                f"<td>{say(f.population)}</td></tr>"
                for f in measured
            ]
            parts.append("</table>")
        asked = ("entry", "asked", "stands as", "by")
        parts.append("<table><tr>" + "".join(f"<th>{h}</th>" for h in asked) + "</tr>")
        parts += [
            "<tr>" + "".join(f"<td>{say(cell)}</td>" for cell in row) + "</tr>"
            for row in _standing_rows(report, section)
        ]
        parts.append("</table>")
        rows = [f"<li>{say(text)}</li>" for text in _declared(report, section)]
        rows += [
            f"<li class=absent>not measured here: {say(text)}</li>"
            for text in report.not_measured.get(section, ())
        ]
        parts.append("<ul>" + "".join(rows) + "</ul>" if rows else "")
    for plot in report.plots:
        picture = draw(plot)
        if picture is not None:
            code = base64.b64encode(picture).decode()
            parts.append(f'<p><img alt="{say(plot.title)}" src="data:image/png;base64,{code}"></p>')
    return "\n".join(parts) + "\n"


def in_a_cell(text: str) -> str:
    """A text as it may stand in a cell of a Markdown table."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def _about(entry: Entry, report: Report) -> dict[str, Any]:
    """What an entry is, and what stands behind each topic."""
    return {
        "kind": str(entry.kind),
        "description": getattr(entry, "description", ""),
        "dimensions": standings_json(entry, report.figures),
    }


def _standing_rows(report: Report, section: Section) -> list[tuple[str, str, str, str]]:
    """Entry, topic, what stands behind it, and the words for it."""
    return [
        (entry.name, held.topic.question, held.standing.value, "; ".join(held.told))
        for entry in report.entries
        for held in standings(entry, report.figures)
        if held.topic.section is section
    ]


def _declared(report: Report, section: Section) -> list[str]:
    return [
        f"declared by {entry.name}: {d.statement}" + (f" ({d.evidence})" if d.evidence else "")
        for entry in report.entries
        for d in entry.declarations
        if d.section is section
    ]


def _sections(report: Report) -> dict[str, Any]:
    return {
        section.value: {
            "measured": [
                {
                    "entry": f.entry,
                    "figure": f.name,
                    "value": f.value,
                    "unit": f.unit,
                    "population": f.population,
                    "to_reach": f.target,
                    "key": f.key,
                    "better": f.better,
                    "topic": f.topic,
                }
                for f in report.figures
                if f.section is section
            ],
            "declared": _declared(report, section),
            "not_measured_here": list(report.not_measured.get(section, ())),
        }
        for section in Section
    }


def _value(figure: Figure) -> str:
    if not math.isfinite(figure.value):
        return "not available"
    return told_value(figure.value, figure.unit)


def plain(value: Any) -> Any:
    """JSON types only; NaN and infinity become null, since JSON has neither."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    number = float(value)
    return round(number, 6) if math.isfinite(number) else None


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, and the folders above it.

    Raises:
        ConfigurationError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {path}: {error.strerror}; choose another file"
        ) from error


__all__ = [
    "STYLE",
    "WATERMARK",
    "draw",
    "in_a_cell",
    "plain",
    "to_html",
    "to_json",
    "to_markdown",
    "write_bytes",
    "write_json",
    "write_readable",
]
