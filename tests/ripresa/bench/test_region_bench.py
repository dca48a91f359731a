"""A region's homes lose nothing and are stored once, whatever is killed."""

import pytest

from ingest.journal.journal import Journal
from ingest.transfer.intake import open_parcel, store_parcels
from needs import missing, need_program
from ripresa.bench.region.region_bench import bench_region
from ripresa.bench.region.sending_home import SendingHome, digest_of
from ripresa.region.local_nodes import find_nats_server
from telemetry.clock import ManualClock
from telemetry.messages.record import encode_block
from telemetry.transport.mqtt import MqttSettings
from telemetry.transport.topics import HomeTopics


def test_what_its_homes_send_is_stored_as_records_and_none_is_a_dead_letter(tmp_path):
    clock = ManualClock(1_795_000_000_123_456_789)
    topics = HomeTopics("region", "p-1")
    home = SendingHome(topics, MqttSettings(), clock)
    for second in range(3):
        home._write(second)
    with Journal.open(tmp_path / "clinic.sqlite", clock) as journal:
        parcel = open_parcel(topics.record, encode_block(home._records))
        store_parcels(journal, [parcel], now_ns=clock.now_ns())
        stored = journal.records(0, home=home.home, limit=100)
    assert digest_of(stored) == home.digest
    assert home.samples == 300


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
