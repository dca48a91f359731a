"""The measurements run and keep their account; how fast is not tested."""

import pytest

from edge.rehearsal.gateway_bench import bench_clock, bench_edge, soak

pytestmark = pytest.mark.slow


def test_a_short_soak_balances():
    figures = soak(seconds=30, speed=30, wearables=2)
    assert figures["emitted"] == figures["stored"] == 2 * 30 * 60
    assert figures["declared_lost"] == figures["undeclared_lost"] == figures["out_of_order"] == 0


def test_the_gateways_cost_is_told_by_part():
    figures = bench_edge(seconds=0.5, notifications=300)
    parts = [v for name, v in figures.items() if name.startswith("cpu_us.")]
    assert len(parts) == 4
    assert figures["notifications_per_s"] > 0
    assert figures["publish_latency_ms.p99"] >= figures["publish_latency_ms.p50"] > 0


def test_the_clocks_figures_are_told_by_rate_and_skew():
    assert len(bench_clock(seconds=60)) == 3
