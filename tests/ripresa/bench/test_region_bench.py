"""A region's homes lose nothing and are stored once, whatever is killed."""

import pytest

from needs import missing, need_program
from ripresa.bench.region.region_bench import bench_region
from ripresa.region.local_nodes import find_nats_server


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_a_small_region_loses_nothing_and_stores_nothing_twice(tmp_path):
    if find_nats_server() is None:
        missing("nats-server is not installed")
    need_program("openssl")
    figures = bench_region(tmp_path, homes=4, rounds=1)
    assert (figures["lost"], figures["duplicates"]) == (0, 0)
    assert figures["kills"] >= 1
    assert figures["cpu_s.16"] > 0
