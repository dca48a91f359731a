"""What was kept of the figures is believed where it is this clinic's, and then saves folding."""

import importlib
import json
import os
import pickle
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.monitoring.fold import Fold
from clinic_facts import MONDAY, PatientStory, appended, at, days_before
from ingest.journal.journal import Journal
from ripresa.care import figure_table
from ripresa.care.care_journal import JournalCareRecord
from ripresa.care.figure_table import FigureTable
from telemetry.clock import ManualClock

KEY = b"k" * 32
NOW_NS = at(MONDAY)


def no_plan(_patient, _version):
    return None


def story(patient="p-1"):
    told = PatientStory(patient=patient).enrolled().published().answered().heard(MONDAY)
    for ago in (30, 21, 12, 3):
        told.session(days_before(ago), assessed_deg=110)
    return told


@pytest.fixture
def journal(tmp_path):
    with Journal.open(tmp_path / "j.sqlite", ManualClock(at(MONDAY))) as opened:
        yield opened


def record(journal, folder, key=KEY, now_ns=NOW_NS):
    return JournalCareRecord(journal, no_plan, ManualClock(now_ns), table=FigureTable(folder, key))


def kept(journal, folder):
    care = record(journal, folder)
    care.look()  # writes which alerts were shown
    figures = care.all_figures()
    care.keep()
    return figures


class Counted(Fold):
    """Counts what it takes."""

    taken = 0

    def take(self, fact):
        Counted.taken += 1
        super().take(fact)


@pytest.fixture
def taken(monkeypatch):
    monkeypatch.setattr("ripresa.care.care_journal.Fold", Counted)

    def after(care):
        Counted.taken = 0
        figures = care.all_figures()
        return Counted.taken, figures

    return after


def test_a_restart_takes_only_what_is_new_and_shows_the_same(journal, tmp_path, taken):
    appended(journal, story().facts)
    first = kept(journal, tmp_path / "t")
    count, again = taken(record(journal, tmp_path / "t"))
    assert (count, again) == (0, first)
    late = PatientStory(_count=900)
    late.session(days_before(8))
    appended(journal, [f for f in late.facts if f.session is None or f.session])
    count, _ = taken(record(journal, tmp_path / "t"))
    assert 0 < count <= len(late.facts)


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_whenever_it_was_kept_a_restart_shows_what_folding_anew_shows(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("t")
    facts = [*story("p-1").facts, *story("p-2").facts]
    facts = data.draw(st.permutations(facts))
    cut = data.draw(st.integers(0, len(facts)))
    days = data.draw(st.integers(0, 9))
    with Journal.open(folder / "j.sqlite", ManualClock(at(MONDAY))) as journal:
        appended(journal, facts[:cut])
        care = record(journal, folder / "t", now_ns=at(days_before(days)))
        care.look()
        care.keep()
        appended(journal, facts[cut:])
        again = record(journal, folder / "t").all_figures()
        assert again == record(journal, folder / "other").all_figures()


def tampered(folder):
    path = folder / "p-1.table"
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.write_bytes(body)


def swapped(folder):
    a, b = folder / "p-1.table", folder / "p-2.table"
    texts = a.read_bytes(), b.read_bytes()
    a.write_bytes(texts[1])
    b.write_bytes(texts[0])


@pytest.mark.parametrize(
    "spoil",
    [
        tampered,
        swapped,
        lambda folder: (folder / "p-2.table").unlink(),
        lambda folder: (folder / "index.json").unlink(),
        lambda folder: (folder / "index.json").write_bytes(b"[]"),
        lambda folder: (folder / "p-1.table").write_bytes(b""),
    ],
)
def test_what_was_spoilt_is_not_believed_in_any_part(journal, tmp_path, taken, spoil):
    facts = [*story("p-1").facts, *story("p-2").facts]
    appended(journal, facts)
    first = kept(journal, tmp_path / "t")
    spoil(tmp_path / "t")
    count, again = taken(record(journal, tmp_path / "t"))
    assert count >= len(facts)
    assert again == first


def test_another_code_key_or_journal_does_not_believe_it(journal, tmp_path, taken, monkeypatch):
    facts = story().facts
    appended(journal, facts)
    kept(journal, tmp_path / "t")
    assert taken(record(journal, tmp_path / "t", key=b"x" * 32))[0] >= len(facts)
    with Journal.open(tmp_path / "other.sqlite", ManualClock(at(MONDAY))) as other:
        appended(other, facts[:5])
        assert taken(record(other, tmp_path / "t"))[0] == 5
    monkeypatch.setattr(figure_table, "_code", lambda: "another")
    assert taken(record(journal, tmp_path / "t"))[0] >= len(facts)


def test_after_an_erasure_nothing_of_it_is_believed_or_left(journal, tmp_path):
    appended(journal, story().facts)
    care = record(journal, tmp_path / "t")
    care.look()
    care.keep()
    with journal.writing() as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(tombstone)")]
        values = [0 if "ns" in c or c == "n" else b"x" for c in columns]
        marks = ", ".join("?" * len(columns))
        db.execute(f"INSERT INTO tombstone VALUES ({marks})", values)  # noqa: S608
        db.execute("DELETE FROM record")
    care.look()
    assert list((tmp_path / "t").glob("*")) == []
    assert record(journal, tmp_path / "t").all_figures() == []


def test_the_index_names_nobody(journal, tmp_path):
    appended(journal, story("p-veryown").facts)
    kept(journal, tmp_path / "t")
    assert b"p-veryown" not in (tmp_path / "t" / "index.json").read_bytes()


class Surprise:
    """Does something when it is read."""

    def __init__(self, deed, told):
        self.deed, self.told = deed, told

    def __reduce__(self):
        return self.deed, (self.told,)


@pytest.mark.parametrize("deed", [os.mkdir, Path.touch, exec, importlib.import_module])
def test_a_table_signed_with_a_stolen_key_runs_nothing(journal, tmp_path, taken, deed):
    appended(journal, story().facts)
    first = kept(journal, tmp_path / "t")
    made = tmp_path / "made"
    text = {exec: f"open({str(made)!r}, 'w')", importlib.import_module: "this"}
    body = pickle.dumps(Surprise(deed, text.get(deed, made)))
    table = FigureTable(tmp_path / "t", KEY)
    table._write("p-1.table", body)
    table._written["p-1"] = figure_table._digest(body)
    index = json.loads(table._signed(tmp_path / "t" / "index.json"))
    table._write("index.json", json.dumps(index | {"files": table._sum()}).encode())
    count, again = taken(record(journal, tmp_path / "t"))
    assert count > 0
    assert again == first
    assert not made.exists()
    assert "this" not in sys.modules
