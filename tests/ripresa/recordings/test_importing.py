"""An imported session is one like any other: analysed, read as tables, replayed to its hash."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import ripresa
from arm_motion import raises, sensed
from ingest.journal.journal import Journal
from journals import event_record, session_opened
from ripresa.cli.main import main
from telemetry.clock import ManualClock

pytestmark = pytest.mark.slow

RATE_HZ = 60.0
MAP = """
name = "clinic-watch"
source = "watches of a study"

[time]
column = "ms"
unit = "ms"

[acceleration]
columns = ["x", "y", "z"]
unit = "g"

[gyroscope]
columns = ["p", "q", "r"]
unit = "deg/s"

[worn]
placement = "wrist-right"
model = "watch"
long_axis = [-1, 0, 0]
"""


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("RIPRESA_HOME", str(tmp_path / "home"))

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["ripresa", *map(str, arguments)])
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0), capsys.readouterr()
        return 0, capsys.readouterr()

    return call


def files(folder, n=6):
    acc, gyr = sensed(raises(n, top_deg=120.0), RATE_HZ, noise=0.02)
    t = 1000 * np.arange(len(acc)) / RATE_HZ
    rows = np.column_stack([t, acc / 9.80665, np.degrees(gyr)])
    np.savetxt(folder / "watch.csv", rows, delimiter=",", header="ms,x,y,z,p,q,r", comments="")
    (folder / "map.toml").write_text(MAP)
    return folder / "watch.csv", folder / "map.toml"


def asked(folder, *more):
    file, layout = files(folder)
    return (
        *("import", file, "--map", layout, "--patient", "s-1", "--exercise", "arm-abduction"),
        *("--posture", "standing", "--start", "2026-01-02T10:00:00Z", *more),
    )


def test_an_imported_session_is_analysed_read_and_replayed_like_any_other(run, tmp_path):
    code, told = run(*asked(tmp_path))
    assert code == 0, told.err
    journal = tmp_path / "home" / "research" / "imported" / "journal.sqlite"
    (found,) = ripresa.sessions(journal)
    session = ripresa.load_session(found.session, journal)
    assert "watches of a study" in session.opened.replay_of
    (items,) = (session.items(),)
    assert items["repetitions"].tolist() == [6]
    assert items["range_median_deg"][0] == pytest.approx(110, abs=4)
    assert session.angle().angle_deg.max() == pytest.approx(120, abs=4)
    motion = session.motion()
    assert np.linalg.norm(motion.acc, axis=1).mean() == pytest.approx(9.81, rel=0.05)
    code, told = run("replay", found.session, "--journal", journal, "--speed", "max", "--verify")
    assert code == 0, told.out + told.err
    code, told = run(*asked(tmp_path))
    assert code == 2
    assert "already" in told.err


def test_without_an_exercise_there_is_motion_and_nothing_to_analyse(run, tmp_path):
    file, layout = files(tmp_path)
    code, told = run(
        *("import", file, "--map", layout, "--patient", "s-1"),
        *("--start", "2026-01-02T10:00:00Z", "--journal", tmp_path / "a" / "j.sqlite"),
    )
    assert code == 0, told.err
    (found,) = ripresa.sessions(tmp_path / "a" / "j.sqlite")
    session = ripresa.load_session(found.session, tmp_path / "a" / "j.sqlite")
    assert session.motion().rows > 1000
    assert session.items().rows == 0


def test_a_journal_of_therapy_takes_no_imported_session(run, tmp_path):
    path = tmp_path / "home-of" / "journal.sqlite"
    with Journal.open(path, ManualClock()) as journal:
        journal.append_now([event_record(session_opened())])
    code, told = run(*asked(tmp_path, "--journal", path))
    assert code == 2
    assert "count as therapy" in told.err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--side", "up"), "left or right"),
        (("--start", "yesterday"), "2026-03-01T10:00:00"),
        (("--start", "2026-03-01T10:00:00"), "no time zone"),
        (("--exercise", "flying"), "flying"),
        (("--patient", "Mario Rossi"), "patient"),
    ],
)
def test_what_is_asked_for_wrongly_is_one_line(run, tmp_path, more, told):
    code, said = run(*asked(tmp_path, *more))
    assert code == 2, said.err
    assert told in said.err
    assert "Traceback" not in said.err
