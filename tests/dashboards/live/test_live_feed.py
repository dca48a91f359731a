"""From the bus to a page's mailbox."""

import asyncio

import pytest

from dashboards.live.audience import LiveFrame, Mailbox, encoded_frame
from dashboards.live.live_feed import LiveFeed
from dashboards.live.live_session import Sample
from telemetry.clock import ManualClock
from telemetry.errors import StoreBusy
from telemetry.messages.events import encode_event
from telemetry.transport.bus import LocalBus


class Chain:
    """A bus, a reader, a clock and the feed between them."""

    def __init__(self, pretend, reader=None):
        self.pretend = pretend
        self.bus, self.clock = LocalBus(), ManualClock(pretend.t0_ns)
        self.reader = reader or pretend.MemoryReader()
        self.feed = LiveFeed(self.bus, self.reader, pretend.plan_of, self.clock)

    def say(self, *messages):
        for message in messages:
            if hasattr(message, "number") and hasattr(message, "type") and "." in message.type:
                self.bus.publish(self.pretend.topics.event, encode_event(message))
            else:
                self.bus.publish(self.pretend.topics.control, self.pretend.encode_live(message))


@pytest.fixture
async def chain(pretend):
    return Chain(pretend)


async def taken(mailbox):
    """All that a page gets at once, as one frame."""
    frames = [LiveFrame.model_validate_json(text) for text in await mailbox.take()]
    states = [f.state for f in frames if f.state is not None]
    return LiveFrame(
        state=states[-1] if states else None,
        t_ms=[t for f in frames for t in f.t_ms],
        control=[c for f in frames for c in f.control],
        angle_deg=[a for f in frames for a in f.angle_deg],
        dropped=max(f.dropped for f in frames),
    )


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_page_gets_what_was_before_it_came_and_what_comes(chain, pretend):
    chain.say(*pretend.script()[:6], pretend.control(20), pretend.repetition(1))
    await settle()
    mailbox = chain.feed.watch(pretend.patient)
    first = await taken(mailbox)
    assert first.state.session.items[0].done == 1
    assert len(first.t_ms) == 2
    chain.say(pretend.control(20.1))
    await settle()
    second = await taken(mailbox)
    assert (second.state, len(second.t_ms)) == (None, 2)
    assert second.angle_deg[0] == pytest.approx(pretend.control(20.1).angle_deg[0], abs=0.01)


async def test_a_server_that_starts_late_reads_the_opening_from_the_journal(pretend):
    reader = pretend.MemoryReader({pretend.session: pretend.script()[:6]})
    chain = Chain(pretend, reader)
    chain.say(pretend.control(30))
    await settle()
    frame = await taken(chain.feed.watch(pretend.patient))
    assert frame.state.session.phase == "exercise"
    assert frame.state.session.items[0].prescribed == 20


async def test_holes_that_a_broker_left_are_filled_from_the_journal(chain, pretend):
    events = pretend.script()
    chain.say(events[0], events[1])
    await settle()
    chain.reader.kept_events[pretend.session] = events[:7]
    await chain.clock.advance(2)
    chain.say(events[7])
    await settle()
    state = (await taken(chain.feed.watch(pretend.patient))).state
    assert len(state.session.events) == 8


async def test_results_are_shown_as_soon_as_they_are_in_the_journal(chain, pretend):
    chain.say(*pretend.script())
    await settle()
    mailbox = chain.feed.watch(pretend.patient)
    assert (await taken(mailbox)).state.session.provisional
    await chain.clock.advance(5)
    chain.reader.kept_events[pretend.session] = pretend.script()
    chain.reader.kept_results[pretend.session] = pretend.results()
    await chain.clock.advance(2)
    state = (await taken(mailbox)).state
    assert not state.session.provisional
    assert state.session.adherence.dose == 0.5


async def test_a_closed_session_does_not_stay_in_memory(chain, pretend):
    chain.reader.kept_events[pretend.session] = pretend.script()
    chain.reader.kept_results[pretend.session] = pretend.results()
    chain.say(*pretend.script())
    await settle()
    assert [s.phase for s in chain.feed.sessions()] == ["closed"]
    await chain.clock.advance(599)
    assert chain.feed.sessions()
    await chain.clock.advance(2)
    assert chain.feed.sessions() == []


async def test_a_journal_that_is_busy_stops_nothing(pretend, caplog):
    class Busy(pretend.MemoryReader):
        def sessions(self, **_patient):
            raise StoreBusy("journal x is locked")

    chain = Chain(pretend, Busy())
    chain.say(*pretend.script())
    await settle()
    await chain.clock.advance(3)
    state = (await taken(chain.feed.watch(pretend.patient))).state
    assert state.session.phase == "closed"
    assert "journal x is locked" in caplog.text


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\xff\x00", "live message"),
        (b"{}", "live message"),
        (b'{"type": "control"}', "session"),
        (b" " * (1 << 20) + b"{}", "more than 1048576"),
    ],
)
async def test_what_cannot_be_read_is_counted_and_named_and_the_rest_goes_on(
    chain, pretend, caplog, payload, words
):
    chain.say(*pretend.script()[:6])
    chain.bus.publish(pretend.topics.control, payload)
    chain.say(pretend.control(20))
    await settle()
    assert chain.feed.refused == 1
    assert words in caplog.text
    assert len((await taken(chain.feed.watch(pretend.patient))).t_ms) == 2


async def test_a_flood_of_rubbish_is_not_a_flood_of_lines(chain, pretend, caplog):
    for _ in range(1000):
        chain.bus.publish(pretend.topics.event, b"rubbish")
    await settle()
    assert chain.feed.refused == 1000
    assert len(caplog.records) == 10


async def test_a_new_session_takes_the_place_of_the_old(chain, pretend):
    other = "01J00000000000000000000002"
    chain.say(*pretend.script())
    chain.say(*pretend.script(other, t0_ns=pretend.t0_ns + 10**12)[:5])
    await settle()
    (summary,) = chain.feed.sessions()
    assert (summary.session, summary.phase) == (other, "exercise")


async def test_a_slow_page_loses_old_samples_never_the_state(chain, pretend):
    mailbox = Mailbox(capacity=10)
    chain.say(*pretend.script()[:2])
    await settle()
    state = (await taken(chain.feed.watch(pretend.patient))).state
    mailbox.put(*encoded_frame((), state))
    for n in range(50):
        mailbox.put(*encoded_frame([Sample(n * 10**6, 0.0, None)], None))
    frame = await taken(mailbox)
    assert frame.state == state
    assert (frame.t_ms, frame.dropped) == (tuple(float(n) for n in range(40, 50)), 40)


async def test_a_frame_is_encoded_once_however_many_watch(chain, pretend):
    chain.say(*pretend.script()[:6])
    await settle()
    mailboxes = [chain.feed.watch(pretend.patient) for _ in range(50)]
    for mailbox in mailboxes:
        await mailbox.take()
    chain.say(pretend.control(20.1))
    await settle()
    first, *others = [await mailbox.take() for mailbox in mailboxes]
    assert all(a is b for other in others for a, b in zip(first, other, strict=True))


async def test_a_page_that_left_is_forgotten(chain, pretend):
    mailbox = chain.feed.watch(pretend.patient)
    chain.feed.leave(pretend.patient, mailbox)
    chain.say(*pretend.script()[:2])
    await settle()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(mailbox.take(), 0.05)


async def test_a_silent_sensor_is_told_and_untold(chain, pretend):
    from telemetry.messages.live import SensorSilent

    stream = "01J00000000000000000000000"
    chain.say(*pretend.script()[:5])
    chain.say(SensorSilent(session=pretend.session, stream=stream, silent=True))
    await settle()
    mailbox = chain.feed.watch(pretend.patient)
    assert (await taken(mailbox)).state.silent == (stream,)
    chain.say(SensorSilent(session=pretend.session, stream=stream, silent=True, why="late"))
    await settle()
    late = (await taken(mailbox)).state
    assert (late.silent, late.late) == ((stream,), (stream,))
    chain.say(SensorSilent(session=pretend.session, stream=stream, silent=False))
    await settle()
    assert (await taken(mailbox)).state.silent == ()


async def test_anothers_session_of_the_same_name_is_not_told_as_the_patients(chain, pretend):
    chain.reader.kept_events[pretend.session] = pretend.script(patient="p-66")
    chain.say(*pretend.script()[1:3])
    await settle()
    await chain.clock.advance(3)
    assert chain.feed.sessions()[0].opened_ms is None


OTHER = "01J00000000000000000000002"


async def test_who_may_see_one_session_sees_no_other_of_the_same_person(chain, pretend):
    chain.say(pretend.control(20).model_copy(update={"session": OTHER}))
    await settle()
    mailbox = chain.feed.watch(pretend.patient, session=pretend.session)
    chain.say(*pretend.script()[:6], pretend.control(21))
    chain.say(pretend.control(22).model_copy(update={"session": OTHER}))
    await settle()
    frame = await taken(mailbox)
    seen = pretend.control(21)
    assert frame.t_ms == tuple((seen.t0_ns + us * 1000) / 1e6 for us in seen.dt_us)
    assert frame.state.session.session == pretend.session
    anew = await taken(chain.feed.watch(pretend.patient, session=pretend.session))
    assert anew.t_ms == frame.t_ms


async def test_a_session_that_never_closed_does_not_stay_in_memory(chain, pretend):
    chain.say(*pretend.script()[:6], pretend.control(20))
    await settle()
    await chain.clock.advance(901)
    mailbox = chain.feed.watch(pretend.patient)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(mailbox.take(), 0.05)
    assert chain.feed.sessions() == []


async def test_how_long_ago_the_newest_sample_was_heard_goes_by_no_clock_of_a_home(chain, pretend):
    ahead = pretend.control(20).model_copy(update={"t0_ns": pretend.t0_ns + 3600 * 10**9})
    chain.say(*pretend.script()[:6], ahead)
    await settle()
    await chain.clock.advance(600)
    texts = await chain.feed.watch(pretend.patient).take()
    assert max(LiveFrame.model_validate_json(text).ago_s for text in texts) == 600


async def test_of_one_person_few_sessions_are_kept_however_many_are_named(chain, pretend):
    for n in range(50):
        chain.say(pretend.control(20).model_copy(update={"session": f"01J{n:023d}"}))
    await settle()
    assert len(chain.feed._sessions) == 4
