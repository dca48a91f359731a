"""The record path's commands say what is, and end with an exit code that a script can use."""

import time

import pytest
from typer.testing import CliRunner

from builders import SESSION, batch
from ingest.cli.journal_cli import app as journal_app
from ingest.journal.journal import Journal
from ingest.places import Places
from ingest.transfer.dead_letters import dead_letters, retry_dead_letters
from ingest.transfer.intake import open_parcel, store_parcels
from journals import event_record, item_record, session_closed, session_opened
from telemetry.clock import ManualClock
from telemetry.errors import StoreError
from telemetry.messages.record import Record, encode_block
from telemetry.transport.topics import HomeTopics

TOPIC = HomeTopics("clinic", "p-01").record
HOME = "01J0000000000000000000H0ME"


def run(app, *arguments, code=0):
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    return Places(tmp_path)


@pytest.fixture
def filled(folder):
    """A clinic's journal with one whole session."""
    with Journal.open(folder.clinic_journal, ManualClock()) as journal:
        items = [batch(10), batch(10, first_index=10)]
        journal.append_now(
            [
                event_record(session_opened()),
                *map(item_record, items),
                event_record(session_closed()),
            ]
        )
    return folder


def test_a_missing_journal_is_one_line(folder):
    del folder
    with pytest.raises(StoreError, match="RIPRESA_HOME"):
        run(journal_app, "check")
    with pytest.raises(StoreError, match="nowhere"):
        run(journal_app, "status", "--journal", "nowhere.db")


def test_check_status_and_backup(filled, tmp_path):
    del filled
    assert "whole" in run(journal_app, "check", "--quick")
    assert "20 samples" in run(journal_app, "status")
    copy = tmp_path / "copy.db"
    run(journal_app, "backup", str(copy))
    assert "whole" in run(journal_app, "check", "--journal", str(copy))


def test_archiving_writes_closed_sessions_and_drops_their_raw_motion(filled):
    assert "1 session(s)" in run(journal_app, "archive", "--drop-days", "1")
    assert list(filled.archive.glob("p-01/sessions/*.json"))
    with Journal.open(filled.clinic_journal, ManualClock()) as journal:
        assert sum(c.samples for c in journal.counts().values()) == 0


def test_why_nothing_was_archived_is_said_of_any_journal(folder, tmp_path):
    del folder
    path = tmp_path / "elsewhere" / "journal.sqlite"
    with Journal.open(path, ManualClock()) as journal:
        told = run(journal_app, "archive", "--journal", str(path))
        assert "0 session(s)" in told
        assert "holds no session" in told
        journal.append_now([event_record(session_opened())])
        assert "1 not: still open" in run(journal_app, "archive", "--journal", str(path))
        journal.append_now([event_record(session_closed(t_ns=time.time_ns()))])
    assert "closed less than 10 minutes ago" in run(journal_app, "archive", "--journal", str(path))


def test_what_is_archived_already_is_said(filled):
    del filled
    run(journal_app, "archive")
    assert "1 not: archived already" in run(journal_app, "archive")


def letter_for(position, body):
    made = item_record(batch(5))
    return Record(
        home=HOME,
        position=position,
        t_ns=1,
        kind=made.kind,
        body=body,
        session=SESSION,
        stream=made.stream,
    )


def test_a_dead_letter_that_can_be_stored_now_takes_its_place(clinic, monkeypatch):
    good = item_record(batch(5)).body
    with monkeypatch.context() as patch:  # a version that does not know this body yet
        patch.setattr("ingest.journal.record_bodies.MAX_BODY_BYTES", 10)
        parcel = open_parcel(TOPIC, encode_block([letter_for(1, good)]))
        store_parcels(clinic, [parcel], now_ns=0)
    store_parcels(clinic, [open_parcel(TOPIC, encode_block([letter_for(2, good)]))], now_ns=0)
    assert [r.position for r in clinic.records(0, home=HOME)] == [2]
    (letter,) = dead_letters(clinic)
    assert (letter.home, letter.position) == (HOME, 1)
    assert retry_dead_letters(clinic, now_ns=0) == 1
    assert [r.position for r in clinic.records(0, home=HOME)] == [1, 2]
    assert dead_letters(clinic) == []
    assert retry_dead_letters(clinic, now_ns=0) == 0


def test_a_dead_letter_that_is_still_wrong_stays(clinic, folder):
    del folder
    store_parcels(clinic, [open_parcel(TOPIC, b"junk")], now_ns=0)
    parcel = open_parcel(TOPIC, encode_block([letter_for(1, b"\xff")]))
    store_parcels(clinic, [parcel], now_ns=0)
    assert retry_dead_letters(clinic, now_ns=0) == 0
    clinic.close()
    shown = run(journal_app, "letters", "--retry", "--journal", str(clinic.path))
    assert "0 stored" in shown
    assert "unreadable" in shown
    assert "position 1" in shown
