"""Retention, archive, check and back-up keep what they should, and say what they dropped."""

import json
import sqlite3
import subprocess
import sys
from base64 import b64encode

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import SESSION, STREAM, T0_NS, batch, opened, quality
from ingest.faults.ingest_bench import sensor_batch
from ingest.journal.archive import ArchiveReader, archive_closed, read_stream, write_stream
from ingest.journal.journal import Journal
from ingest.journal.ledger import AT_CLINIC, balance, stream_account
from ingest.journal.reading import UPLINK
from ingest.journal.retention import drop_archived, make_room, used_bytes
from ingest.journal.schema import VERSION, migrate
from ingest.journal.upkeep import back_up, check
from journals import S_NS, WRITER, ended, event_record, item_record, session_closed, session_opened
from telemetry.clock import ManualClock
from telemetry.errors import StoreError
from telemetry.messages.codec import encode_item
from telemetry.messages.motion import MotionBatch, StreamGap
from telemetry.messages.record import RecordKind


def joined_up(items):
    """The samples and markers of a stream, however it was cut."""
    batches = [i for i in items if isinstance(i, MotionBatch)]
    markers = [encode_item(i) for i in items if not isinstance(i, MotionBatch)]
    indices = [n for b in batches for n in range(b.first_index, b.next_index)]
    values = [np.concatenate([getattr(b, name) for b in batches]) for name in ("acc", "gyr")]
    times = np.concatenate([b.t_ns for b in batches]).tolist()
    return indices, [v.tobytes() for v in values], times, markers


def session_records(batches=30):
    motion = [item_record(batch(100, first_index=100 * i)) for i in range(batches)]
    gap = StreamGap(stream=STREAM, first_index=100 * batches, count=9, reason="radio", t_ns=T0_NS)
    return [
        event_record(session_opened()),
        item_record(opened()),
        *motion,
        item_record(gap),
        item_record(ended(100 * batches + 9)),
        event_record(session_closed()),
    ]


async def test_a_journal_within_its_limit_loses_nothing(home):
    await home.append(session_records())
    assert make_room(home, 1 << 30).lost == 0
    assert home.counts()[RecordKind.MOTION].samples == 3000


async def test_what_the_clinic_has_goes_first_and_is_no_loss(home):
    await home.append(session_records(200))
    home.move_cursor(UPLINK, 120)
    before = used_bytes(home)
    dropped = make_room(home, before * 3 // 4)
    assert dropped.lost == 0
    assert dropped.acknowledged > 0
    assert used_bytes(home) <= before * 3 // 4
    found = balance(home, [STREAM], emitted=20_009, moved=[AT_CLINIC])
    assert found.balanced
    assert found.moved == dropped.acknowledged
    assert [r.position for r in home.records(0, limit=1000)] == list(range(1, 206))


async def test_raw_motion_that_must_go_is_declared_lost_and_events_stay(home):
    await home.append(session_records(200))
    dropped = make_room(home, 560_000)
    assert dropped.lost > 0
    found = balance(home, [STREAM], emitted=20_009, moved=[AT_CLINIC])
    assert found.balanced
    assert found.streams[0].reasons["journal full"] == dropped.lost
    assert len(home.events(SESSION)) == 2
    assert home.records(0, limit=1000)[-1].position == home.committed() == 205
    assert make_room(home, 1).lost > 0, "events alone may pass the limit"
    assert len(home.events(SESSION)) == 2


async def test_an_archived_stream_comes_back_as_it_was(clinic, tmp_path):
    await clinic.append(session_records())
    archive = tmp_path / "archive"
    before = joined_up(clinic.stream_items(STREAM))
    soon, later = T0_NS + 700 * S_NS, T0_NS + 2000 * S_NS
    assert archive_closed(clinic, archive, now_ns=soon, settle_ns=600 * S_NS) == []
    assert archive_closed(clinic, archive, now_ns=later, settle_ns=600 * S_NS) == [SESSION]
    assert archive_closed(clinic, archive, now_ns=later, settle_ns=600 * S_NS) == []
    (path,) = archive.glob("p-01/streams/*.parquet")
    assert joined_up(read_stream(path)) == before
    assert pq.read_table(path)["acc_x"].to_numpy()[0] == batch(1).acc[0, 0]


async def test_raw_motion_leaves_the_journal_only_once_it_lies_in_the_archive(clinic, tmp_path):
    archive, late = tmp_path / "archive", T0_NS + 2000 * S_NS
    await clinic.append(session_records())
    before = joined_up(clinic.stream_items(STREAM))
    assert drop_archived(clinic, late) == 0
    archive_closed(clinic, archive, now_ns=late, settle_ns=0)
    assert drop_archived(clinic, T0_NS) == 0, "not old enough"
    assert drop_archived(clinic, late) == 3000
    account = stream_account(STREAM, clinic.stream_items(STREAM))
    assert (account.stored, account.moved, account.lost, account.undeclared) == (0, 3000, 9, 0)
    with ArchiveReader(clinic.path, archive) as reader:
        assert joined_up(reader.stream_items(STREAM)) == before
        assert balance(reader, [STREAM], emitted=3009).balanced
    # What comes in late is added to the file, and nothing that lies there only is lost.
    await clinic.append([item_record(batch(50, first_index=3009))])
    assert drop_archived(clinic, late) == 0
    assert archive_closed(clinic, archive, now_ns=late, settle_ns=0) == [SESSION]
    assert drop_archived(clinic, late) == 50
    with ArchiveReader(clinic.path, archive) as reader:
        assert stream_account(STREAM, reader.stream_items(STREAM)).stored == 3050


async def test_raw_motion_waits_for_a_follower_that_has_not_read_it(clinic, tmp_path):
    await clinic.append(session_records())
    clinic.move_cursor("influx:motion", 12)
    archive_closed(clinic, tmp_path / "archive", now_ns=T0_NS + 2000 * S_NS, settle_ns=0)
    assert drop_archived(clinic, T0_NS + 2000 * S_NS) == 1000


def test_ten_channels_take_at_most_forty_bytes_a_sample(tmp_path):
    items = [sensor_batch(STREAM, 100 * i) for i in range(360)]
    written = write_stream(tmp_path / "s.parquet", items)
    assert written.samples == 36_000
    assert written.size_bytes / written.samples <= 40


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["batch", "gap", "quality", "opened", "jump"]), max_size=12))
def test_any_stream_reads_back(tmp_path, kinds):
    items, at = [batch(3, gyr=None)], 3
    for kind in kinds:
        if kind == "batch":
            items.append(batch(7, first_index=at, gyr=None))
            at += 7
        elif kind == "gap":
            items.append(StreamGap(stream=STREAM, first_index=at, count=2, reason="radio"))
            at += 2
        elif kind == "quality":
            items.append(quality(first_index=at, lag_us=900_000))
        elif kind == "opened":
            items.append(opened())
        else:
            at += 5
    write_stream(tmp_path / "s.parquet", items)  # compares what it reads back by itself
    back = list(read_stream(tmp_path / "s.parquet"))
    order = [type(i) for i in back if not isinstance(i, MotionBatch)]
    assert order == [type(i) for i in items if not isinstance(i, MotionBatch)]
    assert sum(len(i) for i in back if isinstance(i, MotionBatch)) == sum(
        len(i) for i in items if isinstance(i, MotionBatch)
    )


@pytest.mark.parametrize("data", [b"", b"PAR1", b"junk" * 100])
def test_a_file_that_is_no_archive_is_named(tmp_path, data):
    path = tmp_path / "x.parquet"
    path.write_bytes(data)
    with pytest.raises(StoreError, match="no stream of the archive"):
        list(read_stream(path))


async def test_a_whole_journal_has_no_complaints_and_a_hole_is_found(clinic):
    await clinic.append(session_records(3))
    assert check(clinic.path) == []
    assert check(clinic.path, quick=True) == []
    with clinic.writing() as db:
        db.execute("DELETE FROM record WHERE position = 4")
    assert check(clinic.path) == [f"home {clinic.home}: 1 of 8 positions are missing"]


async def test_a_damaged_journal_is_found(clinic):
    await clinic.append(session_records())
    clinic._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    clinic.close()
    data = bytearray(clinic.path.read_bytes())
    data[8192:20_000] = b"\xaa" * (20_000 - 8192)
    clinic.path.write_bytes(data)
    try:
        problems = check(clinic.path)
    except StoreError as e:
        problems = [str(e)]
    assert problems


async def test_a_back_up_taken_while_another_process_writes_is_one_whole_moment(
    clinic, tmp_path, tests_folder
):
    writer = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", WRITER, str(clinic.path), str(tests_folder), STREAM],
        stdout=subprocess.PIPE,
    )
    try:
        for _ in range(20):
            assert writer.stdout.readline()
        target = tmp_path / "backups" / "copy.db"
        assert back_up(clinic.path, target) > 0
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()
    assert check(target) == []
    with Journal.open(target, ManualClock()) as copy:
        assert copy.home == clinic.home
        assert 0 < copy.committed() <= clinic.committed()
        assert copy.committed() % 2 == 0, "an append is there whole or not at all"
    with pytest.raises(StoreError, match="already"):
        back_up(clinic.path, target)


def test_an_older_journal_is_led_on_where_there_is_a_way_and_keeps_its_records(clinic):
    db = sqlite3.connect(clinic.path, isolation_level=None)
    migrate(db, clinic.path, version=VERSION + 1, upgrades={VERSION: "CREATE TABLE more (x);"})
    assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION + 1
    assert db.execute("SELECT count(*) FROM more").fetchone()[0] == 0
    assert db.execute("SELECT ulid FROM home").fetchone()[0] == clinic.home
    db.close()


def test_an_upgrade_that_fails_changes_nothing(tmp_path):
    path = tmp_path / "old.db"
    Journal.open(path, ManualClock()).close()
    db = sqlite3.connect(path, isolation_level=None)
    broken = {VERSION: "CREATE TABLE fine (x);\nCREATE TABLE meta (x);"}
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, path, version=VERSION + 1, upgrades=broken)
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema")}
    assert "fine" not in tables
    assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION
    db.close()


async def test_units_and_markers_of_an_archived_stream_are_readable_without_ripresa(
    clinic, tmp_path
):
    await clinic.append(session_records())
    archive_closed(clinic, tmp_path / "archive", now_ns=T0_NS + 2000 * S_NS, settle_ns=0)
    (path,) = (tmp_path / "archive").glob("p-01/streams/*.parquet")
    schema = pq.read_schema(path)
    units = {f.name: f.metadata[b"unit"].decode() for f in schema}
    assert units["acc_x"] == "m/s2"
    assert units["gyr_z"] == "rad/s"
    assert units["t_ns"] == "ns"
    markers = json.loads(schema.metadata[b"ripresa"])["markers"]
    assert {body["marker"] for _, body in markers} >= {"gap", "ended"}
    assert all(body["stream"] == STREAM for _, body in markers)


def test_a_stream_that_was_archived_with_markers_as_text_is_read_still(tmp_path):
    path = tmp_path / "s.parquet"
    items = [opened(), batch(5), ended(5)]
    write_stream(path, items)
    table = pq.read_table(path)
    head = json.loads(table.schema.metadata[b"ripresa"])
    rows = [row for row, _ in head["markers"]]
    texts = [b64encode(encode_item(item)).decode() for item in (items[0], items[2])]
    head |= {"version": 1, "markers": list(zip(rows, texts, strict=True))}
    pq.write_table(table.replace_schema_metadata({"ripresa": json.dumps(head)}), path)
    back = list(read_stream(path))
    assert (back[0], back[2]) == (items[0], items[2])
