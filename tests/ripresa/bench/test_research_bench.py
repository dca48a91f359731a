"""The bench measures what it says; how fast it is, is not a test's business."""

from __future__ import annotations

from ripresa.bench import research_bench


def test_every_figure_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(research_bench, "MANY", 30)
    monkeypatch.setattr(research_bench, "REPLAYED_MINUTES", 0.2)
    figures = research_bench.bench_research(tmp_path, minutes=0.2, said=lambda _: None)
    assert figures["sessions_journal"] == figures["sessions_archive"] == 30
    assert figures["bids_files"] > 6 * 4
    assert all(value > 0 for value in figures.values())
