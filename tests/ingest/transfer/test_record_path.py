"""From the home's journal to the clinic's: all of it, once, in order, acknowledged after commit."""

import asyncio
import random
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import SESSION, STREAM, batch, opened
from ingest.journal.journal import Journal
from ingest.journal.reading import UPLINK
from ingest.transfer.intake import Bar, open_parcel, store_parcels
from ingest.transfer.receiver import Receiver, ReceiverLimits
from ingest.transfer.send_window import WindowLimits
from ingest.transfer.uplink import Uplink
from journals import event_record, item_record, session_opened
from record_path import PATIENCE, TOPICS, contents, running, some_records, until
from telemetry.clock import ManualClock, ScaledClock, SystemClock
from telemetry.messages.record import Ack, Record, RecordKind, decode_block, encode_block
from telemetry.transport.bus import LocalBus, Message
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow


def assert_same(home, clinic):
    assert contents(clinic, home.home) == contents(home, home.home)
    assert clinic.committed(home.home) == home.committed()


async def test_what_is_appended_comes_to_be_at_the_clinic(home, clinic):
    bus, clock = LocalBus(), SystemClock()
    uplink = Uplink(bus, home, TOPICS, clock)
    async with running(Receiver(bus, clinic, clock), uplink):
        await home.append([event_record(session_opened()), item_record(opened())])
        await home.append(some_records(30))
        await uplink.caught_up()
    assert_same(home, clinic)
    status = uplink.status()
    assert (status.backlog, status.resent_samples, status.trouble) == (0, 0, None)
    assert clinic.sessions(patient="p-01")[0].session == SESSION
    assert home.cursor(UPLINK) == home.committed()


async def test_the_acknowledgement_comes_after_the_commit(home, clinic):
    bus, clock = LocalBus(), SystemClock()
    seen = []

    def on_ack(message):
        ack = Ack.decode(message.payload)
        db = sqlite3.connect(clinic.path)
        stored = db.execute("SELECT coalesce(max(position), 0) FROM record").fetchone()[0]
        db.close()
        seen.append((ack.position, stored))

    bus.subscribe(TOPICS.ack, on_ack)
    uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
    async with running(Receiver(bus, clinic, clock), uplink):
        for i in range(10):
            await home.append(some_records(5, first=5 * i))
        await uplink.caught_up()
    assert seen
    assert all(acked <= stored for acked, stored in seen)


async def test_the_broker_may_forget_only_what_is_committed(tmp_path, home):
    await home.append(some_records(1))
    payload = encode_block(home.records(0))
    bus, clock = LocalBus(), SystemClock()
    with Journal.open(tmp_path / "busy.db", clock, busy_timeout_s=0.02) as clinic:
        receiver = Receiver(bus, clinic, clock, limits=ReceiverLimits(pause_s=0.05))
        other = sqlite3.connect(clinic.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        forgotten = []
        async with running(receiver):
            receiver._on_record(
                Message(TOPICS.record, payload, acknowledge=lambda: forgotten.append(1))
            )
            await until(lambda: receiver.counts["busy"] >= 2)
            assert forgotten == []
            assert not bus.published
            other.execute("ROLLBACK")
            await until(lambda: forgotten)
        other.close()
        assert clinic.committed(home.home) == 1


async def test_messages_that_come_close_together_share_one_commit(home, clinic):
    await home.append(some_records(9))
    bus, forgotten, commits = LocalBus(), [], []
    limits = ReceiverLimits(group_s=3600, group_messages=8)
    receiver = Receiver(bus, clinic, SystemClock(), limits=limits)
    clinic._db.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    first, *rest, last = [
        Message(TOPICS.record, encode_block([r]), acknowledge=lambda: forgotten.append(1))
        for r in home.records(0)
    ]
    async with running(receiver):
        receiver._on_record(first)  # a message alone waits for no other
        await until(lambda: forgotten)
        for message in rest:
            receiver._on_record(message)
            await asyncio.sleep(0)
        assert (clinic.committed(home.home), len(forgotten), len(commits)) == (1, 1, 1)
        receiver._on_record(last)
        await until(lambda: len(forgotten) == 9)
    assert len(commits) == 2
    assert_same(home, clinic)


async def test_what_waits_for_company_is_committed_when_none_comes(home, clinic):
    await home.append(some_records(2))
    receiver = Receiver(LocalBus(), clinic, SystemClock(), limits=ReceiverLimits(group_s=0.02))
    async with running(receiver):
        for i, r in enumerate(home.records(0), 1):
            receiver._on_record(Message(TOPICS.record, encode_block([r])))
            await until(lambda i=i: clinic.committed(home.home) == i)


async def test_a_line_that_is_cut_costs_time_only(home, clinic):
    bus, clock = LocalBus(), SystemClock()
    uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
    async with running(Receiver(bus, clinic, clock), uplink):
        await home.append(some_records(20))
        await uplink.caught_up()
        bus.disconnect()
        await home.append(some_records(200, first=20))
        await asyncio.sleep(0.3)
        assert clinic.committed(home.home) == 20
        bus.reconnect()
        await uplink.caught_up()
    assert_same(home, clinic)


class BadLine:
    """A bus that drops, repeats and holds back what passes it, as its dice say."""

    def __init__(self, seed):
        self.inner, self.dice, self.held = LocalBus(), random.Random(seed), []

    connected = True

    def publish(self, topic, payload, *, qos=0, retain=False):
        del qos, retain
        fate = self.dice.random()
        if fate < 0.2:
            return
        if fate < 0.4:
            self.held.append((topic, payload))
            return
        for _ in range(2 if fate < 0.6 else 1):
            self.inner.publish(topic, payload)
        if self.held and fate > 0.8:
            self.dice.shuffle(self.held)
            while self.held:
                self.inner.publish(*self.held.pop())

    def subscribe(self, topic_filter, handler, *, qos=0):
        self.inner.subscribe(topic_filter, handler, qos=qos)

    def on_connect(self, callback):
        self.inner.on_connect(callback)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_drops_repeats_reorders_and_restarts_lose_and_double_nothing(seed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("line")
    clock = ScaledClock.start(20)
    small = WindowLimits(records=30, size_bytes=20_000, patience_s=0.4, max_pause_s=0.8)

    async def scenario():
        dice = random.Random(seed)
        with (
            Journal.open(folder / "home.db", clock) as home,
            Journal.open(folder / "clinic.db", clock) as clinic,
        ):
            for i in range(4):
                bus = BadLine(dice.random())  # a new one: whatever was under way is gone
                uplink = Uplink(bus, home, TOPICS, clock, limits=small)
                async with running(Receiver(bus, clinic, clock), uplink):
                    await home.append(some_records(25, first=25 * i))
                    if i < 3:
                        await asyncio.sleep(dice.random() * 0.05)
                    else:
                        await asyncio.wait_for(uplink.caught_up(), 30)
                assert uplink.status().acked <= clinic.committed(home.home)
            assert_same(home, clinic)
            assert clinic.counts()[RecordKind.MOTION].samples == 500

    asyncio.run(scenario())


async def test_many_homes_are_kept_apart(tmp_path, clinic):
    bus, clock = LocalBus(), SystemClock()
    homes = [Journal.open(tmp_path / f"h{i}.db", ManualClock(10**18 + i)) for i in range(5)]
    uplinks = [Uplink(bus, h, HomeTopics("clinic", f"p-{i}"), clock) for i, h in enumerate(homes)]
    async with running(Receiver(bus, clinic, clock), *uplinks):
        for i, journal in enumerate(homes):
            await journal.append(some_records(3 + i))
        await asyncio.gather(*(u.caught_up() for u in uplinks))
    for i, journal in enumerate(homes):
        assert_same(journal, clinic)
        assert clinic.patient_of(journal.home) == ("clinic", f"p-{i}")
        journal.close()


def stored(journal, topic, payload):
    return store_parcels(journal, [open_parcel(topic, payload)], now_ns=5)


def record(position, body=None, home="01J0000000000000000000H0ME", **more):
    made = item_record(batch(5, first_index=5 * position))
    fields = {"t_ns": 1, "kind": made.kind, "session": SESSION, "stream": STREAM}
    return Record(home=home, position=position, body=body or made.body, **(fields | more))


def test_an_unreadable_message_is_kept_once_with_its_reason(clinic):
    for _ in range(3):
        assert stored(clinic, TOPICS.record, b"\x00garbage").committed == {}
    ((reason, payload),) = clinic.rows("SELECT reason, payload FROM dead_letter")
    assert "record block" in reason
    assert payload == b"\x00garbage"


def test_a_home_that_is_no_ulid_is_unreadable(clinic):
    outcome = stored(clinic, TOPICS.record, encode_block([record(1, home="my home")]))
    assert outcome.committed == {}
    reasons = clinic.rows("SELECT reason FROM dead_letter")
    assert reasons == [("record block: home 'my home' is no ULID",)]


def test_a_rejected_record_keeps_its_position_and_blocks_nobody(clinic):
    records = [record(1), record(2, body=b"\xff\xff"), record(3)]
    outcome = stored(clinic, TOPICS.record, encode_block(records))
    assert list(outcome.committed.values()) == [3]
    assert [p for p, *_ in contents(clinic, records[0].home)] == [1, 3]
    assert clinic.rows("SELECT home, position FROM dead_letter") == [(records[0].home, 2)]


def test_other_content_under_a_stored_position_is_kept_aside_not_lost(clinic):
    stored(clinic, TOPICS.record, encode_block([record(1)]))
    other = item_record(batch(7, first_index=900))
    outcome = stored(clinic, TOPICS.record, encode_block([record(1, body=other.body)]))
    assert outcome.counts["dead_letters"] == 1
    assert contents(clinic, record(1).home)[0][2] == record(1).body


def test_a_home_cannot_write_as_another_patient(clinic):
    stored(clinic, TOPICS.record, encode_block([record(1)]))
    thief = HomeTopics("clinic", "p-02").record
    other = [record(1, t_ns=5), record(2, t_ns=6)]
    stored(clinic, thief, encode_block(other))
    assert clinic.committed(record(1).home) == 1
    named = clinic.home_of("p-02", record(1).home)
    assert named not in (None, record(1).home), "it is a home of its own, under another name"
    assert [r.t_ns for r in clinic.records(0, home=named)] == [5, 6]
    assert clinic.patient_of(record(1).home) == ("clinic", "p-01")
    foreign = event_record(session_opened(patient="p-01"))
    event = record(
        1, home="01J000000000000000000H0ME2", body=foreign.body, kind=RecordKind.EVENT, stream=None
    )
    outcome = stored(clinic, thief, encode_block([event]))
    assert outcome.counts["dead_letters"] == 1
    assert clinic.sessions() == []


def test_who_says_first_that_a_journal_is_theirs_takes_it_from_nobody(clinic):
    thief = HomeTopics("clinic", "p-02").record
    stored(clinic, thief, encode_block([record(1, t_ns=5)]))
    outcome = stored(clinic, TOPICS.record, encode_block([record(1), record(2)]))
    assert outcome.committed == {("clinic", "p-01", record(1).home): 2}, "as its home calls itself"
    mine = clinic.home_of("p-01", record(1).home)
    assert clinic.committed(mine) == 2
    again = stored(clinic, TOPICS.record, encode_block([record(2), record(3)]))
    assert again.counts["duplicates"] == 1
    assert clinic.home_of("p-01", record(1).home) == mine


def test_a_block_beyond_the_next_position_waits_at_its_home(clinic):
    outcome = stored(clinic, TOPICS.record, encode_block([record(3), record(4)]))
    assert outcome.counts["early"] == 2
    assert list(outcome.committed.values()) == [0]
    assert contents(clinic, record(1).home) == []


def test_what_is_barred_is_acknowledged_and_not_stored(clinic):
    parcel = open_parcel(TOPICS.record, encode_block([record(1), record(2)]))
    outcome = store_parcels(clinic, [parcel], now_ns=0, barred=lambda _home, _who: Bar.ERASED)
    assert list(outcome.committed.values()) == [2]
    assert clinic.homes()[1:] == []
    assert outcome.counts["barred"] == 2


async def test_the_receivers_memory_is_bounded(home, clinic):
    await home.append(some_records(40))
    bus, clock = LocalBus(), SystemClock()
    receiver = Receiver(bus, clinic, clock, limits=ReceiverLimits(queue_bytes=4000))
    forgotten = []
    for r in home.records(0):
        message = Message(TOPICS.record, encode_block([r]), acknowledge=lambda: forgotten.append(1))
        receiver._on_record(message)
    assert receiver._queued_bytes <= 4000
    assert receiver.counts["turned_away"] == len(forgotten) > 0
    uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
    async with running(receiver, uplink):
        await uplink.caught_up()
    assert_same(home, clinic)


async def test_a_home_that_is_an_older_copy_says_so_and_sends_nothing(home):
    bus, clock = LocalBus(), SystemClock()
    await home.append(some_records(2))
    uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
    async with running(uplink):
        await until(lambda: bus.published)
        bus.publish(TOPICS.ack, Ack(home=home.home, position=90).encode())
        await until(lambda: uplink.status().trouble)
        assert "older copy" in uplink.status().trouble
        before = len(bus.published)
        await until(lambda: len(bus.published) > before)  # it asks, in case that was a mistake
        bus.publish(TOPICS.ack, Ack(home=home.home, position=1).encode())
        await until(lambda: uplink.status().trouble is None)


async def test_a_clinic_restored_from_an_older_copy_is_filled_up_again(home, clinic, tmp_path):
    clock = SystemClock()
    await home.append(some_records(30))
    bus = LocalBus()
    uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
    async with running(Receiver(bus, clinic, clock), uplink):
        await uplink.caught_up()
    with Journal.open(tmp_path / "restored.db", clock) as restored:
        await home.append(some_records(5, first=30))
        again = Uplink(LocalBus(), home, TOPICS, clock, limits=PATIENCE)
        async with running(Receiver(again._bus, restored, clock), again):
            await again.caught_up()
        assert_same(home, restored)


@pytest.mark.parametrize("payload", [b"", b"{}", b"[1]", b'{"home": "x", "position": 1}'])
async def test_a_malformed_acknowledgement_is_counted_and_changes_nothing(home, payload):
    bus, clock = LocalBus(), SystemClock()
    uplink = Uplink(bus, home, TOPICS, clock)
    async with running(uplink):
        await asyncio.sleep(0.02)
        bus.publish(TOPICS.ack, payload)
        await until(lambda: uplink.status().bad_acks == 1)


async def test_real_broker_killed_and_receiver_cancelled_in_the_middle(home, clinic, mosquitto):
    settings_, clock = MqttSettings(port=mosquitto.port), SystemClock()
    async with (
        MqttBus(settings_, "uplink") as bus,
        MqttBus(settings_, "receiver", manual_ack=True, persistent=True) as clinic_bus,
    ):
        uplink = Uplink(bus, home, TOPICS, clock, limits=PATIENCE)
        async with running(uplink):
            async with running(Receiver(clinic_bus, clinic, clock)):
                await home.append(some_records(100))
                await until(lambda: clinic.committed(home.home) > 20)
                mosquitto.kill()
                await home.append(some_records(100, first=100))
                mosquitto.start()
                await until(lambda: clinic.committed(home.home) > 100)
            await home.append(some_records(100, first=200))
            async with running(Receiver(clinic_bus, clinic, clock)):
                await asyncio.wait_for(uplink.caught_up(), 30)
    assert_same(home, clinic)


def test_a_block_survives_its_wire_form():
    records = [record(1), record(2)]
    assert decode_block(encode_block(records)) == records
