"""What a demo left can be read, added up, analysed anew and played again."""

import asyncio
import json
import re
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

import ripresa
from ingest.journal.archive import archive_closed
from ingest.journal.journal import Journal
from ingest.journal.reading import JournalReader
from ingest.journal.retention import drop_archived
from ripresa.recordings.replay import Replayed
from ripresa.session.closing import result_record
from ripresa.session.ledger_report import session_ledger
from ripresa.session.plan_folder import PlanFolder
from ripresa.session.reanalysis import reanalyse
from ripresa.session.recorded_results import analyse_recorded
from telemetry.clock import SystemClock
from telemetry.errors import ConfigurationError, NotObservable, StoreError
from telemetry.messages.results import results_hash

pytestmark = pytest.mark.slow

UNKNOWN = "01J0000000000000000000000Z"


def plan_of(kept):
    return PlanFolder(kept.folder / "plans").versions("demo-patient")[-1]


def test_a_notebook_reads_a_session_as_arrays(kept):
    (found,) = ripresa.sessions(kept.home)
    session = ripresa.load_session(found.session, kept.home)
    (stream,) = session.streams
    motion = session.motion(stream)
    assert len(motion.index) == kept.summary.ledger.stored
    assert np.all(np.diff(motion.index) == 1)
    assert np.all(np.diff(motion.t_ns) > 0)
    angle = session.angle("abduction")
    assert len(angle.angle_deg) == len(motion.index)
    assert 150 < angle.angle_deg.max() < 185
    assert len(session.result.items[0].repetitions) == kept.summary.repetitions


def test_home_and_clinic_hold_the_same_bytes(kept):
    def bodies(path):
        with JournalReader(path) as reader:
            (stream,) = reader.streams(kept.session)
            return [encode(item) for item in reader.stream_items(stream)]

    from telemetry.messages.codec import encode_item as encode

    assert bodies(kept.home) == bodies(kept.clinic)


def test_an_archive_is_listed_from_its_files_heads_and_says_what_the_files_say(places, tmp_path):
    shutil.copytree(places["archive"], tmp_path / "a")
    (path,) = tmp_path.rglob("sessions/*.json")
    told = ripresa.sessions(tmp_path / "a")
    body = json.loads(path.read_bytes())
    assert [one.patient for one in told] == ["demo-patient"]
    # The same by the events alone, as a file without a head is read.
    for key in ("version", "summary"):
        body.pop(key)
    path.write_text(json.dumps(body, indent=1))
    assert ripresa.sessions(tmp_path / "a") == told
    # What was written anew is read anew, and what was cut off is told.
    body["events"][-1]["reason"] = "stopped"
    path.write_text(json.dumps(body | {"day": "2026-02-03"}, indent=1))
    (changed,) = ripresa.sessions(tmp_path / "a")
    assert (changed.reason, changed.day) == ("stopped", "2026-02-03")
    shutil.copytree(places["archive"], tmp_path / "b")
    (path,) = (tmp_path / "b").rglob("sessions/*.json")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(StoreError, match="is no session of an archive"):
        ripresa.sessions(tmp_path / "b")


@pytest.mark.parametrize("at", ["home", "clinic"])
def test_the_recorded_run_gives_the_same_at_home_and_at_the_clinic(kept, at):
    with JournalReader(getattr(kept, at)) as reader:
        result = analyse_recorded(reader, kept.session, plan_of(kept))
    assert results_hash(result) == kept.summary.results_hash


def test_the_ledger_balances_at_every_hop(kept):
    with JournalReader(kept.home) as home, JournalReader(kept.clinic) as clinic:
        ledger = session_ledger(kept.session, home=home, clinic=clinic)
    (stream,) = ledger.streams
    emitted = kept.summary.ledger.emitted
    assert (stream.sent, stream.received, stream.journalled) == (emitted,) * 3
    assert (stream.acknowledged, stream.at_clinic) == (emitted, emitted)
    assert stream.ended
    assert ledger.balanced


def test_the_clinic_alone_can_add_a_session_up(kept):
    with JournalReader(kept.clinic) as clinic:
        ledger = session_ledger(kept.session, home=None, clinic=clinic)
    assert ledger.streams[0].acknowledged is None
    assert ledger.balanced


def test_analysing_anew_over_all_cores_changes_nothing(kept):
    seen = []
    found = reanalyse(
        kept.clinic,
        kept.folder / "plans",
        kept.session,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert results_hash(found.now) == kept.summary.results_hash
    assert found.changes == []
    assert found.now.supersedes == 0
    assert seen == [(1, 1)]


def test_a_result_that_was_other_shows_what_changed(kept, tmp_path):
    copy = tmp_path / "journal.sqlite"
    with JournalReader(kept.clinic) as reader:
        before = analyse_recorded(reader, kept.session, plan_of(kept))
    with sqlite3.connect(kept.clinic) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    item = before.items[0]
    shorter = item.model_copy(update={"repetitions": item.repetitions[1:]})
    other = before.model_copy(update={"items": (shorter,)})
    with Journal.open(copy, SystemClock()) as journal:
        asyncio.run(journal.append([result_record(other, 1)]))
    with JournalReader(copy) as reader:
        known = len(reader.results(kept.session))
    found = reanalyse(copy, kept.folder / "plans", kept.session)
    (change,) = [c for c in found.changes if c.figure == "repetitions"]
    assert change.now == change.before + 1
    assert known >= 2


def test_motion_in_the_archive_is_analysed_and_without_it_no_result_is_written_over(kept, tmp_path):
    copy = tmp_path / "journal.sqlite"
    with sqlite3.connect(kept.clinic) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    far_ns = 1 << 62
    with Journal.open(copy, SystemClock()) as journal:
        archive_closed(journal, tmp_path / "archive", now_ns=far_ns, settle_ns=0)
        assert drop_archived(journal, far_ns) > 0
    found = reanalyse(copy, kept.folder / "plans", kept.session)
    assert found.changes == []
    shutil.rmtree(tmp_path / "archive")
    with pytest.raises(StoreError, match="archive"):
        reanalyse(copy, kept.folder / "plans", kept.session)


def test_motion_that_was_dropped_and_is_nowhere_writes_no_result_over(kept, tmp_path):
    copy = tmp_path / "journal.sqlite"
    with sqlite3.connect(kept.clinic) as source, sqlite3.connect(copy) as target:
        source.backup(target)
        target.execute("DELETE FROM record WHERE kind = 'motion' AND seq % 3 = 0")
    with pytest.raises(StoreError, match="samples that session"):
        reanalyse(copy, kept.folder / "plans", kept.session)


@pytest.mark.parametrize("journal", ["home", "clinic"])
def test_an_unknown_session_is_named(kept, journal):
    path = getattr(kept, journal)
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        ripresa.load_session(UNKNOWN, path)
    with pytest.raises(ConfigurationError, match=UNKNOWN):
        reanalyse(path, kept.folder / "plans", UNKNOWN)
    with JournalReader(path) as reader, pytest.raises(ConfigurationError, match=UNKNOWN):
        session_ledger(UNKNOWN, home=reader, clinic=None)


def test_a_missing_journal_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="RIPRESA_HOME"):
        ripresa.sessions()


def test_only_what_is_listed_is_public():
    assert set(dir(ripresa)) == set(ripresa.__all__)
    assert {"load_session", "sessions"} <= set(dir(ripresa))
    assert all(getattr(ripresa, name) for name in ripresa.__all__)
    with pytest.raises(AttributeError):
        _ = ripresa.something_else


def test_the_command_line_shows_it_all(kept, tmp_path, capsys, monkeypatch):
    import sys

    from ripresa.cli.main import main

    monkeypatch.setenv("RIPRESA_HOME", str(kept.folder))

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ripresa", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr()

    file = tmp_path / "ledger.json"
    code, told = run("ledger", kept.session, "--json", str(file))
    assert code == 0
    assert "every sample sent is stored once or declared lost" in told.out
    assert json.loads(file.read_text())["balanced"] is True
    assert kept.session in run("session", "list")[1].out
    told = run("session", "analyse", kept.session)[1].out
    assert "nothing changes" in told
    assert f"results hash {kept.summary.results_hash}" in told
    assert "as recorded" in told
    code, told = run("ledger", UNKNOWN)
    assert code == 2
    assert told.err.startswith("ripresa: no session")
    assert "Traceback" not in told.err


def test_an_erased_patient_leaves_no_byte_and_what_the_home_keeps_is_said(
    kept, tmp_path, monkeypatch, mosquitto
):

    from typer.testing import CliRunner

    from ripresa.cli.main import app

    folder = tmp_path / "clinic-of-its-own"
    (folder / "clinic").mkdir(parents=True)
    shutil.copytree(kept.folder / "plans", folder / "plans")
    with (
        sqlite3.connect(kept.clinic) as source,
        sqlite3.connect(folder / "clinic" / "journal.sqlite") as target,
    ):
        source.backup(target)
    monkeypatch.setenv("RIPRESA_HOME", str(folder))
    monkeypatch.setenv("RIPRESA_MQTT_PORT", str(mosquitto.port))
    arguments = ["patient", "erase", "demo-patient", "--ground", "asked for", "--yes"]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 0, told.output
    assert "no home has answered" in told.output
    for path in (*(folder / "clinic").rglob("*"), *(folder / "plans").rglob("*")):
        assert not path.is_file() or b"demo-patient" not in path.read_bytes(), path
    again = CliRunner().invoke(app, ["patient", "audit"])
    assert "chain whole" in again.output


def test_the_researchers_example_runs_as_it_is_written(kept):
    text = (Path(__file__).parents[3] / "docs" / "researchers.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    found = {}
    exec(example.replace("DIR/clinic/journal.sqlite", str(kept.clinic)), found)  # noqa: S102
    assert found["motion"].acc.shape[1] == 3
    assert len(found["angle"].angle_deg)
    assert list(found["items"]["item"]) == ["abduction"]
    assert "acc_x_m_s2" in found["frame"].columns


@pytest.mark.parametrize(
    "kind",
    [
        "folder of a journal",
        "journal without its motion",
        "archive",
        "patient's archive",
        "export",
    ],
)
def test_a_session_reads_the_same_wherever_it_is_kept(kept, places, kind):
    (found,) = ripresa.sessions(places[kind])
    (known,) = ripresa.sessions(kept.clinic)
    assert found == known
    one, other = (ripresa.load_session(kept.session, p) for p in (places[kind], kept.clinic))
    for name in ("motion", "stamps", "markers", "angle", "events", "items", "repetitions"):
        mine, theirs = getattr(one, name)(), getattr(other, name)()
        assert mine.to_pandas().equals(theirs.to_pandas()), name
    assert ripresa.sessions(places[kind]).to_pandas()["session"].tolist() == [kept.session]


def test_the_core_runs_once_however_often_an_angle_is_asked_for(kept, monkeypatch):
    from ripresa.recordings import recorded_session

    runs = []
    real = recorded_session.replayed
    monkeypatch.setattr(
        recorded_session, "replayed", lambda *a, **k: runs.append(1) or real(*a, **k)
    )
    session = ripresa.load_session(kept.session, kept.home)
    assert session.angle("abduction").to_pandas().equals(session.angle().to_pandas())
    assert len(runs) == 1


def test_what_is_asked_for_and_not_there_is_named(kept, tmp_path):
    session = ripresa.load_session(kept.session, kept.home)
    with pytest.raises(ConfigurationError, match="no item 'knee'; there is: abduction"):
        session.angle("knee")
    with pytest.raises(ConfigurationError, match=f"no stream 'x'; there is: {session.streams[0]}"):
        session.motion("x")
    with pytest.raises(ConfigurationError, match="plan version"):
        ripresa.load_session(kept.session, kept.home, plans=tmp_path).angle()
    with pytest.raises(ConfigurationError, match="holds neither"):
        ripresa.sessions(tmp_path)


def test_an_item_whose_angle_nobody_saw_says_why(kept, monkeypatch):
    session = ripresa.load_session(kept.session, kept.home)
    session.__dict__["_replayed"] = Replayed([], None, [])
    item = session.result.items[0].model_copy(update={"not_observable": "lying on a table"})
    other = session.result.model_copy(update={"items": (item,)})
    monkeypatch.setattr(session, "results", [other])
    with pytest.raises(NotObservable, match="lying on a table"):
        session.angle("abduction")
