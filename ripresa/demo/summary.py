"""What a demo came to: one value, shown as a table and written as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from telemetry.latency import Percentiles
from therapy.exercises.reading import (
    count_reading,
    excursion_reading,
    likeness_reading,
    peak_reading,
)

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "AdherenceFigures",
    "CountDoubt",
    "DemoSummary",
    "LedgerFigures",
    "PeakFigures",
    "RangeFigures",
    "print_summary",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RangeFigures(_Frozen):
    """Range of motion over the item's repetitions, degrees, and what it is of."""

    median: float
    p10: float
    p90: float
    what: str
    band: tuple[float, float] | None = None


class PeakFigures(_Frozen):
    """The median active peak with the angle it started from and its 95 % band, degrees."""

    peak: float
    start: float
    band: tuple[float, float]


class CountDoubt(_Frozen):
    """How sure the count is, and what else was done in the item.

    Attributes:
        low, high: between which the number of repetitions lies in 95 of 100 items.
        attempts: movements of the exercise that stayed far behind.
        other_s: seconds in which something else was done.
        alike: how much neighbouring repetitions resemble each other, 0 to 1.
        judged: whether enough was received to judge how the person moved.
    """

    low: int | None = None
    high: int | None = None
    attempts: int = 0
    other_s: float = 0.0
    alike: float | None = None
    judged: bool = True


class AdherenceFigures(_Frozen):
    """Shares of the plan, 0 to 1; None where unknown."""

    dose: float | None
    range: float | None


class LedgerFigures(_Frozen):
    """Samples, from the virtual wearable's own count to the clinic's journal."""

    emitted: int
    stored: int
    lost: int
    duplicates: int
    resent: int


class DemoSummary(_Frozen):
    """All figures of one demo.

    Attributes:
        peak_deg: None where the zero of the angle is not known.
        count: how sure the repetitions' count is.
        rom_deg: None where the sensors worn cannot see a range; `not_observable` says why.
        latency_ms: real milliseconds of each hop, and from sample to frame.
        live_equals_recorded: whether the live results were those of the recorded run.
        results_hash: names what the recorded run found.
        files: what was kept, by name.
    """

    session: str
    patient: str
    recording: str
    exercise: str
    repetitions: int
    repetitions_prescribed: int
    rom_deg: RangeFigures | None
    peak_deg: PeakFigures | None = None
    count: CountDoubt = CountDoubt()
    not_observable: str | None = None
    adherence: AdherenceFigures
    ledger: LedgerFigures
    live_equals_recorded: bool
    latency_ms: dict[str, Percentiles]
    results_hash: str
    files: dict[str, str]
    population: str = "recording of one healthy adult"


def print_summary(summary: DemoSummary, console: Console) -> None:
    """The summary as a table that a person reads."""
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="What happened", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, text in _rows(summary):
        table.add_row(name, text)
    console.print(table)
    for name, path in summary.files.items():
        console.print(f"{name}: {path}", soft_wrap=True)
    console.print("Research software, not a medical device.", style="dim")


def _rows(s: DemoSummary) -> list[tuple[str, str]]:
    rom, peak, count = s.rom_deg, s.peak_deg, s.count
    ledger = s.ledger
    counted = count_reading(s.repetitions, count.low, count.high).en
    beside = [f"{count.attempts} attempts"] if count.attempts else []
    beside += [f"{count.other_s:.0f} s of other movement"] if count.other_s >= 1 else []
    beside += [] if count.alike is None else [likeness_reading(count.alike).en]
    beside += [] if count.judged else ["quality not judged: too many samples were lost"]
    rows = [
        ("Recording", f"{s.recording}, {s.exercise} ({s.population})"),
        ("Repetitions", f"{counted} of {s.repetitions_prescribed} prescribed"),
        *([("Beside them", "; ".join(beside))] if beside else []),
        *([] if peak is None else [("Peak", peak_reading(peak.peak, peak.start, peak.band).en)]),
        (
            "Range of motion",
            f"not observable: {s.not_observable}"
            if rom is None
            else f"{excursion_reading(rom.median, rom.band).en}, {rom.p10:.0f}° to {rom.p90:.0f}° "
            f"({rom.what})",
        ),
        (
            "Adherence",
            f"dose {_percent(s.adherence.dose)}, range {_percent(s.adherence.range)}",
        ),
        (
            "Samples",
            (
                f"{ledger.emitted} emitted, {ledger.stored} stored at the clinic, "
                f"{ledger.lost} lost, {ledger.duplicates} stored twice, {ledger.resent} sent again"
            ),
        ),
        (
            "Live results",
            "the same as the recorded run's"
            if s.live_equals_recorded
            else "differ from the recorded run's, which count",
        ),
    ]
    rows += [
        (f"Latency, {hop}", f"{p['p50']:.1f} ms median, {p['p95']:.1f} p95, {p['p99']:.1f} p99")
        for hop, p in s.latency_ms.items()
    ]
    return [*rows, ("Results", s.results_hash[:16])]


def _percent(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:.0f} %"
