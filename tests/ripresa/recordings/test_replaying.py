"""A recorded session is replayed to the same hash: at any speed, from any place, from any start."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import nullcontext
from itertools import pairwise

import pytest

from builders import SESSION
from ripresa.cli.main import main
from ripresa.recordings.alone_on_bus import LISTENS_S, AloneOnBus
from ripresa.recordings.recorded_session import load_session
from ripresa.recordings.replay import Timeline, timeline_of
from ripresa.recordings.replay_run import ReplayRun
from ripresa.recordings.replaying import BusReplay, Listener, Replay, topics_of
from ripresa.recordings.session_source import session_source
from telemetry.clock import ManualClock, SystemClock
from telemetry.errors import ConfigurationError
from telemetry.messages.codec import decode_item
from telemetry.messages.events import SessionClosed, SessionOpened, decode_event
from telemetry.messages.live import ControlBatch, RepetitionCounted, decode_live, encode_live
from telemetry.messages.motion import MotionBatch
from telemetry.transport.bus import LocalBus

pytestmark = pytest.mark.slow


def timeline(kept, place=None):
    source = session_source(place or kept.home)
    with source.reading() as reader:
        return timeline_of(reader, kept.session, source.plans)


class Heard(Listener):
    def __init__(self):
        self.late, self.said = [], []

    def hear(self, what, said, *, early):
        if not early:
            self.late.append(what)
            self.said += said


@pytest.mark.parametrize(
    "place", ["journal", "journal without its motion", "archive", "patient's archive", "export"]
)
@pytest.mark.parametrize("speed", [None, 2000.0])
async def test_every_place_and_speed_gives_the_recorded_hash(kept, places, place, speed):
    replay = Replay(timeline=timeline(kept, places[place]), speed=speed)
    done = await replay.run(SystemClock())
    assert done.results_hash == kept.summary.results_hash
    assert done.samples == kept.summary.ledger.stored


async def test_a_start_in_the_middle_says_to_the_bit_what_the_whole_says_from_there_on(kept):
    whole, part = Heard(), Heard()
    line = timeline(kept)
    await Replay(timeline=line, speed=None).run(SystemClock(), whole)
    done = await Replay(timeline=line, speed=None, from_s=20.0).run(SystemClock(), part)
    assert 0 < len(part.said) < len(whole.said)
    assert part.said == whole.said[-len(part.said) :]
    assert done.results_hash == kept.summary.results_hash
    assert done.seconds == pytest.approx(line.lasts_s - 20.0)


async def test_a_long_session_costs_no_more_a_second_than_a_short_one(kept, monkeypatch):
    line, asked = timeline(kept), []
    lasts_s = line.lasts_s
    monkeypatch.setattr(Timeline, "lasts_s", property(lambda _: asked.append(1) or lasts_s))
    await Replay(timeline=line, speed=None).run(SystemClock())
    assert len(asked) < 10, "what goes through all of the session is asked for once"


async def test_an_end_before_the_sessions_gives_no_hash(kept):
    done = await Replay(timeline=timeline(kept), speed=None, from_s=5, to_s=9).run(SystemClock())
    assert done.seconds == 4
    assert done.results_hash is None


@pytest.mark.parametrize(
    "asked",
    [
        {"speed": 0.0},
        {"speed": float("nan")},
        {"from_s": 9.0, "to_s": 9.0},
        {"from_s": 1e6},
        {"from_s": -1.0},
    ],
)
def test_what_cannot_be_replayed_is_refused(kept, asked):
    with pytest.raises(ConfigurationError, match=r"positive|lasts"):
        Replay(timeline=timeline(kept), **asked)


async def test_the_pace_is_the_clocks(kept):
    clock = ManualClock()
    heard = Heard()
    running = asyncio.ensure_future(
        Replay(timeline=timeline(kept), speed=10.0, from_s=20.0).run(clock, heard)
    )
    await clock.advance(0.0)
    at_start = len(heard.late)
    for _ in range(10):
        await clock.advance(0.1)
    a_second = sum(len(b) for b in heard.late[at_start:] if isinstance(b, MotionBatch))
    running.cancel()
    rate_hz = 60
    assert a_second == pytest.approx(10 * rate_hz, abs=2 * rate_hz * 0.1)


async def test_on_a_bus_it_is_as_live_with_stamps_of_now(kept):
    bus, clock = LocalBus(), ManualClock()
    line = timeline(kept)
    on_bus = BusReplay(bus, clock, line)
    await Replay(timeline=line, speed=None).run(clock, on_bus)
    topics = on_bus.topics
    events = [decode_event(m.payload) for m in bus.published if m.topic == topics.event]
    assert isinstance(events[0], SessionOpened)
    assert events[0].replay_of == kept.session
    # Nobody takes it for the recorded one, or for one that is played now.
    said = [decode_live(m.payload) for m in bus.published if m.topic == topics.control]
    assert {m.session for m in (*events, *said)} == {on_bus.session}
    assert on_bus.session != kept.session
    counted = [m for m in said if isinstance(m, RepetitionCounted)]
    begun = [m.begun_ns for m in counted if m.begun_ns is not None]
    assert begun
    assert all(abs(ns - clock.now_ns()) < 2 * line.lasts_s * 1e9 for ns in begun)
    assert isinstance(events[-1], SessionClosed)
    (stream,) = load_session(kept.session, kept.home).streams
    motion = [m for m in bus.published if m.topic == topics.motion(stream)]
    batches = [b for m in motion if isinstance(b := decode_item(m.payload), MotionBatch)]
    assert sum(map(len, batches)) == kept.summary.ledger.stored
    assert 0 <= batches[0].t0_ns - clock.now_ns() < line.lasts_s * 1e9
    said = [decode_live(m.payload) for m in bus.published if m.topic == topics.control]
    control = [m for m in said if isinstance(m, ControlBatch)]
    assert control[0].t0_ns >= batches[0].t0_ns


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["ripresa", "replay", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, capsys.readouterr()


def test_the_command_verifies_what_was_recorded(kept, places, tmp_path, monkeypatch, capsys):
    file = tmp_path / "r.json"
    for place in ("--journal", kept.home), ("--archive", places["archive"]):
        code, told = run(
            monkeypatch, capsys, kept.session, *place, "--speed", "max", "--verify", "--json", file
        )
        assert code == 0, told.err
        assert "verified: the same results as recorded" in told.out
        figures = json.loads(file.read_text())
        assert figures["verified"] is True
        assert figures["results_hash"] == kept.summary.results_hash


def test_the_command_publishes_on_a_real_broker(kept, mosquitto, monkeypatch, capsys):
    monkeypatch.setenv("RIPRESA_MQTT_PORT", str(mosquitto.port))
    code, told = run(
        monkeypatch,
        capsys,
        *(kept.session, "--journal", kept.home, "--speed", "max", "--publish", "--to", "10"),
    )
    assert code == 0, told.err
    assert "10.0 s replayed" in told.out


def other_session(topics, bus):
    """A session of this home that is played while somebody replays."""
    batch = ControlBatch(session=SESSION, item=None, t0_ns=0, dt_us=(0,), control=(0.5,))
    bus.publish(topics.control, encode_live(batch))


async def test_amid_a_session_nothing_is_replayed_onto_its_bus(kept):
    bus, clock, line = LocalBus(), ManualClock(), timeline(kept)
    alone = AloneOnBus(bus, topics_of(line))
    listening = asyncio.ensure_future(alone.listen(clock))
    await clock.advance(0.1)
    other_session(topics_of(line), bus)
    await clock.advance(LISTENS_S)
    with pytest.raises(ConfigurationError, match=f"{SESSION} is under way"):
        await listening


async def test_a_replay_ends_when_a_session_begins_on_its_bus_and_never_for_itself(kept):
    bus, clock, line = LocalBus(), ManualClock(), timeline(kept)
    alone = AloneOnBus(bus, topics_of(line))
    for _ in range(2):
        amid = alone.amid(BusReplay(bus, clock, line))
        await Replay(timeline=line, speed=None, to_s=9.0).run(clock, amid)
    before = len(bus.published)
    other_session(topics_of(line), bus)
    with pytest.raises(ConfigurationError, match="another broker"):
        await Replay(timeline=line, speed=None).run(clock, alone.amid(BusReplay(bus, clock, line)))
    assert len(bus.published) == before + 1


def test_a_game_is_moved_by_a_session_of_any_place(kept, places, monkeypatch, capsys):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    asked = (kept.session, "--archive", places["archive"], "--game", "volo", "--headless")
    code, told = run(monkeypatch, capsys, *asked, "--speed", "40")
    assert code == 0, told.err
    counted = int(told.out.split("volo: ")[1].split()[0])
    # The first ones find today's range and are none of the game's.
    assert kept.summary.repetitions - 3 <= counted <= kept.summary.repetitions


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--verify", "--to", "3"), "whole session"),
        (("--game", "volo", "--publish"), "moved by the whole session"),
        (("--speed", "quick"), "a number, or max"),
        (("--game", "volo", "--speed", "max"), "drawn in time"),
    ],
)
def test_what_does_not_go_together_is_said(kept, monkeypatch, capsys, more, told):
    code, said = run(monkeypatch, capsys, kept.session, "--journal", kept.home, *more)
    assert code == 2
    assert told in said.err


async def test_a_loop_goes_on_until_it_is_stopped_and_each_pass_is_the_same(kept, monkeypatch):
    bus = LocalBus()
    monkeypatch.setattr(ReplayRun, "_bus", lambda _: nullcontext(bus))
    run = ReplayRun(
        session=kept.session,
        source=session_source(kept.home),
        of=None,
        speed=None,
        from_s=0.0,
        to_s=None,
        loop=True,
        publish=True,
    )
    running = asyncio.ensure_future(
        run._passes(Replay(timeline=timeline(kept), speed=None), timeline(kept))
    )
    while sum(b"session.opened" in m.payload for m in bus.published) < 3:
        assert not running.done()
        await asyncio.sleep(0)
    running.cancel()
    begun = [i for i, m in enumerate(bus.published) if b"session.opened" in m.payload]
    passes = [bus.published[a:b] for a, b in pairwise(begun)]
    first, second = ([decode_item(m.payload) for m in p if "/motion/" in m.topic] for p in passes)
    assert len(first) == len(second) > 10
    moved = {
        b.t0_ns - a.t0_ns for a, b in zip(first, second, strict=True) if isinstance(a, MotionBatch)
    }
    (later_ns,) = moved
    assert later_ns > 0, "each pass is stamped as of now"
    told = [[m.topic for m in p] for p in passes]
    assert told[0] == told[1]
