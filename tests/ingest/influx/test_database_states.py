"""Each state of the database is told in one line, once, with what to do, as is its end."""

import dataclasses
import logging

import pytest

from influx_answers import InfluxAnswers
from ingest.influx.admin import set_up
from ingest.influx.answers import DatabaseWaits
from ingest.influx.database_watch import DatabaseWatch, probe
from ingest.influx.followers import influx_followers
from ingest.influx.server import InfluxSettings, InfluxWriter
from journals import receive, whole_session
from telemetry.clock import ManualClock
from telemetry.errors import StoreError
from telemetry.trouble import DATABASE_STATES, TroubleBoard, TroubleKind, words

SETTINGS = InfluxSettings(url="http://127.0.0.1:1", token="-", org="wrong", motion_days=None)  # noqa: S106
TOLD = {
    "token": (TroubleKind.DATABASE_TOKEN, "RIPRESA_INFLUX_TOKEN"),
    "organisation": (TroubleKind.DATABASE_ORG, "RIPRESA_INFLUX_ORG"),
    "bucket": (TroubleKind.DATABASE_BUCKET, "ripresa influx setup"),
    "read only": (TroubleKind.DATABASE_RIGHTS, "write"),
    "write only": (TroubleKind.DATABASE_RIGHTS, "read"),
    "not set up": (TroubleKind.DATABASE_EMPTY, "influx setup"),
}


@pytest.fixture
def server():
    with InfluxAnswers() as answers:
        yield answers


@pytest.fixture
def writer(server):
    with InfluxWriter(dataclasses.replace(SETTINGS, url=server.url)) as made:
        yield made


class Rig:
    """A journal's followers and the watch over them, stepped by hand."""

    def __init__(self, journal, writer, url):
        self.clock, self.board = ManualClock(), TroubleBoard()
        settings = dataclasses.replace(SETTINGS, url=url)
        self.followers = influx_followers(journal, writer, settings, self.clock)
        self.watch = DatabaseWatch(writer, settings, self.followers, self.board, self.clock)

    async def turn(self):
        for follower in self.followers:
            try:
                while follower.step():
                    pass
                follower._error = None
            except StoreError as e:
                follower._error = e
        await self.watch.look()
        await self.clock.advance(20)

    def states(self):
        return [t for t in self.board.all() if t.kind in DATABASE_STATES]


@pytest.fixture
def rig(clinic, writer, server):
    return Rig(clinic, writer, server.url)


@pytest.fixture
def full_rig(clinic, rig):
    receive(clinic, whole_session())
    return rig


@pytest.mark.parametrize("state", TOLD)
async def test_what_is_wrong_is_told_once_though_there_is_nothing_to_write(
    server, rig, caplog, state
):
    server.state = state
    kind, advice = TOLD[state]
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            await rig.turn()
        (trouble,) = rig.states()
        assert trouble.kind is kind
        assert advice in words(trouble, "en")
        assert advice in words(trouble, "it")
        assert len(caplog.records) == 1
        assert server.writes == 0
        server.state = "well"
        await rig.turn()
    assert rig.states() == []
    assert len(caplog.records) == 2
    assert "goes on" in caplog.text


@pytest.mark.parametrize(
    ("state", "kind"),
    [("full", TroubleKind.DATABASE_FULL), ("shut", TroubleKind.DATABASE_SHUT)],
)
async def test_a_full_disk_and_what_it_leaves_behind_are_told_once(
    server, full_rig, caplog, state, kind
):
    server.state = state
    for _ in range(3):
        await full_rig.turn()
    (trouble,) = full_rig.states()
    assert trouble.kind is kind
    assert len(caplog.records) == 1
    server.state = "well"
    await full_rig.turn()
    assert "goes on" in caplog.text
    assert sum(text.startswith("motion,") for text in server.lines) == 100


async def test_nobody_home_and_back_is_told_once_each(clinic, caplog):
    receive(clinic, whole_session())
    with InfluxAnswers() as answers:
        url = answers.url
    with InfluxWriter(dataclasses.replace(SETTINGS, url=url, timeout_s=1)) as away:
        rig = Rig(clinic, away, url)
        for _ in range(3):
            await rig.turn()
        assert [t.kind for t in rig.states()] == [TroubleKind.DATABASE_AWAY]
    assert len(caplog.records) == 1


async def test_a_field_of_another_type_costs_one_call_and_one_line_for_a_batch(
    server, clinic, rig, caplog
):
    receive(clinic, whole_session())
    server.conflict = "acc_x"
    await rig.turn()
    motion, therapy = rig.followers
    assert server.writes <= 2 + therapy.status().points
    assert motion.status().set_aside == 100
    assert clinic.rows("SELECT sum(lines) FROM set_aside") == [(100,)]
    assert sum("sets lines aside" in r.message for r in caplog.records) == 1
    assert [t.figures["lines"] for t in rig.board.all()] == [100]
    assert any(text.startswith("repetition,") for text in server.lines)


@pytest.mark.parametrize("state", ["token", "organisation", "not set up"])
def test_setting_up_says_what_is_wrong_instead_of_that_all_is_there(server, writer, state):
    server.state = state
    settings = dataclasses.replace(SETTINGS, url=server.url)
    with pytest.raises(DatabaseWaits) as told:
        set_up(writer, settings)
    assert told.value.kind is TOLD[state][0]


async def test_asking_writes_nothing_into_a_real_server(influxd):
    bucket = influxd.create_bucket("asked")
    settings = dataclasses.replace(
        SETTINGS,
        url=influxd.url,
        motion_bucket=bucket,
        minutes_bucket=bucket,
        therapy_bucket=bucket,
    )
    with InfluxWriter(settings) as writer:
        probe(writer, settings)
        missing = dataclasses.replace(settings, minutes_bucket="nowhere/kept")
        with pytest.raises(DatabaseWaits, match="nowhere"):
            probe(writer, missing)
    assert "series" not in influxd.command('SHOW SERIES ON "asked"')["results"][0]


async def test_on_a_real_server_a_field_of_another_type_is_set_aside_by_its_own_answer(
    clinic, influxd, caplog
):
    receive(clinic, whole_session())
    bucket = influxd.create_bucket("conflict")
    settings = dataclasses.replace(
        SETTINGS, url=influxd.url, motion_bucket=bucket, therapy_bucket=bucket
    )
    calls = []
    with InfluxWriter(settings) as writer:
        for t_ns in (1_700_000_000, 1_700_000_000 + 7 * 86400):
            writer.write(bucket, b"motion,patient=p-9 acc_x=1i %d" % (t_ns * 10**9))
        write = writer.write
        writer.write = lambda *args: (calls.append(1), write(*args))[1]
        motion, _ = influx_followers(clinic, writer, settings, ManualClock())
        await motion.catch_up()
    assert len(calls) <= 2
    assert motion.status().set_aside == 100
    assert sum("sets lines aside" in r.message for r in caplog.records) == 1
