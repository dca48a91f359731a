"""Foreign entries run apart: each fault of theirs costs a row, and the truth is out of reach."""

import json
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from research import challenge_cli
from research.challenges import entry_process
from research.challenges.challenge import ChallengeEntry, registered_entries, select_entries
from research.challenges.entry_guard import EntryError, InProcess
from research.challenges.entry_process import EntryProcess, Isolation
from research.challenges.plain_values import decode_answer, encode_answer
from research.joint_angle.joint_angle_challenge import CHALLENGE
from research.joint_angle.joint_case import JointAngleSolution, write_case
from research.simulation.hinge_simulator import SCENARIOS, simulate, single_repetitions
from telemetry.errors import DecodeError

pytestmark = pytest.mark.slow

PACKAGE = """
import gc, os, sys, time
import numpy as np

class Answer:
    def __init__(self, angle_deg, half_band_deg=None):
        self.angle_deg, self.half_band_deg = angle_deg, half_band_deg

class Entry:
    challenge = "joint-angle"
    kind = "algorithm"
    declarations = ()
    def __init__(self, name, solve):
        self.name, self.solve = name, solve

def honest(case):
    rate = case.distal[:, 3:] - case.proximal[:, 3:]
    axis = np.linalg.svd(rate, full_matrices=False)[2][0]
    return Answer(np.degrees(np.cumsum(rate @ axis) / case.rate_hz))

def cheats(case):
    return Answer(case.reference_deg)

def walks_frames(case):
    frame = sys._getframe()
    while frame is not None:
        for value in frame.f_locals.values():
            if hasattr(value, "reference_deg"):
                return Answer(value.reference_deg)
        frame = frame.f_back
    raise LookupError("no truth in the frames")

def walks_memory(case):
    for thing in gc.get_objects():
        if hasattr(type(thing), "reference_deg"):
            return Answer(thing.reference_deg)
    raise LookupError("no truth in memory")

def reads_data(case):
    with open(DATA, "rb") as file:
        return Answer(np.load(file)["reference_deg"])

def reads_proc(case):
    parent = os.getppid()
    with open(f"/proc/{parent}/cmdline", "rb") as file:
        raise LookupError(file.read().decode())

def starts_programs(case):
    os.system("cat " + DATA + " > /dev/null")
    return honest(case)

def pickles_a_surprise(case):
    class Surprise:
        def __reduce__(self):
            return os.mkdir, (DATA + ".hit",)
    return Surprise()

def mutates(case):
    case.distal[:] = 0.0
    case.proximal[:] = 0.0
    return Answer(np.zeros(len(case.distal)))

def sleeps(case):
    time.sleep(600)

def eats(case):
    return Answer(np.ones((40_000, 40_000)).sum(axis=1)[: len(case.distal)])

def crashes(case):
    os.abort()

def raises(case):
    raise RuntimeError("not today")

def answers_nonsense(case):
    return "about ninety"

for _name in ("honest cheats walks_frames walks_memory reads_data reads_proc starts_programs "
              "pickles_a_surprise mutates sleeps eats crashes raises answers_nonsense").split():
    globals()["ENTRY_" + _name] = Entry(_name, globals()[_name])
"""
NAMES = [
    line.split("(")[0].removeprefix("def ")
    for line in PACKAGE.splitlines()
    if line.startswith("def ")
]
QUICK = Isolation(seconds=2.0, memory_mb=3000)


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    for seed in range(2):
        single = next(single_repetitions(simulate(SCENARIOS["hinge-horizontal"], seed)))
        write_case(folder / f"hinge-{seed}.npz", single)
    return folder


@pytest.fixture
def foreign(tmp_path, monkeypatch, cases):
    """A package of foreign entries, installed as any other."""
    site = tmp_path / "site"
    info = site / "rogues-1.0.dist-info"
    info.mkdir(parents=True)
    data = cases / "hinge-0.npz"
    (site / "rogues.py").write_text(f"DATA = {str(data)!r}\n{PACKAGE}")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rogues\nVersion: 1.0\n")
    points = "\n".join(f"{n} = rogues:ENTRY_{n}" for n in NAMES)
    (info / "entry_points.txt").write_text(f"[ripresa.challenges]\n{points}\n")
    monkeypatch.syspath_prepend(str(site))
    yield registered_entries("joint-angle")
    sys.modules.pop("rogues", None)


def run(cases, foreign, *names):
    entries = select_entries([*CHALLENGE.entries(), *foreign], ["ripresa", *names])
    return CHALLENGE.run(entries, str(cases), isolation=QUICK)


def test_an_honest_foreign_entry_is_scored_beside_our_own(cases, foreign):
    report = run(cases, foreign, "honest")
    mean = report.body["entries"]["honest"]["mean"]
    assert mean["correlation"] > 0.9
    assert "faults" not in report.body["entries"]["honest"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("cheats", "reference_deg"),
        ("walks_frames", "no truth"),
        ("walks_memory", "no truth"),
        ("reads_data", "does not read"),
        ("reads_proc", "does not read"),
        ("starts_programs", "starts no programs"),
        ("pickles_a_surprise", "half_band|angle_deg"),
        ("raises", "not today"),
        ("answers_nonsense", "angle_deg"),
    ],
)
def test_a_cheat_or_a_fault_costs_its_rows_and_nothing_else(cases, foreign, name, told):
    report = run(cases, foreign, name)
    body = report.body["entries"][name]
    assert list(body["faults"]) == ["hinge-0", "hinge-1"]
    assert all(any(t in f for t in told.split("|")) for f in body["faults"].values())
    assert body["mean"]["rmse_deg"] is None
    assert report.body["mean"]["rmse_deg"] < 3
    assert not (cases / "hinge-0.npz.hit").exists()


def test_one_that_eats_memory_is_refused_it_and_the_run_goes_on(cases, foreign):
    report = run(cases, foreign, "eats", "honest")
    assert len(report.body["entries"]["eats"]["faults"]) == 2
    assert report.body["entries"]["honest"]["mean"]["rmse_deg"] is not None


def test_one_that_changes_its_inputs_changes_nothing_for_the_next(cases, foreign):
    in_process = select_entries([*CHALLENGE.entries(), *foreign], ["ripresa", "honest"])
    alone = CHALLENGE.run(in_process, str(cases)).body["entries"]
    after = run(cases, foreign, "mutates", "honest").body["entries"]
    assert after["honest"] == alone["honest"]
    assert after["ripresa"] == alone["ripresa"]


def test_one_that_sleeps_is_ended_and_given_up_after_a_few_times(foreign, monkeypatch):
    monkeypatch.setattr(entry_process, "MOST_ENDED", 1)
    (sleeper,) = [e for e in foreign if e.name == "sleeps"]
    asked = EntryProcess(sleeper, Isolation(seconds=0.2))
    task = np.zeros(3)
    try:
        with pytest.raises(EntryError, match=r"no answer within 0\.2 s"):
            asked.ask("solve", task)
        with pytest.raises(EntryError, match="given up"):
            asked.ask("solve", task)
    finally:
        asked.close()


def test_an_entry_that_is_not_registered_is_not_found_in_a_process():
    stranger = ChallengeEntry("stranger", "joint-angle", lambda case: case)
    asked = EntryProcess(stranger, QUICK)
    with pytest.raises(EntryError, match="entry point"):
        asked.ask("solve", 1)


def test_in_this_process_too_an_entry_gets_copies_and_a_fault_is_told():
    held = np.ones(3)

    def spoil(values):
        values[:] = 0
        raise RuntimeError("oops")

    with pytest.raises(EntryError, match="RuntimeError: oops"):
        InProcess(ChallengeEntry("x", "joint-angle", spoil)).ask("solve", held)
    assert held.tolist() == [1, 1, 1]


@pytest.mark.usefixtures("foreign")
def test_the_command_scores_a_folder_with_a_crashing_entry_and_writes_json(cases, tmp_path):
    out = tmp_path / "out.json"
    arguments = ["run", "joint-angle", "--data", str(cases), "--json", str(out)]
    chosen = ["--entry", "ripresa", "--entry", "crashes", "--time-limit", "20"]
    result = CliRunner().invoke(challenge_cli.app, [*arguments, *chosen])
    assert result.exit_code == 0, result.output
    read = json.loads(out.read_text())
    assert "ended" in read["entries"]["crashes"]["faults"]["hinge-0"]
    assert any("crashes" in note for note in read["notes"])


def test_answers_travel_as_plain_values():
    answer = JointAngleSolution(np.arange(3.0), None)
    read = decode_answer(encode_answer([answer, (1, 2.5, "x"), np.float64(3)]))
    assert read[0].angle_deg.tolist() == [0, 1, 2]
    assert read[0].half_band_deg is None
    assert read[1:] == ((1, 2.5, "x"), 3.0)


@pytest.mark.parametrize("answer", [object(), np.array([object()]), {1: 2}, b"x"])
def test_what_is_no_plain_value_does_not_travel(answer):
    with pytest.raises(TypeError, match="an answer holds"):
        encode_answer(answer)


@pytest.mark.parametrize("payload", [b"", b"\xff\xff", encode_answer("x")[:-1], b"\xa1\x01\x02"])
def test_bytes_that_are_no_answer_are_refused(payload):
    with pytest.raises(DecodeError, match="answer"):
        decode_answer(payload)
