"""A core that fails or never returns costs neither recording nor session, and is told."""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import ripresa.session.live_analysis as live
from analytics.core import Core
from analytics.monitoring.done import items_done
from arm_motion import exercise, observe, one_batch, raises, whole_stream
from builders import SESSION, STREAM, T0_NS, session_opened
from ingest.journal.journal import Journal
from ripresa.session import recorded_results
from ripresa.session.live_analysis import LiveAnalysis
from ripresa.session.overrun import Overran, in_thread, interrupted_after
from ripresa.session.plan_folder import PlanFolder
from ripresa.session.recorded_results import results_that_count
from ripresa.session.unfinished import finish_sessions
from telemetry.clock import ManualClock
from telemetry.latency import Latencies
from telemetry.messages.codec import encode_item
from telemetry.messages.events import CloseReason, SessionClosed, encode_event
from telemetry.messages.live import RepetitionCounted, Unfollowed
from telemetry.messages.motion import MotionBatch
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.messages.results import SessionResult
from telemetry.transport.bus import LocalBus
from telemetry.transport.topics import HomeTopics
from therapy.exercises.item_reading import item_reading
from therapy.session.screens import Closed, Ready
from therapy_builders import Session, item, plan

TOPICS = HomeTopics("clinic", "p-1")


def for_ever():
    while True:
        pass


def raising():
    raise ArithmeticError("a slip")


@pytest.fixture(autouse=True)
def looks_often(monkeypatch):
    monkeypatch.setattr("ripresa.session.overrun.LOOK_EVERY_S", 0.02)
    # A watch that runs already may still sleep for as long as it did before.
    monkeypatch.setattr("ripresa.session.overrun._WATCH._runs", False)


def in_the_main_thread(call):
    call()


def in_another_thread(call):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


@pytest.mark.parametrize("where", [in_the_main_thread, in_another_thread])
def test_a_block_that_never_ends_is_interrupted_whatever_thread_it_is_in(where):
    def block():
        with interrupted_after(0.05):
            for_ever()

    with pytest.raises(Overran):
        where(block)


def test_a_block_that_takes_its_interruption_for_its_own_is_interrupted_again():
    def stubborn():
        with contextlib.suppress(Exception):
            for_ever()
        for_ever()

    with pytest.raises(Overran), interrupted_after(0.05):
        stubborn()


def test_a_block_that_has_ended_is_left_alone_ever_after():
    bound, total, end_s = interrupted_after(0.05), 0, time.process_time() + 0.5
    while time.process_time() < end_s:
        with bound:
            total += 1
        total += 1
    assert total % 2 == 0


def test_a_block_that_waits_is_not_interrupted():
    with interrupted_after(0.05):
        time.sleep(0.5)


async def test_a_call_in_a_thread_that_never_ends_is_interrupted_and_the_loop_goes_on():
    turns = 0

    async def turning():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.01)

    beside = asyncio.create_task(turning())
    with pytest.raises(Overran):
        await in_thread(0.2, for_ever)
    beside.cancel()
    assert turns > 1


async def test_a_call_in_a_thread_gives_what_it_gives():
    assert await in_thread(5.0, divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await in_thread(5.0, divmod, 7, 0)


class Faulty(Core):
    """A core that fails where samples of these indices come, and nowhere else."""

    bad = range(0)
    how = staticmethod(raising)

    def take(self, item):
        if isinstance(item, MotionBatch) and item.first_index in self.bad:
            self.how()
        return super().take(item)


@pytest.fixture(params=[raising, for_ever])
def analysis(request, monkeypatch):
    monkeypatch.setattr(live, "Core", Faulty)
    monkeypatch.setattr(live, "CALL_CPU_S", 0.1)
    monkeypatch.setattr(Faulty, "how", staticmethod(request.param))
    made = LiveAnalysis(LocalBus(), TOPICS, ManualClock(T0_NS), observe, Latencies())
    made.told = []
    made.on_live = made.told.append
    return made


def play(analysis, *, sets=1):
    """Sets of eight raises, each an item of its own, packet by packet."""
    one = len(raises(8))
    whole = one_batch(np.tile(raises(8), sets))
    bounds = {}
    for at in range(sets):
        name, place = str(at + 1), at * one
        started, ended = exercise(place + one, from_index=place, item=name, number=2 * at + 1)
        bounds.setdefault(place, []).append(started)
        bounds.setdefault(place + one, []).append(ended)
    analysis.take_event(session_opened())
    for piece in whole_stream(whole, cuts=range(0, len(whole), 12)):
        if isinstance(piece, MotionBatch):
            for event in bounds.get(piece.first_index, []):
                analysis.take_event(event)
        analysis(piece)


def counted(analysis):
    return [m.number for m in analysis.told if isinstance(m, RepetitionCounted)]


@pytest.mark.parametrize("at", [360, 1200, 2004])
def test_one_fault_costs_at_most_the_repetition_in_which_it_happens(analysis, monkeypatch, at):
    monkeypatch.setattr(Faulty, "bad", range(at, at + 1))
    play(analysis)
    numbers = counted(analysis)
    assert 6 <= len(numbers) <= 8
    assert numbers == list(range(1, 1 + len(numbers)))
    assert analysis.failures == 1
    assert not [m for m in analysis.told if isinstance(m, Unfollowed)]


async def test_after_a_fault_the_live_result_is_none_since_it_would_be_a_part(
    analysis, monkeypatch
):
    monkeypatch.setattr(Faulty, "bad", range(1200, 1201))
    play(analysis)
    assert await analysis.result(1) is None


def test_a_core_that_fails_again_and_again_gives_that_item_up_and_says_so_once(
    analysis, monkeypatch
):
    one = len(raises(8))
    monkeypatch.setattr(Faulty, "bad", range(600, one))
    play(analysis, sets=2)
    assert [m.item for m in analysis.told if isinstance(m, Unfollowed)] == ["1"]
    of_the_next = [m for m in analysis.told if isinstance(m, RepetitionCounted) and m.item == "2"]
    assert [m.number for m in of_the_next] == list(range(1, 9))


def test_who_is_followed_no_more_goes_on_with_the_next_exercise_and_reads_why():
    session = Session(plan(item(id="1"), item(id="2"), item(id="3")))
    session.to_exercise()
    assert session.screen.item.id == "1"
    session.happen(Unfollowed(session=SESSION, item="2"))
    assert session.screen.item.id == "1"
    session.happen(Unfollowed(session=session.state.session, item="1"))
    assert isinstance(session.screen, Ready)
    assert session.screen.item.id == "2"
    assert "could not be followed" in session.screen.told.en
    session.ask("exercise.started")
    session.happen(Unfollowed(session=session.state.session, item="2"))
    session.ask("exercise.started")
    session.repeat(100.0, after_s=5)
    session.ask("exercise.ended", reason="tired")
    session.answer()
    assert isinstance(session.screen, Closed)
    assert "could not be followed" not in session.screen.text.en


def test_after_the_last_exercise_the_closing_page_says_it():
    session = Session(plan(item(id="1")))
    session.to_exercise()
    session.happen(Unfollowed(session=session.state.session, item="1"))
    session.answer()
    assert "could not be followed" in session.screen.text.en
    assert "non si è potuto seguire" in session.screen.text.it


@contextlib.contextmanager
def recorded(tmp_path, *, close=True):
    """A home's journal with a session of two sets."""
    clock = ManualClock(T0_NS)
    one = len(raises(8))
    items = whole_stream(one_batch(np.tile(raises(8), 2)), cuts=range(0, 2 * one, 60))
    first = exercise(one, item="1", number=1)
    second = exercise(2 * one, from_index=one, item="2", number=3)
    closed = SessionClosed(session=SESSION, number=5, t_ns=T0_NS + 1, reason=CloseReason.DONE)
    events = [session_opened(), *first, *second, *([closed] if close else [])]
    records = [
        NewRecord(
            t_ns=T0_NS,
            kind=RecordKind.MOTION if isinstance(i, MotionBatch) else RecordKind.STREAM,
            body=encode_item(i),
            session=SESSION,
            stream=STREAM,
        )
        for i in items
    ]
    records += [
        NewRecord(t_ns=e.t_ns, kind=RecordKind.EVENT, body=encode_event(e), session=SESSION)
        for e in events
    ]
    with contextlib.closing(Journal.open(tmp_path / "journal.sqlite", clock)) as journal:
        yield journal, records


OURS = plan(item(id="1"), item(id="2"))


@pytest.mark.parametrize("how", [raising, for_ever])
async def test_an_item_that_cannot_be_computed_costs_the_others_nothing(tmp_path, monkeypatch, how):
    with recorded(tmp_path) as (journal, records):
        await journal.append(records)
        sound = await results_that_count(journal, SESSION, OURS)

        real = recorded_results.offline.run

        def run(session, events, streams, observe, **more):
            if any(getattr(e, "item", None) == "1" for e in events):
                how()
            return real(session, events, streams, observe, **more)

        monkeypatch.setattr(recorded_results.offline, "run", run)
        monkeypatch.setattr(recorded_results, "MOST_CPU_S", 5.0 if how is raising else 1.0)
        found = await results_that_count(journal, SESSION, OURS)
    first, second = found.items
    assert second == sound.items[1]
    assert len(second.repetitions) == 8
    assert (first.item, first.repetitions, first.received) == ("1", (), False)
    assert [d.kind for d in first.doubts] == ["not computed"]
    told = item_reading(first)
    assert told.count.en == "not known"
    assert "error in the program" in told.refused.en
    (nothing_known,) = [d for d in items_done(OURS, found) if d.item == "1"]
    assert nothing_known.amount is None


@pytest.mark.parametrize("close", [True, False])
async def test_a_session_without_results_gets_them_at_the_next_start(tmp_path, close):
    with recorded(tmp_path, close=close) as (journal, records):
        await journal.append(records)
        plans = PlanFolder(tmp_path / "plans")
        newer = plan(item(id="other"), version=2)
        plans.add(OURS)
        await finish_sessions(journal, plans, newer, ManualClock(T0_NS))
        results = [r for r in journal.results(SESSION) if isinstance(r, SessionResult)]
        before = journal.sessions()
        await finish_sessions(journal, plans, newer, ManualClock(T0_NS))
        again = [r for r in journal.results(SESSION) if isinstance(r, SessionResult)]
    assert [len(i.repetitions) for i in results[-1].items] == [8, 8]
    assert results[-1].plan_version == 1
    assert again == results
    assert before[0].closed_ns is not None
