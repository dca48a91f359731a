"""Who saw what is noted once in a while; who was refused, and what was done, always."""

import asyncio

import pytest

from dashboards.access.trail import AccessTrail
from telemetry.clock import ManualClock
from telemetry.errors import StoreFull


class Log:
    """Takes entries, or is full."""

    def __init__(self):
        self.entries, self.full, self.waiting = [], False, []

    def write(self, deeds):
        if self.full:
            raise StoreFull("no room")
        self.entries += deeds

    def told(self):
        return [(d.actor, d.action, d.patient, d.detail) for d in self.entries]


@pytest.fixture
def scene():
    log, clock = Log(), ManualClock()
    return log, clock, AccessTrail(log.write, clock, waits=log.waiting.append, most=10)


async def test_looks_are_one_entry_in_a_quarter_of_an_hour(scene):
    log, clock, trail = scene
    for _ in range(30):
        trail.note_look("anna", "see-patient", "p-1")
        trail.note_look("anna", "see-patient", "p-2")
        trail.note_look("bruno", "see-patient", "p-1")
        await clock.advance(60)
    await trail.write_held()
    assert len(log.entries) == 3 * 2


async def test_refusals_tell_how_many_there_were(scene):
    log, clock, trail = scene
    for _ in range(7):
        trail.note_refusal("anna", "sign-in", why="wrong password")
    await trail.write_held()
    assert log.told() == [("anna", "refused sign-in", None, "wrong password")]
    await clock.advance(901)
    await trail.write_held()
    assert log.told()[1:] == [("anna", "refused sign-in", None, "wrong password and 6 times more")]


async def test_every_deed_is_an_entry(scene):
    log, _, trail = scene
    for _ in range(3):
        trail.note_deed("anna", "acknowledge", "p-1")
    await trail.write_held()
    assert len(log.entries) == 3


async def test_what_cannot_be_written_is_held_in_order_and_said(scene):
    log, _, trail = scene
    log.full = True
    for n in range(4):
        trail.note_deed("anna", f"{n}")
        await trail.write_held()
    assert log.waiting == [1, 2, 3, 4]
    log.full = False
    await trail.write_held()
    assert [d.action for d in log.entries] == ["0", "1", "2", "3"]
    assert log.waiting[-1] == 0


async def test_what_is_lost_beyond_the_bound_is_counted_and_told(scene):
    log, _, trail = scene
    log.full = True
    for n in range(25):
        trail.note_deed("anna", f"{n}")
    await trail.write_held()
    log.full = False
    await trail.write_held()
    assert len(log.entries) == 10 + 1
    assert log.entries[-1].action == "audit"
    lost = int(log.entries[-1].detail.split()[0])
    kept = [d for d in log.entries if d.actor == "anna"]
    assert lost + len(kept) == 25


async def test_what_is_held_is_written_at_the_end(scene):
    log, _, trail = scene
    running = asyncio.create_task(trail.run())
    await asyncio.sleep(0.05)
    trail.note_deed("anna", "signed out")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [d.action for d in log.entries] == ["signed out"]


async def test_a_clock_that_is_set_back_hides_no_look(scene):
    log, clock, trail = scene
    trail.note_look("anna", "see-patient", "p-1")
    clock._now_ns -= 3600 * 10**9
    trail.note_look("anna", "see-patient", "p-1")
    await trail.write_held()
    assert len(log.entries) == 2


async def test_notes_from_many_threads_are_all_written(scene):
    log, _, _ = scene
    trail = AccessTrail(log.write, ManualClock())

    def note(who):
        for n in range(300):
            trail.note_deed(who, f"{n}")

    noting = [asyncio.create_task(asyncio.to_thread(note, f"user-{n}")) for n in range(4)]
    while not all(task.done() for task in noting):
        await trail.write_held()
        await asyncio.sleep(0)
    await trail.write_held()
    assert len(log.entries) == 4 * 300
