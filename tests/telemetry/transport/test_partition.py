"""Partitions share out patients: each has one, wherever it is asked."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.errors import ConfigurationError
from telemetry.transport.bus import LocalBus, Message, topic_matches
from telemetry.transport.partition import PARTITIONS, Partition, hash_of
from telemetry.transport.partitioned_bus import PartitionedBus
from telemetry.transport.topics import HomeTopics, SiteTopics

NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
RECORDS = HomeTopics("+", "+").record
SIZES = st.sampled_from(PARTITIONS)


@pytest.mark.parametrize(
    ("site", "patient", "hashed"),
    # Vectors of the FNV reference: FNV-1a, 32 bits.
    [("a", "", 0xE40C292C), ("fo", "obar", 0xBF9CF968), ("ch", "ongo was here!\n", 0xD49930D5)],
)
def test_a_homes_hash_is_the_published_hash_of_site_and_patient(site, patient, hashed):
    assert hash_of(site, patient) == hashed


@given(site=NAMES, patient=NAMES, size=SIZES)
def test_every_patient_is_held_by_exactly_one_partition(site, patient, size):
    holders = [k for k in range(size) if Partition(k, size).holds(site, patient)]
    assert len(holders) == 1
    for topic in (HomeTopics(site, patient).record, HomeTopics(site, patient).receipt):
        assert [k for k in range(size) if Partition(k, size).takes(topic)] == holders
    assert [k for k in range(size) if Partition(k, size).takes(SiteTopics(site).survey)] == [0]


@given(site=NAMES, patient=NAMES, size=st.sampled_from([1, 2, 4, 8, 16, 32]))
def test_a_clinic_that_is_cut_in_two_shares_its_patients_with_nobody_else(site, patient, size):
    for index in range(size):
        whole = Partition(index, size)
        held = [half.holds(site, patient) for half in whole.halves()]
        assert sum(held) == whole.holds(site, patient)


@given(site=NAMES, patient=NAMES, size=SIZES)
def test_a_broker_that_sorts_sends_a_record_to_the_partition_that_holds_it(site, patient, size):
    topic = HomeTopics(site, patient).record
    sent = Partition.sorted_topic(topic)
    takers = [
        k
        for k in range(size)
        if any(
            topic_matches(wanted, sent)
            for wanted in Partition(k, size, sorted_by_broker=True).filters(RECORDS)
        )
    ]
    assert takers == [k for k in range(size) if Partition(k, size).holds(site, patient)]
    assert Partition.own_topic(sent) == topic == Partition.own_topic(topic)


@pytest.mark.parametrize("text", ["", "1", "2/2", "-1/2", "0/0", "0/3", "0/128", "a/b", "0/2/4"])
def test_what_is_no_partition_is_refused_in_a_sentence(text):
    with pytest.raises(ConfigurationError, match="partition"):
        Partition.parse(text)


@pytest.mark.parametrize(
    ("told", "sorting"), [(False, False), (True, True), (True, False)], ids=str
)
def test_a_partitioned_bus_brings_its_own_and_acknowledges_what_it_leaves_out(told, sorting):
    async def both() -> tuple[list[str], list[str], int]:
        bus, acknowledged = LocalBus(), []
        taken: list[list[str]] = [[], []]
        for index in (0, 1):
            part = PartitionedBus(bus, Partition(index, 2, sorted_by_broker=told))
            part.subscribe(RECORDS, lambda m, i=index: taken[i].append(m.topic))
        for number in range(40):
            topic = HomeTopics("milano", f"p-{number}").record
            sent = Partition.sorted_topic(topic) if sorting else topic
            message = Message(sent, b"", acknowledge=lambda: acknowledged.append(1))
            for wanted, handler in bus._handlers:
                if topic_matches(wanted, sent):
                    handler(message)
        return taken[0], taken[1], len(acknowledged)

    first, second, acknowledged = asyncio.run(both())
    assert sorted(first + second) == sorted(
        HomeTopics("milano", f"p-{n}").record for n in range(40)
    )
    assert first
    assert second
    assert acknowledged == (0 if sorting else 40)
