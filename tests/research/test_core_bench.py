"""The bench measures what it says; how fast it is, is not a test's business."""

from __future__ import annotations

from research.core_bench import measure_core


def test_all_four_speeds_are_measured():
    speeds = measure_core(minutes=0.2, rounds=1)
    assert sorted(speeds) == [
        "live_ratio_to_vqf",
        "live_samples_per_s",
        "offline_ratio_to_vqf",
        "offline_realtime_factor",
    ]
    assert all(v > 0 for v in speeds.values())
