"""Measurements: each a function that gives flat `name: value`, found by name."""

from __future__ import annotations

import inspect
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rich.console import Console
from rich.table import Table

from ripresa.platform.broker import broker_beside, find_mosquitto
from ripresa.platform.display import has_display
from telemetry.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BENCHES", "run_bench_command"]

Figures: TypeAlias = dict[str, Any]


def _chain(folder: Path) -> Figures:
    from .chain_bench import bench_chain  # noqa: PLC0415
    from .footprint.home_in_session import bench_home_in_session  # noqa: PLC0415

    return bench_chain() | bench_home_in_session(folder, said=_say)


def _clinic(_: Path) -> Figures:
    from .clinic_bench import bench_clinic  # noqa: PLC0415

    return bench_clinic()


def _clock(_: Path) -> Figures:
    from edge.rehearsal.gateway_bench import bench_clock  # noqa: PLC0415
    from edge.rehearsal.troubled_hours import troubled_hours  # noqa: PLC0415

    troubled = troubled_hours()
    return bench_clock() | {f"troubled_2h.{name}": value for name, value in troubled.items()}


def _cohort(folder: Path, *, minutes: float = 3) -> Figures:
    from .cohort_bench import bench_cohort  # noqa: PLC0415

    return bench_cohort(folder, minutes=minutes, said=_say)


def _core(_: Path) -> Figures:
    from research.core_bench import measure_core  # noqa: PLC0415

    return measure_core()


def _edge(folder: Path) -> Figures:
    from edge.rehearsal.gateway_bench import bench_edge  # noqa: PLC0415
    from ingest.journal.journal import Journal  # noqa: PLC0415
    from telemetry.clock import SystemClock  # noqa: PLC0415

    with broker_beside(folder) as port, Journal.open(folder / "j.sqlite", SystemClock()) as journal:
        return bench_edge(broker_port=port, recorder=journal)


def _faults(folder: Path) -> Figures:
    from .fault_matrix import bench_faults  # noqa: PLC0415

    return bench_faults(folder, said=_say)


def _games(_: Path) -> Figures:
    from games.testing.latency_bench import (  # noqa: PLC0415
        measure_beside_busy_loops,
        measure_latency,
    )

    headless = not has_display()
    figures: Figures = {}
    for name in ("volo", "raccolto", "onda", "orto"):
        figures |= measure_latency(name, headless=headless)
    return figures | measure_beside_busy_loops(headless=headless)


def _ingest(folder: Path) -> Figures:
    from ingest.faults.ingest_bench import bench_ingest  # noqa: PLC0415

    return bench_ingest(folder, mosquitto=find_mosquitto())


def _journey(_: Path) -> Figures:
    from games.testing.journey_bench import bench_journey  # noqa: PLC0415

    return bench_journey(said=_say)


def _kills(folder: Path) -> Figures:
    from ingest.faults.kills import bench_kills  # noqa: PLC0415
    from ripresa.bench.clinic_under_test import clinic_program  # noqa: PLC0415
    from telemetry.clock import SystemClock  # noqa: PLC0415

    program = find_mosquitto()
    if program is None:
        raise ConfigurationError("this measurement kills a broker: install mosquitto")
    clinic = clinic_program(folder / "clinic")
    return bench_kills(folder / "kills", SystemClock(), mosquitto=program, clinic=clinic)


def _memory(folder: Path) -> Figures:
    from .footprint.memory_bench import bench_memory  # noqa: PLC0415

    return bench_memory(folder, said=_say)


def _peers(folder: Path, *, peer: str | None = None) -> Figures:
    from .peers.peer_bench import bench_peers  # noqa: PLC0415

    return bench_peers(folder, peer=peer, said=_say)


def _players(_: Path) -> Figures:
    from games.testing.player_bench import bench_players  # noqa: PLC0415

    return bench_players(said=_say)


def _region(folder: Path, *, homes: int = 1000, seed: int = 1) -> Figures:
    from .region.region_bench import bench_region  # noqa: PLC0415

    return bench_region(folder, homes=homes, seed=seed, said=_say)


def _research(folder: Path, *, minutes: float = 60) -> Figures:
    from .research_bench import bench_research  # noqa: PLC0415

    return bench_research(folder, minutes=minutes, said=_say)


def _siege(folder: Path, *, minutes: float = 10, seed: int = 1) -> Figures:
    from .siege import bench_siege  # noqa: PLC0415

    return bench_siege(folder, minutes=minutes, seed=seed, said=_say)


def _soak(_: Path) -> Figures:
    from edge.rehearsal.gateway_bench import soak  # noqa: PLC0415

    told: list[int] = []

    def said(share: float) -> None:
        tenth = int(10 * share)
        if tenth not in told:
            told.append(tenth)
            _say(f"{10 * tenth} %")

    return soak(said=said)


def _start(folder: Path) -> Figures:
    from .footprint.start_bench import bench_start  # noqa: PLC0415

    return bench_start(folder, said=_say)


def _truth(_: Path) -> Figures:
    from research.truth.truth_bench import measure_truth  # noqa: PLC0415

    return measure_truth(said=_say)


def _web(folder: Path) -> Figures:
    from .web_bench import bench_web  # noqa: PLC0415

    with broker_beside(folder) as port:
        if port is None:
            raise ConfigurationError("this measurement needs a broker: install mosquitto")
        return bench_web(folder, broker_port=port, said=_say)


def _wrong_inputs(_: Path) -> Figures:
    from research.wrong_inputs.wrong_inputs_bench import bench_wrong_inputs  # noqa: PLC0415

    return bench_wrong_inputs(said=_say)


def _say(line: str) -> None:
    Console(stderr=True).print(line)


BENCHES: dict[str, tuple[str, Callable[..., Figures]]] = {
    "chain": ("the demo's chain: latency of each hop, throughput beside its parts alone", _chain),
    "clinic": ("alerts of a simulated clinic against its truth, and the cost of judging", _clinic),
    "clock": (
        "how far wearables' host times come apart in an hour, and in two troubled ones",
        _clock,
    ),
    "cohort": ("a cohort over all cores, and memory over twenty sessions", _cohort),
    "core": ("the signal core beside VQF alone", _core),
    "edge": ("the gateway's own cost for a notification, and what it adds to latency", _edge),
    "faults": ("every fault, 20 seeds each: nothing undeclared lost, nothing twice", _faults),
    "games": ("from sample to frame, and frames a second", _games),
    "ingest": ("the record path beside SQLite and mosquitto alone", _ingest),
    "journey": ("twelve weeks of the way: scenes, success, and who gets how far", _journey),
    "kills": ("100 times kill -9 of home, broker, clinic run: nothing lost, nothing twice", _kills),
    "memory": ("what home, game and a clinic with 40 homes hold, and bytes a sample", _memory),
    "peers": ("Telegraf, LSL, BrainFlow, orientation filters, where they are installed", _peers),
    "players": ("simulated players of the games over 12 weeks", _players),
    "region": ("three brokers, clinics in parts, homes by the thousand, with kills", _region),
    "research": (
        "replay, an hour to BIDS, 10,000 sessions, a cohort's CPU and memory",
        _research,
    ),
    "siege": ("the real clinic, 40 homes and a hostile one, with every part killed", _siege),
    "soak": ("one hour of six virtual wearables: memory, and the account", _soak),
    "start": ("from a start, and from nothing, to the first repetition", _start),
    "truth": ("what is published of simulated people when the premise is wrong", _truth),
    "web": ("the clinic's page on 400 patients x 52 weeks: requests, idle pages, viewers", _web),
    "wrong-inputs": ("inputs that are plausible and false: what is told of them", _wrong_inputs),
}
"""Name: what it measures, and the function; it may write into the folder it is given."""


def _plot_players(figures: Figures, file: Path) -> None:
    from games.testing.player_bench import plot_players  # noqa: PLC0415

    plot_players(figures, file)


PLOTS: dict[str, Callable[[Figures, Path], None]] = {"players": _plot_players}
"""Measurements that are drawn, too."""


def run_bench_command(
    name: str | None,
    json_file: Path | None,
    plots: Path | None = None,
    *,
    minutes: float | None = None,
    seed: int | None = None,
    peer: str | None = None,
    homes: int | None = None,
) -> None:
    """Run one measurement, or list them; print a table, write JSON, draw what can be drawn.

    Args:
        name: of the measurement; None lists them.
        json_file: takes the figures.
        plots: folder for pictures; None: beside the JSON, where some is written.
        minutes: how long, for a measurement that takes it; None: its own.
        seed: of the random numbers, likewise.
        peer: beside which other program, likewise.
        homes: how many, likewise.

    Raises:
        ConfigurationError: no such measurement, or a file cannot be written.
    """
    console = Console()
    if name is None:
        for known, (what, _) in BENCHES.items():
            console.print(f"[bold]{known:10}[/] {what}")
        return
    if name not in BENCHES:
        raise ConfigurationError(f"no measurement {name!r}: there are {', '.join(BENCHES)}")
    what, measure = BENCHES[name]
    given = {
        k: v
        for k, v in (("minutes", minutes), ("seed", seed), ("peer", peer), ("homes", homes))
        if v is not None
    }
    if unknown := given.keys() - inspect.signature(measure).parameters.keys():
        told = " or ".join("second name" if k == "peer" else f"--{k}" for k in sorted(unknown))
        raise ConfigurationError(f"measurement {name} takes no {told}")
    with (
        tempfile.TemporaryDirectory(prefix="ripresa-bench-") as folder,
        console.status(f"measuring {what}"),
    ):
        before = _load()
        figures = measure(Path(folder), **given)
        figures |= {
            "machine.cores": os.cpu_count() or 0,
            "machine.load_before": before,
            "machine.load_after": _load(),
        }
    print_figures(name, figures, console)
    if json_file is not None:
        try:
            json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        except OSError as e:
            raise ConfigurationError(f"{json_file} cannot be written: {e.strerror}") from e
    beside = json_file.parent if json_file is not None else None
    draw, place = PLOTS.get(name), plots or beside
    if draw is not None and place is not None:
        file = _folder(place) / f"{name}.png"
        draw(figures, file)
        console.print(f"plots: {file}")


def _load() -> float:
    """Programs that want a core, mean of the last minute; 0 where the system does not tell."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return 0.0


def _folder(place: Path) -> Path:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise ConfigurationError(f"{place} cannot be written: {e.strerror}") from e
    return place


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
