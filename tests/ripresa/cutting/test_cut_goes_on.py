"""Homes send on while their clinic is cut in two, and find whom they send to."""

import asyncio
import contextlib

import pytest

from builders import batch
from ingest.journal.journal import Journal
from ingest.transfer.uplink import Uplink
from journals import event_record, item_record, session_closed, session_opened
from record_path import PATIENCE, contents, until
from ripresa.clinic.clinic import ClinicOptions, run_clinic
from ripresa.cutting.cut import cut_in_two
from ripresa.platform.configuration import Folder
from telemetry.clock import ScaledClock, SystemClock
from telemetry.errors import ConfigurationError
from telemetry.transport.mqtt import MqttBus, MqttSettings
from telemetry.transport.partition import Partition
from telemetry.transport.topics import HomeTopics

pytestmark = pytest.mark.slow

SITE = "clinic"
LOW = next(p for n in range(9) if Partition(0, 2).holds(SITE, p := f"p-{n}"))
HIGH = next(p for n in range(9) if Partition(1, 2).holds(SITE, p := f"p-{n}"))


def options(root, mosquitto, part=Partition()):  # noqa: B008 - frozen
    return ClinicOptions(
        folder=Folder(root).create(),
        broker=MqttSettings(port=mosquitto.port),
        site="+",
        clock=ScaledClock.start(20),
        web_port=0,
        partition=part,
    )


@contextlib.asynccontextmanager
async def clinics(*chosen):
    """Run them, each as it would by itself."""
    tasks = [asyncio.create_task(run_clinic(one)) for one in chosen]
    try:
        yield
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def homes(tmp_path):
    """Two homes, one of each half, with a session each."""
    with contextlib.ExitStack() as stack:
        found = {}
        for number, patient in enumerate((LOW, HIGH)):
            path = tmp_path / patient / "journal.sqlite"
            found[patient] = stack.enter_context(Journal.open(path, SystemClock()))
            session = f"01J0000000000000000000000{number}"
            opened = session_opened(session, patient=patient)
            found[patient].append_now([event_record(opened), event_record(session_closed(session))])
        yield found


def kept(folder, homes):
    """How far each home is stored, by patient."""
    with Journal.open(folder.clinic_journal, SystemClock()) as journal:
        return {
            patient: contents(journal, home.home)
            for patient, home in homes.items()
            if home.home in {known.home for known in journal.homes()}
        }


async def test_homes_that_send_on_lose_nothing_and_are_in_one_half_each(tmp_path, mosquitto, homes):
    first, second = tmp_path / "first", tmp_path / "second"
    whole = options(first, mosquitto)
    async with contextlib.AsyncExitStack() as stack:
        uplinks = {}
        for patient, home in homes.items():
            bus = MqttBus(MqttSettings(port=mosquitto.port), f"uplink-{home.home}")
            topics = HomeTopics(SITE, patient)
            uplinks[patient] = Uplink(bus, home, topics, SystemClock(), limits=PATIENCE)
            await stack.enter_async_context(bus)
            task = asyncio.create_task(uplinks[patient].run())
            stack.callback(task.cancel)

        def all_sent():
            return all(
                uplinks[patient].status().acked == home.committed(home.home)
                for patient, home in homes.items()
            )

        async with clinics(whole):
            await until(all_sent)
        # They go on while nobody answers.
        for number, home in enumerate(homes.values()):
            home.append_now([item_record(batch(5, stream=f"01J0000000000000000000001{number}"))])
        cut_in_two(whole.folder, second, SystemClock())
        with pytest.raises(ConfigurationError, match="--partition 0/2"):
            await run_clinic(whole)
        halves = [
            options(root, mosquitto, Partition(k, 2)) for k, root in enumerate((first, second))
        ]
        async with clinics(*halves):
            await until(all_sent)
    for half, mine in zip(halves, (LOW, HIGH), strict=True):
        found = kept(half.folder, homes)
        assert found == {mine: contents(homes[mine], homes[mine].home)}
        assert len(found[mine]) == 3
