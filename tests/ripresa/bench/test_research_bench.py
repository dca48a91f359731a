"""The bench measures what it says; how fast it is, is not a test's business."""

from __future__ import annotations

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
    monkeypatch.setattr(research_bench, "bench_cohort", lambda *_, **__: {"cohort_cpu_ratio": 1.0})
    monkeypatch.setattr(research_bench, "MANY", 30)
    monkeypatch.setattr(research_bench, "REPLAYED_MINUTES", 0.2)
    figures = research_bench.bench_research(tmp_path, minutes=0.2, said=lambda _: None)
    assert figures["sessions_journal"] == figures["sessions_archive"] == 30
    assert figures["bids_files"] > 6 * 4
    assert all(value > 0 for value in figures.values())
