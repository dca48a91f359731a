"""A session says whether a time service kept the box's clock when it was opened."""

import pytest

from ingest.journal.journal import Journal
from ripresa.session.session_service import SessionService
from telemetry.clock import ManualClock, SystemClock
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from therapy.session.agenda import agenda_of
from therapy.session.session_settings import SessionSettings
from therapy_builders import plan


@pytest.mark.parametrize("kept", [True, False, None])
async def test_what_a_box_stamps_without_a_time_service_is_marked(tmp_path, monkeypatch, kept):
    monkeypatch.setattr(SystemClock, "synchronised", kept)
    assert (await opened_by(SystemClock(), tmp_path)).clock_synchronised is kept


async def test_another_clock_tells_nothing_of_it(tmp_path):
    assert (await opened_by(ManualClock(), tmp_path)).clock_synchronised is None


async def opened_by(clock, folder):
    agreed = plan()
    settings = SessionSettings(
        plan=agreed, site="clinic", agenda=agenda_of(agreed, agreed.day_of(clock.now_ns()))
    )
    with Journal.open(folder / "journal.sqlite", clock) as journal:
        service = SessionService(
            journal,
            LocalBus(),
            HomeTopics("clinic", agreed.patient),
            clock,
            spans=dict,
            last_sample_ns=clock.now_ns,
        )
        session = await service.open(settings)
        return journal.events(session)[0]
