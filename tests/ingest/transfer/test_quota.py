"""What one home sends too much of is turned away; the others lose nothing by it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import batch
from ingest.journal.upkeep import check
from ingest.transfer import intake
from ingest.transfer.dead_letters import dead_letters
from ingest.transfer.intake import open_parcel, store_parcels
from ingest.transfer.quota import NS_PER_S, Quota, QuotaLimits
from ingest.transfer.receiver import Receiver
from ingest.transfer.uplink import Uplink
from journals import HOME, item_record
from record_path import PATIENCE, TOPICS, running, some_records, until
from telemetry.clock import SystemClock
from telemetry.messages.record import Record, RecordKind, encode_block
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics

HOSTILE = HomeTopics("clinic", "p-66")
LIMITS = QuotaLimits(bytes_a_second=100, bytes_at_once=1000, bad_a_second=1, bad_at_once=5)


DAY_NS = 86_400 * NS_PER_S


def test_sound_records_have_an_allowance_a_day_beside_the_one_a_second():
    limits, quota, taken = QuotaLimits(), Quota(), []
    size, every_s = 20 << 20, 20  # twice what the rate allows, for five days
    for day in range(5):
        times = range(day * DAY_NS, (day + 1) * DAY_NS, every_s * NS_PER_S)
        taken.append(sum(size for now_ns in times if quota.takes("a", size, now_ns)))
    assert sum(taken) <= limits.bytes_saved + 5 * limits.bytes_a_day
    assert max(taken[-2:]) <= 1.01 * limits.bytes_a_day
    assert taken[0] >= limits.bytes_saved, "a home that was cut off brings what it kept"
    assert quota.turned_away()["a"] > 0


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3 * NS_PER_S)), max_size=60))
def test_no_topic_gets_more_than_its_allowance(messages):
    quota, now_ns, taken = Quota(LIMITS), 0, 0
    for size, pause_ns in messages:
        now_ns += pause_ns
        if quota.takes("a", size, now_ns):
            taken += size
    assert taken <= 1000 + 100 * now_ns / NS_PER_S + 1e-6


def test_what_one_has_spent_is_nobody_elses_and_comes_back_with_time():
    quota = Quota(LIMITS)
    assert quota.takes("a", 1000, 0)
    assert not quota.takes("a", 1, 0)
    assert quota.takes("b", 1000, 0)
    assert quota.takes("a", 100, NS_PER_S)
    assert quota.turned_away() == {"a": 1}


def test_what_was_turned_away_long_ago_is_counted_and_no_longer_told():
    quota = Quota(LIMITS)
    quota.takes("a", 1000, 0)
    assert not quota.takes("a", 1, 0)
    assert quota.turned_lately(600 * NS_PER_S) == {"a": 1}
    assert quota.turned_lately(901 * NS_PER_S) == {}
    assert quota.turned_away() == {"a": 1}


def test_who_sends_what_cannot_be_stored_is_not_even_decoded_after_a_while():
    quota = Quota(LIMITS)
    quota.note_bad("a", 0, 5)
    assert not quota.takes("a", 1, 0)
    assert quota.takes("a", 1, 2 * NS_PER_S)


def test_a_clock_that_goes_back_gives_no_allowance():
    quota = Quota(LIMITS)
    assert quota.takes("a", 1000, 5 * NS_PER_S)
    assert not quota.takes("a", 500, 0)
    assert not quota.takes("a", 500, 5 * NS_PER_S)


async def test_a_flood_of_one_topic_costs_the_others_nothing(home, clinic):
    bus, clock = LocalBus(), SystemClock()
    wide = Quota(QuotaLimits(bad_at_once=5, bad_a_second=0.1))
    receiver = Receiver(bus, clinic, clock, quota=wide)
    uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
    async with running(receiver, uplink):
        for i in range(2000):
            bus.publish(HOSTILE.record, b"junk %d" % i, qos=1)
        await home.append(some_records(30))
        await asyncio.wait_for(uplink.caught_up(), 20)
        await until(lambda: receiver.counts["over_quota"] > 1000)
    assert len(dead_letters(clinic)) <= 600


async def test_a_retained_record_is_dropped_and_cleared(clinic):
    bus, clock = LocalBus(), SystemClock()
    bus.publish(TOPICS.record, b"kept by the broker", qos=1, retain=True)
    receiver = Receiver(bus, clinic, clock)
    async with running(receiver):
        await until(lambda: receiver.counts["retained"] >= 1)
    assert bus.published[-1].payload == b""
    assert dead_letters(clinic) == []


def bad_records(first, count):
    return [
        Record(
            home=HOME, position=first + i, t_ns=0, kind=RecordKind.EVENT, body=b"{%d" % (first + i)
        )
        for i in range(count)
    ]


def test_dead_letters_of_one_patient_are_bounded_and_the_numbers_still_add_up(clinic, monkeypatch):
    monkeypatch.setattr(intake, "LETTERS_A_PATIENT", 10)
    for first in range(1, 101, 20):
        block = encode_block(bad_records(first, 20))
        store_parcels(clinic, [open_parcel(TOPICS.record, block)], now_ns=0)
    assert len(dead_letters(clinic)) == 10
    assert clinic.committed(HOME) == 100
    assert check(clinic.path) == []


@pytest.mark.parametrize("size", [1000, 900_000])
def test_dead_letters_of_one_patient_are_bounded_in_bytes(clinic, size):
    for i in range(600):
        payload = b"%d" % i + b"x" * (size if i % 50 == 0 else 10_000)
        store_parcels(clinic, [open_parcel(HOSTILE.record, payload)], now_ns=0)
    kept = clinic.rows("SELECT sum(length(payload)) FROM dead_letter")[0][0]
    assert kept <= intake.LETTER_BYTES_A_PATIENT


def test_a_patient_has_only_so_many_homes(clinic):
    for i in range(intake.HOMES_A_PATIENT + 5):
        home = f"01J000000000000000000000{i:02}"
        item = item_record(batch(5))
        record = Record(
            home=home, position=1, t_ns=0, kind=item.kind, body=item.body, stream=item.stream
        )
        parcel = open_parcel(TOPICS.record, encode_block([record]))
        store_parcels(clinic, [parcel], now_ns=0)
    assert len(clinic.homes()) == 1 + intake.HOMES_A_PATIENT
