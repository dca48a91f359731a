"""The siege: short, with few homes, and held to every promise of the long one."""

import pytest

from needs import need_program
from ripresa.bench.siege import bench_siege


@pytest.mark.nightly
def test_nothing_that_one_home_sends_costs_the_others_anything(tmp_path):
    need_program("mosquitto")
    need_program("openssl")
    found = bench_siege(tmp_path, minutes=0.5, seed=3, homes=8)
    assert found["payloads"] > 5000
    assert found["process_deaths"] == 0
    assert found["program_restarts"] == 0
    assert found["stuck_after_restart"] == 0
    assert found["honest_lost"] == 0
    assert found["misattributed"] == 0
    assert found["honest_acks"] > 20
    assert found["honest_ack_p99_s"] <= 2
    assert found["disk_growth_mb"] <= 64
    assert found["journal_whole"]
