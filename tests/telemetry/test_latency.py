"""Latencies are real milliseconds, whatever the clock's speed, and memory stays bounded."""

from hypothesis import given
from hypothesis import strategies as st

from telemetry.latency import KEEP, Latencies, percentiles


def test_stamps_of_a_faster_clock_give_real_milliseconds():
    latencies = Latencies(speed=4)
    latencies.add("radio", 0, 40_000_000)
    assert latencies.summary()["radio"]["p50"] == 10.0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300))
def test_percentiles_are_values_in_order(values):
    found = percentiles(values)
    assert found["p50"] <= found["p95"] <= found["p99"]
    assert {round(v, 3) for v in values} >= set(found.values())


def test_nothing_has_no_percentiles():
    assert percentiles([]) is None
    assert Latencies().summary() == {}


def test_a_long_run_keeps_a_bounded_even_sample():
    latencies = Latencies()
    for i in range(5 * KEEP):
        latencies.add("hop", 0, i * 1_000_000)
    assert len(latencies._values_ms["hop"]) < KEEP
    middle = latencies.summary()["hop"]["p50"]
    assert abs(middle - 2.5 * KEEP) < KEEP / 10
