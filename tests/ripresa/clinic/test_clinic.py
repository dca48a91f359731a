"""What the clinic's ledger shows, from what a home told and what is stored."""

import asyncio

import pytest

from ingest.journal.journal import Journal
from journals import event_record
from ripresa.clinic.clinic import ClinicOptions, run_clinic
from ripresa.clinic.ledger_board import LedgerBoard
from ripresa.platform.configuration import Folder
from telemetry.clock import ManualClock
from telemetry.errors import ConfigurationError
from telemetry.messages.events import SessionOpened
from telemetry.messages.notices import LedgerNotice
from telemetry.transport.bus import LocalBus
from telemetry.transport.mqtt import MqttSettings
from telemetry.transport.topics import HomeTopics

NOW_NS = 1_700_000_000_000_000_000
TOPIC = HomeTopics("clinic", "p-1").ledger


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "clinic.sqlite", ManualClock(NOW_NS)) as found:
        opened = SessionOpened(
            session="01J00000000000000000000001",
            number=0,
            t_ns=NOW_NS,
            patient="p-1",
            site="clinic",
            plan_version=1,
            day="2026-01-01",
            posture="standing",
        )
        found.append_now([event_record(opened)])
        yield found


async def told(journal, **counts):
    bus = LocalBus()
    board = LedgerBoard(bus, "clinic", journal, ManualClock(NOW_NS))
    notice = LedgerNotice(gateway="gw", patient="p-1", **counts)
    bus.publish(TOPIC, notice.encode(), qos=1)
    bus.publish(TOPIC, b"{}", qos=1)
    await asyncio.sleep(0.01)
    return board


async def test_what_the_home_counted_stands_beside_what_is_stored(journal):
    board = await told(journal, emitted=100, received=98, declared_lost=2, resent=7, refused=1)
    ledger = board.ledger()
    assert (ledger.emitted, ledger.received, ledger.stored) == (100, 98, 0)
    assert (ledger.lost, ledger.resent) == (2, 7)
    assert ledger.refused == 2, "the home's, and the notice that could not be read"


@pytest.mark.parametrize("offset_s", [-200_000, 0, 3.5])
async def test_the_homes_clock_is_measured_against_the_clinics(journal, offset_s):
    board = await told(journal, home_ns=NOW_NS + round(offset_s * 1e9))
    assert board.ledger().clock_offset_s == pytest.approx(offset_s)
    assert board.heard == {"p-1": NOW_NS}


async def test_without_a_word_from_the_home_only_what_is_stored_is_shown(journal):
    board = LedgerBoard(LocalBus(), "clinic", journal, ManualClock(NOW_NS))
    ledger = board.ledger()
    assert ledger.emitted is None
    assert ledger.clock_offset_s is None


async def test_a_time_zone_that_there_is_not_is_named(tmp_path, mosquitto):
    options = ClinicOptions(
        folder=Folder(tmp_path).create(),
        broker=MqttSettings(port=mosquitto.port),
        site="+",
        clock=ManualClock(NOW_NS),
        time_zone="Mars/Olympus",
    )
    with pytest.raises(ConfigurationError, match="Mars/Olympus"):
        await run_clinic(options)
