"""The bench measures what it says; how fast it is, is not a test's business."""

from __future__ import annotations

from analytics.signals import orientation
from research import core_bench
from research.core_bench import measure_core


def test_all_speeds_are_measured():
    speeds = measure_core(minutes=0.2, rounds=1)
    assert sorted(speeds) == [
        "live_joint_lossy_growth",
        *(f"live_joint_lossy_us.sixth_{n}" for n in range(1, 7)),
        "live_joint_samples_per_s",
        "live_ratio_to_vqf",
        "live_samples_per_s",
        "offline_ratio_to_offline_vqf",
        "offline_ratio_to_vqf",
        "offline_realtime_factor",
    ]
    assert all(v > 0 for v in speeds.values())


def test_the_recorded_run_is_held_to_the_calls_that_it_makes(monkeypatch):
    forward, back = [], []
    vqf, offline = orientation.VQF, orientation.offlineVQF

    class Forward(vqf):
        def updateBatch(self, gyr, acc, mag=None):  # noqa: N802 - VQF's own name
            forward.append(len(gyr))
            return super().updateBatch(gyr, acc, mag)

    def looked_back(gyr, *args):
        back.append(len(gyr))
        return offline(gyr, *args)

    acc, gyr = core_bench._raises(30)
    work = core_bench._recorded_work(acc, gyr)
    for module in (orientation, core_bench):
        monkeypatch.setattr(module, "VQF", Forward)
        monkeypatch.setattr(module, "offlineVQF", looked_back)
    work()
    made = sorted(forward), sorted(back)
    forward.clear()
    back.clear()
    core_bench._vqf_as_recorded(acc, gyr)
    assert (sorted(forward), sorted(back)) == made
