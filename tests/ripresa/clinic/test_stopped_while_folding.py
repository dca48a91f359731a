"""A clinic that is told to stop while it folds for the first time ends after the page in hand."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date

import pytest

from ingest.journal.journal import Journal
from journals import event_record, session_opened
from needs import need_program
from ripresa.bench.large_clinic import write_large_clinic
from ripresa.care.care_journal import JournalCareRecord
from ripresa.platform.broker import broker_beside
from ripresa.platform.child import free_port
from telemetry.clock import ManualClock
from telemetry.errors import StoreBusy

NOW_NS = 1_790_000_000_000_000_000


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "c.sqlite", ManualClock(NOW_NS)) as found:
        found.append_now([event_record(session_opened())])
        yield found


class Endless:
    """A journal's records without an end, so that no fold of them ever ends by itself."""

    def __init__(self, journal, monkeypatch):
        self.pages, self.third = 0, threading.Event()
        (arrival,) = journal.told(0)
        self.page = [arrival] * 1000
        monkeypatch.setattr(journal, "told", self.told)

    def told(self, after):
        self.pages += 1
        if self.pages == 3:
            self.third.set()
        return [replace(self.page[0], seq=after + 1)] * 1000


def care_of(journal):
    return JournalCareRecord(journal, lambda _patient, _version: None, ManualClock(NOW_NS))


async def test_the_first_fold_ends_when_its_program_does(journal, monkeypatch):
    endless, care = Endless(journal, monkeypatch), care_of(journal)
    running = asyncio.create_task(care.run())
    asking = asyncio.create_task(asyncio.to_thread(care.worklist))
    assert await asyncio.to_thread(endless.third.wait, 20)
    running.cancel()
    async with asyncio.timeout(20):
        await asyncio.gather(running, return_exceptions=True)
        # A page that waits for the fold is told so, and holds nothing up either.
        with pytest.raises(StoreBusy, match="stop"):
            await asking
        await asyncio.get_running_loop().shutdown_default_executor()


async def test_what_was_stopped_is_folded_whole_when_it_is_started_again(journal, monkeypatch):
    care = care_of(journal)
    with monkeypatch.context() as patch:
        endless = Endless(journal, patch)
        running = asyncio.create_task(care.run())
        assert await asyncio.to_thread(endless.third.wait, 20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    again = asyncio.create_task(care.run())
    async with asyncio.timeout(20):
        while care._seq == 0:
            await asyncio.sleep(0.01)
    again.cancel()
    assert [line.patient for line in care.worklist()] == ["p-01"]


@pytest.mark.nightly
@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
def test_the_real_clinic_ends_soon_after_it_was_told_to(tmp_path, asked_by):
    need_program("mosquitto")
    write_large_clinic(tmp_path / "state", patients=150, weeks=26, last=date(2026, 1, 31))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RIPRESA_")}
    environment |= {"RIPRESA_HOME": str(tmp_path / "state")}
    with broker_beside(tmp_path) as port:
        environment |= {"RIPRESA_MQTT_HOST": "127.0.0.1", "RIPRESA_MQTT_PORT": str(port)}
        command = [sys.executable, "-m", "ripresa", "clinic", "run", "--site", "+"]
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--web-port", str(free_port())], stdout=log, stderr=log, env=environment
            )
        status = tmp_path / "state" / "clinic" / "status.sock"
        while not status.exists():
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.05)
        figures = tmp_path / "state" / "clinic" / "figures"
        assert not list(figures.glob("*")), "the fold was over before it could be stopped"
        process.send_signal(asked_by)
        assert process.wait(timeout=20) == 0
        assert not list(figures.glob("*"))
