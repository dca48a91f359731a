"""The bench measures what it says; how fast it is, is not a test's business."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ripresa.bench import cohort_bench, research_bench


@pytest.mark.nightly
def test_a_cohorts_cpu_and_memory_are_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(cohort_bench, "SESSIONS", 2)
    monkeypatch.setattr(cohort_bench, "CPU_MINUTES", 0.2)
    figures = cohort_bench.bench_cohort(tmp_path, minutes=0.2, said=lambda _: None)
    assert figures["cohort_cpu_ratio"] > 0.5
    assert figures["memory_most_mb"] > 50
    assert figures["memory_growth_mb_a_session"] < 3


def test_every_figure_is_measured(tmp_path, monkeypatch):
    ran = []

    def runs(command, **_):
        out = Path(command[command.index("--out") + 1])
        assert not out.exists(), "the cohort's folder is one of the replayed sessions'"
        ran.append(command)
        return CompletedProcess(command, 0)

    monkeypatch.setattr(cohort_bench, "CPU_MINUTES", 0.1)
    monkeypatch.setattr(cohort_bench, "SESSIONS", 1)
    monkeypatch.setattr(cohort_bench, "MEMORY_SESSIONS", 6)
    monkeypatch.setattr(cohort_bench.subprocess, "run", runs)
    monkeypatch.setattr(cohort_bench, "_cpu_of_children_s", lambda: float(len(ran)))
    monkeypatch.setattr(research_bench, "MANY", 30)
    monkeypatch.setattr(research_bench, "REPLAYED_MINUTES", 0.2)
    figures = research_bench.bench_research(tmp_path, minutes=0.2, said=lambda _: None)
    assert figures["sessions_journal"] == figures["sessions_archive"] == 30
    assert figures["bids_files"] > 6 * 4
    grown = figures.pop("memory_growth_mb_a_session")
    assert abs(grown) < 10
    assert len(ran) == 2
    assert all(value > 0 for value in figures.values())
