"""A home reminds once on a planned day, keeps quiet when it should, and tells of it afterwards."""

import asyncio
import os
from datetime import UTC, datetime, time
from types import SimpleNamespace

import pytest

from games.persuasion.reminders import TEXT, VARIANT, notify
from ripresa.home.reminding import Reminding
from ripresa.platform.configuration import Folder
from telemetry.messages.requests import NotePrompt
from therapy.plan.persuasion import Persuasion, Reminders
from therapy.plan.plan_file import sample_plan

DAY = (2026, 3, 4)


class Clock:
    def __init__(self, hour):
        self.hour = hour

    def now_ns(self):
        return int(datetime(*DAY, self.hour, 30, tzinfo=UTC).timestamp() * 1e9)


class Journal:
    def __init__(self):
        self.days = []

    def sessions(self, **_):
        return [SimpleNamespace(day=day) for day in self.days]


class Home:
    """As much of a home at work as reminders need; 10:00 UTC is 11:00 in Rome."""

    def __init__(self, folder, hour=10, **wanted):
        plan = sample_plan()
        persuasion = Persuasion(reminders=Reminders(**wanted))
        self.plan = plan.model_copy(update={"persuasion": persuasion, "time_zone": "Europe/Rome"})
        self.journal, self.asked = Journal(), []
        self.home = SimpleNamespace(folder=folder, clock=Clock(hour))
        self.box = SimpleNamespace(journal=self.journal, service=SimpleNamespace(session=None))

    def request(self, wish):
        self.asked.append(wish)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path).create()


def shown_by(home, *, works=True, looks=3):
    shown = []

    def show(language):
        shown.append(language)
        return works

    reminding = Reminding(home, show=show)
    for _ in range(looks):
        asyncio.run(reminding.look())
    return shown


def test_one_reminder_comes_on_a_planned_day_and_no_second_after_a_restart(folder):
    home = Home(folder)
    assert shown_by(home) == [home.plan.language]
    assert shown_by(home) == []


@pytest.mark.parametrize(
    "home",
    [
        {"hour": 3},
        {"hour": 21, "at": time(9)},
        {"on": False},
        {"at": time(18)},
    ],
    ids=["before its time", "quiet hours", "switched off", "later today"],
)
def test_it_keeps_quiet(folder, home):
    assert shown_by(Home(folder, **home)) == []


def test_who_has_done_therapy_today_or_withdrew_is_not_reminded(folder):
    home = Home(folder)
    home.journal.days.append("2026-03-04")
    assert shown_by(home) == []
    home.journal.days.clear()
    folder.withdrawn.touch()
    assert shown_by(home) == []


def test_where_the_desktop_offers_no_notifier_nothing_is_said_nor_told(folder, caplog):
    home = Home(folder)
    assert len(shown_by(home, works=False)) == 1
    home.box.service.session = "01J00000000000000000000001"
    shown_by(home)
    assert home.asked == []
    assert caplog.text == ""


def test_the_session_that_follows_tells_of_it_once_with_its_variant(folder):
    home = Home(folder)
    shown_by(home)
    home.box.service.session = "01J00000000000000000000001"
    shown_by(home)
    assert home.asked == [
        NotePrompt(mechanism="reminder", variant=VARIANT, language=home.plan.language)
    ]


def test_a_damaged_note_begins_anew(folder):
    folder.reminder.write_text("[")
    assert len(shown_by(Home(folder))) == 1


@pytest.fixture
def notifier(tmp_path, monkeypatch):
    """A desktop's notifier that writes down what it was told and then does as `does` says."""

    def make(does):
        program = tmp_path / "bin" / "notify-send"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/told"\n{does}\n')
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        return tmp_path / "told"

    return make


def test_the_desktops_notifier_shows_the_text(notifier):
    told = notifier("exit 0")
    assert notify("it")
    assert TEXT["it"] in told.read_text()


def test_a_notifier_that_fails_or_is_missing_is_no_reminder(notifier, monkeypatch):
    notifier("exit 1")
    assert not notify("en")
    monkeypatch.setenv("PATH", "/nowhere")
    assert not notify("en")
