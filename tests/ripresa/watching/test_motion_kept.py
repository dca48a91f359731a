"""Raw motion leaves its home while its person agrees, and none of other times ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import batch, opened
from ingest.journal.journal import Journal
from ingest.transfer.receiver import Receiver
from ingest.transfer.uplink import Uplink
from journals import event_record, item_record, session_opened
from record_path import TOPICS, contents, running
from ripresa.watching.motion_kept import TIMES_KEPT, MotionKept
from telemetry.clock import SystemClock
from telemetry.messages.record import Record, RecordKind
from telemetry.transport.bus import LocalBus

HOME = "01J000000000000000000000HM"


def at(t_ns):
    return Record(home=HOME, position=1, t_ns=t_ns, kind=RecordKind.MOTION, body=b"")


@given(turns=st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=40))
def test_what_was_recorded_while_nobody_agreed_never_leaves(turns, tmp_path_factory):
    path = tmp_path_factory.mktemp("home") / "motion_kept.json"
    kept, now_ns, agreed, seen = MotionKept(path), 0, True, []
    for agrees, later in turns:
        now_ns += later
        (kept.send if agrees else kept.keep)(now_ns)
        agreed = agrees
        seen.append((now_ns + 0, agreed))
        kept = MotionKept(path)
        assert kept.now is not agreed
        for t_ns, was in seen[:-1]:
            # The moment of a turn belongs to the time in which it stays.
            assert kept.holds(at(t_ns)) or (was and agreed)


def test_of_very_many_turns_more_stays_at_home_never_less(tmp_path):
    kept = MotionKept(tmp_path / "motion_kept.json")
    for n in range(TIMES_KEPT + 20):
        kept.keep(10 * n)
        kept.send(10 * n + 4)
    again = MotionKept(tmp_path / "motion_kept.json")
    assert all(again.holds(at(10 * n + 2)) for n in range(TIMES_KEPT + 20))
    assert not again.holds(at(10 * (TIMES_KEPT + 20)))


@pytest.mark.parametrize("damage", [b"", b"{", b'{"since_ns": "x"}', b"\xff"])
def test_a_damaged_note_lets_nothing_out(tmp_path, damage):
    path = tmp_path / "motion_kept.json"
    path.write_bytes(damage)
    assert MotionKept(path).now


async def test_an_uplink_sends_gaps_for_what_stays_and_all_else(tmp_path):
    bus, clock = LocalBus(), SystemClock()
    home = Journal.open(tmp_path / "home.db", clock)
    clinic = Journal.open(tmp_path / "clinic.db", clock)
    raw = batch(5, first_index=0)
    held = Uplink(bus, home, TOPICS, clock, withheld=lambda _record: True)
    async with running(Receiver(bus, clinic, clock), held):
        await home.append([event_record(session_opened()), item_record(opened()), item_record(raw)])
        await held.caught_up()
    kinds = [kind for _, kind, *_ in contents(clinic, home.home)]
    assert kinds == [RecordKind.EVENT, RecordKind.STREAM, RecordKind.DROPPED]
    assert [kind for _, kind, *_ in contents(home, home.home)][-1] is RecordKind.MOTION
    home.close()
    clinic.close()
