"""The journal keeps what it said it keeps, once, in order."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter

import pytest

from builders import SESSION, STREAM, T0_NS, batch, opened
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from ingest.journal.schema import VERSION
from journals import (
    WRITER,
    ended,
    event_record,
    item_record,
    session_closed,
    session_opened,
)
from telemetry.clock import ManualClock
from telemetry.errors import StoreBusy, StoreError, StoreVersion
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import StreamGap
from telemetry.messages.record import NewRecord, RecordKind
from telemetry.seams import Recorder, SessionReader


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path):
    with Journal.open(path, ManualClock()) as journal:
        yield journal


def test_it_speaks_the_protocols_of_the_seams(journal):
    assert isinstance(journal, Recorder)
    assert isinstance(journal, SessionReader)


async def test_positions_count_from_one_and_items_come_back_in_order(journal):
    first, second = batch(5), batch(5, first_index=5)
    assert await journal.append([item_record(opened())]) == 1
    assert await journal.append([item_record(first), item_record(second)]) == 3
    got = list(journal.stream_items(STREAM))
    assert [encode_item(i) for i in got] == [encode_item(i) for i in (opened(), first, second)]
    assert [r.position for r in journal.records(0)] == [1, 2, 3]
    assert {r.home for r in journal.records(0)} == {journal.home}


async def test_a_session_is_listed_with_its_events_and_streams(journal):
    opening, closing = session_opened(), session_closed(number=1)
    await journal.append([event_record(opening)])
    assert journal.sessions()[0].closed_ns is None
    await journal.append([item_record(batch(5)), item_record(ended(5)), event_record(closing)])
    (summary,) = journal.sessions(patient=opening.patient)
    assert (summary.session, summary.reason, summary.closed_ns) == (SESSION, "done", closing.t_ns)
    assert journal.events(SESSION) == [opening, closing]
    assert journal.streams(SESSION) == [STREAM]
    assert journal.sessions(patient="nobody") == []
    assert journal.counts(session=SESSION)[RecordKind.MOTION].samples == 5


async def test_the_home_is_minted_with_the_file_and_stays(path):
    with Journal.open(path, ManualClock()) as journal:
        home = journal.home
    with Journal.open(path, ManualClock(2 * T0_NS)) as again:
        assert again.home == home
    path.unlink()
    with Journal.open(path, ManualClock(2 * T0_NS)) as fresh:
        assert fresh.home != home


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        (NewRecord(t_ns=0, kind=RecordKind.MOTION, body=b"\xff", stream=STREAM), "not CBOR"),
        (NewRecord(t_ns=0, kind=RecordKind.EVENT, body=b"{", session=SESSION), "session event"),
        (
            NewRecord(t_ns=0, kind=RecordKind.MOTION, body=encode_item(opened()), stream=STREAM),
            "holds a StreamOpened",
        ),
        (
            NewRecord(t_ns=0, kind=RecordKind.MOTION, body=encode_item(batch()), stream="other"),
            "'other' holds one of",
        ),
        (
            NewRecord(t_ns=0, kind=RecordKind.MOTION, body=b"x" * (1 << 20), stream=STREAM),
            "more than",
        ),
    ],
)
async def test_a_wrong_record_is_refused_with_all_of_its_append(journal, record, complaint):
    with pytest.raises(StoreError, match=complaint):
        await journal.append([item_record(opened()), record])
    assert journal.records(0) == []
    assert await journal.append([item_record(opened())]) == 1


async def test_a_locked_journal_is_busy_and_nothing_is_half_stored(path):
    with Journal.open(path, ManualClock(), busy_timeout_s=0.05) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="locked by another program"):
            await journal.append([item_record(opened())])
        other.execute("ROLLBACK")
        other.close()
        assert await journal.append([item_record(opened())]) == 1


async def test_a_full_disk_is_busy_and_nothing_is_half_stored(journal):
    await journal.append([item_record(opened())])
    with journal.writing() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreBusy, match="free space"):
        await journal.append([item_record(batch(900, first_index=i * 900)) for i in range(9)])
    assert [r.position for r in journal.records(0)] == [1]
    journal._db.execute("PRAGMA max_page_count = 1000000")
    assert await journal.append([item_record(batch(900))]) == 2


def test_another_programs_file_is_left_alone(path):
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="no Ripresa journal"):
        Journal.open(path, ManualClock())
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="damaged"):
        Journal.open(path, ManualClock())


@pytest.mark.parametrize("version", [1, VERSION - 1, VERSION + 1, VERSION + 40])
@pytest.mark.parametrize("opening", ["written", "read"])
def test_a_journal_of_another_version_is_refused_by_name(path, version, opening):
    Journal.open(path, ManualClock()).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    with pytest.raises(StoreVersion, match=rf"version {version}; this program reads {VERSION}: "):
        Journal.open(path, ManualClock()) if opening == "written" else JournalReader(path)


def test_a_missing_journal_is_named(path):
    with pytest.raises(StoreError, match="no journal at"):
        JournalReader(path)


async def test_a_reader_sees_what_another_connection_wrote(journal, path):
    with JournalReader(path) as reader:
        assert reader.records(0) == []
        await journal.append([item_record(opened())])
        assert len(reader.records(0)) == 1
        assert reader.home == journal.home


async def test_reading_is_cut_by_count_and_bytes_but_always_goes_on(journal):
    await journal.append([item_record(batch(50, first_index=i * 50)) for i in range(10)])
    assert len(journal.records(0, limit=3)) == 3
    assert len(journal.records(0, max_bytes=1)) == 1
    assert len(journal.arrivals(0, max_bytes=1)) == 1
    assert [a.seq for a in journal.arrivals(4, kinds=[RecordKind.MOTION])] == [5, 6, 7, 8, 9, 10]
    assert journal.arrivals(0, kinds=[RecordKind.EVENT]) == []


async def test_a_cursor_is_kept(path):
    with Journal.open(path, ManualClock()) as journal:
        assert journal.cursor("archive") == 0
        journal.move_cursor("archive", 7)
        journal.move_cursor("uplink", 3)
    with Journal.open(path, ManualClock()) as journal:
        assert (journal.cursor("archive"), journal.cursor("uplink")) == (7, 3)


async def test_appends_at_once_keep_positions_whole(journal):
    gap = StreamGap(stream=STREAM, first_index=0, count=1, reason="radio")
    positions = await asyncio.gather(*(journal.append([item_record(gap)] * 3) for _ in range(20)))
    assert sorted(positions) == list(range(3, 63, 3))
    assert [r.position for r in journal.records(0)] == list(range(1, 61))


def test_two_processes_append_and_kill_9_takes_nothing_that_was_confirmed(path, tests_folder):
    Journal.open(path, ManualClock()).close()
    streams = ["01J0000000000000000000000A", "01J0000000000000000000000B"]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(tests_folder), stream],
            stdout=subprocess.PIPE,
            text=True,
        )
        for stream in streams
    ]
    for writer in writers:
        for _ in range(10):
            assert writer.stdout.readline()
    time.sleep(0.2)
    confirmed = {}
    for writer, stream in zip(writers, streams, strict=True):
        os.kill(writer.pid, signal.SIGKILL)
        lines = writer.communicate()[0].split()
        confirmed[stream] = int(lines[-1]) if lines else 400
    with Journal.open(path, ManualClock()) as journal:
        positions = []
        while page := journal.records(positions[-1] if positions else 0):
            positions += [r.position for r in page]
        assert positions == list(range(1, journal.committed() + 1))
        for stream, samples in confirmed.items():
            indices = Counter(
                i
                for item in journal.stream_items(stream)
                for i in range(item.first_index, item.next_index)
            )
            assert set(indices.values()) == {1}
            assert len(indices) >= samples
            assert len(indices) % 40 == 0, "an append is stored whole or not at all"
