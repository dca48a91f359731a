"""Measurements: each a function that gives flat `name: value`, found by name."""

from __future__ import annotations

import importlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from telemetry.errors import ConfigurationError

from .broker import find_mosquitto

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BENCHES", "run_bench_command"]

Figures = dict[str, float]


def _chain(_: Path) -> Figures:
    from .chain_bench import bench_chain  # noqa: PLC0415

    return bench_chain()


def _core(_: Path) -> Figures:
    figures: Figures = importlib.import_module("research.core_bench").measure_core()
    return figures


def _ingest(folder: Path) -> Figures:
    bench = importlib.import_module("ingest.bench").bench_ingest
    figures: Figures = bench(folder, mosquitto=find_mosquitto())
    return figures


def _players(_: Path) -> Figures:
    console = Console(stderr=True)
    figures: Figures = importlib.import_module("games.player_bench").bench_players(
        said=console.print
    )
    return figures


BENCHES: dict[str, tuple[str, Callable[[Path], Figures]]] = {
    "chain": ("the demo's chain: latency of each hop, throughput beside its parts alone", _chain),
    "core": ("the signal core beside VQF alone", _core),
    "ingest": ("the record path beside SQLite and mosquitto alone", _ingest),
    "players": ("simulated players of the games over 12 weeks", _players),
}
"""Name: what it measures, and the function; it may write into the folder it is given."""


def run_bench_command(name: str | None, json_file: Path | None) -> None:
    """Run one measurement, or list them; print a table, write JSON.

    Raises:
        ConfigurationError: no such measurement, or the file cannot be written.
    """
    console = Console()
    if name is None:
        for known, (what, _) in BENCHES.items():
            console.print(f"[bold]{known:10}[/] {what}")
        return
    if name not in BENCHES:
        raise ConfigurationError(f"no measurement {name!r}: there are {', '.join(BENCHES)}")
    what, measure = BENCHES[name]
    with (
        tempfile.TemporaryDirectory(prefix="ripresa-bench-") as folder,
        console.status(f"measuring {what}"),
    ):
        figures = measure(Path(folder))
    print_figures(name, figures, console)
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        except OSError as e:
            raise ConfigurationError(f"{json_file} cannot be written: {e.strerror}") from e


def print_figures(title: str, figures: Figures, console: Console) -> None:
    """Figures as a table; only ratios are worth comparing between machines."""
    table = Table(title=title, title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for figure, value in figures.items():
        table.add_row(figure, shown(value))
    console.print(table)


def shown(value: object) -> str:
    """A figure as a person reads it: three significant digits, thousands apart."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)
